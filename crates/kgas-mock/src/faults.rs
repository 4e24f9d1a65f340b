//! What goes wrong on purpose, and when.

use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};

use crate::dice::roll;
use crate::locked;

/// Something that goes wrong, and the attempts it happens to: all, unless said otherwise.
///
/// The attempts counted here are the chat and embeddings requests that passed the key, the limits and the
/// strict checks. The first fault that applies to an attempt happens; the answer script does not move, and
/// what is sent carries no limit headers.
///
/// Which attempts is said by their number ([`Fault::nth`], [`Fault::every`], [`Fault::first`]) or by their
/// prompt, the last said of these; by the clock; and by chance. All that is said must hold.
///
/// ```
/// use std::time::Duration;
/// use kgas_mock::{Fault, MockServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = MockServer::builder()
///     .fault(Fault::status(503).header("retry-after", "2").first(2)) // fails twice, then works
///     .fault(Fault::reset().on_prompt("poison").times(1))
///     .fault(Fault::hang().nth(7))
///     .fault(Fault::reset().between(Duration::from_secs(10), Duration::from_secs(13))) // an outage
///     .fault(Fault::truncated().with_chance(0.1, 42))
///     .in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Fault {
    when: When,
    what: What,
    times: Option<u32>,
    span: Option<Range<Duration>>,
    chance: Option<Chance>,
}

#[derive(Debug, Clone)]
enum When {
    Always,
    Nth(usize),
    Every(usize),
    First(usize),
    Prompt(String),
}

#[derive(Debug, Clone, Copy)]
struct Chance {
    share: f64,
    seed: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Status { code: u16, headers: Vec<(String, String)>, body: Option<String> },
    Reset,
    ResetMidBody,
    Hang,
    NotJson(String),
    EmptyBody,
    Truncated,
    RefuseConnections,
}

impl Fault {
    /// Answers with this status and an OpenAI-style error body.
    #[must_use]
    pub fn status(code: u16) -> Self {
        Self::of(What::Status { code, headers: Vec::new(), body: None })
    }

    /// Closes the connection before any byte of an answer (TCP: with a reset).
    #[must_use]
    pub fn reset() -> Self {
        Self::of(What::Reset)
    }

    /// Sends the head and half of the announced body, then closes the connection (TCP: with a reset).
    #[must_use]
    pub fn reset_mid_body() -> Self {
        Self::of(What::ResetMidBody)
    }

    /// Takes the request and never answers.
    #[must_use]
    pub fn hang() -> Self {
        Self::of(What::Hang)
    }

    /// Answers 200 with this text as `text/html`, as a proxy in between might.
    #[must_use]
    pub fn not_json(html: impl Into<String>) -> Self {
        Self::of(What::NotJson(html.into()))
    }

    /// Answers 200 with no body at all.
    #[must_use]
    pub fn empty_body() -> Self {
        Self::of(What::EmptyBody)
    }

    /// Answers 200 with JSON that stops half way; as HTTP the message is whole.
    #[must_use]
    pub fn truncated() -> Self {
        Self::of(What::Truncated)
    }

    /// Turns new connections away and cuts those there are (TCP: with a reset). It concerns no single attempt,
    /// so that only [`Fault::between`] can say when.
    ///
    /// Attempts that were inside are dropped in the account and have no fault. Over TCP a connection is taken
    /// and reset at once; in memory it is refused by
    /// [`MockServer::try_connect`](crate::MockServer::try_connect), and is at its end from the beginning if
    /// [`MockServer::connect`](crate::MockServer::connect) opened it.
    #[must_use]
    pub fn refuse_connections() -> Self {
        Self::of(What::RefuseConnections)
    }

    fn of(what: What) -> Self {
        Self { when: When::Always, what, times: None, span: None, chance: None }
    }

    /// Adds a header to a status fault; other faults send none of their own.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let What::Status { headers, .. } = &mut self.what {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Replaces the body of a status fault; other faults have their own.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        if let What::Status { body, .. } = &mut self.what {
            *body = Some(text.into());
        }
        self
    }

    /// Happens only to the attempt with this index, counted from 0.
    #[must_use]
    pub fn nth(self, index: usize) -> Self {
        Self { when: When::Nth(index), ..self }
    }

    /// Happens to each `k`-th attempt: with 3, to those with index 2, 5, 8 and so on. 0 is never.
    #[must_use]
    pub fn every(self, k: usize) -> Self {
        Self { when: When::Every(k), ..self }
    }

    /// Happens to the first `count` attempts.
    #[must_use]
    pub fn first(self, count: usize) -> Self {
        Self { when: When::First(count), ..self }
    }

    /// Happens to attempts whose prompt (all messages, or all texts to embed) contains this.
    #[must_use]
    pub fn on_prompt(self, needle: impl Into<String>) -> Self {
        Self { when: When::Prompt(needle.into()), ..self }
    }

    /// Happens this many times at most.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Happens only while the server's clock, 0 at its start, is at `from` or later and before `until`.
    #[must_use]
    pub fn between(self, from: Duration, until: Duration) -> Self {
        Self { span: Some(from..until), ..self }
    }

    /// Happens to this share of the attempts, from 0 to 1. The attempt's index and the seed decide alone, so
    /// that it is the same each time; faults with the same seed meet the same attempts.
    #[must_use]
    pub fn with_chance(self, share: f64, seed: u64) -> Self {
        Self { chance: Some(Chance { share, seed }), ..self }
    }

    fn check(&self) -> io::Result<()> {
        if let Some(Chance { share, .. }) = self.chance
            && !(0.0..=1.0).contains(&share)
        {
            return Err(invalid(format!("chance {share} of a fault is not a share from 0 to 1")));
        }
        if matches!(self.what, What::RefuseConnections)
            && !(matches!(self.when, When::Always) && self.times.is_none() && self.chance.is_none())
        {
            return Err(invalid("only the clock can say when a fault refuses connections".to_owned()));
        }
        let What::Status { code, headers, .. } = &self.what else { return Ok(()) };
        // Informational statuses are not answers, and hyper would not send them as one.
        if !StatusCode::from_u16(*code).is_ok_and(|status| !status.is_informational()) {
            return Err(invalid(format!("status {code} of a fault is not an HTTP status that ends a request")));
        }
        for (name, value) in headers {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                return Err(invalid(format!("header {name}: {value} of a fault cannot be sent over HTTP")));
            }
        }
        Ok(())
    }

    fn applies(&self, index: usize, now: Duration, prompt: &str) -> bool {
        self.times != Some(0)
            && !matches!(self.what, What::RefuseConnections)
            && self.span.as_ref().is_none_or(|span| span.contains(&now))
            && self.chance.is_none_or(|chance| chance.hits(index))
            && match &self.when {
                When::Always => true,
                When::Nth(n) => index == *n,
                When::Every(k) => (index + 1).checked_rem(*k) == Some(0),
                When::First(count) => index < *count,
                When::Prompt(needle) => prompt.contains(needle.as_str()),
            }
    }
}

impl Chance {
    fn hits(self, index: usize) -> bool {
        roll(self.seed, u64::try_from(index).unwrap_or(u64::MAX)) < self.share
    }
}

impl What {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Reset => "reset",
            Self::ResetMidBody => "reset_mid_body",
            Self::Hang => "hang",
            Self::NotJson(_) => "not_json",
            Self::EmptyBody => "empty_body",
            Self::Truncated => "truncated",
            Self::RefuseConnections => "refuse_connections",
        }
    }
}

/// The faults still to come.
#[derive(Debug)]
pub(crate) struct Faults {
    armed: Mutex<Armed>,
    /// When connections are refused.
    outages: Vec<Range<Duration>>,
}

#[derive(Debug)]
struct Armed {
    seen: usize,
    faults: Vec<Fault>,
}

impl Faults {
    pub(crate) fn armed(faults: Vec<Fault>) -> io::Result<Self> {
        faults.iter().try_for_each(Fault::check)?;
        let always = Duration::ZERO..Duration::MAX;
        let outages = faults
            .iter()
            .filter(|fault| matches!(fault.what, What::RefuseConnections))
            .map(|fault| fault.span.clone().unwrap_or_else(|| always.clone()))
            .collect();
        Ok(Self { armed: Mutex::new(Armed { seen: 0, faults }), outages })
    }

    pub(crate) fn refuse_connections(&self, now: Duration) -> bool {
        self.outages.iter().any(|outage| outage.contains(&now))
    }

    /// When a connection that is open now will be cut.
    pub(crate) fn next_outage(&self, now: Duration) -> Option<Duration> {
        self.outages.iter().filter(|outage| !outage.is_empty()).map(|outage| outage.start).filter(|at| *at > now).min()
    }

    /// Counts an attempt, from 0, and says what goes wrong with it, if anything.
    pub(crate) fn strike(&self, now: Duration, prompt: &str) -> (usize, Option<What>) {
        let mut armed = locked(&self.armed);
        let index = armed.seen;
        armed.seen += 1;
        let fault = armed.faults.iter_mut().find(|fault| fault.applies(index, now, prompt));
        let what = fault.map(|fault| {
            fault.times = fault.times.map(|left| left.saturating_sub(1));
            fault.what.clone()
        });
        (index, what)
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
