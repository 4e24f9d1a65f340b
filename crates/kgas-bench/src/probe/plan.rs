//! What is asked with the requests that are allowed: first one, then sizes, then more and more at a time.

use std::num::NonZeroU32;

use serde::Serialize;

/// How often each size is asked at most: more would narrow the figures little.
const MOST_REPEATS: u32 = 5;

/// What a probe may spend, and what it should find out.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// Requests on the wire, of whatever kind and with whatever end.
    pub max_requests: NonZeroU32,
    /// Sizes of prompts in tokens, in any order.
    pub prompt_tokens: Vec<NonZeroU32>,
    /// The longest answer in tokens.
    pub max_tokens: NonZeroU32,
    /// The most requests at a time.
    pub max_concurrent: NonZeroU32,
}

/// The requests in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Sizes of prompts in tokens, from the smallest.
    pub sizes: Vec<u32>,
    /// How often each size is asked, one request after the other; besides, the smallest once before all.
    pub repeats: u32,
    /// Steps with more and more requests at a time, all with the smallest prompt.
    pub steps: Vec<Rung>,
    /// The longest answer in tokens.
    pub max_tokens: u32,
}

/// One step of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rung {
    /// Requests at a time.
    pub at_once: u32,
    /// Requests in all.
    pub requests: u32,
}

impl Plan {
    /// Divides what is allowed: one request before all, then half of the rest for the sizes, and what is left for
    /// the ladder 2, 4, 8, … `max_concurrent`. Each rung is asked twice over if all of them can be, and else once.
    /// What doesn't suffice for a whole round of sizes, or for a whole rung, is not spent.
    #[must_use]
    pub fn of(allowance: &Allowance) -> Self {
        let left = allowance.max_requests.get().saturating_sub(1);
        let mut sizes: Vec<u32> = allowance.prompt_tokens.iter().map(|size| size.get()).collect();
        sizes.sort_unstable();
        sizes.dedup();
        // The first request has the smallest size, even where nothing is left for a second one.
        let affordable = usize::try_from(left).unwrap_or(usize::MAX).max(1);
        sizes.truncate(affordable);
        let kinds = u32::try_from(sizes.len()).unwrap_or(u32::MAX).max(1);
        let repeats = (left / 2 / kinds).clamp(1, MOST_REPEATS).min(left);
        let left = left.saturating_sub(repeats.saturating_mul(kinds));
        let steps = ladder(allowance.max_concurrent.get(), left);
        Self { sizes, repeats, steps, max_tokens: allowance.max_tokens.get() }
    }

    /// The most requests that it sends.
    #[must_use]
    pub fn requests(&self) -> u32 {
        let of_sizes = self.repeats.saturating_mul(u32::try_from(self.sizes.len()).unwrap_or(u32::MAX));
        let of_steps = self.steps.iter().fold(0_u32, |sum, step| sum.saturating_add(step.requests));
        of_sizes.saturating_add(of_steps).saturating_add(1)
    }

    /// About how many tokens it takes at most, prompts and answers together.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        let round = self.sizes.iter().map(|size| u64::from(*size)).sum::<u64>();
        let small = u64::from(self.smallest());
        let with_small = self.steps.iter().map(|step| u64::from(step.requests)).sum::<u64>() + 1;
        u64::from(self.repeats) * round + with_small * small + u64::from(self.requests()) * u64::from(self.max_tokens)
    }

    /// The smallest prompt in tokens.
    #[must_use]
    pub fn smallest(&self) -> u32 {
        self.sizes.first().copied().unwrap_or(1)
    }
}

fn ladder(max_concurrent: u32, requests: u32) -> Vec<Rung> {
    let mut rungs: Vec<u32> = std::iter::successors(Some(2_u32), |rung| rung.checked_mul(2))
        .take_while(|rung| *rung <= max_concurrent)
        .collect();
    if max_concurrent > 1 && rungs.last() != Some(&max_concurrent) {
        rungs.push(max_concurrent);
    }
    let all = rungs.iter().map(|rung| u64::from(*rung)).sum::<u64>();
    let rounds = if all * 2 <= u64::from(requests) { 2 } else { 1 };
    let mut left = requests;
    let mut steps = Vec::new();
    for at_once in rungs {
        let requests = at_once.saturating_mul(rounds);
        let Some(rest) = left.checked_sub(requests) else { break };
        left = rest;
        steps.push(Rung { at_once, requests });
    }
    steps
}
