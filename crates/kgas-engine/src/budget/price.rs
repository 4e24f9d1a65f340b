//! What the tokens of one model cost.

use super::Usd;

/// The prices of a model's tokens, and how many it takes and gives at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub(super) base: Rates,
    /// What is charged instead for a prompt of more tokens than this, from the smallest up.
    pub(super) above: Vec<(u64, Rates)>,
    /// For a call that asks to be served first.
    pub(super) priority: Option<Rates>,
    /// For each request besides its tokens.
    pub(super) request: Usd,
    pub(super) max_input: Option<u64>,
    pub(super) max_output: Option<u64>,
}

/// Prices of one token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rates {
    pub(super) input: Usd,
    pub(super) output: Usd,
    /// One of the prompt that the server had at hand.
    pub(super) cached: Usd,
    /// One of the prompt that the server keeps at hand from now on.
    pub(super) kept: Usd,
}

/// The tokens of a call, as its answer tells them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) prompt: u64,
    pub(super) completion: u64,
    /// Those of the prompt that the server had at hand.
    pub(super) cached: u64,
    /// Those of the prompt that it keeps.
    pub(super) kept: u64,
}

impl Price {
    /// A price without tiers and discounts, by tokens of the prompt and of the answer.
    #[must_use]
    pub fn flat(input: Usd, output: Usd) -> Self {
        Self { base: Rates { input, output, cached: input, kept: input }, ..Self::default() }
    }

    /// What a call costs that used so many tokens; `cached` are those of the prompt that the server had at hand.
    #[must_use]
    pub fn cost(&self, prompt: u64, completion: u64, cached: u64) -> Usd {
        self.cost_of(Used { prompt, completion, cached, kept: 0 }, false)
    }

    /// The most that a call can cost with at most so many tokens, whichever tier it falls into.
    #[must_use]
    pub fn most(&self, prompt: u64, completion: u64) -> Usd {
        self.most_of(prompt, completion, false)
    }

    /// The longest answer that the model gives, in tokens.
    #[must_use]
    pub const fn max_output(&self) -> Option<u64> {
        self.max_output
    }

    /// The most tokens that the model takes.
    #[must_use]
    pub const fn context_window(&self) -> Option<u64> {
        self.max_input
    }

    pub(super) fn cost_of(&self, used: Used, is_urgent: bool) -> Usd {
        let tier = self.above.iter().rev().find(|(threshold, _)| used.prompt > *threshold);
        let mut rates = tier.map_or(self.base, |(_, rates)| *rates);
        if let Some(priority) = self.priority.filter(|_| is_urgent) {
            rates = rates.dearer(priority);
        }
        let cached = used.cached.min(used.prompt);
        let kept = used.kept.min(used.prompt - cached);
        let fresh = used.prompt - cached - kept;
        [
            rates.input.times(fresh),
            rates.cached.times(cached),
            rates.kept.times(kept),
            rates.output.times(used.completion),
            self.request,
        ]
        .into_iter()
        .sum()
    }

    pub(super) fn most_of(&self, prompt: u64, completion: u64, is_urgent: bool) -> Usd {
        let tiers = self.above.iter().filter(|(threshold, _)| prompt > *threshold).map(|(_, rates)| *rates);
        let priority = self.priority.filter(|_| is_urgent);
        let dearest = tiers.chain(priority).fold(self.base, Rates::dearer);
        let of_prompt = dearest.input.max(dearest.cached).max(dearest.kept);
        of_prompt.times(prompt).plus(dearest.output.times(completion)).plus(self.request)
    }

    /// Of two the dearer in everything: for a name that may mean either.
    pub(super) fn dearer(mut self, other: &Self) -> Self {
        let thresholds = self.above.iter().chain(&other.above).map(|(threshold, _)| *threshold);
        let mut thresholds: Vec<u64> = thresholds.collect();
        thresholds.sort_unstable();
        thresholds.dedup();
        let at = |price: &Self, threshold: u64| {
            let tier = price.above.iter().rev().find(|(from, _)| *from <= threshold);
            tier.map_or(price.base, |(_, rates)| *rates)
        };
        let above = thresholds.into_iter().map(|from| (from, at(&self, from).dearer(at(other, from)))).collect();
        self.above = above;
        self.base = self.base.dearer(other.base);
        self.priority = match (self.priority, other.priority) {
            (Some(one), Some(two)) => Some(one.dearer(two)),
            (one, two) => one.or(two),
        };
        self.request = self.request.max(other.request);
        // What one server cuts off, another may not.
        self.max_output = self.max_output.zip(other.max_output).map(|(one, two)| one.max(two));
        self.max_input = match (self.max_input, other.max_input) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self
    }
}

impl Rates {
    fn dearer(self, other: Self) -> Self {
        Self {
            input: self.input.max(other.input),
            output: self.output.max(other.output),
            cached: self.cached.max(other.cached),
            kept: self.kept.max(other.kept),
        }
    }
}
