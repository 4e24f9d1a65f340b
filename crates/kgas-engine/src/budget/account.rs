//! What was spent, for the summary of a run.

use serde::Serialize;

use super::Usd;

/// What a budget was charged with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Account {
    /// Requests that reached the wire.
    pub attempts: u64,
    /// Those that the server turned away; they cost no tokens.
    pub turned_away: u64,
    /// Those that were written and never answered whole: the server may have done the work. Each is charged with the
    /// most that it can have cost.
    pub maybe_paid: u64,
    /// Tokens of prompts: as told, or the most that they can have been where nothing was.
    pub prompt_tokens: u64,
    /// Tokens of answers, likewise.
    pub completion_tokens: u64,
    /// What they cost in dollars, where the price of each model asked is known.
    pub usd: Option<Usd>,
    /// The part of it that `maybe_paid` stands for.
    pub maybe_usd: Option<Usd>,
    /// Attempts that were not made for want of budget.
    pub refused: u64,
    /// Whether a model was asked whose price is unknown.
    #[serde(skip)]
    pub(super) has_unpriced: bool,
}

impl Account {
    /// Tokens of prompts and answers.
    #[must_use]
    pub const fn tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }
}
