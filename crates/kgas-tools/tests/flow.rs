//! How a tool goes through the chunks of a document, and what it says of each.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::time::Duration;

use kgas_core::{Finish, ModelError, ModelErrorKind, Stop, ToolStatus};
use serde_json::{Value, json};
use support::{context, ended, entities, failed, graph, input, model, quotes, run, said, slow_model, states};

const TOOL: &str = "T23c_async";
const FIVE: &str = "Ann left. Bob left. Cid left. Dan left. Eve left.";

fn one_sentence_each() -> Value {
    json!({"chunk_size": 10})
}

/// Finds the first word of a sentence.
fn first_word(text: &str) -> Result<kgas_core::ChatReply, ModelError> {
    let word = text.split(' ').next().unwrap();
    entities(json!([{"text": word, "type": "Person", "confidence": 0.9}]))
}

#[tokio::test]
async fn each_chunk_is_asked_about_once_and_in_order() {
    let model = model(first_word);
    let result = run(TOOL, one_sentence_each(), &context(model.clone(), 2), input(FIVE)).await;
    assert_eq!(model.texts().concat(), FIVE);
    assert_eq!(quotes(&result), ["Ann", "Bob", "Cid", "Dan", "Eve"]);
    assert_eq!(result.status(), ToolStatus::Success);
    assert_eq!((result.usage.calls, result.usage.attempts, result.usage.prompt_tokens), (5, 5, 50));
    assert_eq!(result.elapsed, Duration::ZERO);
}

#[tokio::test]
async fn a_failed_chunk_is_not_an_empty_success() {
    let model = model(|text| match text {
        "Bob left. " => failed(ModelErrorKind::GaveUp, "the server answered 500 three times"),
        _ => first_word(text),
    });
    let result = run(TOOL, one_sentence_each(), &context(model, 2), input(FIVE)).await;
    assert_eq!(result.status(), ToolStatus::Partial);
    assert_eq!(states(&result), ["ok", "failed", "ok", "ok", "ok"]);
    assert_eq!(quotes(&result), ["Ann", "Cid", "Dan", "Eve"]);
    let bob = &result.chunks[1];
    assert_eq!(bob.error.as_deref(), Some("the server answered 500 three times"));
    assert_eq!((bob.attempts, bob.span.start(), bob.span.end()), (3, 10, 20));
    assert_eq!((result.usage.calls, result.usage.attempts), (5, 7));
}

#[tokio::test]
async fn a_document_all_of_whose_chunks_fail_has_failed() {
    let model = model(|_| failed(ModelErrorKind::GaveUp, "no"));
    let result = run(TOOL, one_sentence_each(), &context(model, 2), input(FIVE)).await;
    assert_eq!(result.status(), ToolStatus::Failed);
}

#[tokio::test]
async fn an_error_tells_its_causes() {
    let error = ModelError::new(ModelErrorKind::GaveUp, "gave up on api.test")
        .with_source(std::io::Error::other("connection reset"));
    let model = model(move |_| Err(error.clone()));
    let result = run(TOOL, json!({}), &context(model, 1), input(FIVE)).await;
    assert_eq!(result.chunks[0].error.as_deref(), Some("gave up on api.test: connection reset"));
}

#[tokio::test(start_paused = true)]
async fn results_do_not_depend_on_parallelism_or_order_of_arrival() {
    let text = "Ann left. Bob left. Cid left. Dan left. Eve left. ".repeat(8);
    let answer = |text: &str| match text {
        "Dan left. " => failed(ModelErrorKind::GaveUp, "no"),
        "Cid left. " => entities(json!([{"text": "Zed", "type": "Person"}])),
        _ => first_word(text),
    };
    let mut seen = Vec::new();
    for (parallelism, shortest_first) in [(1, true), (3, true), (3, false), (16, false), (100, true)] {
        let delay = move |text: &str| {
            let turn = u64::from(text.as_bytes()[0] - b'A');
            Duration::from_millis(if shortest_first { 1 + turn } else { 100 - turn })
        };
        let model = slow_model(answer, delay);
        let result = run(TOOL, one_sentence_each(), &context(model, parallelism), input(&text)).await;
        seen.push(serde_json::to_string(&result).unwrap());
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_open_than_the_context_allows() {
    let model = slow_model(first_word, |_| Duration::from_secs(1));
    let began = tokio::time::Instant::now();
    run(TOOL, one_sentence_each(), &context(model, 2), input(FIVE)).await;
    assert_eq!(began.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn after_a_fatal_error_open_calls_are_finished_and_none_is_begun() {
    let model = slow_model(
        |text| match text {
            "Bob left. " => failed(ModelErrorKind::Denied, "the key was refused"),
            _ => first_word(text),
        },
        |text| Duration::from_secs(if text.starts_with("Bob") { 1 } else { 10 }),
    );
    let result = run(TOOL, one_sentence_each(), &context(model.clone(), 3), input(FIVE)).await;
    assert_eq!(states(&result), ["ok", "failed", "ok", "skipped", "skipped"]);
    assert_eq!(quotes(&result), ["Ann", "Cid"]);
    assert_eq!(model.asked().len(), 3);
    assert_eq!(result.status(), ToolStatus::Partial);
}

#[tokio::test]
async fn a_fatal_error_that_comes_at_once_is_the_only_call() {
    let model = model(|_| failed(ModelErrorKind::QuotaExhausted, "nothing is left"));
    let result = run(TOOL, one_sentence_each(), &context(model.clone(), 3), input(FIVE)).await;
    assert_eq!(states(&result), ["failed", "skipped", "skipped", "skipped", "skipped"]);
    assert_eq!(model.texts(), ["Ann left. "]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_finishes_open_calls_and_begins_none() {
    let stop = Stop::default();
    let model = slow_model(first_word, |_| Duration::from_secs(1));
    let context = context(model.clone(), 2).with_stop(stop.clone());
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.request();
    };
    let (result, ()) = tokio::join!(run(TOOL, one_sentence_each(), &context, input(FIVE)), stopping);
    assert_eq!(states(&result), ["ok", "ok", "skipped", "skipped", "skipped"]);
    assert_eq!(model.asked().len(), 2);
}

#[tokio::test]
async fn a_call_that_was_stopped_before_it_was_made_is_skipped() {
    let model = model(|_| Err(ModelError::new(ModelErrorKind::Stopped, "the budget of 5 USD is spent")));
    let result = run(TOOL, one_sentence_each(), &context(model, 1), input("Ann left.")).await;
    assert_eq!(states(&result), ["skipped"]);
    assert_eq!(result.chunks[0].error.as_deref(), Some("the budget of 5 USD is spent"));
    assert_eq!((result.chunks[0].attempts, result.usage.calls), (0, 0));
}

#[tokio::test]
async fn a_blank_chunk_is_empty_without_a_call() {
    let model = model(first_word);
    let result = run(TOOL, json!({"chunk_size": 4}), &context(model.clone(), 1), input(" \n\t \n \n")).await;
    assert!(!result.chunks.is_empty());
    assert!(states(&result).iter().all(|state| *state == "empty"));
    assert!(model.asked().is_empty());
    assert_eq!(result.status(), ToolStatus::Success);
}

#[tokio::test]
async fn an_empty_document_has_no_chunks() {
    let model = model(first_word);
    let result = run(TOOL, json!({}), &context(model.clone(), 1), input("")).await;
    assert!(result.chunks.is_empty() && graph(&result).is_empty() && model.asked().is_empty());
}

#[tokio::test]
async fn every_answer_has_its_state() {
    let ann = r#"{"text": "Ann", "type": "Person"}"#;
    let eve = r#"{"text": "Eve", "type": "Person"}"#;
    let cases = [
        (said(format!(r#"{{"entities": [{ann}]}}"#)), "ok", None, 1),
        (said(r#"{"entities": []}"#), "empty", None, 1),
        (said(format!(r#"{{"entities": [{eve}]}}"#)), "rejected", None, 1),
        (ended("", Finish::Refused), "refused", Some("the model declined"), 1),
        (said("I\u{2019}m sorry, but I can\u{2019}t assist with that."), "refused", Some("the model declined"), 1),
        (said(format!(r#"Sorry, I can't help more: {{"entities": [{ann}]}}"#)), "ok", None, 1),
        (ended(&format!(r#"{{"entities": [{ann}]}}"#), Finish::Refused), "refused", Some("the model declined"), 1),
        (ended(&format!(r#"{{"entities": [{ann}, {{"text": "B"#), Finish::Length), "truncated", Some("max_tokens"), 2),
        (ended("", Finish::Length), "truncated", Some("max_tokens"), 2),
        (said(format!(r#"{{"entities": [{ann}, {{"text": "B"#)), "truncated", Some("breaks off"), 2),
        (said("<html><body>502 Bad Gateway</body></html>"), "failed", Some("the answer is not JSON"), 2),
        (said(""), "failed", Some("the answer is empty"), 2),
        (said(r#"{"error": "overloaded"}"#), "failed", Some("has no list"), 2),
    ];
    for (answer, state, error, attempts) in cases {
        let shown = format!("{answer:?}");
        let model = model(move |_| answer.clone());
        let result = run(TOOL, json!({}), &context(model, 1), input("Ann left.")).await;
        assert_eq!(states(&result), [state], "{shown}");
        let told = result.chunks[0].error.as_deref();
        assert_eq!(told.is_some(), error.is_some(), "{shown}: {told:?}");
        assert!(told.unwrap_or_default().contains(error.unwrap_or_default()), "{shown}: {told:?}");
        assert_eq!(result.chunks[0].attempts, attempts, "{shown}");
    }
}
