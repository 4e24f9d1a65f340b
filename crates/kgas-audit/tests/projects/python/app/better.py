"""The same, as it may be: nothing is found here."""

import asyncio

import httpx
from openai import AsyncOpenAI
from tenacity import retry, stop_after_attempt, wait_random_exponential

client = AsyncOpenAI()
limit = asyncio.Semaphore(5)


@retry(wait=wait_random_exponential(max=60), stop=stop_after_attempt(4))
async def page(http: httpx.AsyncClient, url):
    async with limit:
        answer = await http.get(url)
        answer.raise_for_status()
        return answer.json()


async def pages(urls):
    async with httpx.AsyncClient(timeout=20) as http:
        return await asyncio.gather(*[page(http, url) for url in urls])


async def embed(texts):
    return await client.embeddings.create(input=texts, model="m")
