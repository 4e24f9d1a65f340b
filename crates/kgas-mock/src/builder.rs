//! What the server will be like: its limits, network, faults and answers.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::net::{TcpListener, ToSocketAddrs};

use crate::account::Book;
use crate::faults::{Fault, Faults};
use crate::forms::Forms;
use crate::latency::Latency;
use crate::limits::{Algorithm, HeaderStyle, Hint, Limits, Teller, Terms};
use crate::script::{Answer, Reply, Script};
use crate::server::MockServer;
use crate::service::Desk;
use crate::transit::Transit;

const DEFAULT_DIMENSIONS: usize = 64;

/// What the server will be like.
///
/// ```
/// use std::time::Duration;
/// use kgas_mock::{Fault, MockServer, Reply};
///
/// # fn main() -> std::io::Result<()> {
/// let server = MockServer::builder()
///     .latency(Duration::from_millis(200))
///     .requests_per_minute(500)
///     .require_key("sk-test")
///     .models(["gpt-4o-mini"])
///     .fault(Fault::status(500).every(100))
///     .answer(Reply::text("[]"))
///     .in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Builder {
    latency: Latency,
    transit: Transit,
    terms: Terms,
    teller: Teller,
    clock: Option<SystemTime>,
    key: Option<String>,
    models: Vec<String>,
    dimensions: usize,
    keeps_requests: bool,
    faults: Vec<Fault>,
    forms: Forms,
    answer: Box<dyn Answer>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            latency: Latency::fixed(Duration::ZERO),
            transit: Transit::new(Duration::ZERO, Duration::ZERO, 0),
            terms: Terms::default(),
            teller: Teller::default(),
            clock: None,
            key: None,
            models: Vec::new(),
            dimensions: DEFAULT_DIMENSIONS,
            keeps_requests: false,
            faults: Vec::new(),
            forms: Forms::default(),
            answer: Box::new(Reply::text("ok")),
        }
    }

    /// Takes this long for each answer of the simulated model; refusals (400, 401, 404, 429) leave at once.
    pub fn latency(self, latency: Duration) -> Self {
        self.latency_model(Latency::fixed(latency))
    }

    /// Takes as long as this says instead; refusals leave at once all the same.
    pub fn latency_model(self, latency: Latency) -> Self {
        Self { latency, ..self }
    }

    /// Puts a network in between: each request reaches the server's books `one_way` after its head came out of
    /// the stream, give or take up to `jitter`, and each answer takes as long on its way back. All of this is
    /// even and comes from the seed and the order of the heads alone; `jitter` above `one_way` is taken as
    /// `one_way`. Timers round up to the millisecond.
    ///
    /// A request whose client leaves while it is under way reaches the books at that moment.
    pub fn transit(self, one_way: Duration, jitter: Duration, seed: u64) -> Self {
        Self { transit: Transit::new(one_way, jitter, seed), ..self }
    }

    /// Lets in this many calls (chat and embeddings together) per minute, as the [`Algorithm`] counts them; others
    /// get 429 with a [`Hint`]. Requests without the right key do not count, bad ones do.
    pub fn requests_per_minute(mut self, allowance: u32) -> Self {
        self.terms.requests = Some(allowance);
        self
    }

    /// Lets in this many tokens per minute. A call costs a quarter of its prompt's characters, each message or
    /// text rounded up, and its `max_completion_tokens` (or `max_tokens`); a bad one costs none.
    pub fn tokens_per_minute(mut self, allowance: u32) -> Self {
        self.terms.tokens = Some(allowance);
        self
    }

    /// Counts by this algorithm; by [`Algorithm::SlidingLog`] unless told otherwise.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.terms.algorithm = algorithm;
        self
    }

    /// Starts when this much of the limits' minute (or quantum) is over already; zero unless told otherwise.
    pub fn phase(mut self, phase: Duration) -> Self {
        self.terms.phase = phase;
        self
    }

    /// Whether refused attempts count against the limits too; they don't unless told otherwise. A log or a
    /// counter counts them as if they had been let in; a bucket or a quantum loses what it has left, up to their
    /// cost, and gets into no debt.
    pub fn refusals_count(mut self, refusals_count: bool) -> Self {
        self.terms.refusals_count = refusals_count;
        self
    }

    /// Whether the token limit settles a call when its answer is known: what the answer reports is then taken
    /// instead of what was estimated. It doesn't unless told otherwise. What was estimated stays taken where no
    /// answer tells better: behind a fault, and if the client leaves.
    ///
    /// A bucket gets the difference or loses it, with a debt if it must. A counter of the minute corrects itself if
    /// the minute of the call is still running, a log corrects its entry. A quantum gets no more than it holds, and
    /// takes what is missing from those that follow.
    pub fn settle_tokens(mut self, settles_tokens: bool) -> Self {
        self.terms.settles_tokens = settles_tokens;
        self
    }

    /// How a 429 says when to come again: by [`Hint::Seconds`] unless told otherwise.
    pub fn hint(mut self, hint: Hint) -> Self {
        self.teller.hint = hint;
        self
    }

    /// Which headers say where a caller stands: [`HeaderStyle::OpenAi`] unless told otherwise. The [`Hint`]
    /// stays.
    pub fn header_style(mut self, style: HeaderStyle) -> Self {
        self.teller.style = style;
        self
    }

    /// Whether answers carry the headers of OpenAI's style, or none.
    pub fn limit_headers(self, has_limit_headers: bool) -> Self {
        self.header_style(if has_limit_headers { HeaderStyle::OpenAi } else { HeaderStyle::None })
    }

    /// The time of day at the server's start, which shows in headers with dates, the `date` of each answer among them;
    /// the system's unless told.
    pub fn clock(self, start: SystemTime) -> Self {
        Self { clock: Some(start), ..self }
    }

    /// Answers 401 unless the request carries this key as its bearer token, or else in the header `api-key`.
    pub fn require_key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Knows only these models; none given means any.
    pub fn models<M: Into<String>>(self, models: impl IntoIterator<Item = M>) -> Self {
        Self { models: models.into_iter().map(Into::into).collect(), ..self }
    }

    /// Gives embeddings this many dimensions unless the request names its own; 64 if not said.
    pub fn embedding_dimensions(self, dimensions: usize) -> Self {
        Self { dimensions, ..self }
    }

    /// Keeps headers and body of each request in the account, not only the prompt's beginning.
    pub fn keep_requests(self) -> Self {
        Self { keeps_requests: true, ..self }
    }

    /// Adds a fault; of several that apply, the one added first happens.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Refuses, ignores or obeys `response_format`; [`Forms::ignored`] unless told otherwise.
    pub fn forms(self, forms: Forms) -> Self {
        Self { forms, ..self }
    }

    /// Says these replies in order of arrival; the same as `.answer(Script::new(replies))`.
    pub fn script<R: Into<Reply>>(self, replies: impl IntoIterator<Item = R>) -> Self {
        self.answer(Script::new(replies))
    }

    /// Says what this answers.
    pub fn answer(self, answer: impl Answer) -> Self {
        Self { answer: Box::new(answer), ..self }
    }

    /// Starts the server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Fails if no port can be had, and with [`io::ErrorKind::InvalidInput`] if a fault has a status or a
    /// header that HTTP does not allow, a chance that is none, or no connections and more than the clock, or if a
    /// [`Latency`] has a spread, a share or a factor that is none.
    pub async fn start(self) -> io::Result<MockServer> {
        self.start_on(("127.0.0.1", 0)).await
    }

    /// Starts the server on this address and port; port 0 is a free one.
    ///
    /// # Errors
    ///
    /// Fails with [`io::ErrorKind::AddrInUse`] if the port is taken, with other kinds if it can't be had otherwise,
    /// and as [`Builder::start`] does.
    pub async fn start_on(self, address: impl ToSocketAddrs) -> io::Result<MockServer> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let server = self.open(url)?;
        server.listen(listener);
        Ok(server)
    }

    /// Makes the server without a port: connections come through [`MockServer::connect`] and
    /// [`MockServer::serve_stream`]. Under a paused clock this is a simulation without real time.
    ///
    /// # Errors
    ///
    /// Fails with [`io::ErrorKind::InvalidInput`] if a fault or a latency cannot be, as [`Builder::start`] does.
    pub fn in_memory(self) -> io::Result<MockServer> {
        self.open("http://mock.invalid/v1".to_owned())
    }

    fn open(self, url: String) -> io::Result<MockServer> {
        self.latency.check()?;
        let Terms { requests, tokens, .. } = self.terms;
        let is_limited = requests.is_some() || tokens.is_some();
        let desk = Desk {
            book: Arc::new(Book::open(self.clock.unwrap_or_else(SystemTime::now))),
            tells_time: self.clock.is_some(),
            latency: self.latency,
            transit: self.transit,
            limits: is_limited.then(|| Limits::new(&self.terms)),
            counts_tokens: tokens.is_some(),
            teller: self.teller,
            key: self.key,
            models: self.models,
            dimensions: self.dimensions,
            keeps_requests: self.keeps_requests,
            faults: Faults::armed(self.faults)?,
            forms: self.forms,
            answer: self.answer,
            asked: Mutex::default(),
        };
        Ok(MockServer::open(url, desk))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Builder")
            .field("latency", &self.latency)
            .field("limits", &self.terms)
            .field("models", &self.models)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
