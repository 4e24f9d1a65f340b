//! One meeting of a contender and a server, and what the server says came of it.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kgas_http::openai::{ChatParams, chat_request};
use kgas_http::{ApiRequest, Client, ClientBuilder, memory};
use kgas_mock::{Account, Algorithm, MockServer, Reply};

/// Why a meeting could not be held.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// The ways in which servers count.
pub(crate) const SERVERS: [Algorithm; 5] = [
    Algorithm::FullBucket,
    Algorithm::SecondBucket,
    Algorithm::FixedMinute,
    Algorithm::SlidingLog,
    Algorithm::SecondQuanta,
];

/// How long a request is under way, give or take the jitter.
const ONE_WAY: Duration = Duration::from_millis(50);
/// How long a new connection takes.
const HANDSHAKE: Duration = Duration::from_millis(300);

const SEED: u64 = 20;

/// How much of the server's minute is over when the client starts.
const PHASE: Duration = Duration::from_millis(17_300);

const PROMPT_TOKENS: usize = 100;
const MAX_TOKENS: usize = 896;

/// What the server counts for a call.
const COUNTED_TOKENS: u32 = 996;

/// What a client should expect it to count: with the markup around the one message.
pub(crate) const ESTIMATED_TOKENS: u32 = 1_000;

/// What all meetings have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// For how many minutes of the allowance there is a backlog.
    pub(crate) minutes: u32,
    /// By how much the network's delay differs from call to call, at most.
    pub(crate) jitter: Duration,
    /// Whether the server tells in headers where a caller stands.
    pub(crate) has_limit_headers: bool,
}

/// What a server allows in a minute, of either sort.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Allowance {
    Requests(u32),
    Tokens(u32),
}

impl Allowance {
    pub(crate) const fn per_minute(self) -> u32 {
        match self {
            Self::Requests(n) | Self::Tokens(n) => n,
        }
    }

    pub(crate) const fn requests(self) -> Option<NonZeroU32> {
        match self {
            Self::Requests(n) => NonZeroU32::new(n),
            Self::Tokens(_) => None,
        }
    }

    pub(crate) const fn tokens(self) -> Option<NonZeroU32> {
        match self {
            Self::Requests(_) => None,
            Self::Tokens(n) => NonZeroU32::new(n),
        }
    }

    /// How many calls use up so many minutes of it.
    fn calls(self, minutes: u32) -> u32 {
        match self {
            Self::Requests(n) => n.saturating_mul(minutes),
            Self::Tokens(n) => n.saturating_mul(minutes) / ESTIMATED_TOKENS,
        }
    }

    /// What the server counts for a call.
    const fn of_a_call(self) -> u32 {
        match self {
            Self::Requests(_) => 1,
            Self::Tokens(_) => COUNTED_TOKENS,
        }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests(n) => write!(f, "{n} requests"),
            Self::Tokens(n) => write!(f, "{n} tokens"),
        }
    }
}

/// A way to send a backlog of calls through a limit.
pub(crate) trait Contender {
    /// What the table calls it.
    fn name(&self) -> &'static str;

    /// Sends all calls with clients from this builder, which connects to the server.
    fn run(
        &self,
        client: ClientBuilder,
        allowance: Allowance,
        calls: u32,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>>>>;
}

/// What came of it, by the server's account.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Calls answered per allowed rate, over the time from the first attempt to the last.
    pub(crate) share: f64,
    /// Attempts answered 429.
    pub(crate) n_429: usize,
    /// Calls that were never answered.
    pub(crate) lost: usize,
    /// From the first attempt to the last.
    pub(crate) wall: Duration,
}

impl Outcome {
    fn of(account: &Account, allowance: Allowance, calls: u32) -> Self {
        let arrivals = || account.attempts().iter().map(|attempt| attempt.arrived);
        let wall = arrivals().max().unwrap_or_default().saturating_sub(arrivals().min().unwrap_or_default());
        let answered = account.calls_answered();
        // The first call opens the time that is measured, and takes none of it.
        let used = answered.saturating_sub(1) as f64 * f64::from(allowance.of_a_call());
        let allowed = f64::from(allowance.per_minute()) * wall.as_secs_f64() / 60.0;
        let lost = usize::try_from(calls).unwrap_or(usize::MAX).saturating_sub(answered);
        Self { share: used / allowed, n_429: account.refused(), lost, wall }
    }
}

/// Lets a contender send a backlog for so many minutes to a new server, in a time of their own.
pub(crate) fn meet(
    contender: &dyn Contender,
    algorithm: Algorithm,
    allowance: Allowance,
    setting: &Setting,
) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(async {
        let server = Arc::new(server(algorithm, allowance, setting)?);
        let (connector, mut listener) = memory::connector();
        let connector = connector.with_handshake(HANDSHAKE);
        let far_end = Arc::clone(&server);
        tokio::spawn(async move {
            while let Some(pipe) = listener.accept().await {
                far_end.serve_stream(pipe);
            }
        });
        let calls = allowance.calls(setting.minutes);
        let client = Client::builder(server.url()).connector(connector).seed(SEED);
        contender.run(client, allowance, calls).await?;
        Ok(Outcome::of(&server.account(), allowance, calls))
    })
}

fn server(algorithm: Algorithm, allowance: Allowance, setting: &Setting) -> std::io::Result<MockServer> {
    let server = MockServer::builder()
        .algorithm(algorithm)
        .phase(PHASE)
        .transit(ONE_WAY, setting.jitter, SEED)
        .limit_headers(setting.has_limit_headers)
        .answer(Reply::text("ok").usage(PROMPT_TOKENS, MAX_TOKENS));
    let per_minute = allowance.per_minute();
    match allowance {
        Allowance::Requests(_) => server.requests_per_minute(per_minute),
        Allowance::Tokens(_) => server.tokens_per_minute(per_minute),
    }
    .in_memory()
}

/// The call with this number.
pub(crate) fn call(number: u32) -> ApiRequest {
    let prompt = format!("{:<1$}", format!("[[doc:{number}]]"), PROMPT_TOKENS * 4);
    chat_request(&ChatParams { max_tokens: u32::try_from(MAX_TOKENS).ok(), ..ChatParams::prompt(prompt) })
}
