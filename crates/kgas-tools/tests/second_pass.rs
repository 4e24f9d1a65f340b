//! A second pass: what was missed.

mod support;

use kgas_core::fact::{Flag, RejectReason};
use kgas_core::{Finish, ModelErrorKind, ToolResult};
use serde_json::json;
use support::{
    Answer, context, ended, entities, failed, graph, input, part_of, quotes, reasons, run, said, states, talker,
};

const TOOL: &str = "T23c_async";

type Second = fn() -> Answer;

async fn told(second: Second) -> (ToolResult, Vec<String>) {
    let model = talker(move |request| match part_of(&request.user, "FOUND ALREADY") {
        "" => entities(json!([{"text": "Ann", "type": "Person", "confidence": 0.9}])),
        _ => second(),
    });
    let config = json!({"second_pass": true});
    let result = run(TOOL, config, &context(model.clone(), 1), input("Ann met Bob.")).await;
    (result, model.asked().into_iter().map(|request| request.user).collect())
}

#[tokio::test]
async fn what_was_missed_is_found_and_flagged() {
    let (result, asked) = told(|| entities(json!([{"text": "Bob", "type": "Person", "confidence": 0.9}]))).await;
    assert_eq!(quotes(&result), ["Ann", "Bob"]);
    let flags: Vec<bool> = graph(&result)
        .mentions()
        .iter()
        .map(|mention| mention.evidence().flags().contains(&Flag::SecondPass))
        .collect();
    assert_eq!(flags, [false, true]);
    assert_eq!(part_of(&asked[1], "FOUND ALREADY"), r#"- {"text":"Ann","type":"Person"}"#);
    assert_eq!((states(&result), result.chunks[0].attempts), (vec!["ok"], 2));
}

#[tokio::test]
async fn what_was_found_already_stays_unflagged_and_is_not_kept_again() {
    let (result, _) = told(|| entities(json!([{"text": "Ann", "type": "Person", "confidence": 0.9}]))).await;
    assert_eq!(quotes(&result), ["Ann"]);
    assert_eq!(reasons(&result), [RejectReason::Duplicate]);
    assert!(graph(&result).mentions()[0].evidence().flags().is_empty());
}

#[tokio::test]
async fn a_second_pass_that_fails_does_not_fail_the_chunk() {
    let cases: [(Second, &str); 4] = [
        (|| failed(ModelErrorKind::GaveUp, "no luck"), "second pass: no luck"),
        (|| ended("", Finish::Refused), "second pass: the model declined"),
        (|| said("Nothing was missed."), "second pass: the answer is not JSON"),
        (|| ended("{\"entities\": [", Finish::Length), "second pass: the answer reached its longest"),
    ];
    for (second, error) in cases {
        let (result, asked) = told(second).await;
        assert_eq!((states(&result), quotes(&result), asked.len()), (vec!["ok"], vec!["Ann"], 2));
        assert!(result.chunks[0].error.as_deref().is_some_and(|told| told.starts_with(error)), "{error}");
    }
}

#[tokio::test]
async fn there_is_none_unless_it_is_asked_for() {
    let model = talker(|_| entities(json!([])));
    run(TOOL, json!({}), &context(model.clone(), 1), input("Ann met Bob.")).await;
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test]
async fn what_was_found_is_listed_however_it_was_spelt() {
    let model = talker(|request| match part_of(&request.user, "FOUND ALREADY") {
        "" => entities(json!([{"Name": "Ann", "type": "Person"}, {"mention": "Bob", "class": "Person"}])),
        _ => entities(json!([])),
    });
    run(TOOL, json!({"second_pass": true}), &context(model.clone(), 1), input("Ann met Bob.")).await;
    let listed = part_of(&model.asked()[1].user, "FOUND ALREADY").to_owned();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains("Ann") && listed.contains("Bob"), "{listed}");
}
