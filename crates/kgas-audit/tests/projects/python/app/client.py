"""Talks to the model: the way in which most scripts begin."""

import os
import time

import requests
from openai import OpenAI

API = os.environ.get("API", "http://localhost:8000")


class Extractor:
    """Asks for the entities of a text; requests.post(url) in a docstring is no call."""

    def __init__(self):
        self.session = requests.Session()
        self.client = OpenAI()

    def entities(self, text):
        # A comment: requests.get(API)
        answer = self.session.post(f"{API}/entities", json={"text": text})  # -> no-timeout no-retry blocking-call
        answer.raise_for_status()
        return answer.json()

    def all_entities(self, texts):
        found = []
        for text in texts:
            found.extend(self.entities(text))  # -> single-calls-in-a-loop
        return found

    def embed(self, texts):
        return [self.client.embeddings.create(input=text, model="m") for text in texts]  # -> single-calls-in-a-loop blocking-call

    async def summary(self, text):
        reply = self.client.chat.completions.create(  # -> blocking-call-in-async
            model="m",
            messages=[{"role": "user", "content": text}],
        )
        time.sleep(0.5)  # -> blocking-sleep-in-async
        return reply


def wait_until_up():
    for attempt in range(10):
        try:
            return requests.get(API, timeout=2)  # -> blocking-call
        except requests.ConnectionError:
            time.sleep(1)
    return None
