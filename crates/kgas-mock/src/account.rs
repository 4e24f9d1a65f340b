//! What reached the server, when, and what became of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};
use tokio::time::Instant;

use crate::locked;

const SNIPPET_CHARS: usize = 200;

/// The server's own record of what happened on the wire, as of the moment it was asked for.
///
/// It serialises to JSON; times there are seconds since the server started.
///
/// ```
/// use kgas_mock::MockServer;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = MockServer::builder().in_memory()?;
/// let account = server.account();
/// assert_eq!(account.calls_answered(), 0);
/// assert_eq!(
///     serde_json::to_string(&account)?,
///     r#"{"connections":0,"max_in_flight":0,"attempts":[]}"#,
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, Serialize)]
pub struct Account {
    connections: usize,
    #[serde(skip_serializing_if = "is_zero")]
    connections_refused: u64,
    max_in_flight: usize,
    attempts: Vec<Attempt>,
}

impl Account {
    /// Each request whose head arrived, in order of arrival, which is the order in which they were judged.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The attempts whose prompt begins with this, in order: the attempts of one call, if each call's prompt
    /// has a beginning of its own (within the 200 characters that are kept).
    pub fn attempts_of(&self, beginning: &str) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(move |attempt| attempt.call && attempt.prompt.starts_with(beginning))
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// How many connections were turned away by [`Fault::refuse_connections`](crate::Fault::refuse_connections);
    /// they were not opened.
    #[must_use]
    pub fn connections_refused(&self) -> u64 {
        self.connections_refused
    }

    /// The largest number of requests that were inside the server at one moment.
    #[must_use]
    pub fn max_in_flight(&self) -> usize {
        self.max_in_flight
    }

    /// How many calls (chat or embeddings) got a whole answer: status 200 and no fault.
    #[must_use]
    pub fn calls_answered(&self) -> usize {
        self.attempts.iter().filter(|attempt| attempt.is_answered_call()).count()
    }

    /// How many attempts got a 429, be it from a limit or from a fault.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.attempts.iter().filter(|attempt| attempt.status == Some(429)).count()
    }

    /// The largest number of calls (chat or embeddings, refused ones too) that arrived in any window of this
    /// length. A window is half open: of two calls exactly `window` apart, each has its own.
    #[must_use]
    pub fn max_in_window(&self, window: Duration) -> usize {
        let mut inside = VecDeque::new();
        let mut most = 0;
        for attempt in self.attempts.iter().filter(|attempt| attempt.call) {
            inside.push_back(attempt.arrived);
            while inside.front().is_some_and(|first| attempt.arrived.saturating_sub(*first) >= window) {
                inside.pop_front();
            }
            most = most.max(inside.len());
        }
        most
    }
}

/// One request as the server saw it.
#[derive(Debug, Clone, Serialize)]
pub struct Attempt {
    /// Which connection it came on, counted from 0.
    pub connection: usize,
    /// The path asked for.
    pub path: String,
    /// Whether the path is one that costs: chat completions or embeddings.
    pub call: bool,
    /// When it reached the server, since the server started, and was judged: when its head came, or, if its
    /// tokens are counted or it had a way to go ([`Builder::transit`](crate::Builder::transit)), not before its
    /// body was whole.
    #[serde(serialize_with = "seconds")]
    pub arrived: Duration,
    /// The first 200 characters of the prompt or of the texts to embed; empty if the request had none or was
    /// not a good one.
    pub prompt: String,
    /// The tokens that the token limit counted for it when it arrived, by the server's own estimate: 0 without
    /// such a limit, and for a refused attempt unless refusals count.
    #[serde(skip_serializing_if = "is_zero")]
    pub tokens: u64,
    /// The status sent; `None` while there is none.
    pub status: Option<u16>,
    /// The fault that met it: `status`, `reset`, `reset_mid_body`, `hang`, `not_json`, `empty_body` or
    /// `truncated`.
    pub fault: Option<&'static str>,
    /// How the answer was made dirty ([`Dirt::name`](crate::Dirt::name)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dirt: Option<&'static str>,
    /// The tokens that the answer reports; none for whatever has no such report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// When the answer was handed to the wire, since the server started; of a stream that takes its time
    /// ([`Latency`](crate::Latency)), when its last piece was.
    #[serde(serialize_with = "maybe_seconds")]
    pub answered: Option<Duration>,
    /// When it ended without an answer: the client left, or a fault closed the connection.
    #[serde(serialize_with = "maybe_seconds")]
    pub dropped: Option<Duration>,
    /// The request as sent, if [`Builder::keep_requests`](crate::Builder::keep_requests) was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Received>,
}

impl Attempt {
    fn is_answered_call(&self) -> bool {
        self.call && self.answered.is_some() && self.status == Some(200) && self.fault.is_none()
    }
}

/// The tokens that an answer reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Those of the prompt, or of the texts to embed.
    pub prompt_tokens: u64,
    /// Those of the answer; 0 for embeddings.
    pub completion_tokens: u64,
}

/// A request as sent, without its keys.
#[derive(Debug, Clone, Serialize)]
pub struct Received {
    /// The headers, names in lower case. Those that may be keys are left out: `authorization`, `x-api-key`, `cookie`
    /// and whatever sounds or looks like them.
    pub headers: BTreeMap<String, String>,
    /// The body as text; a key that came in a header stands in it as `[key]`.
    pub body: String,
}

/// The book in which the account is written.
#[derive(Debug)]
pub(crate) struct Book {
    started: Instant,
    /// The time of day when it started.
    clock: SystemTime,
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    account: Account,
    in_flight: usize,
}

impl Book {
    pub(crate) fn open(clock: SystemTime) -> Self {
        Self { started: Instant::now(), clock, pages: Mutex::default() }
    }

    /// The time since the server started.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// The moment that is this long after the start; none if it is beyond all time.
    pub(crate) fn moment(&self, since: Duration) -> Option<Instant> {
        self.started.checked_add(since)
    }

    /// The time of day that is this long after the start.
    pub(crate) fn time_of_day(&self, since: Duration) -> SystemTime {
        self.clock.checked_add(since).unwrap_or(self.clock)
    }

    pub(crate) fn snapshot(&self) -> Account {
        locked(&self.pages).account.clone()
    }

    /// Numbers a new connection.
    pub(crate) fn connected(&self) -> usize {
        let mut pages = locked(&self.pages);
        let connection = pages.account.connections;
        pages.account.connections += 1;
        connection
    }

    pub(crate) fn refused_connection(&self) {
        locked(&self.pages).account.connections_refused += 1;
    }

    /// Writes an arrival down and judges it (to what, and for how many tokens) at that same instant, so that the order of arrivals in the
    /// account is the order of the judgements.
    pub(crate) fn arrive<T>(
        self: &Arc<Self>,
        connection: usize,
        path: &str,
        call: bool,
        judge: impl FnOnce(Duration) -> (T, u64),
    ) -> (Ticket, T) {
        let mut pages = locked(&self.pages);
        let now = self.now();
        let (judgement, tokens) = judge(now);
        let index = pages.account.attempts.len();
        pages.account.attempts.push(Attempt {
            connection,
            path: path.to_owned(),
            call,
            arrived: now,
            prompt: String::new(),
            tokens,
            status: None,
            fault: None,
            dirt: None,
            usage: None,
            answered: None,
            dropped: None,
            request: None,
        });
        pages.in_flight += 1;
        pages.account.max_in_flight = pages.account.max_in_flight.max(pages.in_flight);
        drop(pages);
        (Ticket { book: Arc::clone(self), index, arrived: now, is_closed: false }, judgement)
    }

    fn write(&self, index: usize, note: impl FnOnce(&mut Attempt)) {
        if let Some(attempt) = locked(&self.pages).account.attempts.get_mut(index) {
            note(attempt);
        }
    }
}

/// One attempt's place in the book; dropping it unanswered writes that down.
#[derive(Debug)]
pub(crate) struct Ticket {
    book: Arc<Book>,
    index: usize,
    arrived: Duration,
    is_closed: bool,
}

impl Ticket {
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn arrived(&self) -> Duration {
        self.arrived
    }

    pub(crate) fn note(&self, prompt: &str, request: Option<Received>) {
        let end = prompt.char_indices().nth(SNIPPET_CHARS).map_or(prompt.len(), |(at, _)| at);
        let snippet = prompt.get(..end).unwrap_or(prompt).to_owned();
        self.book.write(self.index, |attempt| {
            attempt.prompt = snippet;
            attempt.request = request;
        });
    }

    pub(crate) fn fault(&self, name: &'static str) {
        self.book.write(self.index, |attempt| attempt.fault = Some(name));
    }

    pub(crate) fn dirt(&self, name: &'static str) {
        self.book.write(self.index, |attempt| attempt.dirt = Some(name));
    }

    /// The head of an answer that takes its time.
    pub(crate) fn began(&self, status: u16, usage: Option<Usage>) {
        self.book.write(self.index, |attempt| {
            attempt.status = Some(status);
            attempt.usage = usage;
        });
    }

    /// It was handed to the wire so long ago; `settle` is done at the moment of now, in order with all arrivals.
    pub(crate) fn answered(mut self, ago: Duration, settle: impl FnOnce(Duration)) {
        let mut pages = locked(&self.book.pages);
        let now = self.book.now();
        settle(now);
        if let Some(attempt) = pages.account.attempts.get_mut(self.index) {
            attempt.answered = Some(now.saturating_sub(ago));
        }
        drop(pages);
        self.is_closed = true;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let at = self.book.now();
        if !self.is_closed {
            self.book.write(self.index, |attempt| attempt.dropped = Some(at));
        }
        let mut pages = locked(&self.book.pages);
        pages.in_flight = pages.in_flight.saturating_sub(1);
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

fn maybe_seconds<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
}
