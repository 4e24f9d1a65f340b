//! What `kgas-bench serve` can be told.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};
use kgas_mock::{Algorithm, Dirt, HeaderStyle, Hint};

use super::spelled::{self, SpelledFault, SpelledForm};

/// The flags, in the order of the documentation.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Listen on this address
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    pub(super) address: IpAddr,
    /// Listen on this port; 0 is a free one
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(super) port: u16,
    /// Answer 401 to requests without this key
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<Key>,
    /// Know this model and no other; may be given again
    #[arg(long = "model", value_name = "NAME")]
    pub(super) models: Vec<String>,
    /// The seed of all that chance decides
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(super) seed: u64,
    /// Write statistics and the whole account here at the end
    #[arg(long, value_name = "FILE")]
    pub(super) statistics: Option<PathBuf>,
    /// Keep headers and bodies of requests in the account
    #[arg(long)]
    pub(super) keep_requests: bool,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    #[command(flatten)]
    pub(super) times: TimeArgs,
    #[command(flatten)]
    pub(super) answers: AnswerArgs,
    /// Let something go wrong, as in "503 every 10", "reset chance 0.1" or "outage 10s..13s"; may be given again
    #[arg(long = "fault", value_name = "FAULT", help_heading = "Faults")]
    pub(super) faults: Vec<SpelledFault>,
}

/// How much is let in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits", group = ArgGroup::new("limit").args(["rpm", "tpm"]).multiple(true))]
pub(super) struct LimitArgs {
    /// Let in this many requests per minute
    #[arg(long, value_name = "N")]
    pub(super) rpm: Option<u32>,
    /// Let in this many tokens per minute
    #[arg(long, value_name = "N")]
    pub(super) tpm: Option<u32>,
    /// How to count
    #[arg(long, value_enum, default_value_t, value_name = "NAME", requires = "limit")]
    pub(super) algorithm: AlgorithmName,
    /// Start when this much of the limits' minute is over, as in 30s
    #[arg(long, value_parser = spelled::time, default_value = "0s", value_name = "TIME", requires = "limit")]
    pub(super) phase: Duration,
    /// Count refused requests too
    #[arg(long, requires = "limit")]
    pub(super) refusals_count: bool,
    /// Settle the tokens of a call by what its answer reports
    #[arg(long, requires = "tpm")]
    pub(super) settle_tokens: bool,
    /// How to say where the caller stands
    #[arg(long, value_enum, default_value_t, value_name = "STYLE", requires = "limit")]
    pub(super) headers: HeaderName,
    /// How a 429 says when to come again
    #[arg(long, value_enum, default_value_t, value_name = "FORM", requires = "limit")]
    pub(super) hint: HintName,
}

/// How long things take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Times")]
pub(super) struct TimeArgs {
    /// What each answer takes, as in 300ms or 2.5s
    #[arg(long, value_parser = spelled::time, default_value = "0s", value_name = "TIME")]
    pub(super) latency: Duration,
    /// What each token of the prompt takes, as in 50us
    #[arg(long, value_parser = spelled::time, default_value = "0s", value_name = "TIME")]
    pub(super) prompt_token: Duration,
    /// What each token of the answer takes, as in 15ms; streams come at this pace
    #[arg(long, value_parser = spelled::time, default_value = "0s", value_name = "TIME")]
    pub(super) completion_token: Duration,
    /// Spread these times log-normally, with this sigma
    #[arg(long, value_parser = spelled::not_negative, default_value_t = 0.0, value_name = "SIGMA")]
    pub(super) spread: f64,
    /// Let this share of answers, from 0 to 1, take longer
    #[arg(long, value_parser = spelled::share, default_value_t = 0.0, value_name = "SHARE")]
    pub(super) outliers: f64,
    /// How many times as long they take
    #[arg(long, value_parser = spelled::not_negative, default_value_t = 10.0, value_name = "TIMES", requires = "outliers")]
    pub(super) outlier_factor: f64,
    /// What the way to the server takes, and the way back
    #[arg(long, value_parser = spelled::time, default_value = "0s", value_name = "TIME")]
    pub(super) transit: Duration,
    /// How much shorter or longer a way can be
    #[arg(long, value_parser = spelled::time, default_value = "0s", value_name = "TIME", requires = "transit")]
    pub(super) jitter: Duration,
}

/// What is said.
#[derive(Debug, Args)]
#[command(next_help_heading = "Answers")]
pub(super) struct AnswerArgs {
    /// Answer each chat call with this text
    #[arg(long, default_value = "ok", value_name = "TEXT")]
    pub(super) answer: String,
    /// Answer chat calls from a file of JSON Lines
    #[arg(long, value_name = "FILE", conflicts_with = "answer")]
    pub(super) script: Option<PathBuf>,
    /// Make this share of answers dirty, from 0 to 1
    #[arg(long, value_parser = spelled::share, default_value_t = 0.0, value_name = "SHARE")]
    pub(super) dirty: f64,
    /// In these ways only, separated by commas
    #[arg(long, value_parser = spelled::dirt, value_delimiter = ',', value_name = "KIND", requires = "dirty")]
    pub(super) dirt: Vec<Dirt>,
    /// Obey response_format, instead of ignoring it
    #[arg(long)]
    pub(super) obey_forms: bool,
    /// Refuse a form (json_schema, json_object or json_object_schema) with 400, or as in json_schema=500; may be given
    /// again
    #[arg(long = "refuse-form", value_name = "FORM")]
    pub(super) refused_forms: Vec<SpelledForm>,
    /// How many dimensions embeddings have
    #[arg(long, default_value_t = 64, value_name = "N")]
    pub(super) dimensions: usize,
}

impl ServeArgs {
    /// What says something only together with another flag's value, and would else be passed over.
    pub(super) fn idle(&self) -> Option<&'static str> {
        let times = &self.times;
        let base = [times.latency, times.prompt_token, times.completion_token];
        let takes_time = base.iter().any(|time| !time.is_zero());
        if (times.spread > 0.0 || times.outliers > 0.0) && !takes_time {
            Some("--spread and --outliers change times: give --latency, --prompt-token or --completion-token")
        } else if times.jitter > times.transit {
            Some("--jitter can't be longer than --transit: nothing arrives before it was sent")
        } else {
            None
        }
    }
}

/// A key that no debug output shows.
#[derive(Clone)]
pub(super) struct Key(pub(super) String);

impl From<&str> for Key {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key")
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum AlgorithmName {
    /// A bucket of a minute's worth that starts full
    FullBucket,
    /// A bucket of a second's worth
    SecondBucket,
    /// A counter that starts anew each minute
    FixedMinute,
    /// A log of the last 60 s
    #[default]
    SlidingLog,
    /// A counter for each second
    SecondQuanta,
}

impl From<AlgorithmName> for Algorithm {
    fn from(name: AlgorithmName) -> Self {
        match name {
            AlgorithmName::FullBucket => Self::FullBucket,
            AlgorithmName::SecondBucket => Self::SecondBucket,
            AlgorithmName::FixedMinute => Self::FixedMinute,
            AlgorithmName::SlidingLog => Self::SlidingLog,
            AlgorithmName::SecondQuanta => Self::SecondQuanta,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum HeaderName {
    /// x-ratelimit-…, with times like 6m0s
    #[default]
    Openai,
    /// anthropic-ratelimit-…, with dates
    Anthropic,
    /// No such headers
    None,
}

impl From<HeaderName> for HeaderStyle {
    fn from(name: HeaderName) -> Self {
        match name {
            HeaderName::Openai => Self::OpenAi,
            HeaderName::Anthropic => Self::Anthropic,
            HeaderName::None => Self::None,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum HintName {
    /// retry-after in seconds, and a sentence
    #[default]
    Seconds,
    /// retry-after-ms beside them
    Millis,
    /// The sentence alone
    Message,
    /// None
    Nothing,
}

impl From<HintName> for Hint {
    fn from(name: HintName) -> Self {
        match name {
            HintName::Seconds => Self::Seconds,
            HintName::Millis => Self::Millis,
            HintName::Message => Self::Message,
            HintName::Nothing => Self::Nothing,
        }
    }
}
