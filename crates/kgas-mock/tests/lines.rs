//! Answers from a file of JSON Lines, and what is said about a file that is wrong.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::time::Duration;

use client::ask;
use kgas_mock::{Lines, MockServer};

fn server(text: &str) -> MockServer {
    MockServer::builder().answer(Lines::read("answers.jsonl", text).unwrap()).in_memory().unwrap()
}

#[tokio::test]
async fn lines_with_when_answer_what_they_match_and_the_others_come_in_order() {
    let server = server(
        "\u{feff}{\"answer\": \"one\"}\n\n{\"when\": \"red\", \"answer\": \"red first\"}\r\n\
         {\"answer\": {\"b\": [1, 2]}}\n{\"when\": \"re\", \"answer\": \"later\"}\n",
    );
    for (asked, said) in
        [("a", "one"), ("red", "red first"), ("green", "later"), ("red", "red first"), ("b", r#"{"b":[1,2]}"#)]
    {
        assert_eq!(ask(&server, asked).await.said(), said, "{asked}");
    }
    let used = ask(&server, "c").await;
    assert_eq!(used.status, 400);
    let message = used.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "no line of answers.jsonl matches the prompt, and all 2 without \"when\" are used");
    assert_eq!(ask(&server, "red").await.said(), "red first");
}

#[tokio::test(start_paused = true)]
async fn a_line_says_all_that_a_reply_can() {
    let server = server(
        r#"{"answer": "cut", "finish": "length", "usage": {"prompt_tokens": 90, "completion_tokens": 7}, "after_seconds": 1.5}
           {"refusal": "I would rather not", "finish": "content_filter"}
           {"status": 503, "message": "come again"}
           {"status": 429}"#,
    );
    let cut = ask(&server, "a").await;
    let choice = &cut.json()["choices"][0];
    assert_eq!((cut.said().as_str(), &choice["finish_reason"]), ("cut", &"length".into()));
    assert_eq!(cut.json()["usage"]["total_tokens"], 97);
    assert_eq!(server.account().attempts()[0].answered, Some(Duration::from_millis(1_500)));
    let refusal = ask(&server, "b").await.json();
    assert_eq!(refusal["choices"][0]["message"]["refusal"], "I would rather not");
    assert_eq!(refusal["choices"][0]["finish_reason"], "content_filter");
    let error = ask(&server, "c").await;
    assert_eq!((error.status, &error.json()["error"]["message"]), (503, &"come again".into()));
    assert_eq!(ask(&server, "d").await.status, 429);
}

#[test]
fn a_wrong_file_is_refused_with_its_line() {
    for (text, problem) in [
        ("", "answers.jsonl: there is no line with an answer"),
        ("\n \n", "answers.jsonl: there is no line with an answer"),
        ("{\"answer\": 1}\n\n{\"answer\": 1", "answers.jsonl, line 3: EOF while parsing an object, at column 12"),
        (r#"["a"]"#, "answers.jsonl, line 1: a line is a JSON object, and this is none"),
        (r#"{"when": "x"}"#, "answers.jsonl, line 1: exactly one of answer, refusal and status is wanted"),
        (
            r#"{"answer": 1, "status": 500}"#,
            "answers.jsonl, line 1: exactly one of answer, refusal and status is wanted",
        ),
        (r#"{"status": 200}"#, "answers.jsonl, line 1: status 200 is no error: 400 to 599 are"),
        (r#"{"answer": 1, "message": "x"}"#, "answers.jsonl, line 1: message belongs to a status, and there is none"),
        (
            r#"{"answer": 1, "after_seconds": -1}"#,
            "answers.jsonl, line 1: after_seconds -1 is no time to wait: \
             cannot convert float seconds to Duration: value is negative",
        ),
        (
            r#"{"answer": 1, "finish": "long"}"#,
            "answers.jsonl, line 1: unknown variant `long`, expected one of `stop`, `length`, `content_filter`, \
             at column 30",
        ),
    ] {
        assert_eq!(Lines::read("answers.jsonl", text).unwrap_err().to_string(), problem, "{text}");
    }
}
