//! What is asked again where an answer can't be read, or not all of it.

mod support;

use kgas_core::{Finish, ModelErrorKind};
use serde_json::json;
use support::{Answer, context, ended, entities, failed, input, part_of, quotes, reasons, run, said, states, talker};

const TOOL: &str = "T23c_async";
const TEXT: &str = "Ann, Bob and Cid left.";
const BROKEN: &str = r#"{"entities": [{"text": "Ann", "type": "Person", "start": 0}, {"text": "Bo"#;

/// The first answer, and the one to whatever is asked after it.
async fn told(
    first: &'static str,
    then: fn() -> Answer,
    config: serde_json::Value,
) -> (kgas_core::ToolResult, Vec<String>) {
    let model = talker(move |request| match part_of(&request.user, "NOTE") {
        "" => said(first),
        _ => then(),
    });
    let result = run(TOOL, config, &context(model.clone(), 1), input(TEXT)).await;
    (result, model.asked().into_iter().map(|request| request.user).collect())
}

#[tokio::test]
async fn only_what_is_missing_is_asked_for() {
    let rest = || entities(json!([{"text": "Bob", "type": "Person"}, {"text": "Cid", "type": "Person"}]));
    let (result, asked) = told(BROKEN, rest, json!({})).await;
    assert_eq!(states(&result), ["ok"]);
    assert_eq!(quotes(&result), ["Ann", "Bob", "Cid"]);
    assert_eq!((result.chunks[0].attempts, result.usage.calls), (2, 2));
    assert_eq!(asked.len(), 2);
    assert_eq!(part_of(&asked[1], "REPORTED ALREADY"), r#"- {"text":"Ann","type":"Person"}"#);
    assert!(part_of(&asked[1], "NOTE").contains("only what is not yet"));
    assert!(result.chunks[0].error.is_none());
}

#[tokio::test]
async fn an_answer_without_a_list_is_asked_for_with_the_form_spelled_out() {
    for first in ["Sure! Ann and Bob are people.", ""] {
        let (result, asked) = told(first, || entities(json!([{"text": "Ann", "type": "Person"}])), json!({})).await;
        assert_eq!(states(&result), ["ok"], "{first}");
        assert_eq!(quotes(&result), ["Ann"]);
        assert!(part_of(&asked[1], "NOTE").contains(r#"begins with {"entities": ["#), "{}", asked[1]);
    }
}

#[tokio::test]
async fn a_repeated_item_is_a_duplicate() {
    let all = || {
        let person = |name: &str| json!({"text": name, "type": "Person"});
        entities(json!([person("Ann"), person("Bob"), person("Cid")]))
    };
    let (result, _) = told(BROKEN, all, json!({})).await;
    assert_eq!(quotes(&result), ["Ann", "Bob", "Cid"]);
    assert_eq!(reasons(&result), [kgas_core::fact::RejectReason::Duplicate]);
    assert_eq!((result.chunks[0].kept, result.chunks[0].rejected), (3, 1));
}

#[tokio::test]
async fn nothing_missing_closes_the_list() {
    let (result, _) = told(BROKEN, || entities(json!([])), json!({})).await;
    assert_eq!(states(&result), ["ok"]);
    assert_eq!(quotes(&result), ["Ann"]);
}

#[tokio::test]
async fn what_stays_broken_is_truncated_and_keeps_its_items() {
    for then in [|| said(r#"{"entities": [{"text": "#), || said("That is all."), || ended("", Finish::Refused)] {
        let (result, asked) = told(BROKEN, then, json!({})).await;
        assert_eq!(states(&result), ["truncated"]);
        assert_eq!(quotes(&result), ["Ann"]);
        assert_eq!(asked.len(), 2);
    }
}

#[tokio::test]
async fn a_follow_up_that_fails_tells_why() {
    let (result, _) = told(BROKEN, || failed(ModelErrorKind::GaveUp, "no luck"), json!({})).await;
    let told = result.chunks[0].error.as_deref();
    assert_eq!(told, Some("the answer breaks off in the middle of its list; asked again: no luck"));
    assert_eq!(result.chunks[0].attempts, 4);
}

#[tokio::test]
async fn how_often_is_a_setting() {
    let broken = || said(r#"{"entities": [{"text": "#);
    for (times, calls) in [(0, 1), (1, 2), (3, 4)] {
        let (result, asked) = told(BROKEN, broken, json!({"ask_again": times})).await;
        assert_eq!((states(&result), asked.len()), (vec!["truncated"], calls));
    }
}

#[tokio::test]
async fn a_refusal_is_never_asked_again() {
    let model = talker(|_| ended("", Finish::Refused));
    let config = json!({"ask_again": 3, "second_pass": true});
    let result = run(TOOL, config, &context(model.clone(), 1), input(TEXT)).await;
    assert_eq!((states(&result), model.asked().len()), (vec!["refused"], 1));
}

#[tokio::test]
async fn a_whole_answer_is_not_asked_for_again() {
    for answer in [r#"{"entities": []}"#, r#"{"entities": [{"text": "Eve", "type": "Robot"}, 7]}"#] {
        let (_, asked) = told(answer, || said(""), json!({})).await;
        assert_eq!(asked.len(), 1, "{answer}");
    }
}
