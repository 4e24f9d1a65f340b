//! What earlier answers tell: tokens reported against tokens counted, how long answers are, how long they take.

use std::collections::BTreeMap;
use std::time::Duration;

use super::gauge::{Gauge, Size};
use super::line::{Expected, Line, Points};
use super::question::Kind;

/// Longest and shortest that an answer is thought to be where nothing is known, in tokens for each token of the text
/// that it is about. A list of what a text names says each name again, with a dozen tokens of JSON around it.
const ANSWER_PER_TOKEN: f64 = 0.8;
/// By how much that may be off, as a part of it.
const GUESS: f64 = 0.75;
/// By how much a count may be off that is not by the model's tokenizer, and nothing reported corrects.
const BY_CHARACTERS: f64 = 0.25;
/// The same by its tokenizer: markup and schemas are counted as each provider likes.
const BY_TOKENIZER: f64 = 0.05;

/// An answer that was bought: its request, what it reported, and how long it took.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The body of the request.
    pub request: &'a [u8],
    /// As the answer reports them; 0 where it doesn't.
    pub prompt_tokens: u64,
    /// The same.
    pub completion_tokens: u64,
    /// On the wire, without the queue before it.
    pub took: Duration,
}

/// What is known of models by their answers, by kind of request.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    kinds: BTreeMap<Kind, Record>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Record {
    /// Reported by counted tokens of prompts.
    prompt: Points,
    /// Reported tokens of answers by counted tokens of the text that they are about.
    completion: Points,
    /// Seconds by tokens of answers.
    seconds: Points,
}

/// Requests that are to be made, in sums.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    pub(super) calls: f64,
    /// Tokens of prompts, as counted.
    pub(super) prompt: f64,
    /// Those of the texts that they are about.
    pub(super) own: f64,
    /// What their answers may have in all.
    pub(super) most: f64,
    /// Whether the count is by the model's own tokenizer.
    pub(super) is_exact: bool,
}

impl Learned {
    /// Takes note of an answer. One without usage tells only how long it took.
    pub fn take(&mut self, gauge: &Gauge, answer: &Answered<'_>) {
        let Some(size) = gauge.size(answer.request) else { return };
        self.note(&size, answer.prompt_tokens, answer.completion_tokens, answer.took);
    }

    pub(super) fn note(&mut self, size: &Size, prompt: u64, completion: u64, took: Duration) {
        let record = self.kinds.entry(size.kind.clone()).or_default();
        if prompt > 0 {
            record.prompt.add(float(size.prompt), float(prompt));
            record.completion.add(float(size.own), float(completion));
        }
        if !took.is_zero() {
            record.seconds.add(float(completion), took.as_secs_f64());
        }
    }

    /// Answers that it rests on.
    #[must_use]
    pub fn answers(&self) -> f64 {
        self.kinds.values().map(|record| record.prompt.count()).sum()
    }

    /// Whether anything is known of requests of this kind.
    pub(super) fn knows(&self, kind: &Kind) -> bool {
        self.kinds.get(kind).is_some_and(|record| record.prompt.count() > 0.0)
    }

    /// The tokens that the provider will count for the prompts of these.
    pub(super) fn prompt(&self, kind: &Kind, load: &Load) -> Expected {
        match self.line(kind, |record| &record.prompt) {
            Some(line) => line.sum(load.calls, load.prompt),
            None => Expected::about(load.prompt, if load.is_exact { BY_TOKENIZER } else { BY_CHARACTERS }),
        }
    }

    /// The tokens of their answers; a guess where nothing is known.
    pub(super) fn completion(&self, kind: &Kind, load: &Load) -> Expected {
        if kind.is_embedding() {
            return Expected::default();
        }
        let expected = match self.line(kind, |record| &record.completion) {
            Some(line) => line.sum(load.calls, load.own),
            None => Expected::about(load.own * ANSWER_PER_TOKEN, GUESS),
        };
        let most = if load.most > 0.0 { load.most } else { f64::INFINITY };
        Expected { value: expected.value.min(most), ..expected }
    }

    /// The seconds that one answer with so many tokens takes; `None` where nothing is known of the model.
    pub(super) fn seconds(&self, kind: &Kind, completion: f64) -> Option<f64> {
        // Most of it is there before the first token: in doubt it is the same for all.
        self.points(kind, |record| &record.seconds).line_or_level().map(|line| line.at(completion))
    }

    /// The tokens that one request of this size will be counted as, for the error of the estimate.
    pub(super) fn prompt_of(&self, size: &Size) -> f64 {
        let counted = float(size.prompt);
        self.line(&size.kind, |record| &record.prompt).map_or(counted, |line| line.at(counted))
    }

    fn line(&self, kind: &Kind, of: impl Fn(&Record) -> &Points) -> Option<Line> {
        self.points(kind, of).line()
    }

    /// What is known of a kind; of all kinds of its model and sort where that one wasn't met.
    fn points(&self, kind: &Kind, of: impl Fn(&Record) -> &Points) -> Points {
        if let Some(points) = self.kinds.get(kind).map(&of).filter(|points| points.count() > 0.0) {
            return *points;
        }
        let mut all = Points::default();
        let alike = |other: &&Kind| other.model == kind.model && other.is_embedding() == kind.is_embedding();
        let records = self.kinds.iter().filter(|(other, _)| alike(other));
        records.for_each(|(_, record)| all.extend(of(record)));
        all
    }
}

impl Load {
    pub(super) fn add(&mut self, size: &Size) {
        self.calls += 1.0;
        self.prompt += float(size.prompt);
        self.own += float(size.own);
        self.most += float(size.max_tokens.unwrap_or_default());
        self.is_exact = size.is_exact;
    }

    /// Its calls, as a whole number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    pub(super) fn count(&self) -> u64 {
        self.calls.round() as u64
    }

    pub(super) fn extend(&mut self, more: &Self) {
        self.calls += more.calls;
        self.prompt += more.prompt;
        self.own += more.own;
        self.most += more.most;
        self.is_exact |= more.is_exact;
    }

    /// One of them, on average.
    pub(super) fn mean(&self) -> Self {
        self.times(1.0 / self.calls.max(1.0))
    }

    pub(super) fn times(&self, factor: f64) -> Self {
        Self {
            calls: self.calls * factor,
            prompt: self.prompt * factor,
            own: self.own * factor,
            most: self.most * factor,
            is_exact: self.is_exact,
        }
    }
}

pub(super) const fn float(tokens: u64) -> f64 {
    // Exact up to 2^53, which no run reaches.
    tokens as f64
}
