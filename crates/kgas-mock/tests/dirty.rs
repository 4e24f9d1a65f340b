//! Dirty answers: how each looks, how many there are, and that they are the same each time.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use client::ask;
use kgas_mock::{Dirt, Dirty, FinishReason, Forms, MockServer, Reply};
use serde_json::json;

const CLEAN: &str = r#"{"entities":[{"text":"O'Neill \"Ed\"","ok":true,"confidence":0.9,"start":4,"end":9},null]}"#;

fn with(dirt: Dirt, reply: impl Into<Reply>) -> MockServer {
    MockServer::builder().answer(Dirty::new(reply.into(), 1.0, 1).kinds([dirt])).in_memory().unwrap()
}

#[tokio::test]
async fn each_dirt_looks_as_it_is_said_to() {
    let fields = r#""text": "O'Neill \"Ed\"", "ok": true, "confidence": 0.9, "start": 4, "end": 9"#;
    for (dirt, expected) in [
        (Dirt::Fence, format!("```json\n{CLEAN}\n```")),
        (Dirt::Prose, format!("Of course. This is what I found:\n\n{CLEAN}\n\nTell me if you want more.")),
        (Dirt::Thinking, format!("<think>The list has the form {{\"items\": []}}. I go through it.</think>\n{CLEAN}")),
        (Dirt::Wrapped, format!(r#"{{"result":{{"data":{CLEAN}}}}}"#)),
        (Dirt::Encoded, json!(CLEAN).to_string()),
        (
            Dirt::SingleQuotes,
            r#"{'entities': [{'text': 'O\'Neill "Ed"', 'ok': True, 'confidence': 0.9, 'start': 4, 'end': 9}, None]}"#
                .to_owned(),
        ),
        (
            Dirt::BareKeys,
            r#"{entities: [{text: "O'Neill \"Ed\"", ok: true, confidence: 0.9, start: 4, end: 9}, null]}"#.to_owned(),
        ),
        (Dirt::TrailingCommas, format!(r#"{{"entities": [{{{fields},}}, null,],}}"#)),
        (Dirt::NotANumber, format!(r#"{{"entities": [{{{fields}}}, null]}}"#).replace("0.9", "NaN")),
        (Dirt::WrongOffsets, CLEAN.replace(":4,", ":17,").replace(":9}", ":22}")),
        (Dirt::Repeated, format!("{CLEAN}\n{CLEAN}")),
        (Dirt::Cut, CLEAN.chars().take(CLEAN.len() * 2 / 3).collect()),
    ] {
        let server = with(dirt, CLEAN);
        let answer = ask(&server, "hello").await;
        assert_eq!(answer.said(), expected, "{dirt:?}");
        assert_eq!(server.account().attempts()[0].dirt, Some(dirt.name()));
        let finish = if dirt == Dirt::Cut { "length" } else { "stop" };
        assert_eq!(answer.json()["choices"][0]["finish_reason"], finish, "{dirt:?}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_fenced_instead_and_what_is_no_text_stays() {
    let server = with(Dirt::SingleQuotes, "plain words");
    assert_eq!(ask(&server, "hello").await.said(), "```json\nplain words\n```");
    let server = with(Dirt::Fence, Reply::error(400, "no"));
    assert_eq!(ask(&server, "hello").await.status, 400);
    let server = with(Dirt::Fence, Reply::text("x").finish(FinishReason::ContentFilter));
    assert_eq!(ask(&server, "hello").await.json()["choices"][0]["finish_reason"], "content_filter");
}

/// The dirt of each of 400 answers.
async fn dirts(share: f64, seed: u64) -> Vec<Option<&'static str>> {
    let server = MockServer::builder().answer(Dirty::new(Reply::text(CLEAN), share, seed)).in_memory().unwrap();
    for _ in 0..400 {
        ask(&server, "hello").await;
    }
    server.account().attempts().iter().map(|attempt| attempt.dirt).collect()
}

#[tokio::test]
async fn the_seed_and_the_number_decide_which_are_dirty_and_all_kinds_come() {
    let some = dirts(0.3, 5).await;
    assert_eq!(some, dirts(0.3, 5).await);
    assert_ne!(some, dirts(0.3, 6).await);
    let dirty = some.iter().flatten().count();
    assert!((90..150).contains(&dirty), "{dirty} of 400");
    for dirt in Dirt::ALL {
        assert!(some.contains(&Some(dirt.name())), "{dirt:?}");
    }
    assert!(dirts(0.0, 5).await.iter().all(Option::is_none));
    assert!(dirts(1.0, 5).await.iter().all(Option::is_some));
}

#[tokio::test]
async fn a_server_that_obeys_forms_says_nothing_dirty() {
    let answer = Dirty::new(Reply::text(CLEAN), 1.0, 1).kinds([Dirt::Fence]);
    let server = MockServer::builder().forms(Forms::obeyed()).answer(answer).in_memory().unwrap();
    let mut body = client::asking("say json");
    body["response_format"] = json!({"type": "json_object"});
    assert_eq!(client::post(&server, client::CHAT, &body).await.said(), "{}");
    assert_eq!(server.account().attempts()[0].dirt, None);
}
