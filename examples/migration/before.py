"""Finds the people that a text names, one call after another."""

import json
import time

import requests

URL = "https://api.openai.com/v1/chat/completions"


class PeopleExtractor:
    def __init__(self, api_key, model="gpt-4o-mini"):
        self.model = model
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def ask(self, text):
        prompt = f"List the people that this text names, as JSON: a list of objects with text, start and end.\n\n{text}"
        body = {"model": self.model, "messages": [{"role": "user", "content": prompt}]}
        answer = self.session.post(URL, json=body)
        return json.loads(answer.json()["choices"][0]["message"]["content"])

    def execute(self, text, chunk=3000):
        people = []
        for start in range(0, len(text), chunk):
            piece = text[start : start + chunk]
            people.extend(self.ask(piece))
            time.sleep(1)  # 60 requests a minute
        return people
