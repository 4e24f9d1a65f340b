"""A file that Python would refuse; what can be read is audited."""

from urllib.request import urlopen


def later(:
    pass


def now(url):
    return urlopen(url).read()  # -> no-timeout no-retry blocking-call
