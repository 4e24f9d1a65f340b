//! What a probe saw of a server.

use std::collections::BTreeMap;

use kgas_http::HttpError;
use serde::Serialize;

use super::fit::Line;
use super::judge::{MOST_UNSTEADY, Safe, Step};
use super::purse::is_refusal;

/// What a probe saw of a server, and what follows from it.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// The base URL.
    pub server: String,
    /// The model asked.
    pub model: String,
    /// How many requests were allowed.
    pub allowed: u32,
    /// How many were sent, answered or not.
    pub sent: u32,
    /// Tokens of all answered requests, prompts and answers: as the server told them, else estimated.
    pub tokens: u64,
    /// From the first request to the last answer, in seconds.
    pub seconds: f64,
    /// What the very first request took on the wire, in seconds. It counts nowhere else: it may have had to connect,
    /// and to wait for the model to be loaded.
    pub first_seconds: f64,
    /// What was seen for each size of prompt, from the smallest.
    pub sizes: Vec<Size>,
    /// How latency grows with the prompt.
    pub latency: Option<Line>,
    /// What was seen with more and more requests at a time; the first is one at a time.
    pub steps: Vec<Step>,
    /// How many requests at a time are safe.
    pub safe: Safe,
    /// Whether the server answers one request at a time, if that was seen.
    pub is_serial: Option<bool>,
    /// By how much answers to prompts of one size differed at most: the slowest over the fastest.
    pub unsteadiness: f64,
    /// What the server's headers told of its limits.
    pub told: Told,
    /// What went wrong, in order.
    pub troubles: Vec<Trouble>,
}

impl Findings {
    /// Whether the server, or what lies between, was so unsteady that few requests say little.
    #[must_use]
    pub fn is_unsteady(&self) -> bool {
        self.unsteadiness > MOST_UNSTEADY
    }

    /// The largest size of prompt that was answered.
    #[must_use]
    pub fn largest(&self) -> Option<&Size> {
        self.sizes.iter().rev().find(|size| !size.samples.is_empty())
    }
}

/// What was seen of one size of prompt, one request after the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// Tokens that the prompts were made for.
    pub wanted_tokens: u32,
    /// What was answered.
    pub samples: Vec<Sample>,
}

impl Size {
    /// What the answered requests took on the wire, in seconds.
    #[must_use]
    pub fn latencies(&self) -> Vec<f64> {
        self.samples.iter().map(|sample| sample.seconds).collect()
    }

    /// The mean size of the prompts, in tokens.
    #[must_use]
    pub fn prompt_tokens(&self) -> f64 {
        mean(self.samples.iter().map(|sample| f64::from(sample.prompt_tokens)))
    }

    /// The mean length of the answers, in tokens; none where the server didn't tell it each time.
    #[must_use]
    pub fn answer_tokens(&self) -> Option<f64> {
        let told: Option<Vec<f64>> = self.samples.iter().map(|sample| sample.answer_tokens.map(f64::from)).collect();
        told.filter(|told| !told.is_empty()).map(|told| mean(told.into_iter()))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// One answered request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// Tokens of the prompt: as the server told them, else estimated.
    pub prompt_tokens: u32,
    /// Whether the server told them.
    pub is_told: bool,
    /// Tokens of the answer, if the server told them.
    pub answer_tokens: Option<u32>,
    /// What it took on the wire, in seconds.
    pub seconds: f64,
}

/// What a server's headers told of its limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Requests per minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens per minute.
    pub tokens_per_minute: Option<u32>,
    /// All headers that speak of limits, with their last values.
    pub headers: BTreeMap<String, String>,
}

/// A request that went wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trouble {
    /// What was being tried, as in `4 at a time`.
    pub during: String,
    /// Which request it was, counted from 1 in the order in which they ended.
    pub request: u32,
    /// Seconds since the first request.
    pub after_seconds: f64,
    /// Whether it was refused for too many requests or tokens, or for want of money.
    pub is_refusal: bool,
    /// How long the server asked to wait, in seconds.
    pub retry_after: Option<f64>,
    /// What happened, and what to do.
    pub message: String,
}

impl Trouble {
    pub(super) fn of(error: &HttpError, during: String, request: u32, after_seconds: f64) -> Self {
        Self {
            during,
            request,
            after_seconds,
            is_refusal: is_refusal(error),
            retry_after: error.hint().map(|hint| hint.as_secs_f64()),
            message: error.to_string(),
        }
    }
}
