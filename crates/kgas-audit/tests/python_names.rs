//! Names in Python are followed to what they stand for, and nothing else is taken for a call.

mod support;

use kgas_audit::Language::Python;
use support::check;

const BLOCKING: &[&str] = &["blocking-call", "blocking-call-in-async"];

#[test]
fn an_import_is_known_by_any_name() {
    check(
        Python,
        BLOCKING,
        &[
            "import requests\nrequests.get(u)  # -> blocking-call\n",
            "import requests as r\nr.post(u)  # -> blocking-call\n",
            "from requests import get\nget(u)  # -> blocking-call\n",
            "from requests import get as fetch, post\nfetch(u)  # -> blocking-call\npost(u)  # -> blocking-call\n",
            "import urllib.request\nurllib.request.urlopen(u)  # -> blocking-call\n",
            "from urllib import request\nrequest.urlopen(u)  # -> blocking-call\n",
            "import urllib.request as ur\nur.urlretrieve(u)  # -> blocking-call\n",
            "from urllib.request import urlopen\nwith urlopen(u) as page:  # -> blocking-call\n    pass\n",
            "from requests import *\nget(u)  # -> blocking-call\n",
            "def f():\n    import httpx\n    return httpx.get(u)  # -> blocking-call\n",
            "try:\n    import requests\nexcept ImportError:\n    requests = None\nrequests.get(u)  # -> blocking-call\n",
            "import urllib3\nurllib3.PoolManager().request('GET', u)  # -> blocking-call\n",
            "import openai\nopenai.ChatCompletion.create(model=m)  # -> blocking-call\n",
            "import openai\nopenai.chat.completions.create(model=m)  # -> blocking-call\n",
        ],
    );
}

#[test]
fn what_only_looks_like_a_call_is_none() {
    check(
        Python,
        BLOCKING,
        &[
            "# requests.get(u)\nimport requests\n",
            "import requests\nx = 'requests.get(u)'\ny = \"\"\"\nrequests.get(u)\n\"\"\"\n",
            "import requests\ndef f():\n    \"\"\"Calls requests.get(u).\"\"\"\n",
            "import my_requests\nmy_requests.get(u)\n",
            "from . import requests\nrequests.get(u)\n",
            "from .requests import get\nget(u)\n",
            "from mylib import requests\nrequests.get(u)\n",
            "requests.get(u)\n",
            "import requests\nrequests.Session\nrequests.codes.ok\nrequests.get\n",
            "import requests\nrequests.exceptions.Timeout()\nrequests.utils.quote(u)\n",
            "d = {}\nd.get(u)\nclient.post(u)\n",
            "import openai\nopenai.api_key = k\nopenai.OpenAI()\n",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\ndef f(answer: 'requests.Response'):\n    answer.json()\n",
            "import httpx\nhttpx.Client().build_request('GET', u)\n",
            "import http.client\nhttp.client.responses.get(404)\n",
        ],
    );
}

#[test]
fn strings_that_hold_code_are_read_where_they_run() {
    check(Python, BLOCKING, &["import requests\nx = f'{requests.get(u).text} requests.get(u)'  # -> blocking-call\n"]);
}

#[test]
fn a_name_that_is_bound_to_something_else_is_that() {
    check(
        Python,
        BLOCKING,
        &[
            "import requests\ndef f(requests):\n    requests.get(u)\n",
            "import requests\ndef f(requests: list = None):\n    requests.get(u)\n",
            "import requests\ndef f():\n    requests = []\n    requests.get(u)\nrequests.get(u)  # -> blocking-call\n",
            "import requests\nfor requests in many:\n    requests.get(u)\n",
            "import requests\n[requests.get(u) for requests in many]\n",
            "import requests\n(lambda requests: requests.get(u))(x)\n",
            "import requests\nclass C:\n    requests = {}\n    def f(self):\n        requests.get(u)  # -> blocking-call\n        self.requests.get(u)\n",
            "from requests import get\ndef get(u):\n    return u\nget(u)\n",
            "from requests import get\nget = {}.get\nget(u)\n",
            "import requests\nwith open(f) as requests:\n    requests.get(u)\n",
            "import requests\nrequests, other = {}, 1\nrequests.get(u)\n",
            "import requests\nimport mock as requests\nrequests.get(u)\n",
        ],
    );
}

#[test]
fn a_client_is_known_wherever_it_was_put() {
    check(
        Python,
        BLOCKING,
        &[
            "from openai import OpenAI\nclient = OpenAI()\nclient.chat.completions.create(model=m)  # -> blocking-call\n",
            "import openai\nchat = openai.OpenAI().chat\nchat.completions.create(model=m)  # -> blocking-call\n",
            "from anthropic import Anthropic as A\nA().messages.create(model=m)  # -> blocking-call\n",
            "import httpx\nwith httpx.Client() as c:\n    c.get(u)  # -> blocking-call\n",
            "import requests\nwith requests.Session() as one, open(f) as other:\n    one.get(u)  # -> blocking-call\n    other.get(u)\n",
            "import requests\nif (s := requests.Session()):\n    s.get(u)  # -> blocking-call\n",
            "import requests\na, s = 1, requests.Session()\ns.get(u)  # -> blocking-call\n",
            "import requests\ndef f(s=None):\n    s = s or requests.Session()\n    s.get(u)  # -> blocking-call\n",
            "import requests\ndef f(s: requests.Session | None):\n    s.get(u)  # -> blocking-call\n",
            "from typing import Optional\nimport requests\ndef f(s: Optional['requests.Session'] = None):\n    s.get(u)  # -> blocking-call\n",
            "import requests\ndef session():\n    s = requests.Session()\n    return s\nsession().get(u)  # -> blocking-call\n",
            "import requests\ns = None\ndef start():\n    global s\n    s = requests.Session()\ndef f():\n    s.get(u)  # -> blocking-call\n",
            "import requests\nif new:\n    s = requests.Session()\nelse:\n    s = Fake()\ns.get(u)  # -> blocking-call\n",
            "import http.client\nc = http.client.HTTPSConnection(h)\nc.request('GET', '/')  # -> blocking-call\nc.getresponse()\n",
            "from openai import OpenAI\nOpenAI().with_options(timeout=5).embeddings.create(input=x)  # -> blocking-call\n",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from openai import OpenAI\ndef f(c: 'OpenAI'):\n    c.responses.create(input=x)  # -> blocking-call\n",
            "import contextlib, httpx\nwith contextlib.ExitStack() as stack:\n    c = stack.enter_context(httpx.Client())\n    c.get(u)  # -> blocking-call\n",
            "import httpx\nc = httpx.Client()\nc = httpx.AsyncClient()\nc.get(u)\n",
            "from openai import AsyncOpenAI\nclient = AsyncOpenAI()\nclient.chat.completions.create(model=m)\n",
        ],
    );
}

#[test]
fn attributes_belong_to_their_class() {
    check(
        Python,
        BLOCKING,
        &[
            "import requests\nclass C:\n    def __init__(self):\n        self.s = requests.Session()\n    def f(self):\n        self.s.get(u)  # -> blocking-call\n        self.t.get(u)\nclass D:\n    def f(self):\n        self.s.get(u)\n",
            "import requests\nclass C:\n    def f(this):\n        this.s.get(u)  # -> blocking-call\n    def g(this):\n        this.s = requests.Session()\n",
            "from dataclasses import dataclass\nfrom openai import OpenAI\n@dataclass\nclass C:\n    client: OpenAI\n    def f(self):\n        self.client.embeddings.create(input=x)  # -> blocking-call\n",
            "import requests\nclass A:\n    def __init__(self):\n        self.s = requests.Session()\nclass B(A):\n    def f(self):\n        self.s.get(u)  # -> blocking-call\n",
            "import requests\nclass S(requests.Session):\n    def f(self):\n        self.get(u)  # -> blocking-call\n",
            "import requests\nclass C:\n    @property\n    def s(self):\n        return requests.Session()\n    def f(self):\n        self.s.get(u)  # -> blocking-call\n",
            "import requests\nclass C:\n    def __init__(self):\n        self.s = requests.Session()\nc = C()\nc.s.get(u)  # -> blocking-call\n",
            "import requests\nclass C:\n    @staticmethod\n    def f(s):\n        s.get(u)\n    def g(self):\n        self.f.get(u)\n",
        ],
    );
}

#[test]
fn names_bound_in_circles_end() {
    check(
        Python,
        BLOCKING,
        &[
            "a = b\nb = a\na.get(u)\n",
            "a = a.a\na.get(u)\n",
            "class A(A):\n    pass\nA().x.get(u)\n",
            "def f():\n    return f()\nf().get(u)\n",
        ],
    );
}
