"""The same with `async` before everything. Each number is a defect that docs/migration.md explains."""

import asyncio
from datetime import datetime, timedelta

import aiohttp
import backoff

URL = "https://api.openai.com/v1/chat/completions"


class AsyncPeopleExtractor:
    def __init__(self, api_key, rate=60):
        self.api_key, self.rate = api_key, rate  # 9, 22
        self.turns = asyncio.Semaphore(rate)  # 1
        self.places = asyncio.Semaphore(10)
        self.times = []
        self.session = None

    async def wait(self):
        now = datetime.now()  # 2
        self.times = [t for t in self.times if t > now - timedelta(minutes=1)]
        if len(self.times) >= self.rate:  # 5, 6
            await asyncio.sleep(60 - (now - self.times[0]).total_seconds())  # 3
        self.times.append(now)  # 4

    @backoff.on_exception(backoff.expo, aiohttp.ClientError, max_tries=3, max_time=60)  # 10, 13
    async def ask(self, text):
        async with self.places:
            await self.wait()  # 7
            if self.session is None:
                self.session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.api_key}"})  # 21
            prompt = f"List the people that this text names, as JSON.\n\n{text}"
            body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]}
            try:
                async with self.session.post(URL, json=body) as answer:
                    data = await answer.json()  # 16
                    if answer.status == 429:
                        return {"error": "rate limited"}  # 8, 11
                    return data
            except Exception as error:
                return {"error": str(error)}  # 12, 17, 18

    async def execute(self, text):
        pieces = [text[at : at + 3000] for at in range(0, len(text), 3000)]
        answers = await asyncio.gather(*[self.ask(piece) for piece in pieces], return_exceptions=True)  # 24, 25
        return [answer for answer in answers if "error" not in answer]  # 26, 29
