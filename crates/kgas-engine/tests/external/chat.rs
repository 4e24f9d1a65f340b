//! How a tool asks the chat model through kgas.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kgas_core::{
    AnswerFormat, ChatModel, ChatReply, ChatRequest, ChunkState, Finish, KgasTool, ModelError, ModelErrorKind, Need,
    SchemaStyle, Stop, ToolContext, ToolResult, Usage,
};
use kgas_engine::External;
use serde_json::{Value, json};

use crate::desk::{Desk, chunk, input, output};

/// A model that repeats what it is asked, and asks for a stop where it is told to.
#[derive(Debug, Default)]
struct Parrot {
    asked: Mutex<Vec<ChatRequest>>,
    stop: Stop,
}

#[async_trait]
impl ChatModel for Parrot {
    fn id(&self) -> &str {
        "test/parrot"
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatReply, ModelError> {
        self.asked.lock().unwrap().push(request.clone());
        match request.user.as_str() {
            "stop" => self.stop.request(),
            "fail" => return Err(ModelError::new(ModelErrorKind::GaveUp, "the server is busy").with_attempts(4)),
            _ => {}
        }
        let usage = Usage { calls: 1, attempts: 2, prompt_tokens: 10, completion_tokens: 3, ..Usage::default() };
        Ok(ChatReply { text: format!("{}!", request.user), finish: Finish::Length, usage })
    }
}

async fn asking(desk: &mut Desk, config: Value) -> External {
    desk.spec.needs = vec![Need::ChatModel];
    desk.tool_with(config).await
}

async fn ran(tool: &External, parrot: &Arc<Parrot>, steps: Value) -> ToolResult {
    let model: Arc<dyn ChatModel> = Arc::<Parrot>::clone(parrot);
    let context = ToolContext::offline()
        .with_chat(model)
        .with_stop(parrot.stop.clone())
        .with_parallelism(NonZeroUsize::new(3).unwrap());
    tool.execute(&context, input(steps)).await.unwrap()
}

/// A step that asks.
fn ask(call: &Value, chat: &Value) -> Value {
    json!({"say": json!({"id": "$ID", "call": call, "chat": chat}).to_string().replace("\"$ID\"", "$ID")})
}

#[tokio::test]
async fn a_question_is_put_to_the_model_and_its_answer_and_cost_come_back() {
    let Some(mut desk) = Desk::new() else { return };
    let tool = asking(&mut desk, json!({})).await;
    let parrot = Arc::new(Parrot::default());
    let question = json!({"system": "Be brief.", "user": "Who?", "max_tokens": 50, "temperature": 0.5});
    let result = ran(&tool, &parrot, json!([ask(&json!("a"), &question), {"echo": 1}])).await;
    let reply = json!([{"id": 1, "call": "a", "chat_reply": {"text": "Who?!", "finish": "length"}}]);
    assert_eq!(output(&result)["value"], reply);
    assert_eq!((result.usage.calls, result.usage.prompt_tokens, chunk(&result).attempts), (1, 10, 2));
    let asked = parrot.asked.lock().unwrap();
    let expected = ChatRequest {
        system: "Be brief.".to_owned(),
        user: "Who?".to_owned(),
        max_tokens: Some(50),
        temperature: Some(0.5),
        chunk: Some(0),
        ..ChatRequest::default()
    };
    assert_eq!(*asked, [expected]);
}

#[tokio::test]
async fn many_questions_may_be_open_and_each_answer_says_which_it_is_of() {
    let Some(mut desk) = Desk::new() else { return };
    let tool = asking(&mut desk, json!({})).await;
    let parrot = Arc::new(Parrot::default());
    let mut steps: Vec<Value> = (0..20).map(|n| ask(&json!(n), &json!({"user": format!("q{n}")}))).collect();
    steps.push(json!({"echo": 20}));
    let result = ran(&tool, &parrot, json!(steps)).await;
    let value = output(&result);
    let mut answers: Vec<(u64, &str)> = value["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["call"].as_u64().unwrap(), line["chat_reply"]["text"].as_str().unwrap()))
        .collect();
    answers.sort_unstable();
    let expected: Vec<(u64, String)> = (0..20).map(|n| (n, format!("q{n}!"))).collect();
    assert_eq!(answers, expected.iter().map(|(n, text)| (*n, text.as_str())).collect::<Vec<_>>());
    assert_eq!(result.usage.calls, 20);
}

#[tokio::test]
async fn the_form_of_an_answer_is_asked_for_as_it_is_set() {
    let Some(mut desk) = Desk::new() else { return };
    let schema = json!({"type": "object"});
    let with_schema = |style| AnswerFormat::JsonSchema { name: "acme_fake".to_owned(), schema: schema.clone(), style };
    let cases = [
        ("auto", with_schema(SchemaStyle::Supported), AnswerFormat::JsonObject),
        ("text", AnswerFormat::Text, AnswerFormat::Text),
        ("json_object", AnswerFormat::JsonObject, AnswerFormat::JsonObject),
        ("json_schema", with_schema(SchemaStyle::JsonSchema), AnswerFormat::JsonObject),
        ("json_object_schema", with_schema(SchemaStyle::JsonObject), AnswerFormat::JsonObject),
    ];
    for (form, of_schema, of_json) in cases {
        let tool = asking(&mut desk, json!({"response_format": form})).await;
        let parrot = Arc::new(Parrot::default());
        let steps = [json!({"user": "a", "schema": schema}), json!({"user": "b", "json": true}), json!({"user": "c"})];
        let mut steps: Vec<Value> = steps.iter().flat_map(|chat| [ask(&json!(1), chat), json!({"hear": 1})]).collect();
        steps.push(json!({"result": {}}));
        ran(&tool, &parrot, json!(steps)).await;
        let mut asked = parrot.asked.lock().unwrap().clone();
        asked.sort_by(|a, b| a.user.cmp(&b.user));
        let formats: Vec<AnswerFormat> = asked.into_iter().map(|request| request.format).collect();
        assert_eq!(formats, [of_schema, of_json, AnswerFormat::Text], "{form}");
    }
}

#[tokio::test]
async fn a_call_that_fails_is_told_and_the_tool_decides() {
    let Some(mut desk) = Desk::new() else { return };
    let tool = asking(&mut desk, json!({})).await;
    let parrot = Arc::new(Parrot::default());
    let result = ran(&tool, &parrot, json!([ask(&json!(1), &json!({"user": "fail"})), {"echo": 1}])).await;
    let error = json!([{"id": 1, "call": 1, "chat_error": {"kind": "gave_up", "message": "the server is busy"}}]);
    assert_eq!((output(&result)["value"].clone(), chunk(&result).state), (error, ChunkState::Ok));
    assert_eq!((result.usage.calls, result.usage.attempts), (1, 4));
}

#[tokio::test]
async fn after_a_stop_nothing_is_asked_and_the_document_counts_as_skipped() {
    let Some(mut desk) = Desk::new() else { return };
    let tool = asking(&mut desk, json!({})).await;
    let parrot = Arc::new(Parrot::default());
    let (stop, more) = (ask(&json!(1), &json!({"user": "stop"})), ask(&json!(2), &json!({"user": "more"})));
    let result = ran(&tool, &parrot, json!([stop, {"hear": 1}, more, {"echo": 1}])).await;
    assert_eq!(parrot.asked.lock().unwrap().len(), 1);
    assert_eq!(output(&result)["value"][0]["chat_error"]["kind"], "stopped");
    let report = chunk(&result);
    assert_eq!(report.state, ChunkState::Skipped);
    assert_eq!(report.error.as_deref(), Some("the run was stopped before all of the tool's questions were asked"));
}

#[tokio::test]
async fn a_tool_that_was_not_declared_to_ask_asks_nobody() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let parrot = Arc::new(Parrot::default());
    let result = ran(&tool, &parrot, json!([ask(&json!(1), &json!({"user": "Who?"})), {"echo": 1}])).await;
    let error = &output(&result)["value"][0]["chat_error"];
    assert_eq!(error["kind"], "denied");
    assert!(error["message"].as_str().unwrap().contains("add \"chat_model\" to its needs"));
    assert!(parrot.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_a_tool_asked_and_did_not_wait_for_is_counted() {
    let Some(mut desk) = Desk::new() else { return };
    let tool = asking(&mut desk, json!({})).await;
    let parrot = Arc::new(Parrot::default());
    let steps = json!([ask(&json!(1), &json!({"user": "Who?"})), {"result": {}}]);
    assert_eq!(ran(&tool, &parrot, steps).await.usage.calls, 1);
}
