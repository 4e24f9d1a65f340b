//! What holds for the items of any answer.

#![expect(clippy::string_slice, clippy::unwrap_used, reason = "test helpers may panic")]

mod dirty;
mod support;

use kgas_core::text::items;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::texts;

/// Valid JSON of some depth.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // `serde_json` rounds others when it reads them.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 16.0)),
        texts().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(prop_oneof!["[a-z_ ]{0,6}", "[ -~]{0,9}"], inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An item that no rule drops: it has a text of its own.
fn item() -> impl Strategy<Value = Value> {
    ("[A-Z][a-z]{1,8}", prop_oneof![texts(), "[ -~]{0,30}"], anything()).prop_map(
        |(name, note, more)| json!({"text": name, "type": "Person", "note": note, "more": {"properties": more}}),
    )
}

fn list() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(item(), 0..6)
}

/// What is around a list, and in which encoding it is.
fn wrapped(list: &Value, pretty: bool, how: usize) -> String {
    let named = json!({"entities": list});
    let write = |value: &Value| {
        if pretty { serde_json::to_string_pretty(value).unwrap() } else { value.to_string() }
    };
    match how {
        0 => write(&named),
        1 => write(list),
        2 => format!("Here you are:\n```json\n{}\n```\nI hope it's [fine] {{so}}.", write(&named)),
        3 => format!("<think>\nMaybe [{{\"text\": \"x\"}}]?\n</think>\n{}", write(list)),
        4 => write(&json!({"name": "f", "arguments": named.to_string()})),
        5 => write(&json!({"result": {"Entities": list}})),
        6 => Value::String(write(&named)).to_string(),
        7 => format!("\u{feff}~~~\n{}", write(&named)),
        8 => write(&named).strip_suffix('}').unwrap().to_owned(),
        9 => format!("As [1] says, {{a, b}}: {}<|im_end|>", write(&named)),
        _ => write(&json!({"tool_calls": [{"function": {"arguments": Value::String(named.to_string()).to_string()}}]})),
    }
}

const WRAPPERS: usize = 11;

/// All texts of a value.
fn told<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(elements) => elements.iter().for_each(|element| told(element, texts)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            texts.push(key);
            told(value, texts);
        }),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_items_survive_every_wrapper(list in list(), pretty: bool, how in 0..WRAPPERS) {
        let answer = wrapped(&Value::from(list.clone()), pretty, how);
        let found = items(&answer, "entities").unwrap();
        let values: Vec<Value> = found.values().cloned().collect();
        prop_assert_eq!(&values, &list, "{}", answer);
        prop_assert!(found.complete && found.unreadable().next().is_none(), "{}", answer);
    }

    #[test]
    fn an_item_stands_where_its_place_says(list in list(), pretty: bool) {
        let answer = wrapped(&Value::from(list), pretty, 2);
        for item in items(&answer, "entities").unwrap().items {
            let value: Value = serde_json::from_str(&answer[item.at]).unwrap();
            prop_assert_eq!(Some(&value), item.value.as_ref().ok());
        }
    }

    #[test]
    fn items_before_a_cut_are_kept_whatever_is_cut(list in list(), pretty: bool, at in any::<prop::sample::Index>()) {
        let answer = wrapped(&Value::from(list), pretty, 0);
        let whole = items(&answer, "entities").unwrap();
        let ends: Vec<usize> = (0..=answer.len()).filter(|end| answer.is_char_boundary(*end)).collect();
        let end = ends[at.index(ends.len())];
        let found = items(&answer[..end], "entities").map(|found| found.items).unwrap_or_default();
        let before: Vec<_> = whole.items.into_iter().filter(|item| item.at.end <= end).collect();
        prop_assert_eq!(found, before, "{}", &answer[..end]);
    }

    #[test]
    fn all_that_is_told_is_in_the_answer(answer in prop_oneof![texts(), r#"[\[\]{}":,'a-e0# /\n.]{0,80}"#,
        r#"(\{"(text|type)": ?"[a-c" ,'{}:]{0,9}"[,}] ?){0,8}"#]) {
        // Escapes stand for something else; what they are read as is told elsewhere.
        prop_assume!(!answer.contains('\\'));
        let Ok(found) = items(&format!("{{\"entities\": [{answer}"), "entities") else { return Ok(()) };
        for value in found.values() {
            let mut texts = Vec::new();
            told(value, &mut texts);
            for text in texts.into_iter().filter(|text| !matches!(*text, "text" | "type")) {
                prop_assert!(answer.contains(text), "{text:?} of {answer:?}");
            }
        }
    }
}

#[test]
fn the_corpus_is_cut_at_every_byte_without_harm() {
    for case in dirty::cases() {
        let whole = items(&case.answer, case.key).map(|found| found.items).unwrap_or_default();
        for end in (0..case.answer.len()).filter(|end| case.answer.is_char_boundary(*end)) {
            let Ok(found) = items(&case.answer[..end], case.key) else { continue };
            assert!(found.items.len() <= whole.len() + 1, "{} to {end}", case.name);
        }
    }
}

#[test]
fn the_worst_of_answers_are_read_in_linear_time() {
    // A megabyte where it is cheap; were the time quadratic, a fifth of it would not end either.
    for piece in ["[", "{\"a\":", "\"", "\\"] {
        let _ = items(&piece.repeat(1_000_000 / piece.len()), "entities");
    }
    let pieces = [
        "a=b,",
        "\"a\":1,",
        "[",
        "{",
        "]",
        "}",
        "[{",
        "{\"a\":",
        "[{\"a\":",
        "\"",
        "'",
        "\\",
        "\\\"",
        "\"a\" ",
        "\"a\", ",
        "“",
        "{\"",
        "[\"",
        ",",
        ":",
        "#",
        "/*",
        "//",
        "`",
        "```",
        "\n```",
        "<",
        "<|",
        "<think>",
        "</think>",
        "<think></think>",
        "(",
        "[(",
        "a ",
        "{a",
        "[a,",
        "\n",
        "{\"entities\":",
        "{\"entities\":[",
        "{\"entities\":[{\"text\":\"a\"},",
        "\"{\\\"a\\\":",
        "...",
        "{\"text\":\"a\",\"type\":\"b\"}",
        "{\"text\":\"a",
        "}, {\"text\": \"x",
        "['",
        "[\" \"",
        "[\"\n\"",
        "}  ",
        "{\"a\" (",
        "\u{feff}",
        "\\n",
        "[\\n",
        "[-",
        "[THINK]",
        "{\"a\":b{",
        "[b{",
        "é",
    ];
    for piece in pieces {
        for start in ["", "{", "{\"entities\": [", "{\"entities\": [{\"text\": \"", "{\"entities\": \""] {
            let answer = format!("{start}{}", piece.repeat(200_000 / piece.len()));
            let _ = items(&answer, "entities");
        }
    }
}
