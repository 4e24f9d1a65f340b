"""acme.title: a title for each text, by asking the chat model through kgas."""

import json
import sys

ABOUT = {
    "version": "1.0.0",
    "name": "Title",
    "settings": {"words": {"default": 8, "description": "The most words of a title."}},
}


def say(message):
    print(json.dumps(message), flush=True)


def hear():
    return json.loads(sys.stdin.buffer.readline() or b"null")


say({"kgas": 1, "tool": ABOUT})
while task := hear():
    work = task["execute"]
    order = f"Give this text a title of at most {work['config']['words']} words. Say nothing else."
    prompt = f"{order}\n\nTEXT:\n{work['document']['text']}"
    say({"id": task["id"], "chat": {"user": prompt, "max_tokens": 60}})
    answer = hear()
    if "chat_reply" in answer:
        say({"id": task["id"], "result": {"json": {"title": answer["chat_reply"]["text"].strip()}}})
    else:
        say({"id": task["id"], "error": answer["chat_error"]["message"]})
