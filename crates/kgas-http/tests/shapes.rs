//! An answer is read once, when it comes; all who look at it later see what they would have read.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use http::HeaderMap;
use kgas_http::openai::{ChatParams, chat_request, embedding_request, read_chat, read_embeddings};
use kgas_http::{ApiRequest, Client, ErrorKind, Limits, Reply, Transport as _};
use support::{Act, Server, answer};

const CHAT: &str = r#"{"choices": [{"message": {"content": "a"}}], "usage": {"total_tokens": 9}}"#;

/// What a question is charged whose answer tells nothing.
const ESTIMATE: u64 = 2005;

fn question() -> ApiRequest {
    chat_request(&ChatParams::prompt("x"))
}

/// A server that answers with these bodies, one after the other, and its client.
fn serving(bodies: &[&str]) -> (Server, Client) {
    let answers: Vec<_> = bodies.iter().map(|body| answer(200, &["content-type: application/json"], body)).collect();
    let (server, builder) = Server::in_memory(move |n, _| Act::Answer(answers.get(n).unwrap().clone()));
    let limits = Limits { tokens_per_minute: 1_000_000.try_into().ok(), ..Limits::default() };
    (server, builder.limits(limits).build().unwrap())
}

fn made_by_hand(body: &str) -> Reply {
    Reply::new(200, HeaderMap::new(), body.to_owned().into())
}

#[tokio::test(start_paused = true)]
async fn a_call_is_charged_what_the_whole_answer_says_it_used() {
    for (body, expected) in [
        (CHAT, Some(9)),
        (r#"{"usage": {"prompt_tokens": 4, "completion_tokens": 5, "details": {"total_tokens": 1}}}"#, Some(9)),
        // Also where the answer is of another shape.
        (r#"{"usage": {"total_tokens": 9}, "choices": [{"text": "old"}]}"#, Some(9)),
        (r#"{"usage": {"total_tokens": 9}, "choices": [{"message": {"content": "\ud800"}}]}"#, Some(9)),
        // Others of that name, and texts that look like it.
        (r#"{"x": {"usage": {"total_tokens": 1}}}"#, None),
        (r#"[{"usage": {"total_tokens": 1}}]"#, None),
        (r#"{"x": "{\"usage\": {\"total_tokens\": 1}}"}"#, None),
        // Without a figure.
        (r#"{"usage": null}"#, None),
        (r#"{"usage": {}}"#, None),
        (r#"{"usage": {"total_tokens": -1}}"#, None),
        ("{}", None),
    ] {
        let (_server, client) = serving(&[body]);
        let reply = client.send(question()).await.outcome.unwrap();
        let charged = client.limiter().snapshot().tokens;
        assert_eq!(charged, expected.map_or(ESTIMATE, u64::from), "{body}");
        let usage_of = question().usage_of.unwrap();
        assert_eq!((usage_of(&reply), usage_of(&made_by_hand(body))), (expected, expected), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_read_is_the_same_whoever_made_the_reply() {
    for body in [
        CHAT,
        r#"{"error": {"message": "loading"}}"#,
        r#"{"choices": [{"text": "old"}]}"#,
        r#"{"choices": [{"message": {"content": "\ud800"}}]}"#,
        r#"{"choices": [{"message": {"content": [{"text": "a"}, {"type": "image"}, {"text": "b"}]}}]}"#,
        r#"{"choices": [{"message": {"content": 1}}]}"#,
        "[1]",
    ] {
        let (_server, client) = serving(&[body]);
        let reply = client.send(question()).await.outcome.unwrap();
        let (one, other) = (read_chat(&reply), read_chat(&made_by_hand(body)));
        assert_eq!(one.as_ref().ok(), other.as_ref().ok(), "{body}");
        let said = |error: &kgas_http::HttpError| (error.kind(), error.to_string());
        assert_eq!(one.as_ref().err().map(said), other.as_ref().err().map(said), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn embeddings_are_read_and_charged_whatever_the_form_of_their_usage() {
    for (usage, expected) in [
        (r#"{"prompt_tokens": 7, "total_tokens": 7}"#, Some(7)),
        ("null", None),
        ("[]", None),
        (r#"{"total_tokens": "seven"}"#, None),
    ] {
        let body = format!(r#"{{"data": [{{"index": 0, "embedding": [1.5, 2]}}], "usage": {usage}}}"#);
        let (_server, client) = serving(&[&body]);
        let request = embedding_request("m", &["12345678"]);
        let usage_of = request.usage_of.unwrap();
        let reply = client.send(request).await.outcome.unwrap();
        assert_eq!(client.limiter().snapshot().tokens, expected.map_or(2, u64::from), "{usage}");
        for reply in [reply, made_by_hand(&body)] {
            assert_eq!(read_embeddings(&reply, 1).unwrap(), [[1.5, 2.0]]);
            assert_eq!(usage_of(&reply), expected, "{usage}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_gets_another_body_is_read_anew() {
    let (_server, client) = serving(&[CHAT]);
    let mut reply = client.send(question()).await.outcome.unwrap();
    let usage_of = question().usage_of.unwrap();
    assert_eq!((read_chat(&reply).unwrap().text.as_str(), usage_of(&reply)), ("a", Some(9)));
    reply.body = CHAT.replace("\"a\"", "\"b\"").replace('9', "8").into();
    assert_eq!((read_chat(&reply).unwrap().text.as_str(), usage_of(&reply)), ("b", Some(8)));
    reply.body = reply.body.slice(..20);
    assert_eq!(read_chat(&reply).unwrap_err().kind(), ErrorKind::Protocol);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_cut_is_asked_for_again() {
    let (half, _) = CHAT.split_at(40);
    for broken in [half, "", "pong", r#"{"choices": []} {}"#, r#"{"choices": [], "x": 01}"#] {
        let (server, client) = serving(&[broken, CHAT]);
        let answer = client.send(question()).await;
        assert_eq!((answer.retry_count(), answer.maybe_paid, server.seen().len()), (1, 1, 2), "{broken}");
        assert_eq!(read_chat(&answer.outcome.unwrap()).unwrap().text, "a");
    }
}
