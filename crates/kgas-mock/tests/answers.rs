//! What the simulated models say.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use client::{CHAT, EMBEDDINGS, ask, asking, exchange, post, request};
use kgas_mock::{ChatCall, FinishReason, Gazetteer, MockServer, RelationTable, Reply, Rules};
use serde_json::{Value, json};
use tokio::time::Instant;

fn answering(answer: impl kgas_mock::Answer) -> MockServer {
    MockServer::builder().answer(answer).in_memory().unwrap()
}

#[tokio::test]
async fn a_script_is_said_in_order_and_then_ends_with_400() {
    let server = MockServer::builder().script(["one", "two"]).in_memory().unwrap();
    assert_eq!(ask(&server, "a").await.said(), "one");
    assert_eq!(ask(&server, "b").await.said(), "two");
    assert_eq!(ask(&server, "c").await.status, 400);
}

#[tokio::test]
async fn the_first_rule_whose_needle_occurs_answers() {
    let server = answering(
        Rules::otherwise(Reply::text("default"))
            .when("red", Reply::text("first"))
            .when("green", |call: &ChatCall| Reply::text(format!("call {}", call.n))),
    );
    assert_eq!(ask(&server, "green and red").await.said(), "first");
    assert_eq!(ask(&server, "green").await.said(), "call 1");
    assert_eq!(ask(&server, "blue").await.said(), "default");
}

#[tokio::test]
async fn a_closure_sees_the_call() {
    let server = answering(|call: &ChatCall| {
        assert_eq!(call.body["temperature"], 0);
        Reply::text(format!("{}|{}|{}", call.model, call.system_text(), call.user_text()))
    });
    let body = json!({
        "model": "m",
        "temperature": 0,
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]},
            {"role": "user", "content": "there"},
        ],
    });
    assert_eq!(post(&server, CHAT, &body).await.said(), "m|be brief|hello\nthere");
}

#[tokio::test]
async fn finish_reason_refusal_and_usage_can_be_chosen() {
    let server = MockServer::builder()
        .script([
            Reply::text("cut").finish(FinishReason::Length).usage(7, 5),
            Reply::text("").finish(FinishReason::ContentFilter),
            Reply::refusal("no"),
            Reply::error(402, "no credit left"),
        ])
        .in_memory()
        .unwrap();
    let cut = ask(&server, "a").await.json();
    assert_eq!(cut["choices"][0]["finish_reason"], "length");
    assert_eq!(cut["usage"], json!({"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}));
    assert_eq!(ask(&server, "b").await.json()["choices"][0]["finish_reason"], "content_filter");
    let refusal = ask(&server, "c").await.json();
    assert_eq!(refusal["choices"][0]["message"]["refusal"], "no");
    assert_eq!(refusal["choices"][0]["message"]["content"], Value::Null);
    let error = ask(&server, "d").await;
    assert_eq!((error.status, &error.json()["error"]["message"]), (402, &json!("no credit left")));
}

#[tokio::test]
async fn usage_is_a_quarter_of_the_characters_rounded_up() {
    let server = answering(Reply::text("éééé"));
    let usage = ask(&server, "12345").await.json()["usage"].clone();
    assert_eq!(usage, json!({"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}));
}

#[tokio::test]
async fn a_gazetteer_finds_whole_names_and_counts_code_points() {
    let server = answering(
        Gazetteer::new([("Ann", "Person"), ("Ann Lee", "Person"), ("Zürich", "Place")])
            .text_of(|message| message.split_once("TEXT: ").unwrap().1),
    );
    let said = ask(&server, "Find Ann. TEXT: Zürich: Ann Lee's annual Annex, Ann").await.said();
    let said: Value = serde_json::from_str(&said).unwrap();
    let entity = |text: &str, kind: &str, start: u32, end: u32| {
        json!({
            "text": text, "type": kind, "confidence": 0.9,
            "start": start, "end": end, "properties": {},
        })
    };
    assert_eq!(
        said["entities"],
        json!([entity("Zürich", "Place", 0, 6), entity("Ann Lee", "Person", 8, 15), entity("Ann", "Person", 32, 35),])
    );
}

#[tokio::test]
async fn a_relation_needs_both_names_and_quotes_the_shortest_evidence() {
    let table = RelationTable::new([("Ann", "lives_in", "Zürich"), ("Ann", "knows", "Bob")]);
    let server = answering(table.clone());
    let said = ask(&server, "Zürich is far. In Zürich lives Ann.").await.said();
    let relation = json!({
        "subject": "Ann", "type": "lives_in", "object": "Zürich", "confidence": 0.9,
        "evidence": "Zürich lives Ann", "start": 18, "end": 34,
    });
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), json!({"relations": [relation]}));

    let server = answering(table.keys("head", "label", "tail"));
    let said: Value = serde_json::from_str(&ask(&server, "Bob and Ann").await.said()).unwrap();
    assert_eq!(said["relations"][0]["head"], "Ann");
    assert_eq!(said["relations"][0]["label"], "knows");
    assert_eq!(said["relations"][0]["tail"], "Bob");
}

#[tokio::test]
async fn the_same_text_embeds_to_the_same_unit_vector() {
    let server = MockServer::builder().embedding_dimensions(8).in_memory().unwrap();
    let body = json!({"model": "e", "input": ["a", "b", "a"]});
    let answer = post(&server, EMBEDDINGS, &body).await.json();
    let vectors: Vec<Vec<f64>> = (0..3)
        .map(|index| {
            assert_eq!(answer["data"][index]["index"], index);
            serde_json::from_value(answer["data"][index]["embedding"].clone()).unwrap()
        })
        .collect();
    assert_eq!(vectors[0], vectors[2]);
    assert_ne!(vectors[0], vectors[1]);
    for vector in &vectors {
        assert_eq!(vector.len(), 8);
        assert!((vector.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-6);
    }
    assert_eq!(answer["usage"], json!({"prompt_tokens": 3, "total_tokens": 3}));

    let one = json!({"model": "e", "input": "a", "dimensions": 3});
    let answer = post(&server, EMBEDDINGS, &one).await.json();
    assert_eq!(answer["data"][0]["embedding"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn embeddings_in_base64_are_the_same_numbers() {
    let server = MockServer::builder().embedding_dimensions(5).in_memory().unwrap();
    let encoded = |encoding: &str| json!({"model": "e", "input": ["a", "b"], "encoding_format": encoding});
    let plain = post(&server, EMBEDDINGS, &encoded("float")).await.json();
    let packed = post(&server, EMBEDDINGS, &encoded("base64")).await.json();
    for index in 0..2 {
        let text = packed["data"][index]["embedding"].as_str().unwrap();
        let bytes = BASE64_STANDARD.decode(text).unwrap();
        let numbers: Vec<f32> = bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
        let plain: Vec<f32> = serde_json::from_value(plain["data"][index]["embedding"].clone()).unwrap();
        assert_eq!(numbers, plain);
    }
}

#[tokio::test]
async fn models_lists_the_models() {
    let server = MockServer::builder().models(["m1", "m2"]).in_memory().unwrap();
    let text = request("GET", "/v1/models", &[], "");
    let list = exchange(&mut server.connect(), &text).await.unwrap().json();
    let ids: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|model| &model["id"]).collect();
    assert_eq!(ids, ["m1", "m2"]);
}

#[tokio::test]
async fn a_stream_carries_the_same_text_in_pieces() {
    let text = "Zürich lies on the Limmat, which flows north.";
    let server = answering(Reply::text(text).finish(FinishReason::Length));
    let mut body = asking("hello");
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    let answer = post(&server, CHAT, &body).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let events: Vec<&str> = answer.body.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    let (last, events) = events.split_last().unwrap();
    assert_eq!(*last, "[DONE]");
    let events: Vec<Value> = events.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    let said: String = events.iter().filter_map(|event| event.pointer("/choices/0/delta/content")?.as_str()).collect();
    assert_eq!(said, text);
    let (usage, events) = events.split_last().unwrap();
    assert_eq!(usage["usage"]["completion_tokens"], 12);
    assert_eq!(events.last().unwrap()["choices"][0]["finish_reason"], "length");
}

#[tokio::test(start_paused = true)]
async fn an_answer_leaves_after_the_latency_and_its_own_delay() {
    let server = MockServer::builder()
        .latency(Duration::from_secs(2))
        .script([Reply::text("plain"), Reply::text("slow").after(Duration::from_secs(3))])
        .in_memory()
        .unwrap();
    let started = Instant::now();
    assert_eq!(ask(&server, "a").await.said(), "plain");
    assert_eq!(started.elapsed(), Duration::from_secs(2));
    assert_eq!(ask(&server, "b").await.said(), "slow");
    assert_eq!(started.elapsed(), Duration::from_secs(7));
}
