//! Tools that do what they should not: the document fails with the reason, and the next one doesn't.

use kgas_core::{ChunkState, KgasTool, ToolContext};
use serde_json::{Value, json};

use crate::desk::{Desk, chunk, failure, input, output, ran};

/// A document with which all goes well.
fn good() -> Value {
    json!([{"result": {"entities": [{"text": "Bob", "type": "Person"}]}}])
}

#[tokio::test]
async fn a_tool_that_breaks_the_protocol_fails_its_document_alone() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let cases = [
        (json!([{"say": "now Ann comes"}]), "a line that is no JSON object"),
        (json!([{"say": "[1]"}]), "a line that is no JSON object"),
        (json!([{"say": "{\"result\": {}}"}]), "a line without the \"id\" of its task"),
        (json!([{"say": "{\"id\": 99, \"result\": {}}"}]), "the id 99 of no task"),
        (json!([{"say": "{\"id\": $ID}"}]), "none or several of chat, result and error"),
        (json!([{"say": "{\"id\": $ID, \"result\": {}, \"error\": \"e\"}"}]), "none or several of"),
        (json!([{"say": "{\"id\": $ID, \"reslt\": {}}"}]), "other fields than id, call, chat, result and error"),
        (json!([{"result": {"entities": "Ann"}}]), "\"result\" has not the form"),
        (json!([{"result": {"entitys": ["Ann"]}}]), "\"result\" has not the form"),
        (json!([{"result": {"entities": ["Ann"], "json": 1}}]), "\"result\" has not the form"),
        (json!([{"say": "{\"id\": $ID, \"chat\": \"Ann?\"}"}]), "\"chat\" has not the form"),
    ];
    for (steps, expected) in cases {
        let result = ran(&tool, steps.clone()).await;
        let told = failure(&result);
        assert!(told.starts_with("external tool acme.fake wrote what it should not: "), "{told}");
        assert!(told.contains(expected) && !told.contains("Ann"), "{steps}: {told}");
        assert_eq!(chunk(&ran(&tool, good()).await).state, ChunkState::Ok, "after {steps}");
    }
}

#[tokio::test]
async fn a_tool_that_dies_fails_its_document_alone_and_its_last_words_are_told() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let words = ["one", "two", "three", "\u{1b}[31mfour"].map(|word| json!({"complain": word}));
    let result = ran(&tool, json!([words[0], words[1], words[2], words[3], {"die": "always"}])).await;
    let told = failure(&result);
    assert!(told.contains("ended before it answered, with exit status: 3"), "{told}");
    assert!(told.ends_with("(its last words: two / three /  [31mfour)"), "{told}");
    assert_eq!(chunk(&ran(&tool, good()).await).state, ChunkState::Ok);
    assert_eq!(desk.started().len(), 3);
}

#[tokio::test]
async fn a_tool_that_says_it_cannot_fails_its_document_and_lives_on() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let result = ran(&tool, json!([{"say": "{\"id\": $ID, \"error\": \"no\\tlicence\"}"}])).await;
    assert_eq!(failure(&result), "the tool says: no licence");
    assert_eq!(chunk(&ran(&tool, good()).await).state, ChunkState::Ok);
    assert_eq!(desk.started().len(), 2);
}

#[tokio::test]
async fn a_process_that_ended_while_it_was_free_is_replaced_without_harm() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    for _ in 0..3 {
        // From its second document on it ends without a word.
        let result = ran(&tool, json!([{"die": "when used"}, {"result": {}}])).await;
        assert_eq!(chunk(&result).state, ChunkState::Empty);
    }
    assert_eq!(desk.started().len(), 4);
}

#[tokio::test]
async fn a_second_answer_is_left_out() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let twice = json!([{"result": {"json": "first"}}, {"result": {"json": "second"}}]);
    assert_eq!(output(&ran(&tool, twice).await)["value"], "first");
    assert_eq!(output(&ran(&tool, json!([{"result": {"json": "third"}}])).await)["value"], "third");
    assert_eq!(desk.started().len(), 2);
}

#[tokio::test]
async fn a_line_without_end_is_not_read_for_ever() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let result = ran(&tool, json!([{"flood": 1}])).await;
    assert_eq!(failure(&result), "external tool acme.fake wrote a line of more than 16 MiB");
    assert_eq!(chunk(&ran(&tool, good()).await).state, ChunkState::Ok);
}

#[tokio::test]
async fn a_tool_that_closes_a_stream_and_stays_is_found_out() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let result = ran(&tool, json!([{"close": 1}])).await;
    assert_eq!(failure(&result), "external tool acme.fake closed its standard output before it answered");
}

#[tokio::test]
async fn a_tool_that_never_reads_holds_nobody_up() {
    let Some(mut desk) = Desk::new() else { return };
    let hello = r#"{"kgas": 1, "tool": {"version": "1"}}"#;
    let deaf = format!("import time; print('{hello}', flush=True); time.sleep(600)");
    desk.spec.command = vec![desk.spec.command[0].clone(), "-c".to_owned(), deaf];
    desk.spec.timeout = std::time::Duration::from_secs(1);
    let tool = desk.tool().await;
    let long = json!("x".repeat(1 << 20));
    let result = tool.execute(&ToolContext::offline(), input(long)).await.unwrap();
    assert!(failure(&result).starts_with("external tool acme.fake did not answer within 1 s and was ended"));
}

#[tokio::test]
async fn after_five_failures_in_a_row_no_process_is_started() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let dies = || json!([{"complain": "no such table"}, {"die": "always"}]);
    for steps in [dies(), dies(), dies(), dies(), good(), dies(), dies(), dies(), dies(), dies()] {
        ran(&tool, steps).await;
    }
    let started = desk.started().len();
    let result = ran(&tool, good()).await;
    let told = failure(&result);
    assert!(told.contains("is not started again after 5 failures in a row; the last: it ended"), "{told}");
    assert!(told.contains("no such table"), "{told}");
    assert_eq!(desk.started().len(), started);
}

#[tokio::test]
async fn a_tool_that_is_changed_during_a_run_is_not_used() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let changed = include_str!("fake.py").replace("1.0.0", "1.0.1");
    std::fs::write(desk.path("fake.py"), changed).unwrap();
    let result = ran(&tool, good()).await;
    assert!(failure(&result).ends_with("is not what it was when the run began: version 1.0.0 then, 1.0.1 now"));
}
