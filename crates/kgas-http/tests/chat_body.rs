//! The body of a question is, byte for byte, the value that it is made of.

use kgas_http::openai::{
    ChatMessage, ChatParams, ResponseFormat, chat_request, chat_stream_request, embedding_request,
};
use kgas_http::{ApiRequest, Cost};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};

/// The body as a value, built field by field.
fn value_of(params: &ChatParams, thinks: bool) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("model".into(), json!(params.model));
    body.insert("messages".into(), json!(params.messages));
    if let Some(tokens) = params.max_tokens {
        body.insert(if thinks { "max_completion_tokens" } else { "max_tokens" }.into(), json!(tokens));
    }
    if let Some(temperature) = params.temperature.filter(|_| !thinks) {
        body.insert("temperature".into(), json!(temperature));
    }
    let format = match &params.response_format {
        ResponseFormat::Text => None,
        ResponseFormat::JsonObject => Some(json!({"type": "json_object"})),
        ResponseFormat::JsonObjectSchema(schema) => Some(json!({"type": "json_object", "schema": schema})),
        ResponseFormat::JsonSchema { name, schema } => {
            let named = json!({"name": name, "strict": true, "schema": schema});
            Some(json!({"type": "json_schema", "json_schema": named}))
        }
    };
    body.extend(format.map(|format| ("response_format".to_owned(), format)));
    body.extend(params.extra.clone());
    body
}

fn streamed(mut body: Map<String, Value>) -> Map<String, Value> {
    body.insert("stream".into(), json!(true));
    body.entry("stream_options").or_insert(json!({"include_usage": true}));
    body
}

fn cost_of(params: &ChatParams, body: &Map<String, Value>) -> Cost {
    let prompt: usize = params.messages.iter().map(|message| message.content.chars().count().div_ceil(4) + 4).sum();
    let longest = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| body.get(*name)?.as_u64());
    let longest = u32::try_from(longest.unwrap_or_default()).unwrap_or(u32::MAX);
    Cost::tokens(u32::try_from(prompt).unwrap_or(u32::MAX).saturating_add(longest))
}

fn body_of(request: &ApiRequest) -> String {
    String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let object = vec((".{0,4}", inner.clone()), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect()));
        prop_oneof![vec(inner, 0..4).prop_map(Value::from), object]
    })
}

/// Any text, with more than its share of what JSON escapes.
fn any_text() -> impl Strategy<Value = String> {
    vec(
        prop_oneof![
            any::<char>(),
            prop::char::range(' ', '~'),
            prop::sample::select(&['"', '\\', '\n', '\u{0}', '\u{7f}', 'a', 'é'][..])
        ],
        0..64,
    )
    .prop_map(String::from_iter)
}

fn any_format() -> impl Strategy<Value = ResponseFormat> {
    prop_oneof![
        Just(ResponseFormat::Text),
        Just(ResponseFormat::JsonObject),
        any_json().prop_map(ResponseFormat::JsonObjectSchema),
        (any_text(), any_json()).prop_map(|(name, schema)| ResponseFormat::JsonSchema { name, schema }),
    ]
}

/// Names that the question has too, those that a stream sets, and others.
fn any_name() -> impl Strategy<Value = String> {
    const NAMES: [&str; 10] = [
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "response_format",
        "stream",
        "stream_options",
        "seed",
        "\"",
    ];
    prop::sample::select(&NAMES[..]).prop_map(str::to_owned)
}

fn any_message() -> impl Strategy<Value = ChatMessage> {
    (0..3, any_text()).prop_map(|(role, text)| match role {
        0 => ChatMessage::system(text),
        1 => ChatMessage::user(text),
        _ => ChatMessage::assistant(text),
    })
}

prop_compose! {
    /// A question, and whether its model thinks.
    fn any_question()(
        thinks in any::<bool>(),
        messages in vec(any_message(), 0..4),
        max_tokens in any::<Option<u32>>(),
        temperature in prop::option::of(prop_oneof![any::<f64>(), Just(0.3), Just(-0.0), Just(f64::NAN)]),
        response_format in any_format(),
        extra in vec((any_name(), any_json()), 0..8),
    ) -> (ChatParams, bool) {
        let model = if thinks { "openai/o4-mini" } else { "gpt \"4\"" }.to_owned();
        let extra = extra.into_iter().collect();
        (ChatParams { model, messages, max_tokens, temperature, response_format, extra }, thinks)
    }
}

#[test]
fn each_character_is_written_as_it_is_in_a_value_wherever_it_stands() {
    for character in (0..0x180).filter_map(char::from_u32) {
        for place in 0..17 {
            let text = format!("{}{character}{}", "a".repeat(place), "b".repeat(20 - place));
            let value = json!({"model": "m", "input": [text]});
            assert_eq!(body_of(&embedding_request("m", &[text.as_str()])), value.to_string());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(14), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_question_is_written_as_the_value_it_is((params, thinks) in any_question()) {
        let value = value_of(&params, thinks);
        let request = chat_request(&params);
        prop_assert_eq!(request.cost, cost_of(&params, &value));
        prop_assert_eq!(body_of(&request), Value::Object(value).to_string());
    }

    #[test]
    fn so_is_one_whose_answer_is_to_stream((params, thinks) in any_question()) {
        let value = streamed(value_of(&params, thinks));
        let request = chat_stream_request(&params);
        prop_assert_eq!(request.cost, cost_of(&params, &value));
        prop_assert_eq!(body_of(&request), Value::Object(value).to_string());
    }

    #[test]
    fn texts_to_embed_are_written_as_the_value_they_are(model in any_text(), texts in vec(any_text(), 0..4)) {
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let value = json!({"model": model, "input": texts});
        prop_assert_eq!(body_of(&embedding_request(&model, &texts)), value.to_string());
    }

    #[test]
    fn any_value_is_posted_as_it_is_written(value in any_json()) {
        prop_assert_eq!(body_of(&ApiRequest::post("x", &value)), value.to_string());
    }
}
