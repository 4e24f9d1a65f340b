//! What one attempt may cost at most, and what it did cost: from the request, and from the answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kgas_http::{ApiRequest, Reply};
use serde::Deserialize;
use serde_json::Value;

use super::price::Used;
use super::{Price, Usd};

/// What attempts take from a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) calls: u64,
    pub(super) prompt: u64,
    pub(super) completion: u64,
    pub(super) usd: Usd,
}

impl Amount {
    pub(super) const fn tokens(&self) -> u64 {
        self.prompt.saturating_add(self.completion)
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            prompt: self.prompt.saturating_add(other.prompt),
            completion: self.completion.saturating_add(other.completion),
            usd: self.usd.plus(other.usd),
        }
    }

    pub(super) const fn minus(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_sub(other.calls),
            prompt: self.prompt.saturating_sub(other.prompt),
            completion: self.completion.saturating_sub(other.completion),
            usd: self.usd.minus(other.usd),
        }
    }
}

/// The most that one attempt at a request can cost.
#[derive(Debug)]
pub(super) struct Bill<'p> {
    pub(super) most: Amount,
    /// Whether nothing says how long the answer may be.
    pub(super) is_open: bool,
    /// The model that the request names, where its price is unknown.
    pub(super) unpriced: Option<String>,
    price: Option<&'p Price>,
    is_urgent: bool,
}

/// The fields of a request that say what it may cost. Each is looked at for what it is: another program made it.
#[derive(Default, Deserialize)]
struct Asked<'a> {
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(default)]
    max_tokens: Value,
    #[serde(default)]
    max_completion_tokens: Value,
    #[serde(default)]
    n: Value,
    #[serde(default)]
    service_tier: Value,
}

impl<'p> Bill<'p> {
    /// What a request may cost: a prompt of no more tokens than its body has bytes, and the longest answer.
    pub(super) fn of(request: &ApiRequest, prices: &'p BTreeMap<String, Price>) -> Self {
        let Some(body) = request.body.as_deref().filter(|body| !body.is_empty()) else { return Self::free() };
        let asked: Asked<'_> = serde_json::from_slice(body).unwrap_or_default();
        let price = prices.get(asked.model.as_ref());
        let longest = if request.path.trim_end_matches('/').ends_with("embeddings") {
            Some(0)
        } else {
            let given = asked.max_tokens.as_u64().max(asked.max_completion_tokens.as_u64());
            let longest = given.or_else(|| price.and_then(Price::max_output));
            longest.map(|longest| longest.saturating_mul(asked.n.as_u64().unwrap_or(1).max(1)))
        };
        let is_urgent = asked.service_tier == "priority";
        // No token is shorter than a byte, and what frames a message is shorter than its JSON.
        let prompt = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let completion = longest.unwrap_or_default();
        let usd = price.map(|price| price.most_of(prompt, completion, is_urgent)).unwrap_or_default();
        Self {
            most: Amount { calls: 1, prompt, completion, usd },
            is_open: longest.is_none(),
            unpriced: price.is_none().then(|| asked.model.into_owned()),
            price,
            is_urgent,
        }
    }

    /// A request without a body has no tokens.
    const fn free() -> Self {
        let most = Amount { calls: 1, prompt: 0, completion: 0, usd: Usd::ZERO };
        Self { most, is_open: false, unpriced: None, price: None, is_urgent: false }
    }

    /// What the answer says it cost; where it says nothing, the most that it can have.
    pub(super) fn settled(&self, reply: &Reply) -> Amount {
        let Some(used) = used(reply, self.most) else { return self.most };
        Amount {
            calls: 1,
            prompt: used.prompt,
            completion: used.completion,
            usd: self.price.map(|price| price.cost_of(used, self.is_urgent)).unwrap_or_default(),
        }
    }
}

/// The tokens that an answer tells; what it leaves out is as much as it can be.
fn used(reply: &Reply, most: Amount) -> Option<Used> {
    #[derive(Deserialize)]
    struct Answer {
        usage: Value,
    }
    let usage = serde_json::from_slice::<Answer>(&reply.body).ok()?.usage;
    let told = |name: &str| usage.get(name).and_then(Value::as_u64);
    let of_prompt = |name: &str| usage.pointer(&format!("/prompt_tokens_details/{name}")).and_then(Value::as_u64);
    let total = told("total_tokens");
    let prompt = told("prompt_tokens");
    if prompt.or(told("completion_tokens")).or(total).unwrap_or_default() == 0 {
        return None;
    }
    let prompt = prompt.or(total).unwrap_or(most.prompt);
    // Some leave out of the answer's tokens what the model thought, and not of the sum.
    let rest = total.map(|total| total.saturating_sub(prompt));
    let completion = told("completion_tokens").max(rest).unwrap_or(most.completion);
    let cached = of_prompt("cached_tokens").or(told("prompt_cache_hit_tokens")).unwrap_or_default();
    let kept = told("cache_creation_input_tokens").or(of_prompt("cache_creation_tokens")).unwrap_or_default();
    Some(Used { prompt, completion, cached, kept })
}
