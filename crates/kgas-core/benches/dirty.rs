//! How many items of the dirty answers are kept, and how many invented, side by side with `llm_json` and `jsonrepair`.
//!
//! A repaired answer is given the best reading that it allows: the list under its name, however it is wrapped, or the
//! bare list. What peers repair is compared, not whether they know what a list of entities is.
//!
//! `cargo bench -p kgas-core --bench dirty`; with `-- --cases` each case that somebody reads in another way is listed.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "../tests/dirty/mod.rs"]
mod dirty;

use std::panic::catch_unwind;

use dirty::{Case, cases};
use kgas_core::text::items;
use serde_json::Value;

type Reader = fn(&Case) -> Option<Vec<Value>>;

const READERS: [(&str, Reader); 4] =
    [("kgas", kgas), ("serde_json alone", strict), ("llm_json alone", llm_json), ("jsonrepair alone", jsonrepair)];

fn main() {
    let cases = cases();
    let all: usize = cases.iter().map(|case| case.items.len()).sum();
    let shows_cases = std::env::args().any(|argument| argument == "--cases");
    println!("{} answers with {all} items\n", cases.len());
    println!("| reader | items kept | items lost | items invented | answers read as they should be |");
    println!("|---|---|---|---|---|");
    for (name, read) in READERS {
        let (mut kept, mut invented, mut right, mut others) = (0, 0, 0, Vec::new());
        for case in &cases {
            // A reader that panics reads nothing.
            let found = catch_unwind(|| read(case)).ok().flatten();
            let (same, more) = compare(&case.items, found.clone().unwrap_or_default());
            kept += same;
            invented += more;
            if same == case.items.len() && more == 0 && found.is_some() == case.none.is_none() {
                right += 1;
            } else {
                others.push(format!("  {name}, {}: {same} of {}, {more} invented", case.name, case.items.len()));
            }
        }
        println!("| {name} | {kept} | {} | {invented} | {right} |", all - kept);
        if shows_cases {
            println!("{}", others.join("\n"));
        }
    }
}

/// How many of the items wanted were found, and how many others.
fn compare(wanted: &[Value], mut found: Vec<Value>) -> (usize, usize) {
    let mut kept = 0;
    for item in wanted {
        if let Some(at) = found.iter().position(|other| equal(other, item)) {
            found.remove(at);
            kept += 1;
        }
    }
    (kept, found.len())
}

/// Equal but for the way in which numbers are written.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(key, value)| other.get(key).is_some_and(|o| equal(value, o)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        _ => one == other,
    }
}

fn kgas(case: &Case) -> Option<Vec<Value>> {
    items(&case.answer, case.key).ok().map(|items| items.values().cloned().collect())
}

fn strict(case: &Case) -> Option<Vec<Value>> {
    list(&serde_json::from_str(&case.answer).ok()?, case.key)
}

fn llm_json(case: &Case) -> Option<Vec<Value>> {
    let options = llm_json::RepairOptions::default();
    list(&llm_json::loads(&case.answer, &options).ok()?, case.key)
}

fn jsonrepair(case: &Case) -> Option<Vec<Value>> {
    list(&jsonrepair::loads(&case.answer, &jsonrepair::Options::default()).ok()?, case.key)
}

/// What a program with few lines of its own would take from a repaired answer: the list under its name, or where none
/// is, the bare list.
fn list(value: &Value, key: &str) -> Option<Vec<Value>> {
    named(value, key).or_else(|| match value {
        Value::Array(items) if items.iter().all(|item| item.is_object() || item.is_array()) => Some(items.clone()),
        _ => None,
    })
}

fn named(value: &Value, key: &str) -> Option<Vec<Value>> {
    match value {
        Value::Object(members) => {
            let own = members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, list)| list);
            match own {
                Some(Value::Array(items)) => Some(items.clone()),
                Some(Value::Null) => Some(Vec::new()),
                Some(other) => named(other, key),
                None => members.values().find_map(|member| named(member, key)),
            }
        }
        Value::Array(elements) => elements.iter().find_map(|element| named(element, key)),
        _ => None,
    }
}
