//! Calls have one key where nothing that determines the answer differs, and different keys otherwise.

use http::{HeaderName, HeaderValue, Method};
use kgas_engine::journal::Key;
use kgas_http::{ApiRequest, Cost};
use proptest::prelude::*;
use serde_json::{Value, json};

const ENDPOINT: &str = "https://api.example.com/v1";

fn key(request: &ApiRequest) -> Key {
    Key::of(ENDPOINT, request)
}

fn with_body(text: impl Into<String>) -> ApiRequest {
    ApiRequest::new(Method::POST, "chat/completions", Some(text.into().into()))
}

fn chat() -> Value {
    json!({
        "model": "m", "temperature": 0.0, "messages": [{"role": "user", "content": "hello"}],
        "response_format": {"type": "json_schema", "schema": {"properties": {"a": {}, "b": {}}}},
    })
}

#[test]
fn what_does_not_determine_the_answer_makes_no_difference() {
    let plain = ApiRequest::post("chat/completions", &chat());
    let header = (HeaderName::from_static("authorization"), HeaderValue::from_static("Bearer x"));
    let same = [
        plain.clone().with_header(header.0, header.1),
        plain.clone().with_cost(Cost::tokens(9)),
        plain.clone().with_anew(true).with_replayable(false).with_deadline(std::time::Duration::from_secs(1)),
        ApiRequest::post("/chat/completions", &chat()),
    ];
    for request in same {
        assert_eq!(key(&request), key(&plain));
    }
    for endpoint in ["https://api.example.com/v1/", "HTTPS://API.example.com:443/v1"] {
        assert_eq!(Key::of(endpoint, &plain), key(&plain), "{endpoint}");
    }
    assert_eq!(key(&with_body("{ \"b\":1 ,\"a\":[2] }")), key(&with_body("{\"a\":[2],\"b\":1}")));
}

#[test]
fn whatever_determines_the_answer_makes_another_key() {
    let plain = ApiRequest::post("chat/completions", &chat());
    let mut get = plain.clone();
    get.method = Method::GET;
    let mut other_order = chat();
    other_order["response_format"]["schema"]["properties"] = json!({"b": {}, "a": {}});
    let mut no_body = plain.clone();
    no_body.body = None;
    let mut keys = vec![
        key(&plain),
        key(&get),
        key(&no_body),
        key(&with_body("")),
        key(&with_body("not JSON")),
        key(&with_body("[1]")),
        key(&with_body("{\"a\":1}")),
        key(&with_body("{\"a\":1.0}")),
        key(&with_body("{\"a\":100000000000000000000000000001}")),
        key(&with_body("{\"a\":100000000000000000000000000002}")),
        key(&with_body("{\"a\":1,\"a\":2}")),
        key(&with_body("{\"a\":2,\"a\":1}")),
        key(&ApiRequest::post("embeddings", &chat())),
        key(&ApiRequest::post("chat/completions", &other_order)),
        key(&plain.clone().with_query("a", "bc")),
        key(&plain.clone().with_query("ab", "c")),
        key(&plain.clone().with_query("a", "b").with_query("c", "d")),
        key(&plain.clone().with_query("c", "d").with_query("a", "b")),
    ];
    for endpoint in ["http://api.example.com/v1", "https://api.example.com:8443/v1", "https://api.example.com/v2"] {
        keys.push(Key::of(endpoint, &plain));
    }
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

#[test]
fn the_form_of_a_key_is_not_changed_by_accident() {
    // Another key would buy everything again.
    let request = ApiRequest::post("chat/completions", &chat());
    assert_eq!(key(&request).to_string(), "10edcc0ebc463756858652863afaeb9ffd3798c9c80bec9ac0a101e5df7c06c5");
}

/// Small JSON values.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c\"\\\\é]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[a-c]{0,2}", inner), 0..3).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

fn object(fields: &[(String, Value)]) -> ApiRequest {
    ApiRequest::post("chat/completions", &fields.iter().cloned().collect())
}

proptest! {
    #[test]
    fn the_order_of_fields_makes_no_difference(
        (fields, shuffled) in prop::collection::btree_map("[a-e]{0,2}", value(), 0..6)
            .prop_map(|fields| fields.into_iter().collect::<Vec<_>>())
            .prop_flat_map(|fields| (Just(fields.clone()), Just(fields).prop_shuffle())),
    ) {
        prop_assert_eq!(key(&object(&fields)), key(&object(&shuffled)));
    }

    #[test]
    fn bodies_that_say_something_else_have_other_keys(
        one in prop::collection::btree_map("[a-c]{0,2}", value(), 0..4),
        other in prop::collection::btree_map("[a-c]{0,2}", value(), 0..4),
    ) {
        let [one, other] = [one, other].map(|fields| fields.into_iter().collect::<Vec<_>>());
        // As text: values compare equal whatever the order of their fields.
        let text = |fields: &[(String, Value)]| serde_json::to_string(fields).unwrap_or_default();
        prop_assert_eq!(key(&object(&one)) == key(&object(&other)), text(&one) == text(&other));
    }
}
