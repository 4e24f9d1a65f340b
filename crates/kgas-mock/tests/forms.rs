//! What the server makes of `response_format`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod client;

use client::{Answer, CHAT, asking, post};
use kgas_mock::{Forms, MockServer, Reply};
use serde_json::{Value, json};

fn schema() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["colour", "items"],
        "properties": {"colour": {"type": "string", "enum": ["ultramarine"]}, "items": {"type": "array"}}})
}

fn formats() -> [(&'static str, Value); 3] {
    [
        ("json_schema", json!({"type": "json_schema", "json_schema": {"name": "n", "schema": schema()}})),
        ("json_object_schema", json!({"type": "json_object", "schema": schema()})),
        ("json_object", json!({"type": "json_object"})),
    ]
}

async fn asked(forms: Forms, reply: &str, format: &Value) -> Answer {
    let server = MockServer::builder().forms(forms).answer(Reply::text(reply)).in_memory().unwrap();
    let mut body = asking("say it in JSON");
    body["response_format"] = format.clone();
    post(&server, CHAT, &body).await
}

#[tokio::test]
async fn a_form_that_is_refused_is_named_and_the_others_are_answered() {
    for (refused, _) in formats() {
        for (form, format) in formats() {
            let answer = asked(Forms::ignored().refuse(refused, 422), "yes", &format).await;
            assert_eq!(answer.status, if form == refused { 422 } else { 200 }, "{form} of {refused}");
            let is_named = answer.body.contains("response_format") && answer.body.contains(&format!("'{form}'"));
            assert_eq!(is_named, form == refused, "{}", answer.body);
        }
        let text = asked(Forms::ignored().refuse(refused, 400), "yes", &json!({"type": "text"})).await;
        assert_eq!(text.said(), "yes");
    }
}

#[tokio::test]
async fn a_form_that_is_ignored_changes_nothing() {
    for (form, format) in formats() {
        assert_eq!(asked(Forms::ignored(), "yes", &format).await.said(), "yes", "{form}");
    }
}

#[tokio::test]
async fn a_form_that_is_obeyed_is_that_of_the_answer() {
    let fitting = r#"{"colour": "ultramarine", "items": [1]}"#;
    for (form, format) in formats() {
        let least = if form == "json_object" { "{}" } else { r#"{"colour":"ultramarine","items":[]}"# };
        assert_eq!(asked(Forms::obeyed(), "yes", &format).await.said(), least, "{form}");
        assert_eq!(asked(Forms::obeyed(), fitting, &format).await.said(), fitting, "{form}");
    }
    let other = r#"{"colour": "red", "items": []}"#;
    let (_, strictest) = &formats()[0];
    assert_eq!(asked(Forms::obeyed(), other, strictest).await.said(), r#"{"colour":"ultramarine","items":[]}"#);
}
