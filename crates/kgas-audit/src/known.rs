//! The libraries that are known, and what each does when nothing is said.

/// A library that sends requests, or sleeps.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) name: &'static str,
    /// Why a call without a time-out of its own may last for ever; nothing where the library sets one.
    pub(crate) endless: Option<&'static str>,
    /// How a time-out is set.
    pub(crate) time_out: &'static str,
    /// Whether it tries again by itself.
    pub(crate) retries: bool,
    /// What to use where calls must not block.
    pub(crate) instead: &'static str,
    /// What to do with many calls.
    pub(crate) many: &'static str,
    /// How to have a call tried again.
    pub(crate) again: &'static str,
}

const HTTPX: &str = "await httpx.AsyncClient, or asyncio.to_thread for a single call";
const GATHER: &str = "asyncio.gather of an async client's calls under a semaphore";
const DECORATOR: &str = "tenacity or backoff around it, with random pauses and Retry-After";

pub(crate) const REQUESTS: Library = Library {
    name: "requests",
    endless: Some("requests has no time-out unless told"),
    time_out: "timeout=(seconds to connect, seconds between bytes)",
    retries: false,
    instead: HTTPX,
    many: GATHER,
    again: "a session with HTTPAdapter(max_retries=Retry(…)), or tenacity",
};

pub(crate) const HTTPX_LIBRARY: Library = Library {
    name: "httpx",
    endless: None,
    time_out: "timeout=seconds; left out, it is 5 s",
    retries: false,
    instead: "await the same call of httpx.AsyncClient",
    many: GATHER,
    again: DECORATOR,
};

pub(crate) const URLLIB: Library = Library {
    name: "urllib",
    endless: Some("urllib waits for ever unless told, or a default is set for all sockets"),
    time_out: "timeout=seconds",
    retries: false,
    instead: HTTPX,
    many: GATHER,
    again: DECORATOR,
};

pub(crate) const HTTP_CLIENT: Library = Library {
    name: "http.client",
    endless: Some("http.client waits for ever unless told, or a default is set for all sockets"),
    time_out: "timeout=seconds where the connection is made",
    retries: false,
    instead: HTTPX,
    many: GATHER,
    again: DECORATOR,
};

pub(crate) const URLLIB3: Library = Library {
    name: "urllib3",
    endless: Some("urllib3 waits for ever unless told, or a default is set for all sockets"),
    time_out: "timeout=seconds, in the call or its PoolManager",
    retries: true,
    instead: HTTPX,
    many: GATHER,
    again: "retries=Retry(…) with status_forcelist",
};

pub(crate) const AIOHTTP: Library = Library {
    name: "aiohttp",
    endless: None,
    time_out: "timeout=aiohttp.ClientTimeout(total=seconds); left out, it is 300 s",
    retries: false,
    instead: "",
    many: "asyncio.gather of the calls under a semaphore",
    again: DECORATOR,
};

pub(crate) const OPENAI: Library = Library {
    name: "openai",
    endless: None,
    time_out: "timeout=seconds; left out, it is 600 s",
    retries: true,
    instead: "await the same call of AsyncOpenAI",
    many: "AsyncOpenAI and asyncio.gather under a semaphore; embeddings take a list as input",
    again: "max_retries=N; left out, it is 2",
};

pub(crate) const ANTHROPIC: Library = Library {
    name: "anthropic",
    endless: None,
    time_out: "timeout=seconds; left out, it is 600 s",
    retries: true,
    instead: "await the same call of AsyncAnthropic",
    many: "AsyncAnthropic and asyncio.gather under a semaphore, or the message batches API",
    again: "max_retries=N; left out, it is 2",
};

pub(crate) const TIME: Library = Library {
    name: "time",
    endless: None,
    time_out: "",
    retries: true,
    instead: "await asyncio.sleep(…)",
    many: "",
    again: "",
};

pub(crate) const REQWEST: Library = Library {
    name: "reqwest",
    endless: Some("reqwest's async client has no time-out unless told"),
    time_out: "Client::builder().timeout(…)",
    retries: false,
    instead: "",
    many: "futures::stream::iter(…).map(…).buffer_unordered(N)",
    again: "a loop with growing, random pauses that heeds Retry-After, or a crate such as backon",
};

pub(crate) const REQWEST_BLOCKING: Library = Library {
    name: "reqwest::blocking",
    // Its default is 30 s.
    endless: None,
    time_out: "Client::builder().timeout(…)",
    retries: false,
    instead: "await reqwest::Client, or spawn_blocking for a single call",
    many: "reqwest::Client and buffer_unordered(N)",
    again: REQWEST.again,
};

pub(crate) const UREQ: Library = Library {
    name: "ureq",
    endless: Some("ureq 3 has no time-out unless told, ureq 2 only one for connecting"),
    time_out: "timeout_global(Some(…)) with ureq 3, timeout(…) with ureq 2",
    retries: false,
    instead: "await reqwest::Client, or spawn_blocking for a single call",
    many: "an async client and buffer_unordered(N), or a few threads",
    again: REQWEST.again,
};

pub(crate) const STD_THREAD: Library = Library {
    name: "std::thread",
    endless: None,
    time_out: "",
    retries: true,
    instead: "tokio::time::sleep(…).await",
    many: "",
    again: "",
};
