"""A tool that does what its task tells it, step by step, and writes down what it hears."""

import json
import os
import subprocess
import sys
import time

SELF = {"version": "1.0.0", "name": "Fake", "settings": {"words": {"default": 3, "description": "How many."}}}


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def hear():
    line = sys.stdin.readline()
    with open("heard.jsonl", "a") as log:
        log.write(line)
    return line


def do(step, value, task, number):
    if step == "say":
        say(value.replace("$ID", str(task)))
    elif step == "result":
        say(json.dumps({"id": task, "result": value}))
    elif step == "hear":
        hear()
    elif step == "echo":
        say(json.dumps({"id": task, "result": {"json": [json.loads(hear()) for _ in range(value)]}}))
    elif step == "group":
        say(json.dumps({"id": task, "result": {"json": [os.getpid(), os.getpgid(0)]}}))
    elif step == "complain":
        print(value, file=sys.stderr, flush=True)
    elif step == "die" and (value == "always" or number > 1):
        os._exit(3)
    elif step == "close":
        os.close(value)
        time.sleep(600)
    elif step == "hang":
        child = subprocess.Popen(["sleep", "600"])
        with open("started", "a") as log:
            log.write(f"{child.pid}\n")
        time.sleep(600)
    elif step == "leave":
        child = subprocess.Popen(["sleep", "600"])
        with open("left", "a") as log:
            log.write(f"{child.pid}\n")
    elif step == "flood":
        while True:
            sys.stdout.write("x" * 65536)


with open("started", "a") as log:
    log.write(f"{os.getpid()}\n")
say(sys.argv[1] if len(sys.argv) > 1 else json.dumps({"kgas": 1, "tool": SELF}))
if sys.argv[1:] == [""]:
    time.sleep(600)
number = 0
while line := hear():
    number += 1
    task = json.loads(line)
    steps = task["execute"]["params"]
    for step in steps if isinstance(steps, list) else []:
        for name, value in step.items():
            do(name, value, task["id"], number)
