//! Streamed chat completions: what is asked, and what is made of the pieces.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::time::Duration;

use http::HeaderMap;
use kgas_http::openai::{
    ChatAnswer, ChatDelta, ChatParams, ChatStreamDecoder, FinishReason, Usage, chat_request, chat_stream_request,
    read_chat_stream,
};
use kgas_http::{ErrorKind, HttpError, Reply};
use serde_json::{Value, json};

const DONE: &str = "data: [DONE]\n\n";

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

fn says(text: &str) -> String {
    event(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

fn stops(reason: &str) -> String {
    event(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

/// The pieces, and what comes of them.
fn decode(stream: &str) -> (Vec<ChatDelta>, Result<ChatAnswer, HttpError>) {
    let mut decoder = ChatStreamDecoder::new();
    let deltas: Vec<_> = decoder.feed(stream.as_bytes()).into_iter().filter_map(Result::ok).collect();
    (deltas, decoder.finish())
}

fn answer(stream: &str) -> ChatAnswer {
    decode(stream).1.unwrap()
}

fn error(stream: &str) -> HttpError {
    decode(stream).1.unwrap_err()
}

#[test]
fn a_stream_is_asked_for_with_its_cost_and_without_compression() {
    let params = ChatParams::prompt("Hello");
    let request = chat_stream_request(&params);
    let mut expected = chat_request(&params).json().unwrap();
    expected["stream"] = json!(true);
    expected["stream_options"] = json!({"include_usage": true});
    assert_eq!(request.json().unwrap(), expected);
    assert_eq!((request.path.as_str(), request.cost), ("chat/completions", chat_request(&params).cost));
    assert_eq!(request.headers["accept"], "text/event-stream");
    assert_eq!(request.headers["accept-encoding"], "identity");
}

#[test]
fn extra_fields_may_change_the_options_but_not_that_it_streams() {
    let Value::Object(extra) = json!({"stream": false, "stream_options": null}) else { unreachable!() };
    let body = chat_stream_request(&ChatParams { extra, ..ChatParams::prompt("x") }).json().unwrap();
    assert_eq!((&body["stream"], &body["stream_options"]), (&json!(true), &Value::Null));
}

#[test]
fn pieces_become_an_answer_with_what_it_cost() {
    let usage = json!({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10});
    let stream = [
        event(&json!({"model": "m-1", "choices": [{"delta": {"role": "assistant", "content": ""}}], "usage": null})),
        ": keep-alive\n\n".to_owned(),
        says("Hel"),
        says("lo"),
        stops("length"),
        event(&json!({"choices": [], "usage": usage})),
        DONE.to_owned(),
    ]
    .concat();
    let (deltas, whole) = decode(&stream);
    let texts: Vec<_> = deltas.iter().map(|delta| delta.text.as_str()).collect();
    assert_eq!(texts, ["Hel", "lo", "", ""]);
    assert_eq!(deltas[2].finish_reason, Some(FinishReason::Length));
    let usage = Usage { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
    assert_eq!(deltas[3].usage, Some(usage));
    let whole = whole.unwrap();
    assert_eq!((whole.text.as_str(), whole.model.as_str(), whole.refusal), ("Hello", "m-1", None));
    assert_eq!((whole.finish_reason, whole.usage), (FinishReason::Length, Some(usage)));
}

#[test]
fn what_servers_leave_out_or_spell_otherwise_is_read_too() {
    let parts = json!({"choices": [{"delta": {"content": [{"type": "text", "text": "a"}, {"text": "b"}]}}]});
    let empty = json!({"choices": [{"delta": {"content": null, "tool_calls": []}, "finish_reason": ""}]});
    let other = json!({"choices": [{"index": 1, "delta": {"content": "x"}, "finish_reason": "stop"}]});
    let bare = json!({"choices": [{"finish_reason": null}]});
    let message = json!({"choices": [{"message": {"content": "c"}, "finish_reason": "stop"}]});
    let ping = json!({"type": "ping"});
    let stream: String =
        [parts, empty, other, bare, ping, json!({"choices": null}), message].iter().map(event).collect();
    let (deltas, whole) = decode(&stream);
    assert_eq!(deltas.len(), 2);
    let whole = whole.unwrap();
    assert_eq!((whole.text.as_str(), whole.finish_reason, whole.usage), ("abc", FinishReason::Stop, None));
}

#[test]
fn a_refusal_is_put_together() {
    let piece = |text| event(&json!({"choices": [{"delta": {"refusal": text}}]}));
    let stream = [piece("I will"), piece(" not."), stops("stop")].concat();
    let whole = answer(&stream);
    assert_eq!((whole.text.as_str(), whole.refusal.as_deref()), ("", Some("I will not.")));
}

#[test]
fn a_stream_may_end_with_done_or_with_a_reason() {
    assert_eq!(answer(&[says("a"), DONE.to_owned()].concat()).finish_reason, FinishReason::Other(String::new()));
    assert_eq!(answer(&[says("a"), stops("stop")].concat()).text, "a");
    assert_eq!(answer(&[says("a"), DONE.to_owned(), says("b"), "data: x\n\n".to_owned()].concat()).text, "a");
    assert!(error(DONE).to_string().contains("without choices"));
}

#[test]
fn a_stream_that_breaks_off_is_no_answer() {
    let whole = says("a");
    // All but the empty line that ends an event.
    let cut = stops("stop").trim_end().to_owned() + "\n";
    for stream in ["", &whole, &[&whole, &*cut].concat(), &[&whole, "data: [DONE]\n"].concat()] {
        let error = error(stream);
        assert_eq!((error.kind(), error.message()), (ErrorKind::Body, Some("the stream broke off")));
        assert!(error.is_transient() && error.request_written());
    }
}

#[test]
fn an_error_inside_the_stream_has_the_kind_it_would_have_had_at_the_start() {
    for (data, kind, status) in [
        (json!({"error": {"code": "rate_limit_exceeded", "type": "tokens"}}), ErrorKind::RateLimited, 429),
        (json!({"error": {"code": null, "type": "requests"}}), ErrorKind::RateLimited, 429),
        (json!({"error": {"code": "insufficient_quota"}}), ErrorKind::QuotaExhausted, 429),
        (json!({"error": {"code": 429, "type": "insufficient_quota"}}), ErrorKind::QuotaExhausted, 429),
        (json!({"error": {"type": "server_error"}}), ErrorKind::ServerError, 500),
        (json!({"error": {"code": 502, "message": "bad gateway"}}), ErrorKind::ServerError, 502),
        (json!({"error": {"code": "503"}}), ErrorKind::ServerError, 503),
        (json!({"error": {"status": "UNAVAILABLE"}}), ErrorKind::ServerError, 503),
        (json!({"type": "error", "error": {"type": "overloaded_error"}}), ErrorKind::ServerError, 503),
        (json!({"error": {"type": "invalid_request_error"}}), ErrorKind::ClientError, 400),
        (json!({"object": "error", "message": "too long", "code": 400}), ErrorKind::ClientError, 400),
        (json!({"error": {"code": 200}}), ErrorKind::Protocol, 200),
        (json!({"error": {"type": "strange"}}), ErrorKind::Protocol, 200),
        (json!({"error": "model crashed"}), ErrorKind::Protocol, 200),
        (json!({"error": {}}), ErrorKind::Protocol, 200),
    ] {
        let error = error(&[says("a"), event(&data), says("b")].concat());
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{data}");
        assert!(error.request_written());
    }
}

#[test]
fn an_error_event_is_an_error_whatever_it_holds() {
    let failed = |data: &str| error(&[says("a"), format!("event: error\ndata: {data}\n\n")].concat());
    let limited = failed(r#"{"code": "rate_limit_exceeded", "message": "Try again in 2.5s."}"#);
    assert_eq!((limited.kind(), limited.hint()), (ErrorKind::RateLimited, Some(Duration::from_millis(2500))));
    let plain = failed("out\u{1b} of memory");
    assert_eq!((plain.kind(), plain.message()), (ErrorKind::Protocol, Some("out of memory")));
    assert_eq!(failed("{}").message(), Some("it sent an error"));
}

#[test]
fn what_came_before_an_error_is_told_first_and_nothing_after_it() {
    let stream = [says("a"), event(&json!({"error": {"code": 500}})), says("b")].concat();
    let mut decoder = ChatStreamDecoder::new();
    let deltas = decoder.feed(stream.as_bytes());
    assert_eq!(deltas.len(), 2);
    assert_eq!(deltas[0].as_ref().unwrap().text, "a");
    assert_eq!(deltas[1].as_ref().unwrap_err().kind(), ErrorKind::ServerError);
    assert!(decoder.feed(says("c").as_bytes()).is_empty());
    assert_eq!(decoder.finish().unwrap_err().status(), Some(500));
}

#[test]
fn what_is_no_chat_completion_is_told() {
    for (data, said) in [("pong", "not JSON"), (r#"{"choices""#, "not JSON"), ("[1]", "another shape"), ("7", "shape")]
    {
        let error = error(&format!("data: {data}\n\n"));
        assert_eq!(error.kind(), ErrorKind::Protocol, "{data}");
        assert!(error.to_string().contains(said), "{data}: {error}");
    }
}

#[test]
fn a_piece_without_end_is_too_large() {
    let mut decoder = ChatStreamDecoder::new();
    assert_eq!(decoder.feed(says("a").as_bytes()).len(), 1);
    let found = (0..10_000).find_map(|_| decoder.feed(&[b'x'; 1024]).pop()).unwrap();
    assert_eq!(found.unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(decoder.finish().unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn a_character_may_be_cut_in_the_middle() {
    let stream = [says("h\u{e9}\u{20ac}\u{1f980}"), stops("stop")].concat();
    let mut decoder = ChatStreamDecoder::new();
    for byte in stream.as_bytes() {
        decoder.feed(&[*byte]);
    }
    assert_eq!(decoder.finish().unwrap().text, "h\u{e9}\u{20ac}\u{1f980}");
}

#[test]
fn an_answer_in_one_piece_is_read_and_charged_all_the_same() {
    let usage = json!({"prompt_tokens": 7, "completion_tokens": 3});
    let whole = json!({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}], "usage": usage});
    let pieces = [says("a"), stops("stop"), event(&json!({"choices": [], "usage": usage})), DONE.to_owned()].concat();
    let usage_of = chat_stream_request(&ChatParams::prompt("x")).usage_of.unwrap();
    for (kind, body) in [
        (Some("application/json"), whole.to_string()),
        (Some("text/event-stream; charset=utf-8"), pieces.clone()),
        (None, pieces),
    ] {
        let headers: HeaderMap =
            kind.into_iter().map(|kind| (http::header::CONTENT_TYPE, kind.parse().unwrap())).collect();
        let reply = Reply::new(200, headers, body.into());
        assert_eq!(read_chat_stream(&reply).unwrap().text, "a");
        assert_eq!(usage_of(&reply), Some(10));
    }
}

#[test]
fn a_decoder_shows_nothing_of_what_was_said() {
    let mut decoder = ChatStreamDecoder::new();
    decoder.feed(says("secret").as_bytes());
    decoder.feed(b"data: secret");
    assert!(!format!("{decoder:?}").contains("secret"));
}
