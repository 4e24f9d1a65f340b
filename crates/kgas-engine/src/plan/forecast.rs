//! From what was surveyed to a plan: calls, tokens, cost, and time.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use kgas_http::{Cost, Limits, Rehearsal};
use serde::Serialize;

use super::bound::{Binding, Terms, Totals};
use super::learned::{Learned, Load, float};
use super::line::Expected;
use super::question::Kind;
use super::survey::{Call, Counts, Survey, Surveyed, TooLong};
use crate::budget::Price;

/// Calls that are rehearsed one by one; of more, the rest go on at the pace of the second half.
const REHEARSED: u64 = 20_000;

/// Under which conditions a run is to take place.
#[derive(Clone, Copy)]
pub struct Conditions<'c> {
    /// How fast it may go.
    pub limits: Limits,
    /// What earlier answers tell.
    pub learned: &'c Learned,
    /// What a model costs, where that is known.
    pub price: &'c dyn Fn(&str) -> Option<Price>,
}

/// What a run will take.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Calls that are sure, those with an answer in the journal included.
    pub calls: u64,
    /// Those with an answer in the journal.
    pub held: u64,
    /// Those that are the same as others, and need no answer of their own.
    pub repeated: u64,
    /// Those to be bought: what is sure, and what answers are likely to add.
    pub to_buy: f64,
    /// Tokens of the prompts to be bought.
    pub prompt_tokens: Expected,
    /// Tokens of their answers.
    pub completion_tokens: Expected,
    /// What they cost, in dollars; none where no price is known.
    pub cost: Option<Expected>,
    /// How long it takes.
    pub time: Time,
    /// By tool.
    pub tools: BTreeMap<String, ToolPlan>,
    /// Prompts that the model can't take.
    pub too_long: TooLong,
    /// Calls that are larger than the tokens of a minute.
    pub never_fit: u64,
    /// Whether the tokens of answers, and what answers add, are known from earlier ones.
    pub is_learned: bool,
    /// Whether tokens are counted by the tokenizer of the model.
    pub is_exact: bool,
}

/// What one tool will take.
#[derive(Clone, Debug, Serialize)]
pub struct ToolPlan {
    /// Calls that are sure.
    pub calls: u64,
    /// Those with an answer in the journal.
    pub held: u64,
    /// Those that are the same as others.
    pub repeated: u64,
    /// Those to be bought.
    pub to_buy: f64,
    /// Tokens of their prompts.
    pub prompt_tokens: Expected,
    /// Tokens of their answers.
    pub completion_tokens: Expected,
    /// What they cost, in dollars.
    pub cost: Option<Expected>,
    /// By what factor answers were found to add to the calls; none where no document has all its answers.
    pub growth: Option<f64>,
}

/// How long a run takes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Time {
    /// As the client goes about it.
    pub seconds: f64,
    /// The least time possible.
    pub least_seconds: f64,
    /// What makes it so long.
    pub bound_by: Binding,
    /// Whether it is known how long answers take; else this is what the limits alone allow.
    pub has_latency: bool,
}

/// What grows with answers, of one kind of request: calls, prompts, own texts.
type Growth = BTreeMap<Kind, (f64, f64, f64)>;

impl std::fmt::Debug for Conditions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conditions").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Survey {
    /// What it will take to buy what was surveyed.
    #[must_use]
    pub fn plan(&self, conditions: &Conditions<'_>) -> Plan {
        let counts = self.counts();
        plan(&counts, &growth(&counts), 1.0, conditions)
    }

    /// The same for a survey of a part that stands for a whole: this is `part` done otherwise, nothing of which was
    /// bought yet, and `whole` is the survey that `part` is a part of.
    #[must_use]
    pub fn plan_otherwise(&self, part: &Self, whole: &Self, conditions: &Conditions<'_>) -> Plan {
        let all = |survey: &Self| survey.counts().tools.values().map(|tool| tool.calls).sum::<u64>();
        let factor = float(all(whole)) / float(all(part)).max(1.0);
        let growth = growth(&whole.counts());
        plan(&self.counts(), &growth, factor, conditions)
    }
}

fn growth(counts: &Counts) -> Growth {
    let mut growth = Growth::new();
    for tool in counts.tools.values() {
        let Some(by) = tool.growth() else { continue };
        growth.extend(tool.loads.keys().map(|kind| (kind.clone(), by)));
    }
    growth
}

fn plan(counts: &Counts, growth: &Growth, factor: f64, conditions: &Conditions<'_>) -> Plan {
    let learned = conditions.learned;
    let tools: BTreeMap<String, ToolPlan> =
        counts.tools.iter().map(|(id, tool)| (id.clone(), of_tool(tool, growth, factor, conditions))).collect();
    let is_learned = counts.tools.values().flat_map(|tool| tool.loads.keys()).all(|kind| learned.knows(kind));
    // What is guessed is off in the same direction everywhere.
    let plus = if is_learned { Expected::plus } else { Expected::plus_likewise };
    let sum = |of: fn(&ToolPlan) -> Expected| tools.values().map(of).fold(Expected::default(), plus);
    let (time, never_fit) = time(counts, growth, tools.values().map(|tool| tool.to_buy).sum(), conditions);
    Plan {
        calls: tools.values().map(|tool| tool.calls).sum(),
        held: tools.values().map(|tool| tool.held).sum(),
        repeated: tools.values().map(|tool| tool.repeated).sum(),
        to_buy: tools.values().map(|tool| tool.to_buy).sum(),
        prompt_tokens: sum(|tool| tool.prompt_tokens),
        completion_tokens: sum(|tool| tool.completion_tokens),
        cost: tools.values().map(|tool| tool.cost).try_fold(Expected::default(), |sum, cost| Some(plus(sum, cost?))),
        time,
        too_long: counts.too_long.clone(),
        never_fit,
        is_learned,
        is_exact: counts.tools.values().flat_map(|tool| tool.loads.values()).all(|load| load.is_exact),
        tools,
    }
}

fn of_tool(tool: &Surveyed, growth: &Growth, factor: f64, conditions: &Conditions<'_>) -> ToolPlan {
    let mut plan = ToolPlan {
        calls: scaled(tool.calls, factor),
        held: tool.held,
        repeated: scaled(tool.repeated, factor),
        to_buy: 0.0,
        prompt_tokens: Expected::default(),
        completion_tokens: Expected::default(),
        cost: Some(Expected::default()),
        growth: tool.growth().map(|(calls, ..)| calls),
    };
    for (kind, load) in &tool.loads {
        let load = grown(&load.times(factor), growth.get(kind));
        let (prompt, completion) = (conditions.learned.prompt(kind, &load), conditions.learned.completion(kind, &load));
        plan.to_buy += load.calls;
        plan.prompt_tokens = plan.prompt_tokens.plus(prompt);
        plan.completion_tokens = plan.completion_tokens.plus(completion);
        let cost = (conditions.price)(&kind.model).map(|price| cost(&price, load.calls, prompt, completion));
        plan.cost = plan.cost.zip(cost).map(|(sum, cost)| sum.plus(cost));
    }
    plan
}

fn grown(load: &Load, by: Option<&(f64, f64, f64)>) -> Load {
    let (calls, prompt, own) = by.copied().unwrap_or((1.0, 1.0, 1.0));
    Load { calls: load.calls * calls, prompt: load.prompt * prompt, own: load.own * own, ..*load }
}

/// What so many calls cost together; each is taken for one of the mean size.
fn cost(price: &Price, calls: f64, prompt: Expected, completion: Expected) -> Expected {
    if calls <= 0.0 {
        return Expected::default();
    }
    // Thousands of calls, so that nothing is lost where a call has a part of a token.
    let of = |prompt: f64, completion: f64| {
        let (prompt, completion) = (whole(prompt / calls), whole(completion / calls));
        price.cost(prompt, completion, 0).dollars() * calls
    };
    let value = of(prompt.value, completion.value);
    let by_prompt = of(prompt.value + prompt.plus_minus, completion.value) - value;
    let by_completion = of(prompt.value, completion.value + completion.plus_minus) - value;
    Expected { value, plus_minus: by_prompt.hypot(by_completion) }
}

/// How long so many calls take, of which those that are remembered are some; and how many can never be sent.
fn time(counts: &Counts, growth: &Growth, calls: f64, conditions: &Conditions<'_>) -> (Time, u64) {
    let Conditions { limits, learned, .. } = *conditions;
    let all = whole(calls);
    let mut rehearsal = Rehearsal::new(limits);
    let mut totals = Totals::default();
    let mut half = Duration::ZERO;
    let mut has_latency = true;
    let rehearsed = all.min(REHEARSED);
    let sample = counts.calls.iter().map(|call| Played::of(call, growth.get(&*call.kind), learned));
    let sample: Vec<Played> = sample.collect();
    for (place, call) in (0..rehearsed).zip(sample.iter().cycle()) {
        has_latency &= call.seconds.is_some();
        let seconds = call.seconds.unwrap_or_default();
        let took = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
        rehearsal.call(Cost::tokens(call.cost), call.used, took);
        totals.add(seconds, f64::from(call.used));
        if place == rehearsed / 2 {
            half = rehearsal.took();
        }
    }
    let (burst, token_burst) = rehearsal.bursts();
    let terms = Terms {
        requests_per_minute: limits.requests_per_minute.map(Into::into),
        tokens_per_minute: limits.tokens_per_minute.map(Into::into),
        max_concurrent: limits.max_concurrent.get(),
        burst,
        token_burst,
    };
    let beyond = float(all - rehearsed) / float((rehearsed / 2).max(1));
    let more = rehearsal.took().saturating_sub(half).as_secs_f64() * beyond;
    let least = totals.times(calls / float(totals.calls.max(1))).least(&terms);
    let seconds = (rehearsal.took().as_secs_f64() + more).max(longest_chain(counts, learned, limits.max_concurrent));
    let time = Time {
        seconds,
        least_seconds: least.seconds.min(seconds),
        bound_by: least.binding,
        has_latency: has_latency && totals.calls > 0,
    };
    (time, rehearsal.never_fit())
}

/// A document's tools run one after the other, each with as many calls at once as may be.
fn longest_chain(counts: &Counts, learned: &Learned, at_once: NonZeroUsize) -> f64 {
    let chain = counts.tools.values().map(|tool| {
        let rounds = tool.most.div_ceil(at_once.get() as u64);
        let seconds = tool.loads.iter().filter_map(|(kind, load)| {
            let mean = load.mean();
            learned.seconds(kind, learned.completion(kind, &mean).value)
        });
        float(rounds) * seconds.fold(0.0, f64::max)
    });
    chain.sum()
}

/// A call as it is rehearsed.
struct Played {
    cost: u32,
    used: u32,
    seconds: Option<f64>,
}

impl Played {
    fn of(call: &Call, growth: Option<&(f64, f64, f64)>, learned: &Learned) -> Self {
        let alone = Load {
            calls: 1.0,
            prompt: f64::from(call.prompt),
            own: f64::from(call.own),
            most: f64::from(call.cost),
            is_exact: false,
        };
        let load = Load { calls: 1.0, ..grown(&alone, growth) };
        let (prompt, completion) =
            (learned.prompt(&call.kind, &load).value, learned.completion(&call.kind, &load).value);
        let added = (load.prompt - alone.prompt).max(0.0);
        Self {
            cost: small(f64::from(call.cost) + added),
            used: small(prompt + completion),
            seconds: learned.seconds(&call.kind, completion),
        }
    }
}

fn scaled(count: u64, factor: f64) -> u64 {
    whole(float(count) * factor)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from floats stay within bounds")]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

fn small(value: f64) -> u32 {
    u32::try_from(whole(value)).unwrap_or(u32::MAX)
}
