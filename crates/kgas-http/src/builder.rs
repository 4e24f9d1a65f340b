//! From settings to a client, with everything that can be checked checked.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::memory::Connector;
use crate::placing::Placing;
use crate::report::{Attempt, OnAttempt};
use crate::retry::{Breaker, Course, Dice, Hedges, classify};
use crate::secret::is_secret;
use crate::wire::{self, Dialer, Proxy, Route, TlsSettings, Wire};
use crate::{
    ApiRequest, BaseUrl, BaseUrlError, Client, Hedge, HttpError, Limiter, Limits, ProxyError, Purse, RetryPolicy,
    Secret, SecretError, Timeouts,
};

/// The most bytes an answer may have, unless set.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Settings of a [`Client`]; each has a default but the base URL.
#[must_use = "a builder does nothing until it builds"]
pub struct ClientBuilder {
    base: Result<BaseUrl, BaseUrlError>,
    key: Option<Secret>,
    key_header: Option<String>,
    headers: Vec<(String, String)>,
    placing: Placing,
    limiter: Limiting,
    purse: Option<Arc<dyn Purse>>,
    retry: RetryPolicy,
    timeouts: Timeouts,
    seed: Option<u64>,
    max_body: usize,
    close_on: fn(&HttpError) -> bool,
    hedge: Option<Hedge>,
    on_attempt: OnAttempt,
    redirects: u32,
    single_flight: bool,
    way: Way,
    authorities: Vec<Authorities>,
    http2: bool,
    allow_insecure_http: bool,
}

/// How the server is reached.
enum Way {
    /// As the environment says.
    Environment,
    Direct,
    /// Not yet read: it may hold a password, and be wrong.
    Proxy(Secret),
    #[cfg(unix)]
    Unix(PathBuf),
    Memory(Connector),
}

/// Certificates to trust besides the platform's.
enum Authorities {
    File(PathBuf),
    Pem(Vec<u8>),
}

enum Limiting {
    Own(Limits),
    Shared(Limiter),
}

impl ClientBuilder {
    pub(crate) fn new(base: Result<BaseUrl, BaseUrlError>) -> Self {
        Self {
            base,
            key: None,
            key_header: None,
            headers: Vec::new(),
            placing: Placing::default(),
            limiter: Limiting::Own(Limits::default()),
            purse: None,
            retry: RetryPolicy::default(),
            timeouts: Timeouts::default(),
            seed: None,
            max_body: MAX_BODY,
            close_on: |_| false,
            hedge: None,
            on_attempt: OnAttempt::default(),
            redirects: 0,
            single_flight: false,
            way: Way::Environment,
            authorities: Vec::new(),
            http2: false,
            allow_insecure_http: false,
        }
    }

    /// Sends this key as `Authorization: Bearer`, unless [`key_header`](Self::key_header) says otherwise.
    pub fn api_key(mut self, key: Secret) -> Self {
        self.key = Some(key);
        self
    }

    /// Sends the key in this header, without a word before it.
    pub fn key_header(mut self, name: impl Into<String>) -> Self {
        self.key_header = Some(name.into());
        self
    }

    /// Adds a pair to the query of each request that hasn't such a pair itself.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.placing.query.push((name.into(), value.into()));
        self
    }

    /// Sends each request to the path that this makes of it, and not to the one that it names.
    pub fn path_of(mut self, path_of: fn(&ApiRequest) -> String) -> Self {
        self.placing.path_of = Some(path_of);
        self
    }

    /// Sends this as `OpenAI-Organization`.
    pub fn organization(self, organization: impl Into<String>) -> Self {
        self.header("openai-organization", organization)
    }

    /// Sends a header with each request; the last value of a name counts.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How fast it may go. Default: 60 requests a minute, 10 at a time.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limiter = Limiting::Own(limits);
        self
    }

    /// Takes its turns at a limiter that other clients of the same key use too.
    pub fn limiter(mut self, limiter: Limiter) -> Self {
        self.limiter = Limiting::Shared(limiter);
        self
    }

    /// Asks this before each attempt, and tells it what came of it: those made again, after a redirect or beside
    /// another are attempts too. Clients may share one. Default: nobody is asked.
    pub fn purse(mut self, purse: Arc<dyn Purse>) -> Self {
        self.purse = Some(purse);
        self
    }

    /// When to try again. Default: three attempts within 60 s.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long to wait for what. Default: 30 s for an attempt.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The seed of the dice that spread retries. Default: another for each client.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The most bytes an answer's body may have. Default: 64 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Closes the limiter after an error for which this says yes, before the next in the queue
    /// gets its turn: a refused key is refused to all. Default: after none.
    pub fn close_on(mut self, is_final: fn(&HttpError) -> bool) -> Self {
        self.close_on = is_final;
        self
    }

    /// Sends replayable requests a second time when the first takes long. Default: never.
    pub fn hedge(mut self, hedge: Hedge) -> Self {
        self.hedge = Some(hedge);
        self
    }

    /// Tells this of each attempt when it has ended. It is called while the attempt still holds
    /// its place on the wire: it should be quick.
    pub fn on_attempt(mut self, tell: impl Fn(&Attempt<'_>) + Send + Sync + 'static) -> Self {
        self.on_attempt = OnAttempt::new(tell);
        self
    }

    /// How many redirects a call follows: 307 and 308, and for GET also 301 to 303, within the
    /// same scheme. To another origin go neither key nor cookie nor added headers, but the body
    /// does. Default: none.
    pub fn redirects(mut self, most: u32) -> Self {
        self.redirects = most;
        self
    }

    /// Lets identical requests (method, path, query, headers and body) that are under way at the
    /// same time share one call and its answer. Default: each is a call.
    pub fn single_flight(mut self, share: bool) -> Self {
        self.single_flight = share;
        self
    }

    /// Connects in memory and not over the network.
    pub fn connector(mut self, connector: Connector) -> Self {
        self.way = Way::Memory(connector);
        self
    }

    /// Connects to a Unix socket and not over the network. The base URL still says whether TLS is
    /// spoken, and what the server is called.
    #[cfg(unix)]
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.way = Way::Unix(path.into());
        self
    }

    /// Connects through a tunnel (CONNECT) of this proxy, as in `http://user:password@host:port`,
    /// whatever the environment says and whoever the server is.
    ///
    /// Default: for an `https` server that is not this machine, the proxy that the variables
    /// `HTTPS_PROXY` or `ALL_PROXY` name, unless `NO_PROXY` has the server.
    pub fn proxy(mut self, address: impl Into<String>) -> Self {
        self.way = Way::Proxy(Secret::new(address));
        self
    }

    /// Connects without a proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        if matches!(self.way, Way::Environment | Way::Proxy(_)) {
            self.way = Way::Direct;
        }
        self
    }

    /// Trusts the authorities in this file (certificates in PEM) besides the platform's; the file
    /// is read when the client is built.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.authorities.push(Authorities::File(path.into()));
        self
    }

    /// Trusts these authorities (certificates in PEM) besides the platform's.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(Authorities::Pem(pem.into()));
        self
    }

    /// Speaks HTTP/2 with an `https` server that can: all requests share one connection.
    /// Default: HTTP/1.1, with a connection for each request in flight.
    #[cfg(feature = "http2")]
    pub fn http2(mut self, http2: bool) -> Self {
        self.http2 = http2;
        self
    }

    /// Lets a key travel unencrypted to another machine. Default: it may not.
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// Checks the settings and builds the client. Nothing is connected yet. For an `https`
    /// address this reads the platform's certificates and the environment's proxy.
    ///
    /// # Errors
    ///
    /// Says which setting is wrong; the person who made it must change it.
    pub fn build(self) -> Result<Client, BuildError> {
        let base = self.base?;
        let headers = headers((self.key.as_ref(), self.key_header.as_deref()), &self.headers)?;
        let is_secret = headers.values().any(HeaderValue::is_sensitive);
        let stays_here = base.is_https() || self.way.stays_here(&base);
        if is_secret && !stays_here && !self.allow_insecure_http {
            let host = base.host().to_owned();
            return Err(BuildError::InsecureKey { host });
        }
        let timeouts = self.timeouts;
        if timeouts.has_zero() {
            return Err(BuildError::ZeroTimeout);
        }
        let mut tls = TlsSettings { authorities: Vec::new(), http2: self.http2 };
        for authorities in &self.authorities {
            tls.authorities.extend(authorities.read()?);
        }
        let route = self.way.route(&base)?;
        let speaks_tls = base.is_https() && !matches!(route, Route::Memory(_));
        let dialer = Dialer::new(route, speaks_tls.then_some(&tls), &timeouts).map_err(BuildError::Tls)?;
        let limiter = match self.limiter {
            Limiting::Own(limits) => Limiter::new(limits),
            Limiting::Shared(limiter) => limiter,
        };
        let max_idle = limiter.limits().max_concurrent.get();
        let course = Course {
            limiter,
            purse: self.purse,
            policy: self.retry,
            breaker: Breaker::new(self.retry.outage_patience),
            hedges: self.hedge.map(Hedges::new),
            dice: self.seed.map_or_else(Dice::shuffled, Dice::seeded),
            wire: Wire::new(dialer, timeouts, max_idle, self.max_body),
            close_on: self.close_on,
            on_attempt: self.on_attempt,
            redirects: self.redirects,
        };
        Ok(Client::new(base, headers, self.placing, course, self.single_flight))
    }
}

impl Way {
    /// Whether what is sent to this server unencrypted crosses no network.
    fn stays_here(&self, base: &BaseUrl) -> bool {
        match self {
            // The environment's proxy is for https alone.
            Self::Environment | Self::Direct => base.is_loopback(),
            Self::Proxy(_) => false,
            #[cfg(unix)]
            Self::Unix(_) => true,
            Self::Memory(_) => true,
        }
    }

    fn route(self, base: &BaseUrl) -> Result<Route, BuildError> {
        match self {
            Self::Environment => {
                let proxy = Proxy::of_environment(|name| std::env::var(name).ok(), base);
                let proxy = proxy.map_err(|(name, reason)| BuildError::Proxy { setting: name, reason })?;
                Ok(proxy.map_or(Route::Direct, |proxy| Route::Proxy(Arc::new(proxy))))
            }
            Self::Direct => Ok(Route::Direct),
            Self::Proxy(address) => match Proxy::parse(address.expose()) {
                Ok(proxy) => Ok(Route::Proxy(Arc::new(proxy))),
                Err(reason) => Err(BuildError::Proxy { setting: "the proxy", reason }),
            },
            #[cfg(unix)]
            Self::Unix(path) => Ok(Route::Unix(path.into())),
            Self::Memory(connector) => Ok(Route::Memory(connector)),
        }
    }
}

impl Authorities {
    fn read(&self) -> Result<Vec<wire::Certificate>, BuildError> {
        let (name, pem) = match self {
            Self::File(path) => {
                let name = path.display().to_string();
                let read = std::fs::read(path);
                (name.clone(), read.map_err(|source| BuildError::CaUnreadable { file: name, source })?)
            }
            Self::Pem(pem) => ("the PEM text".to_owned(), pem.clone()),
        };
        wire::certificates(&pem).ok_or(BuildError::Ca { file: name })
    }
}

impl fmt::Debug for ClientBuilder {
    // Names only: any header's value may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| shown(name)).collect();
        f.debug_struct("ClientBuilder")
            .field("base", &self.base)
            .field("key", &self.key)
            .field("headers", &names)
            .field("retry", &self.retry)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// Which setting of a client is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    /// The key.
    #[error(transparent)]
    Key(#[from] SecretError),
    /// A key would travel unencrypted to another machine.
    #[error("the API key would be sent unencrypted to {host}: use https, or allow it expressly")]
    InsecureKey {
        /// Whom it would be sent to.
        host: String,
    },
    /// A header with a name or value that cannot be sent.
    #[error("header {name:?} has a character that headers cannot have")]
    Header {
        /// Its name.
        name: String,
    },
    /// A CA file that cannot be read.
    #[error("the CA file {file} cannot be read: check its name and its rights")]
    CaUnreadable {
        /// Its name.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A CA file without certificates, or with one that is none.
    #[error("{file} holds no CA certificates: write them in PEM, from -----BEGIN CERTIFICATE----- on")]
    Ca {
        /// Its name.
        file: String,
    },
    /// A proxy that cannot be used.
    #[error("{setting} cannot be used: {reason}")]
    Proxy {
        /// The environment's variable, or `the proxy` if it was set here.
        setting: &'static str,
        /// Why; without its text, which may hold a password.
        reason: ProxyError,
    },
    /// A time-out of nothing.
    #[error("a time-out is zero: nothing would ever succeed")]
    ZeroTimeout,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

fn headers(
    (key, header): (Option<&Secret>, Option<&str>),
    others: &[(String, String)],
) -> Result<HeaderMap, BuildError> {
    let mut headers = HeaderMap::new();
    let agent = HeaderValue::from_static(concat!("kgas-http/", env!("CARGO_PKG_VERSION")));
    headers.insert(USER_AGENT, agent);
    if let Some(key) = key {
        key.check()?;
        let (name, mut value) = match header {
            None => (AUTHORIZATION, value(AUTHORIZATION.as_str(), &format!("Bearer {}", key.expose()))?),
            Some(name) => (header_name(name)?, value(name, key.expose())?),
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    for (name, text) in others {
        let parsed = header_name(name)?;
        let value = value(parsed.as_str(), text)?;
        headers.insert(parsed, value);
    }
    Ok(headers)
}

fn header_name(name: &str) -> Result<HeaderName, BuildError> {
    // The cause names no more than the name does.
    HeaderName::try_from(name).map_err(|_invalid| BuildError::Header { name: shown(name) })
}

/// The name of a header as it may be shown: who wrote name and value in one wrote a key, perhaps.
fn shown(name: &str) -> String {
    let name = name.split(':').next().unwrap_or_default();
    classify::presentable(name, &HeaderMap::new())
}

fn value(name: &str, text: &str) -> Result<HeaderValue, BuildError> {
    let mut value = HeaderValue::try_from(text).map_err(|_invalid| BuildError::Header { name: name.to_owned() })?;
    value.set_sensitive(is_secret(name));
    Ok(value)
}
