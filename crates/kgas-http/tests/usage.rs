//! What an answer says it cost is found wherever it says so, and nowhere else.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use kgas_http::Reply;
use kgas_http::openai::{ChatParams, chat_request};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

/// What is charged for an answer that says it is JSON, or says nothing. The first is read from
/// its end, the second always whole.
fn charged(body: &str, says_json: bool) -> Option<u32> {
    let mut headers = HeaderMap::new();
    if says_json {
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    }
    let usage_of = chat_request(&ChatParams::prompt("x")).usage_of?;
    usage_of(&Reply::new(200, headers, body.to_owned().into()))
}

#[test]
fn only_the_usage_of_the_whole_answer_counts() {
    let far = "x".repeat(5000);
    for (body, expected) in [
        (r#"{"choices": [], "usage": {"total_tokens": 9}}"#.to_owned(), Some(9)),
        (r#"{"usage":{"total_tokens":9},"a":{"b":[1,"}"]},"c":null}"#.to_owned(), Some(9)),
        (r#"{"usage" : {"total_tokens": 9} }"#.to_owned() + "\r\n", Some(9)),
        (r#"{"usage": {"prompt_tokens": 4, "completion_tokens": 5}}"#.to_owned(), Some(9)),
        // Others of that name, inside and behind it.
        (r#"{"usage": {"total_tokens": 9}, "x": {"usage": {"total_tokens": 1}}}"#.to_owned(), Some(9)),
        (r#"{"usage": {"total_tokens": 9, "usage": {"total_tokens": 1}}}"#.to_owned(), Some(9)),
        (r#"{"x": {"usage": {"total_tokens": 1}}}"#.to_owned(), None),
        (r#"{"x": [{"usage": {"total_tokens": 1}}]}"#.to_owned(), None),
        (r#"[{"usage": {"total_tokens": 1}}]"#.to_owned(), None),
        // Texts that look like it.
        (r#"{"usage": {"total_tokens": 9}, "x": "usage"}"#.to_owned(), Some(9)),
        (r#"{"usage": {"total_tokens": 9}, "x": "\"usage\": {\"total_tokens\": 1}"}"#.to_owned(), Some(9)),
        (r#"{"usage": {"total_tokens": 9}, "\"usage": {"total_tokens": 1}}"#.to_owned(), Some(9)),
        (r#"{"x": "{\"usage\": {\"total_tokens\": 1}}"}"#.to_owned(), None),
        // Spelled otherwise, far from the end, or without a figure.
        (r#"{"\u0075sage": {"total_tokens": 9}}"#.to_owned(), Some(9)),
        (format!(r#"{{"usage": {{"total_tokens": 9}}, "x": "{far}"}}"#), Some(9)),
        (format!(r#"{{"x": "{far}", "usage": {{"total_tokens": 9}}}}"#), Some(9)),
        (r#"{"usage": null}"#.to_owned(), None),
        (r#"{"usage": {}}"#.to_owned(), None),
        (r#"{"usage": {"total_tokens": -1}}"#.to_owned(), None),
        (r#"{"choices": []}"#.to_owned(), None),
    ] {
        assert_eq!(charged(&body, true), expected, "{body}");
        assert_eq!(charged(&body, false), expected, "{body}");
    }
}

#[test]
fn what_does_not_say_it_is_json_must_be_json_all_through() {
    assert_eq!(charged(r#"data: {"usage": {"total_tokens": 9}}"#, false), None);
    assert_eq!(charged(r#"{"choices": oops, "usage": {"total_tokens": 9}}"#, false), None);
    assert_eq!(charged("", false), None);
    assert_eq!(charged("", true), None);
}

fn any_body() -> impl Strategy<Value = Value> {
    let name = || prop::sample::select(&["usage", "\"usage", "usage\"", "\\", "total_tokens", "x"][..]);
    let usage = (0..9_u32).prop_map(|tokens| json!({"total_tokens": tokens}));
    let leaf = prop_oneof![name().prop_map(Value::from), (0..9_u32).prop_map(Value::from), usage, Just(Value::Null)];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let pairs = prop::collection::vec((name(), inner.clone()), 0..4);
        let object = pairs.prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        prop_oneof![
            3 => object.prop_map(Value::Object),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_from_the_end_finds_what_reading_the_whole_does(body in any_body()) {
        let whole = body.get("usage").and_then(|usage| usage.get("total_tokens")?.as_u64()).filter(|tokens| *tokens > 0);
        for text in [body.to_string(), format!("{body:#}\n")] {
            prop_assert_eq!(charged(&text, true), charged(&text, false), "{}", text);
            // Also by a reading of another kind, where the answer has a usage of the right shape.
            if body["usage"].is_object() && body["usage"]["total_tokens"].is_u64() {
                prop_assert_eq!(charged(&text, true).map(u64::from), whole, "{}", text);
            }
        }
    }
}
