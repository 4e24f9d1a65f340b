//! Which form of answers is found, what is sent then, and what comes after a refusal.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kgas_core::{AnswerFormat, ChatModel, ChatRequest, ModelErrorKind, SchemaStyle, Usage};
use kgas_engine::Folder;
use kgas_engine::model::{Evidence, Finding, Gate, KnownForms, OpenAiModel, Support};
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Reply, Transport};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

type Says = fn(form: &str, body: &Value) -> Result<String, HttpError>;

/// Answers by the form that is asked for, and notes it.
#[derive(Debug)]
struct Server {
    says: Says,
    asked: Mutex<Vec<Value>>,
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let body = request.json().unwrap();
        let outcome = (self.says)(form_of(&body), &body);
        self.asked.lock().unwrap().push(body);
        let answer = |text: String| {
            let choice = json!({"message": {"content": text}, "finish_reason": "stop"});
            let body = json!({"choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": 2}});
            Reply::new(200, Default::default(), body.to_string().into())
        };
        let mut response = match outcome {
            Ok(text) => ApiResponse::replayed(answer(text)),
            Err(error) => ApiResponse::failed(error.with_attempts(1)),
        };
        (response.attempts, response.replayed) = (1, false);
        response
    }
}

fn form_of(body: &Value) -> &str {
    let format = &body["response_format"];
    match format["type"].as_str() {
        Some("json_object") if !format["schema"].is_null() => "json_object_schema",
        form => form.unwrap_or("text"),
    }
}

fn refused(status: u16, message: &str) -> HttpError {
    let kind = if status < 500 { ErrorKind::ClientError } else { ErrorKind::ServerError };
    HttpError::new(kind).with_status(status).with_message(message)
}

fn unsupported(status: u16) -> Result<String, HttpError> {
    Err(refused(status, "this response_format is not supported"))
}

/// The word that only the schema of the question tells.
fn obey(body: &Value) -> Result<String, HttpError> {
    let format = &body["response_format"];
    let schema = if format["schema"].is_null() { &format["json_schema"]["schema"] } else { &format["schema"] };
    Ok(json!({"colour": schema["properties"]["colour"]["enum"][0]}).to_string())
}

fn server(says: Says) -> (OpenAiModel, Arc<Server>) {
    with_extra(says, json!({}))
}

fn with_extra(says: Says, extra: Value) -> (OpenAiModel, Arc<Server>) {
    let server = Arc::new(Server { says, asked: Mutex::default() });
    let transport: Arc<dyn Transport> = Arc::<Server>::clone(&server);
    let extra = extra.as_object().unwrap().clone();
    (OpenAiModel::new("test", "m", extra, transport, Arc::new(Gate::default())), server)
}

impl Server {
    fn forms(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|body| form_of(body).to_owned()).collect()
    }

    fn last(&self) -> Value {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

async fn found(says: Says) -> (Finding, Vec<String>) {
    let (model, server) = server(says);
    (model.probe().await.unwrap(), server.forms())
}

#[tokio::test]
async fn the_first_form_that_is_obeyed_is_found() {
    let cases: [(Says, Support, usize); 6] = [
        (|_, body| obey(body), Support::JsonSchema, 1),
        // A thinking model says more than it is asked for.
        (
            |_, body| obey(body).map(|said| format!("<think>blue?</think>\n```json\n{said}\n```")),
            Support::JsonSchema,
            1,
        ),
        (|form, body| if form == "json_schema" { unsupported(400) } else { obey(body) }, Support::JsonObjectSchema, 2),
        (|form, body| if form == "json_schema" { unsupported(500) } else { obey(body) }, Support::JsonObjectSchema, 2),
        (
            |form, body| if form == "json_schema" { Ok("Hello!".into()) } else { obey(body) },
            Support::JsonObjectSchema,
            2,
        ),
        (
            |form, _| if form == "json_object" { Ok("{\"greeting\": \"Hel".into()) } else { unsupported(422) },
            Support::JsonObject,
            3,
        ),
    ];
    for (place, (says, support, calls)) in cases.into_iter().enumerate() {
        let (finding, forms) = found(says).await;
        assert_eq!((finding.support, finding.evidence), (support, Evidence::Obeyed), "case {place}");
        assert_eq!(forms, ["json_schema", "json_object_schema", "json_object"][..calls], "case {place}");
        assert!(finding.is_lasting());
        assert_eq!((finding.usage.calls, finding.usage.attempts), (calls as u64, calls as u64), "case {place}");
    }
}

#[tokio::test]
async fn of_forms_that_are_ignored_the_first_is_taken() {
    let (finding, forms) = found(|_, _| Ok("Hello!".into())).await;
    assert_eq!((finding.support, finding.evidence), (Support::JsonSchema, Evidence::Ignored));
    assert_eq!(forms.len(), 3);
    assert!(finding.is_lasting());
    let usage = Usage { calls: 3, attempts: 3, prompt_tokens: 30, completion_tokens: 6, ..Usage::default() };
    assert_eq!(finding.usage, usage);
    let (finding, _) = found(|form, _| if form == "json_schema" { unsupported(400) } else { Ok("Hi".into()) }).await;
    assert_eq!((finding.support, finding.evidence), (Support::JsonObjectSchema, Evidence::Ignored));
}

#[tokio::test]
async fn a_model_that_thinks_longer_than_it_may_has_taken_the_form() {
    let (model, _) = server(|form, _| {
        if form == "json_object_schema" {
            unsupported(400)
        } else {
            Err(refused(400, "model output limit was reached"))
        }
    });
    let finding = model.probe().await.unwrap();
    assert_eq!((finding.support, finding.evidence), (Support::JsonSchema, Evidence::Ignored));
}

#[tokio::test]
async fn where_every_form_is_refused_the_prompt_says_it_all() {
    let (finding, forms) = found(|_, _| unsupported(400)).await;
    assert_eq!((finding.support, finding.evidence, forms.len()), (Support::Text, Evidence::Refused, 3));
    assert!(finding.is_lasting());
}

#[tokio::test]
async fn what_may_pass_or_has_another_reason_is_not_held_against_the_server() {
    let cases: [(Says, usize); 4] = [
        (|_, _| Err(refused(503, "overloaded")), 1),
        (|_, _| Err(HttpError::new(ErrorKind::AttemptTimeout)), 1),
        (|_, _| Err(HttpError::new(ErrorKind::RateLimited).with_status(429).with_message("schema")), 1),
        (|_, _| Err(refused(400, "the field 'messages' is too modern")), 3),
    ];
    for (place, (says, calls)) in cases.into_iter().enumerate() {
        let (finding, forms) = found(says).await;
        assert_eq!((finding.support, finding.evidence), (Support::Text, Evidence::Unclear), "case {place}");
        assert_eq!(forms.len(), calls, "case {place}");
        assert!(!finding.is_lasting());
    }
}

#[tokio::test]
async fn an_error_that_all_calls_would_meet_ends_the_asking() {
    let (model, server) = server(|_, _| Err(HttpError::new(ErrorKind::Unauthorized).with_status(401)));
    let error = model.probe().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ModelErrorKind::Denied, 1));
    assert_eq!(server.forms().len(), 1);
}

#[tokio::test]
async fn the_question_does_not_tell_what_the_schema_asks_for() {
    let (model, server) = with_extra(|_, body| obey(body), json!({"seed": 7}));
    model.probe().await.unwrap();
    let body = server.last();
    let word = body["response_format"]["json_schema"]["schema"]["properties"]["colour"]["enum"][0].as_str().unwrap();
    let messages = body["messages"].to_string();
    assert!(!messages.contains(word) && !messages.contains("colour"), "{messages}");
    // OpenAI wants the word in the prompt where JSON is asked for.
    assert!(messages.contains("JSON"));
    assert_eq!((&body["model"], &body["seed"], &body["max_tokens"]), (&json!("m"), &json!(7), &json!(128)));
    assert_eq!(body["response_format"]["json_schema"]["strict"], true);
}

fn strict() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["items", "format"], "properties": {
        "items": {"type": "array", "maxItems": 50, "items": {"type": "string", "pattern": "^a"}},
        "format": {"type": "string", "enum": ["maxItems"]}}})
}

fn question(schema: Value) -> ChatRequest {
    let format = AnswerFormat::JsonSchema { name: "items".to_owned(), schema, style: SchemaStyle::Supported };
    ChatRequest { user: "List it in JSON.".to_owned(), format, ..ChatRequest::default() }
}

#[test]
fn a_schema_is_asked_for_in_the_form_that_was_found() {
    let (model, _) = server(|_, _| unsupported(400));
    let sent = |support| model.clone().with_support(support).request(question(strict())).json().unwrap();
    let cases = [
        (
            Support::JsonSchema,
            json!({"type": "json_schema", "json_schema": {"name": "items", "strict": true, "schema": strict()}}),
        ),
        (Support::JsonObjectSchema, json!({"type": "json_object", "schema": strict()})),
        (Support::JsonObject, json!({"type": "json_object"})),
        (Support::Text, Value::Null),
    ];
    for (support, format) in cases {
        assert_eq!(sent(support)["response_format"], format, "{support:?}");
    }
    // Nothing found, nothing asked of the server.
    assert_eq!(model.request(question(strict())).json().unwrap().get("response_format"), None);
}

#[test]
fn a_schema_that_can_not_be_held_to_strictly_is_not() {
    let model = server(|_, _| unsupported(400)).0.with_support(Support::JsonSchema);
    let strictness = |schema: &Value| {
        let body = model.request(question(schema.clone())).json().unwrap();
        let format = &body["response_format"]["json_schema"];
        assert_eq!((&format["schema"], &format["name"]), (schema, &json!("items")));
        format["strict"].clone()
    };
    let object = |properties: Value, required: Value| json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties});
    let words: Vec<String> = (0..1001).map(|at| at.to_string()).collect();
    let long_words: Vec<String> = (0..300).map(|at| format!("{at:060}")).collect();
    let mut deep = json!({"type": "string"});
    for _ in 0..11 {
        deep = object(json!({"a": deep}), json!(["a"]));
    }
    let cases = [
        (strict(), true),
        (object(json!({}), json!([])), true),
        (object(json!({"a": {"anyOf": [object(json!({}), json!([])), {"type": "null"}]}}), json!(["a"])), true),
        // A property may be called like a keyword.
        (object(json!({"not": {"type": "string"}}), json!(["not"])), true),
        (object(json!({"a": {"type": ["string", "null"]}}), json!([])), false),
        (json!({"type": "object", "required": [], "properties": {}}), false),
        (object(json!({"a": {"type": ["object", "null"]}}), json!(["a"])), false),
        (object(json!({"a": {"oneOf": [{"type": "string"}]}}), json!(["a"])), false),
        (object(json!({"a": {"type": "array", "items": {"type": "object"}}}), json!(["a"])), false),
        (object(json!({"a": {"enum": words}}), json!(["a"])), false),
        (object(json!({"a": {"enum": long_words}}), json!(["a"])), false),
        (json!({"type": "array", "items": {"type": "string"}}), false),
        (deep, false),
    ];
    for (schema, is_strict) in cases {
        assert_eq!(strictness(&schema), is_strict, "{schema}");
    }
}

#[test]
fn a_form_in_the_fields_of_a_person_wins() {
    let own = json!({"response_format": {"type": "own"}});
    for schema in [strict(), json!({"type": "object"})] {
        for support in [Support::JsonSchema, Support::JsonObjectSchema, Support::JsonObject, Support::Text] {
            let model = with_extra(|_, _| unsupported(400), own.clone()).0.with_support(support);
            assert_eq!(model.request(question(schema.clone())).json().unwrap()["response_format"]["type"], "own");
        }
    }
}

#[tokio::test]
async fn a_schema_that_is_refused_is_asked_for_in_a_lower_form_from_then_on() {
    let (model, server) = server(|form, _| match form {
        "json_schema" => Err(refused(400, "Invalid schema for response_format 'items': too large")),
        "json_object_schema" => Err(refused(400, "Unknown parameter: 'response_format.schema'")),
        _ => Ok("{}".into()),
    });
    let model = model.with_support(Support::JsonSchema);
    let reply = model.chat(question(strict())).await.unwrap();
    assert_eq!(server.forms(), ["json_schema", "json_object_schema", "json_object"]);
    // What the refused calls took is counted.
    assert_eq!(
        reply.usage,
        Usage { calls: 3, attempts: 3, prompt_tokens: 10, completion_tokens: 2, ..Usage::default() }
    );
    assert_eq!(model.chat(question(strict())).await.unwrap().usage.calls, 1);
    assert_eq!(server.forms().len(), 4);
    // Another schema may fit.
    let mut other = question(strict());
    let AnswerFormat::JsonSchema { name, .. } = &mut other.format else { panic!("no schema") };
    *name = "others".to_owned();
    model.chat(other).await.unwrap();
    assert_eq!(server.forms()[4..], ["json_schema", "json_object_schema", "json_object"]);
}

#[tokio::test]
async fn where_only_the_bounds_are_refused_only_they_go() {
    let (model, server) = server(|_, body| {
        let refusal = refused(400, "Invalid schema for response_format 'items': 'maxItems' is not permitted.");
        if body.to_string().contains("\"maxItems\":") { Err(refusal) } else { Ok("{}".into()) }
    });
    model.with_support(Support::JsonSchema).chat(question(strict())).await.unwrap();
    let unbound = json!({"type": "object", "additionalProperties": false, "required": ["items", "format"],
        "properties": {"items": {"type": "array", "items": {"type": "string"}},
            "format": {"type": "string", "enum": ["maxItems"]}}});
    assert_eq!(server.last()["response_format"]["json_schema"]["schema"], unbound);
    assert_eq!(server.forms(), ["json_schema", "json_schema"]);
}

#[tokio::test]
async fn a_refusal_of_something_else_changes_no_form() {
    for says in [
        (|_, _| Err(refused(400, "the prompt is too long"))) as Says,
        |_, _| Err(refused(500, "out of memory")),
        |_, _| Err(HttpError::new(ErrorKind::RateLimited).with_status(429).with_message("too many schemas")),
    ] {
        let (model, server) = server(says);
        let model = model.with_support(Support::JsonSchema);
        for _ in 0..2 {
            assert_eq!(model.chat(question(strict())).await.unwrap_err().attempts(), 1);
        }
        assert_eq!(server.forms(), ["json_schema", "json_schema"]);
    }
}

#[tokio::test]
async fn a_form_that_was_chosen_by_a_person_stays() {
    let (model, server) = server(|_, _| unsupported(400));
    let mut question = question(strict());
    let AnswerFormat::JsonSchema { style, .. } = &mut question.format else { panic!("no schema") };
    *style = SchemaStyle::JsonSchema;
    assert!(model.with_support(Support::JsonObject).chat(question).await.is_err());
    assert_eq!(server.forms(), ["json_schema"]);
}

#[tokio::test]
async fn a_last_refusal_tells_all_attempts() {
    let (model, server) = server(|_, _| unsupported(400));
    let error = model.with_support(Support::JsonSchema).chat(question(strict())).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ModelErrorKind::Rejected, 4));
    assert_eq!(server.forms(), ["json_schema", "json_object_schema", "json_object", "text"]);
}

#[test]
fn what_was_found_is_there_for_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(KnownForms::read(&folder.path().join("not there")).unwrap(), KnownForms::default());
    let out = Folder::create(folder.path()).unwrap();
    let mut known = KnownForms::read(folder.path()).unwrap();
    known.keep(&out, "http://a/v1", "small", Support::JsonObjectSchema).unwrap();
    known.keep(&out, "http://a/v1", "large", Support::Text).unwrap();
    known.keep(&out, "http://b/v1", "small", Support::JsonSchema).unwrap();
    let read = KnownForms::read(folder.path()).unwrap();
    assert_eq!(read, known);
    assert_eq!(read.of("http://a/v1", "small"), Some(Support::JsonObjectSchema));
    assert_eq!(read.of("http://a/v1", "large"), Some(Support::Text));
    assert_eq!((read.of("http://b/v1", "large"), read.of("http://c/v1", "small")), (None, None));
}

#[test]
fn a_damaged_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    Folder::create(folder.path()).unwrap();
    for content in ["", "{", "[]", "{\"http://a\": {\"m\": \"yaml\"}}", "\u{0}"] {
        std::fs::write(folder.path().join(".kgas/formats.json"), content).unwrap();
        let error = KnownForms::read(folder.path()).unwrap_err();
        assert!(error.to_string().ends_with("formats.json can't be used"), "{error}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof!["type|object|array|properties|items|enum|required|maxItems|anyOf|not", "[a-z]{1,4}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!("object")),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_the_schema_it_is_sent_whole(schema in any_json()) {
        let model = server(|_, _| unsupported(400)).0.with_support(Support::JsonSchema);
        let body = model.request(question(schema.clone())).json().unwrap();
        prop_assert_eq!(&body["response_format"]["json_schema"]["schema"], &schema);
    }
}
