//! One model's entry in a price file, read with care: fields are missing, or texts, or of another kind of model.

use serde_json::{Map, Value};

use super::price::Rates;
use super::{Price, Usd};

type Entry = Map<String, Value>;

/// Modes whose answers have no tokens.
const WITHOUT_OUTPUT: [&str; 2] = ["embedding", "rerank"];

/// The price that an entry tells, if it has one for tokens; else the field that is no price.
pub(super) fn price(entry: &Entry) -> Result<Option<Price>, String> {
    let mut tiers = named_tiers(entry)?;
    tiers.extend(listed_tiers(entry)?);
    tiers.sort_by_key(|(from, _)| *from);
    let base = match rates(entry, "", None)? {
        Some(base) => base,
        // Some models have tiers alone; the first is theirs.
        None if !tiers.is_empty() => tiers.remove(0).1,
        None => return Ok(None),
    };
    Ok(Some(Price {
        base,
        above: tiers,
        priority: priority(entry, base)?,
        request: usd(entry, "input_cost_per_request")?.unwrap_or_default(),
        max_input: max_input(entry),
        max_output: max_output(entry),
    }))
}

/// The most tokens that it takes.
pub(super) fn max_input(entry: &Entry) -> Option<u64> {
    count(entry, "max_input_tokens").or_else(|| count(entry, "max_tokens"))
}

/// The longest answer. `max_tokens` is an old name, for that of the prompt where nothing is known of the answer.
pub(super) fn max_output(entry: &Entry) -> Option<u64> {
    count(entry, "max_output_tokens").or_else(|| count(entry, "max_tokens"))
}

/// The prices whose fields end so; `None` where there is none for the prompt, or for the answer.
fn rates(entry: &Entry, ending: &str, below: Option<Rates>) -> Result<Option<Rates>, String> {
    let field = |name: &str| usd(entry, &format!("{name}{ending}"));
    let own_input = field("input_cost_per_token")?;
    let output = field("output_cost_per_token")?.max(field("output_cost_per_reasoning_token")?);
    let none = entry.get("mode").and_then(Value::as_str).filter(|mode| WITHOUT_OUTPUT.contains(mode));
    let output = output.or(below.map(|below| below.output)).or(none.map(|_| Usd::ZERO));
    let (Some(input), Some(output)) = (own_input.or(below.map(|below| below.input)), output) else { return Ok(None) };
    let cached = field("cache_read_input_token_cost")?.or(field("input_cost_per_token_cache_hit")?);
    let kept = field("cache_creation_input_token_cost")?;
    // What isn't told is as dear as what is read anew.
    let inherited = below.filter(|_| own_input.is_none());
    Ok(Some(Rates {
        input,
        output,
        cached: cached.or(inherited.map(|below| below.cached)).unwrap_or(input),
        kept: kept.or(below.map(|below| below.kept)).unwrap_or_default().max(input),
    }))
}

/// The tiers that fields such as `input_cost_per_token_above_200k_tokens` tell.
fn named_tiers(entry: &Entry) -> Result<Vec<(u64, Rates)>, String> {
    let mut thresholds: Vec<u64> = entry.keys().filter_map(|name| threshold(name)).collect();
    thresholds.sort_unstable();
    thresholds.dedup();
    let Some(mut below) = rates(entry, "", None)? else { return Ok(Vec::new()) };
    let mut tiers = Vec::with_capacity(thresholds.len());
    for thousands in thresholds {
        let tier = rates(entry, &format!("_above_{thousands}k_tokens"), Some(below))?;
        below = tier.unwrap_or(below);
        tiers.push((thousands.saturating_mul(1000), below));
    }
    Ok(tiers)
}

/// How many thousand tokens a field's name ends with.
fn threshold(name: &str) -> Option<u64> {
    name.strip_suffix("k_tokens")?.rsplit_once("_above_")?.1.parse().ok()
}

/// The tiers that a list of ranges tells.
fn listed_tiers(entry: &Entry) -> Result<Vec<(u64, Rates)>, String> {
    let listed = entry.get("tiered_pricing").and_then(Value::as_array).into_iter().flatten();
    let mut tiers = Vec::new();
    for tier in listed.filter_map(Value::as_object) {
        let from = tier.get("range").and_then(|range| whole(range.get(0)?));
        if let Some((from, rates)) = from.zip(rates(tier, "", None)?) {
            tiers.push((from, rates));
        }
    }
    Ok(tiers)
}

/// What who is served first pays, whatever the size of the prompt.
fn priority(entry: &Entry, base: Rates) -> Result<Option<Rates>, String> {
    const ENDING: &str = "_priority";
    let mut found = None;
    for name in entry.keys().filter(|name| name.ends_with(ENDING)) {
        let Some(price) = usd(entry, name)? else { continue };
        let rates: &mut Rates = found.get_or_insert(base);
        let is = |beginning: &str| name.starts_with(beginning);
        if is("input_cost_per_token") {
            // The discount for what is cached may be another one, or none.
            rates.input = rates.input.max(price);
            rates.kept = rates.kept.max(price);
        } else if is("output_cost_per") {
            rates.output = rates.output.max(price);
        } else if is("cache_read") {
            rates.cached = rates.cached.max(price);
        }
    }
    Ok(found)
}

/// An amount, as a number or a text; its name where it is neither.
fn usd(entry: &Entry, name: &str) -> Result<Option<Usd>, String> {
    let text = match entry.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(name.to_owned()),
    };
    // A number of the form 1.5e-7 is read as it was written.
    text.parse().map(Some).map_err(|_no_amount| name.to_owned())
}

fn count(entry: &Entry, name: &str) -> Option<u64> {
    whole(entry.get(name)?).filter(|count| *count > 0)
}

/// A whole number, as a number or a text; a float counts where it is whole enough.
fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let text = format!("{:.0}", number.as_f64()?);
            text.parse().ok()
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
