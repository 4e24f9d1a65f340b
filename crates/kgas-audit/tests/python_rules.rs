//! Each rule on Python sources: what breaks it, and what doesn't.

mod support;

use kgas_audit::Language::Python;
use kgas_audit::audit_source;
use support::check;

const ASYNC: &[&str] = &["blocking-call-in-async", "blocking-sleep-in-async"];

#[test]
fn a_blocking_call_in_async_code_is_an_error() {
    check(
        Python,
        ASYNC,
        &[
            "import requests\nasync def f():\n    requests.get(u)  # -> blocking-call-in-async\n",
            "import time\nasync def f():\n    time.sleep(1)  # -> blocking-sleep-in-async\n",
            "from time import sleep\nasync def f():\n    sleep(1)  # -> blocking-sleep-in-async\n",
            "import time, asyncio\ndef f():\n    time.sleep(1)\nasync def g():\n    await asyncio.sleep(1)\n",
            "import requests\nasync def f():\n    [requests.get(u) for u in us]  # -> blocking-call-in-async\n",
            "import requests\nasync def f():\n    list(map(lambda u: requests.get(u), us))  # -> blocking-call-in-async\n",
            "import requests\nasync def f(x=requests.get(u)):\n    pass\n",
            "from openai import OpenAI\nclass C:\n    def __init__(self):\n        self.c = OpenAI()\n    async def f(self):\n        return self.c.chat.completions.create(model=m)  # -> blocking-call-in-async\n",
        ],
    );
}

#[test]
fn a_call_on_a_thread_doesnt_hold_the_loop() {
    check(
        Python,
        ASYNC,
        &[
            "import asyncio, requests\nasync def f():\n    await asyncio.to_thread(requests.get, u)\n",
            "import requests\nasync def f():\n    await loop.run_in_executor(None, lambda: requests.get(u))\n",
            "import requests, asyncio\nasync def f():\n    def g():\n        return requests.get(u)\n    await asyncio.to_thread(g)\n",
            "from concurrent.futures import ThreadPoolExecutor\nimport requests\nasync def f():\n    with ThreadPoolExecutor() as ex:\n        list(ex.map(lambda u: requests.get(u), us))\n",
            "import requests\nasync def f(self):\n    self.pool.map(lambda u: requests.get(u), us)\n    us.map(lambda u: requests.get(u))  # -> blocking-call-in-async\n",
            "import requests, threading\nasync def f():\n    threading.Thread(target=lambda: requests.get(u)).start()\n",
        ],
    );
}

#[test]
fn a_blocking_call_is_found_through_functions_of_the_source() {
    check(
        Python,
        ASYNC,
        &[
            "import requests\ndef g():\n    return requests.get(u)\ndef h():\n    return g()\nasync def f():\n    h()  # -> blocking-call-in-async\n",
            "import time\nclass C:\n    def pause(self):\n        time.sleep(1)\n    async def f(self):\n        self.pause()  # -> blocking-sleep-in-async\n",
            "import requests\nclass C:\n    def __init__(self):\n        self.x = requests.get(u)\nasync def f():\n    C()  # -> blocking-call-in-async\n",
            "import requests\nasync def g():\n    requests.get(u)  # -> blocking-call-in-async\nasync def f():\n    await g()\n",
            "def g():\n    return h()\ndef h():\n    return g()\nasync def f():\n    g()\n",
        ],
    );
}

#[test]
fn time_outs_are_those_of_each_library() {
    check(
        Python,
        &["no-timeout"],
        &[
            "import requests\nrequests.get(u)  # -> no-timeout\nrequests.get(u, timeout=5)\nrequests.get(u, timeout=None)  # -> no-timeout\nrequests.get(u, **options)\n",
            "import requests\ns = requests.Session()\ns.timeout = 5\ns.get(u)  # -> no-timeout\ns.get(u, timeout=t)\n",
            "import requests\nrequests.get(u, timeout=(3, None))  # -> no-timeout\nrequests.get(u, timeout=(3, 30))\n",
            "import functools, requests\ns = requests.Session()\ns.request = functools.partial(s.request, timeout=9)\ns.get(u)\nrequests.get(u)  # -> no-timeout\n",
            "import requests, socket, urllib.request\nsocket.setdefaulttimeout(9)\nurllib.request.urlopen(u)\nrequests.get(u)  # -> no-timeout\n",
            "from openai import OpenAI\nc = OpenAI(timeout=9)\nc.with_options(timeout=None).embeddings.create(input=x)  # -> no-timeout\n",
            "from urllib.request import urlopen\nurlopen(u)  # -> no-timeout\nurlopen(u, None, 5)\nurlopen(u, timeout=5)\n",
            "import http.client\na = http.client.HTTPConnection(h)\na.request('GET', u)  # -> no-timeout\nb = http.client.HTTPConnection(h, timeout=5)\nb.request('GET', u)\n",
            "import urllib3\nurllib3.PoolManager().request('GET', u)  # -> no-timeout\nurllib3.PoolManager(timeout=5).request('GET', u)\n",
            "import httpx\nhttpx.get(u)\nhttpx.get(u, timeout=None)  # -> no-timeout\n",
            "import httpx\nwith httpx.Client(timeout=None) as c:  # -> no-timeout\n    c.get(u)\n    c.get(u)\n",
            "import httpx\nhttpx.AsyncClient(timeout=httpx.Timeout(None))  # -> no-timeout\n",
            "import aiohttp\nasync def f():\n    async with aiohttp.ClientSession() as s:\n        await s.get(u)\n        await s.get(u, timeout=None)  # -> no-timeout\n",
            "import aiohttp\nno = aiohttp.ClientTimeout(total=None)\naiohttp.ClientSession(timeout=no)  # -> no-timeout\naiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=9))\n",
            "import aiohttp\naiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=60))\n",
            "from openai import OpenAI\nOpenAI().embeddings.create(input=x)\nOpenAI(timeout=None)  # -> no-timeout\n",
            "from anthropic import Anthropic\nc = Anthropic()\nc.messages.create(model=m)\nc.messages.create(model=m, timeout=None)  # -> no-timeout\n",
        ],
    );
}

#[test]
fn what_tries_again_counts_as_a_retry() {
    check(
        Python,
        &["no-retry"],
        &[
            "import requests\nrequests.get(u)  # -> no-retry\n",
            "import requests, backoff\n@backoff.on_exception(backoff.expo, Exception)\ndef f():\n    return requests.get(u)\n",
            "import requests\nfrom tenacity import retry\n@retry\ndef f():\n    return requests.get(u)\n",
            "import requests\nfrom mylib import with_retries\n@with_retries(3)\ndef f():\n    return requests.get(u)\n",
            "import requests, functools\n@functools.cache\ndef f():\n    return requests.get(u)  # -> no-retry\n",
            "import requests\nfrom tenacity import Retrying\nfor attempt in Retrying():\n    with attempt:\n        requests.get(u)\n",
            "import requests, time\nfor attempt in range(3):\n    try:\n        requests.get(u)\n        break\n    except Exception:\n        time.sleep(1)\n",
            "import requests\nwhile True:\n    try:\n        requests.get(u)\n        break\n    except Exception:\n        pass\n",
            "import requests\nfor u in us:\n    try:\n        requests.get(u)  # -> no-retry\n    except Exception:\n        continue\n",
            "import requests\nfrom requests.adapters import HTTPAdapter\ns = requests.Session()\ns.mount('https://', HTTPAdapter(max_retries=3))\ns.get(u)\nt = requests.Session()\nt.get(u)  # -> no-retry\n",
            "import requests\nfrom requests.adapters import HTTPAdapter\ns = requests.Session()\na = HTTPAdapter(pool_maxsize=9)\ns.mount('https://', a)\ns.get(u)  # -> no-retry\n",
            "import requests, backoff\ndef g():\n    return requests.get(u)\n@backoff.on_exception(backoff.expo, Exception)\ndef f():\n    return g()\n",
            "from openai import OpenAI\nOpenAI().embeddings.create(input=x)\nOpenAI(max_retries=0).embeddings.create(input=x)  # -> no-retry\n",
            "import urllib3\nurllib3.PoolManager().request('GET', u)\nurllib3.PoolManager(retries=False).request('GET', u)  # -> no-retry\n",
            "import httpx\nhttpx.Client(transport=httpx.HTTPTransport(retries=2)).get(u)\nhttpx.Client().get(u)  # -> no-retry\n",
        ],
    );
}

#[test]
fn a_retry_whose_exceptions_are_kept_inside_never_fires() {
    let kept = "import requests, backoff\n@backoff.on_exception(backoff.expo, OSError)  # -> retry-never-fires\ndef f():\n    try:\n        return requests.get(u)\n    except Exception as e:\n        return str(e)\n";
    let let_out = kept.replace("return str(e)", "raise").replace("  # -> retry-never-fires", "");
    let narrow =
        kept.replace("except Exception as e", "except ValueError as e").replace("  # -> retry-never-fires", "");
    let by_result =
        kept.replace("on_exception(backoff.expo, OSError)  # -> retry-never-fires", "on_predicate(backoff.expo)");
    check(Python, &["retry-never-fires"], &[kept, &let_out, &narrow, &by_result]);
}

#[test]
fn calls_one_after_another_for_each_item_are_told_of() {
    check(
        Python,
        &["single-calls-in-a-loop", "awaits-in-a-loop"],
        &[
            "import requests\nfor u in us:\n    requests.get(u)  # -> single-calls-in-a-loop\n",
            "import requests\npages = [requests.get(u) for u in us]  # -> single-calls-in-a-loop\n",
            "import requests\npages = {u: requests.get(u) for u in requests.get(index).json()}  # -> single-calls-in-a-loop\n",
            "import httpx\nasync def f():\n    async with httpx.AsyncClient() as c:\n        for u in us:\n            await c.get(u)  # -> single-calls-in-a-loop\n",
            "import aiohttp\nasync def f(s: aiohttp.ClientSession):\n    for u in us:\n        async with s.get(u) as page:  # -> single-calls-in-a-loop\n            pass\n",
            "import asyncio, httpx\nasync def f():\n    c = httpx.AsyncClient()\n    await asyncio.gather(*[c.get(u) for u in us])\n    for u in us:\n        tasks.append(asyncio.create_task(c.get(u)))\n",
            "import asyncio, httpx\nasync def f(c: httpx.AsyncClient):\n    for u in us:\n        await asyncio.wait_for(c.get(u), 5)  # -> single-calls-in-a-loop\n",
            "import requests\nfor u in us:\n    def g():\n        requests.get(u)\n",
            "import requests\nfor u in requests.get(index).json():\n    pass\n",
            "import requests\nfor u in us:\n    pass\nelse:\n    requests.get(u)\n",
            "import requests\nurl = start\nwhile url:\n    url = requests.get(url).json()['next']\n",
            "import requests\nfor attempt in range(3):\n    answer = requests.get(u)\n    if answer.ok:\n        break\n",
            "import requests\nfor page in range(3):\n    requests.get(u, params={'page': page})  # -> single-calls-in-a-loop\n",
            "import requests\ndef g(u):\n    return requests.get(u)\nfor u in us:\n    g(u)  # -> single-calls-in-a-loop\n",
            "import httpx\nasync def g(c: httpx.AsyncClient, u):\n    return await c.get(u)\nasync def f(c):\n    for u in us:\n        await g(c, u)  # -> single-calls-in-a-loop\n    ts = [g(c, u) for u in us]\n",
            "async def f(tool):\n    for x in xs:\n        await tool.execute(x)  # -> awaits-in-a-loop\n        await tool.ready()\n        await queue.put(x)\n",
            "import asyncio\nasync def f():\n    for x in xs:\n        await asyncio.sleep(x)\n    async for x in xs:\n        await tool.execute(x)\n",
        ],
    );
}

#[test]
fn a_comment_allows_a_finding_in_its_line_or_the_next() {
    check(
        Python,
        &["no-timeout", "no-retry"],
        &[
            "import requests\nrequests.get(u)  # kgas: allow(no-timeout, no-retry)\nrequests.get(u)  # -> no-timeout no-retry\n",
            "import requests\n# kgas: allow(no-timeout)\nrequests.get(u)  # -> no-retry\n",
            "import requests\n# kgas: allow(no-timeout)\n# kgas:allow( no-retry )\nrequests.get(u)\nrequests.get(u)  # -> no-timeout no-retry\n",
            "import requests\nx = 'kgas: allow(no-timeout)'\nrequests.get(u, 'kgas: allow(no-timeout)')  # -> no-timeout no-retry\n",
            "import requests\nx = 1  # kgas: allow(no-timeout)\nrequests.get(u)  # -> no-timeout no-retry\n",
        ],
    );
    let audit = audit_source(Python, "import requests\nrequests.get(u)  # kgas: allow(no-timeout, no-rety)\n");
    assert_eq!(audit.allowed, 1);
    let problems: Vec<(Option<usize>, &str)> = audit.problems.iter().map(|p| (p.line, p.message.as_str())).collect();
    assert_eq!(problems, [(Some(2), "allow(no-rety) names no rule")]);
}

#[test]
fn columns_count_code_points() {
    let audit = audit_source(Python, "import requests\nä = '𝄞'; requests.get(u, timeout=1)\n");
    let region = audit.findings[0].region;
    assert_eq!((region.line, region.column, region.end_line, region.end_column), (2, 10, 2, 36));
}

#[test]
fn the_rest_of_a_source_with_a_mistake_is_audited() {
    let audit = audit_source(Python, "import requests\ndef f(:\n    pass\n\nrequests.get(u)\n");
    assert!(audit.problems[0].message.contains("the rest is audited"), "{:?}", audit.problems);
    assert_eq!(audit.calls["requests"].blocking, 1);
}
