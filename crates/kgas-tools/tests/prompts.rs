//! What the models are asked, word for word.

mod support;

use kgas_core::{AnswerFormat, ChatRequest, SchemaStyle, ToolInput};
use serde_json::{Value, json};
use support::{context, input, input_with, model, run, said};

const TEXT: &str = "Ann \"Nan\" Lee has worked\nat Acme since 1984.";

async fn asked(tool: &str, config: Value, input: ToolInput) -> ChatRequest {
    let model = model(|_| said("[]"));
    run(tool, config, &context(model.clone(), 1), input).await;
    model.asked().remove(0)
}

fn shown(request: &ChatRequest) -> String {
    format!("SYSTEM\n{}\n\nUSER\n{}\n", request.system, request.user)
}

#[tokio::test]
async fn a_question_for_entities() {
    let request = asked("T23c_async", json!({}), input(TEXT)).await;
    insta::assert_snapshot!(shown(&request));
    assert_eq!((request.max_tokens, request.temperature), (Some(2000), Some(0.3)));
    assert!(matches!(request.format, AnswerFormat::JsonSchema { style: SchemaStyle::Supported, .. }));
}

#[tokio::test]
async fn a_question_for_relations() {
    let request = asked("T27_async", json!({}), input(TEXT)).await;
    insta::assert_snapshot!(shown(&request));
}

#[tokio::test]
async fn a_question_for_relations_between_known_entities() {
    let given = json!([{"text": "Ann \"Nan\" Lee", "type": "Person"}, {"text": "Acme", "type": "Company"}]);
    let request = asked("T27_async", json!({"instructions": " Ignore dates.\n"}), input_with(TEXT, given)).await;
    insta::assert_snapshot!(shown(&request));
}

#[tokio::test]
async fn instructions_and_settings_reach_the_model() {
    let config = json!({"instructions": "Only people.", "temperature": null, "max_tokens": 50, "min_confidence": 0.5});
    for tool in ["T23c_async", "T27_async"] {
        let request = asked(tool, config.clone(), input(TEXT)).await;
        assert!(request.user.contains("\nINSTRUCTIONS:\nOnly people.\n"), "{tool}");
        assert!(request.user.contains("not above 0.5"), "{tool}");
        assert_eq!((request.max_tokens, request.temperature), (Some(50), None), "{tool}");
    }
}

#[tokio::test]
async fn the_chunk_stands_in_the_prompt_as_it_is() {
    let text = "{\"a\": [1]}\r\n\u{feff}\"\"\" \t Zoë\u{0301} <b>&amp;</b> \\n {text}\n\n";
    for tool in ["T23c_async", "T27_async"] {
        let request = asked(tool, json!({}), input(text)).await;
        assert!(request.user.ends_with(&format!("TEXT:\n\"\"\"\n{text}\n\"\"\"")), "{tool}");
    }
}

#[tokio::test]
async fn chunks_of_a_document_are_asked_about_with_the_same_beginning() {
    let model = model(|_| said("[]"));
    run("T27_async", json!({"chunk_size": 10}), &context(model.clone(), 2), input("Ann left. Bob left.")).await;
    let asked = model.asked();
    let beginnings: Vec<_> = asked.iter().map(|request| request.user.split_once("TEXT:").unwrap().0).collect();
    assert_eq!(beginnings.len(), 2);
    assert_eq!(beginnings[0], beginnings[1]);
}

#[tokio::test]
async fn the_form_of_the_answer_is_what_is_set() {
    for tool in ["T23c_async", "T27_async"] {
        let format = async |name: &str| asked(tool, json!({"response_format": name}), input(TEXT)).await.format;
        assert_eq!(format("text").await, AnswerFormat::Text);
        assert_eq!(format("json_object").await, AnswerFormat::JsonObject);
        for (name, wanted) in [
            ("auto", SchemaStyle::Supported),
            ("json_schema", SchemaStyle::JsonSchema),
            ("json_object_schema", SchemaStyle::JsonObject),
        ] {
            let AnswerFormat::JsonSchema { name: called, schema, style } = format(name).await else {
                panic!("{name} gives no schema");
            };
            assert_eq!(style, wanted);
            insta::assert_json_snapshot!(format!("the_schema_of_{called}"), schema);
        }
    }
}

#[tokio::test]
async fn a_schema_is_strict_all_through() {
    for tool in ["T23c_async", "T27_async"] {
        let request = asked(tool, json!({"response_format": "json_schema"}), input(TEXT)).await;
        let AnswerFormat::JsonSchema { schema, .. } = request.format else { panic!("no schema") };
        let mut objects = vec![&schema];
        while let Some(schema) = objects.pop() {
            if schema["type"] == "object" {
                assert_eq!(schema["additionalProperties"], false, "{schema}");
                let fields: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
                assert_eq!(json!(fields), schema["required"], "{schema}");
                objects.extend(schema["properties"].as_object().unwrap().values());
            }
            objects.extend(schema.get("items"));
        }
    }
}
