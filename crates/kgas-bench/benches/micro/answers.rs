//! Items read out of a model's answer, good and broken, beside `serde_json`, which reads only good ones.

use divan::Bencher;
use divan::counter::BytesCount;
use kgas_core::text::items;
use serde_json::{Value, json};

use crate::made;

const ITEMS: usize = 200;

#[divan::bench]
fn good(bencher: Bencher<'_, '_>) {
    salvage(bencher, &answer());
}

/// What small models do all at once: words around it, a fence, single quotes, commas too many, an end that is missing.
#[divan::bench]
fn broken(bencher: Bencher<'_, '_>) {
    let answer = answer().replace('"', "'").replace('}', ",}");
    let cut = answer.trim_end_matches(|letter| letter != '{');
    salvage(bencher, &format!("Here are the entities:\n```json\n{cut}"));
}

#[divan::bench]
fn good_by_serde_json(bencher: Bencher<'_, '_>) {
    let answer = answer();
    bencher
        .counter(BytesCount::of_str(&answer))
        .bench_local(|| serde_json::from_str::<Value>(divan::black_box(&answer)).unwrap());
}

fn salvage(bencher: Bencher<'_, '_>, answer: &str) {
    let read = items(answer, "entities").unwrap().values().count();
    assert!(read + 1 >= ITEMS, "{read} items were read");
    bencher.counter(BytesCount::of_str(answer)).bench_local(|| items(divan::black_box(answer), "entities").unwrap());
}

fn answer() -> String {
    let item = |name: &String| json!({"text": name, "type": "Person", "confidence": 0.9, "start": 17});
    json!({"entities": made::names(ITEMS).iter().map(item).collect::<Vec<_>>()}).to_string()
}
