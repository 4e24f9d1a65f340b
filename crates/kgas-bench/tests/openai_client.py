"""`kgas-bench serve` asked by the `openai` package: what it answers, and whether it limits as it says.

    python openai_client.py BINARY api      # chat, streams, embeddings, models, each kind of refusal
    python openai_client.py BINARY limits   # each limit algorithm against its definition; takes about 70 s

The definitions of the algorithms stand in docs/simulated-server.md and are written down here a second time, in whole
numbers of nanoseconds and fractions. The server's own times of arrival decide, so that a slow machine changes nothing.
"""

import json
import random
import subprocess
import sys
import time
import urllib.request
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction

import openai

SECOND = 1_000_000_000
MINUTE = 60 * SECOND


@contextmanager
def server(binary, *flags):
    """A server of our own: its address without `/v1`. At the end it must show statistics, and end well."""
    process = subprocess.Popen([binary, "serve", *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:") and url.endswith("/v1"), f"no address came, but {url!r}"
        yield url.removesuffix("/v1")
        process.terminate()
        said = process.communicate(timeout=60)[0]
        assert process.returncode == 0, f"the server ended with {process.returncode}"
        assert json.loads(said)["in_flight"] == 0, said
    finally:
        process.kill()


def statistics(address):
    with urllib.request.urlopen(f"{address}/statistics?attempts=true") as answer:
        return json.load(answer)


def client(address, key="sk-kgas-test"):
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, timeout=60)


def asking(text):
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


# What it answers.


def chat_answers_and_reports_tokens(binary):
    with server(binary, "--answer", "Good day.") as address:
        answer = client(address).chat.completions.create(**asking("hello"), temperature=0, max_tokens=20)
        assert answer.choices[0].message.content == "Good day."
        assert (answer.choices[0].finish_reason, answer.model, answer.object) == ("stop", "m", "chat.completion")
        usage = answer.usage
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (2, 3, 5)


def a_stream_has_the_whole_text_the_reason_and_the_usage(binary):
    text = "A sentence that is longer than one event of a stream, with ü and 🦀 in it."
    with server(binary, "--answer", text, "--latency", "20ms", "--completion-token", "5ms") as address:
        stream = client(address).chat.completions.create(
            **asking("hello"), stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
        pieces = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
        reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
        assert "".join(pieces) == text and len(pieces) > 4, pieces
        assert reasons == ["stop"], reasons
        assert chunks[0].choices[0].delta.role == "assistant"
        assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
        assert chunks[-1].usage.total_tokens == 2 + (len(text) + 3) // 4 and chunks[-1].choices == []
        plain = client(address).chat.completions.create(**asking("hello"), stream=True)
        assert all(chunk.usage is None for chunk in plain)


def embeddings_are_the_same_in_both_encodings(binary):
    with server(binary, "--dimensions", "8") as address:
        create = client(address).embeddings.create
        # The package asks for base64 unless it is told otherwise.
        packed = create(model="e", input=["one", "two", "one"])
        plain = create(model="e", input=["one", "two", "one"], encoding_format="float")
        vectors = [item.embedding for item in packed.data]
        assert vectors == [item.embedding for item in plain.data]
        assert vectors[0] == vectors[2] != vectors[1]
        assert [item.index for item in packed.data] == [0, 1, 2]
        assert all(len(vector) == 8 and abs(sum(x * x for x in vector) - 1) < 1e-6 for vector in vectors)
        assert packed.usage.prompt_tokens == packed.usage.total_tokens == 3
        assert len(create(model="e", input="one", dimensions=3).data[0].embedding) == 3


def models_are_listed(binary):
    with server(binary, "--model", "small", "--model", "large") as address:
        assert [model.id for model in client(address).models.list()] == ["small", "large"]


def refusals_have_their_kinds(binary):
    with server(binary, "--key", "sk-kgas-test", "--model", "m") as address:
        create = client(address).chat.completions.create
        wrong_key = fails(openai.AuthenticationError, client(address, "sk-other").chat.completions.create, **asking("a"))
        assert (wrong_key.status_code, wrong_key.code) == (401, "invalid_api_key")
        unknown = fails(openai.NotFoundError, create, **{**asking("a"), "model": "x"})
        assert (unknown.status_code, unknown.code, unknown.param) == (404, "model_not_found", "model")
        bad = fails(openai.BadRequestError, create, **asking("a"), temperature=3)
        assert (bad.status_code, bad.type, bad.param) == (400, "invalid_request_error", "temperature")
        schema = {"type": "object", "properties": {"a": {"type": "string"}}}
        form = {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": schema}}
        assert fails(openai.BadRequestError, create, **asking("a"), response_format=form).param == "response_format"
        assert create(**asking("a")).choices[0].message.content == "ok"


def a_rate_limit_says_when_to_come_again(binary):
    with server(binary, "--rpm", "1", "--hint", "millis") as address:
        create = client(address).chat.completions.create
        headers = client(address).chat.completions.with_raw_response.create(**asking("a")).headers
        assert headers["x-ratelimit-limit-requests"] == "1"
        assert headers["x-ratelimit-remaining-requests"] == "0"
        refused = fails(openai.RateLimitError, create, **asking("b"))
        assert (refused.status_code, refused.code, refused.type) == (429, "rate_limit_exceeded", "requests")
        assert 1 <= int(refused.response.headers["retry-after"]) <= 60
        assert 1 <= int(refused.response.headers["retry-after-ms"]) <= 60_000
        assert refused.response.headers["x-ratelimit-remaining-requests"] == "0"
        assert "Please try again in" in refused.message
    with server(binary, "--tpm", "10", "--headers", "anthropic") as address:
        create = client(address).chat.completions.create
        refused = fails(openai.RateLimitError, create, **asking("a"), max_tokens=10)
        assert refused.response.headers["anthropic-ratelimit-tokens-limit"] == "10"
        assert "retry-after" not in refused.response.headers, "no wait lets this in"


def faults_happen_when_they_are_told_to(binary):
    flags = ["--fault", "503 first 2 header retry-after=7", "--fault", "reset nth 2", "--fault", "not-json on poison"]
    with server(binary, *flags, "--fault", "truncated nth 4") as address:
        create = client(address).chat.completions.create
        for _ in range(2):
            error = fails(openai.InternalServerError, create, **asking("a"))
            assert (error.status_code, error.response.headers["retry-after"]) == (503, "7")
        fails(openai.APIConnectionError, create, **asking("a"))
        assert create(**asking("a")).choices[0].message.content == "ok"
        fails(json.JSONDecodeError, create, **asking("a"))
        # A page instead of an answer: the package hands it on as a text.
        assert "502 Bad Gateway" in create(**asking("some poison here"))
        assert statistics(address)["by_fault"] == {"not_json": 1, "reset": 1, "status": 2, "truncated": 1}


def fails(kind, call, **arguments):
    try:
        call(**arguments)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} came")


# Whether it limits as it says. A definition is asked about each arrival in turn: is it let in?


class Bucket:
    """Holds `capacity`, starts full, gains `per_minute` evenly. What costs more than it holds needs it full."""

    def __init__(self, per_minute, capacity):
        self.rate, self.capacity = Fraction(per_minute, MINUTE), Fraction(capacity)
        self.level, self.at = self.capacity, 0

    def lets_in(self, now, cost):
        self.level, self.at = min(self.capacity, self.level + self.rate * (now - self.at)), now
        return self.level >= min(cost, self.capacity)

    def take(self, now, cost):
        self.level -= cost

    def take_refused(self, now, cost):
        self.level -= max(0, min(cost, self.level))

    def settle(self, now, then, taken, used):
        self.lets_in(now, 0)
        self.level = min(self.capacity, self.level + taken - used)


class FixedMinute:
    """A counter that starts anew at each minute."""

    def __init__(self, per_minute):
        self.per_minute, self.used = per_minute, {}

    def lets_in(self, now, cost):
        return self.used.get(now // MINUTE, 0) + cost <= self.per_minute

    def take(self, now, cost):
        self.used[now // MINUTE] = self.used.get(now // MINUTE, 0) + cost

    take_refused = take

    def settle(self, now, then, taken, used):
        if now // MINUTE == then // MINUTE:
            self.used[then // MINUTE] += used - taken


class SlidingLog:
    """What was let in during the last 60 s; exactly 60 s ago is too long ago."""

    def __init__(self, per_minute):
        self.per_minute, self.log = per_minute, deque()

    def lets_in(self, now, cost):
        return sum(taken for at, taken in self.log if now - at < MINUTE) + cost <= self.per_minute

    def take(self, now, cost):
        self.log.append((now, cost))

    take_refused = take

    def settle(self, now, then, taken, used):
        self.log[self.log.index((then, taken))] = (then, used)


class SecondQuanta:
    """Quantum k of min(N, 60) in a minute has floor((k+1)N/q) - floor(kN/q); what it doesn't use is lost."""

    def __init__(self, per_minute):
        self.n, self.q = per_minute, min(per_minute, 60)
        self.largest = max(self.share(k) for k in range(self.q))
        self.k, self.left = 0, self.share(0)

    def share(self, k):
        return (k + 1) * self.n // self.q - k * self.n // self.q

    def lets_in(self, now, cost):
        while self.k < now * self.q // MINUTE:
            self.k += 1
            # A debt is carried on, what is left over is not.
            self.left = self.share(self.k) + min(0, self.left)
        return cost <= self.left or (cost > self.largest and self.left > 0)

    def take(self, now, cost):
        self.left -= cost

    def take_refused(self, now, cost):
        self.left -= max(0, min(cost, self.left))

    def settle(self, now, then, taken, used):
        self.lets_in(now, 0)
        self.left = min(self.share(self.k), self.left + taken - used)


DEFINITIONS = {
    "full-bucket": lambda n: Bucket(n, n),
    "second-bucket": lambda n: Bucket(n, max(1, Fraction(n, 60))),
    "fixed-minute": FixedMinute,
    "sliding-log": SlidingLog,
    "second-quanta": SecondQuanta,
}


def cases():
    """Each algorithm alone, with a phase, with refusals that count, with tokens beside requests, and settled."""
    for number, algorithm in enumerate(DEFINITIONS):
        yield algorithm, {"rpm": 40, "seed": number}
        yield algorithm, {"rpm": 90, "phase": 17_300, "seed": 10 + number}
        yield algorithm, {"rpm": 50, "refusals_count": True, "seed": 20 + number}
        yield algorithm, {"rpm": 80, "tpm": 1_500, "seed": 30 + number}
        yield algorithm, {"rpm": 600, "tpm": 2_000, "settles": True, "seed": 40 + number}


def flags_of(algorithm, case):
    flags = ["--algorithm", algorithm, "--rpm", str(case["rpm"])]
    if "tpm" in case:
        flags += ["--tpm", str(case["tpm"])]
    if "phase" in case:
        flags += ["--phase", f"{case['phase']}ms"]
    if "refusals_count" in case:
        flags += ["--refusals-count"]
    if "settles" in case:
        # What is used is more than some calls are charged for, and less than others are.
        flags += ["--settle-tokens", "--answer", "x" * 120]
    return flags


def calls_until(address, seed, seconds):
    """Sends calls at irregular times, now close together and now apart: number, tokens and the status seen."""
    dice, create = random.Random(seed), client(address).chat.completions.create
    seen, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        answer_tokens = dice.choice([1, 5, 20, 60])
        try:
            create(**asking(f"call {len(seen):04}"), max_tokens=answer_tokens)
            status = 200
        except openai.RateLimitError as error:
            status = error.status_code
        # The prompt has nine characters: three tokens by the server's estimate.
        seen.append((f"call {len(seen):04}", 3 + answer_tokens, status))
        time.sleep(dice.choice([0, 0, 0.05, 0.2, 0.5, 1.5]) * dice.random())
    return seen


def expected(algorithm, case, arrivals):
    """The statuses that the definition gives to arrivals, in order."""
    phase = case.get("phase", 0) * 1_000_000
    meters = [(DEFINITIONS[algorithm](case["rpm"]), lambda tokens: 1)]
    if "tpm" in case:
        meters.append((DEFINITIONS[algorithm](case["tpm"]), lambda tokens: tokens))
    for definition, _ in meters:
        definition.lets_in(phase, 0)
    for arrived, tokens, answered, used in arrivals:
        now = arrived + phase
        # All are asked, for time passes in each of them.
        is_let_in = all([definition.lets_in(now, cost(tokens)) for definition, cost in meters])
        for definition, cost in meters:
            if is_let_in:
                definition.take(now, cost(tokens))
            elif case.get("refusals_count"):
                definition.take_refused(now, cost(tokens))
        # One call at a time: each is settled before the next arrives.
        if is_let_in and case.get("settles"):
            meters[1][0].settle(answered + phase, now, tokens, used)
        yield 200 if is_let_in else 429


def the_algorithm_is_as_defined(binary, algorithm, case, seconds=66):
    with server(binary, *flags_of(algorithm, case)) as address:
        seen = calls_until(address, case["seed"], seconds)
        attempts = statistics(address)["account"]["attempts"]
    assert [attempt["prompt"] for attempt in attempts] == [prompt for prompt, _, _ in seen]
    arrivals = [
        (
            nanoseconds(attempt["arrived"]),
            tokens,
            nanoseconds(attempt["answered"]),
            sum(attempt.get("usage", {}).values()),
        )
        for attempt, (_, tokens, _) in zip(attempts, seen, strict=True)
    ]
    for source, statuses in [
        ("the client saw", [status for _, _, status in seen]),
        ("the server says", [attempt["status"] for attempt in attempts]),
    ]:
        for number, (status, wanted) in enumerate(zip(statuses, expected(algorithm, case, arrivals), strict=True)):
            assert status == wanted, (
                f"{algorithm} {case}: call {number} at {arrivals[number][0] / SECOND} s: "
                f"{source} {status}, and by the definition it is {wanted}"
            )
    refused = sum(status == 429 for _, _, status in seen)
    assert 0 < refused < len(seen), f"{algorithm} {case}: {refused} of {len(seen)} refused prove nothing"
    return f"{algorithm} {case}: {len(seen)} calls, {refused} refused, all as defined"


def nanoseconds(seconds):
    return round(seconds * SECOND)


def api(binary):
    for check in [
        chat_answers_and_reports_tokens,
        a_stream_has_the_whole_text_the_reason_and_the_usage,
        embeddings_are_the_same_in_both_encodings,
        models_are_listed,
        refusals_have_their_kinds,
        a_rate_limit_says_when_to_come_again,
        faults_happen_when_they_are_told_to,
    ]:
        check(binary)
        print(f"{check.__name__}: yes")


def limits(binary):
    with ThreadPoolExecutor(64) as pool:
        checks = [pool.submit(the_algorithm_is_as_defined, binary, *case) for case in cases()]
    for check in checks:
        print(check.exception() or check.result())
    assert not any(check.exception() for check in checks)


if __name__ == "__main__":
    _, binary, part = sys.argv
    print(f"openai {openai.__version__}")
    {"api": api, "limits": limits}[part](binary)
