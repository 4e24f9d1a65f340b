//! The account in sums.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::account::{Account, Attempt};

/// The sums over an [`Account`], as [`MockServer::statistics`](crate::MockServer::statistics) and, over HTTP,
/// `GET /statistics` give them.
///
/// ```
/// use kgas_mock::MockServer;
///
/// # fn main() -> std::io::Result<()> {
/// let statistics = MockServer::builder().in_memory()?.statistics();
/// assert_eq!((statistics.attempts, statistics.tokens.charged), (0, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Statistics {
    /// How long the server has been there.
    pub seconds: f64,
    /// Connections that were opened.
    pub connections: usize,
    /// Connections that were turned away.
    pub connections_refused: u64,
    /// Requests that reached the server, calls or not.
    pub attempts: usize,
    /// Those to chat completions or embeddings.
    pub calls: usize,
    /// Calls with a whole answer: status 200 and no fault.
    pub answered: usize,
    /// Those with status 429, be it from a limit or from a fault.
    pub refused: usize,
    /// Those that ended without an answer.
    pub dropped: usize,
    /// Those that are inside now.
    pub in_flight: usize,
    /// The most that were inside at one moment.
    pub max_in_flight: usize,
    /// How many there are of each status.
    pub by_status: BTreeMap<u16, usize>,
    /// How many there are of each fault that happened.
    pub by_fault: BTreeMap<&'static str, usize>,
    /// How many answers are dirty, and how.
    pub by_dirt: BTreeMap<&'static str, usize>,
    /// Tokens.
    pub tokens: TokenSums,
}

/// Sums of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TokenSums {
    /// What the token limit took when the requests arrived, by its own estimate.
    pub charged: u64,
    /// What answers reported for prompts and for texts to embed.
    pub prompt: u64,
    /// What answers reported for themselves.
    pub completion: u64,
}

impl Statistics {
    pub(crate) fn of(account: &Account, now: Duration) -> Self {
        let mut sums = Self {
            seconds: now.as_secs_f64(),
            connections: account.connections(),
            connections_refused: account.connections_refused(),
            attempts: account.attempts().len(),
            answered: account.calls_answered(),
            refused: account.refused(),
            max_in_flight: account.max_in_flight(),
            ..Self::default()
        };
        account.attempts().iter().for_each(|attempt| sums.add(attempt));
        sums
    }

    fn add(&mut self, attempt: &Attempt) {
        self.calls += usize::from(attempt.call);
        self.dropped += usize::from(attempt.dropped.is_some());
        self.in_flight += usize::from(attempt.answered.is_none() && attempt.dropped.is_none());
        if let Some(status) = attempt.status {
            *self.by_status.entry(status).or_default() += 1;
        }
        if let Some(fault) = attempt.fault {
            *self.by_fault.entry(fault).or_default() += 1;
        }
        if let Some(dirt) = attempt.dirt {
            *self.by_dirt.entry(dirt).or_default() += 1;
        }
        let TokenSums { charged, prompt, completion } = &mut self.tokens;
        *charged = charged.saturating_add(attempt.tokens);
        if let Some(usage) = attempt.usage {
            *prompt = prompt.saturating_add(usage.prompt_tokens);
            *completion = completion.saturating_add(usage.completion_tokens);
        }
    }
}
