//! The items of an answer, whatever is around them.

#![expect(clippy::string_slice, reason = "a test may panic")]

mod support;

use kgas_core::text::{NoItems, items};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::texts;

type Found = Result<(Vec<Value>, bool), NoItems>;

/// The values, and whether the list was closed.
fn found(answer: &str) -> Found {
    items(answer, "entities").map(|items| (items.values().cloned().collect(), items.complete))
}

fn whole(values: Value) -> Found {
    Ok((values.as_array().cloned().unwrap_or_default(), true))
}

fn cut(values: Value) -> Found {
    Ok((values.as_array().cloned().unwrap_or_default(), false))
}

#[test]
fn a_list_is_found_in_whatever_it_is_wrapped_in() {
    let ann = || json!([{"text": "Ann"}]);
    let cases = [
        (r#"{"entities": [{"text": "Ann"}]}"#, ann()),
        (r#"[{"text": "Ann"}]"#, ann()),
        ("\u{feff}  [{\"text\": \"Ann\"}]\n", ann()),
        ("```json\n{\"entities\": [{\"text\": \"Ann\"}]}\n```", ann()),
        ("Sure! Here it is:\n```\n[{\"text\": \"Ann\"}]\n```\nAnything else?", ann()),
        (r#"As [1] says: {"entities": [{"text": "Ann"}]}"#, ann()),
        (r#"{"relations": [{"type": "knows"}], "entities": [{"text": "Ann"}]}"#, ann()),
        (r#"{"note": "see [below]"} {"entities": [{"text": "Ann"}]}"#, ann()),
        (r#"{"entities": [{"text": "a ] } \" [ {"}]}"#, json!([{"text": "a ] } \" [ {"}])),
        (r#"{"entities": {"text": "Ann"}}"#, ann()),
        (r#"{"entities": null}"#, json!([])),
        (r#"{"entities": []}"#, json!([])),
        ("[]", json!([])),
        (r#"[{"text": "Ann"}, 5, null]"#, json!([{"text": "Ann"}, 5, null])),
    ];
    for (answer, expected) in cases {
        assert_eq!(found(answer), whole(expected), "{answer}");
    }
}

#[test]
fn brackets_in_prose_do_not_make_a_whole_list_a_broken_one() {
    let ann = r#"{"entities": [{"text": "Ann"}]}"#;
    for prose in [
        "The keys are {text, type}.",
        "Names in [brackets are kept: ",
        r#"I use {"text" and "type"}: "#,
        "{ ",
        "[{ ",
        r#"{"entities" is the key: "#,
    ] {
        let answer = format!("{prose}{ann}");
        assert_eq!(found(&answer), whole(json!([{"text": "Ann"}])), "{answer}");
    }
}

#[test]
fn a_list_that_breaks_off_gives_the_items_before_the_break() {
    let two = || json!([{"text": "Ann"}, {"text": "Bob"}]);
    let cases = [
        (r#"{"entities": [{"text": "Ann"}, {"text": "Bob"}, {"te"#, two()),
        (r#"{"entities": [{"text": "Ann"}, {"text": "Bob"},"#, two()),
        (r#"{"entities": [{"text": "Ann"}, {"text": "Bob"}"#, two()),
        (r#"[{"text": "Ann"}, {"text": "Bob"}, {"text": "C"#, two()),
        ("```json\n[{\"text\": \"Ann\"}, {\"text\": \"Bob\"}, {\"text", two()),
        (r#"{"relations": [{"a": 1}], "entities": [{"text": "Ann"}, {"text": "Bob"}, {"#, two()),
        (r#"{"entities": [{"text": "Ann"}, {"text": "Bob"}, {"text": "C", "places": [{"at": 1}], "x"#, two()),
        (r#"{"entities": ["#, json!([])),
        (r#"{"entities": [{"tex"#, json!([])),
    ];
    for (answer, expected) in cases {
        assert_eq!(found(answer), cut(expected), "{answer}");
    }
}

#[test]
fn an_answer_without_a_list_says_what_it_was_instead() {
    let cases = [
        ("", NoItems::Empty),
        (" \n\u{feff}", NoItems::Empty),
        ("I can't help with that.", NoItems::NotJson),
        ("<html><body>502 Bad Gateway</body></html>", NoItems::NotJson),
        ("\"entities\"", NoItems::NotJson),
        (r#"{"people": [{"text": "Ann"}]}"#, NoItems::NoList),
        ("[1, 2]", NoItems::NoList),
        ("{}", NoItems::NoList),
        (r#"{"entities": "#, NoItems::NotJson),
    ];
    for (answer, expected) in cases {
        assert_eq!(found(answer), Err(expected), "{answer}");
    }
    assert_eq!(NoItems::NotJson.to_string(), "the answer is not JSON");
}

/// Answers that are almost what they should be.
fn answers() -> impl Strategy<Value = String> {
    let pieces = &[
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        ":",
        ",",
        "\"entities\"",
        "{\"text\": \"Ann\"}",
        "1",
        "null",
        " ",
        "```",
        "é",
        "\"entities\": [",
        "<p>",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.as_slice()), 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_answer_is_too_broken_to_read(answer in prop_oneof![answers(), texts()]) {
        let _ = items(&answer, "entities");
    }

    #[test]
    fn whatever_is_cut_off_the_items_before_it_are_kept(count in 0_usize..6, at in 0_usize..400) {
        let all: Vec<Value> = (0..count).map(|n| json!({"text": format!("né {n}"), "in": [{"a": n}]})).collect();
        let answer = json!({"entities": all}).to_string();
        let end = (0..=at.min(answer.len())).rev().find(|&end| answer.is_char_boundary(end)).unwrap_or_default();
        if let Ok((values, complete)) = found(&answer[..end]) {
            prop_assert_eq!(&values[..], &all[..values.len()]);
            // The list is closed one byte before the object.
            prop_assert_eq!(complete, end + 1 >= answer.len());
        }
    }
}
