//! What Python's libraries offer that sends requests, by full name.

use crate::evidence::Kind;
use crate::known::{AIOHTTP, ANTHROPIC, HTTP_CLIENT, HTTPX_LIBRARY, Library, OPENAI, REQUESTS, TIME, URLLIB, URLLIB3};

/// A function that sends a request, or sleeps.
#[derive(Debug)]
pub(crate) struct Function {
    modules: &'static [&'static str],
    names: &'static [&'static str],
    pub(crate) library: &'static Library,
    pub(crate) kind: Kind,
    /// The place of the time-out among the arguments without names.
    pub(crate) time_out_at: Option<usize>,
}

/// A class whose objects send requests.
#[derive(Debug, PartialEq)]
pub(crate) struct Client {
    pub(crate) names: &'static [&'static str],
    /// The methods that send; with a dot before, the last of a longer way, as in `chat.completions.create`.
    methods: &'static [&'static str],
    pub(crate) library: &'static Library,
    pub(crate) kind: Kind,
}

impl PartialEq for Library {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request"];
const HTTPX_VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request", "stream"];
/// What the generated clients of model APIs call their requests.
const RESOURCES: &[&str] =
    &[".create", ".parse", ".stream", ".generate", ".edit", ".retrieve", ".list", ".delete", ".count_tokens"];

const fn function(
    modules: &'static [&'static str],
    names: &'static [&'static str],
    library: &'static Library,
    kind: Kind,
) -> Function {
    Function { modules, names, library, kind, time_out_at: None }
}

pub(crate) const FUNCTIONS: &[Function] = &[
    function(&["requests", "requests.api"], VERBS, &REQUESTS, Kind::Blocking),
    function(&["httpx"], HTTPX_VERBS, &HTTPX_LIBRARY, Kind::Blocking),
    Function {
        modules: &["urllib.request"],
        names: &["urlopen"],
        library: &URLLIB,
        kind: Kind::Blocking,
        time_out_at: Some(2),
    },
    function(&["urllib.request"], &["urlretrieve"], &URLLIB, Kind::Blocking),
    function(&["urllib3"], &["request"], &URLLIB3, Kind::Blocking),
    function(&["aiohttp"], &["request"], &AIOHTTP, Kind::Async),
    function(
        &[
            "openai.chat.completions",
            "openai.completions",
            "openai.embeddings",
            "openai.responses",
            "openai.moderations",
        ],
        &["create", "parse", "stream"],
        &OPENAI,
        Kind::Blocking,
    ),
    function(&["openai.ChatCompletion", "openai.Completion", "openai.Embedding"], &["create"], &OPENAI, Kind::Blocking),
    function(&["openai.ChatCompletion", "openai.Completion", "openai.Embedding"], &["acreate"], &OPENAI, Kind::Async),
    function(&["time"], &["sleep"], &TIME, Kind::Sleep),
];

pub(crate) const CLIENTS: &[Client] = &[
    Client {
        names: &["requests.Session", "requests.sessions.Session", "requests.session"],
        methods: VERBS,
        library: &REQUESTS,
        kind: Kind::Blocking,
    },
    Client { names: &["httpx.Client"], methods: HTTPX_VERBS, library: &HTTPX_LIBRARY, kind: Kind::Blocking },
    Client { names: &["httpx.AsyncClient"], methods: HTTPX_VERBS, library: &HTTPX_LIBRARY, kind: Kind::Async },
    Client {
        names: &["http.client.HTTPConnection", "http.client.HTTPSConnection"],
        // `getresponse` waits too, but belongs to the same exchange.
        methods: &["request"],
        library: &HTTP_CLIENT,
        kind: Kind::Blocking,
    },
    Client {
        names: &[
            "urllib3.PoolManager",
            "urllib3.ProxyManager",
            "urllib3.HTTPSConnectionPool",
            "urllib3.HTTPConnectionPool",
        ],
        methods: &["request", "urlopen", "request_encode_body", "request_encode_url"],
        library: &URLLIB3,
        kind: Kind::Blocking,
    },
    Client {
        names: &["aiohttp.ClientSession", "aiohttp.client.ClientSession"],
        methods: VERBS,
        library: &AIOHTTP,
        kind: Kind::Async,
    },
    Client {
        names: &["openai.OpenAI", "openai.AzureOpenAI", "openai.Client"],
        methods: RESOURCES,
        library: &OPENAI,
        kind: Kind::Blocking,
    },
    Client {
        names: &["openai.AsyncOpenAI", "openai.AsyncAzureOpenAI", "openai.AsyncClient"],
        methods: RESOURCES,
        library: &OPENAI,
        kind: Kind::Async,
    },
    Client {
        names: &["anthropic.Anthropic", "anthropic.Client"],
        methods: RESOURCES,
        library: &ANTHROPIC,
        kind: Kind::Blocking,
    },
    Client {
        names: &["anthropic.AsyncAnthropic", "anthropic.AsyncClient"],
        methods: RESOURCES,
        library: &ANTHROPIC,
        kind: Kind::Async,
    },
];

/// Modules whose `import *` brings some of the above.
pub(crate) const MODULES: &[&str] =
    &["requests", "httpx", "urllib.request", "urllib3", "aiohttp", "openai", "anthropic", "time", "http.client"];

/// Modules whose decorators and contexts try again.
pub(crate) const RETRIES: &[&str] = &["backoff", "tenacity", "stamina", "retry", "retrying", "retry2", "aiohttp_retry"];

pub(crate) fn function_named(path: &str) -> Option<&'static Function> {
    let (module, name) = path.rsplit_once('.')?;
    FUNCTIONS.iter().find(|known| known.modules.contains(&module) && known.names.contains(&name))
}

pub(crate) fn client_named(path: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|known| known.names.contains(&path))
}

impl Client {
    /// Whether the way from an object, as in `chat.completions.create`, ends at a request.
    pub(crate) fn sends(&self, way: &str) -> bool {
        self.methods.iter().any(|method| if method.starts_with('.') { way.ends_with(method) } else { way == *method })
    }

    /// Its name as it is shown.
    pub(crate) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

/// Whether a name is that of something that tries again.
pub(crate) fn is_retry(path: &str) -> bool {
    let module = path.split('.').next().unwrap_or_default();
    let name = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    RETRIES.contains(&module) || ["retry", "retries", "backoff"].iter().any(|word| name.contains(word))
}
