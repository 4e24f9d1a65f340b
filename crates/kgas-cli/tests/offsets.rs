//! `--offsets` changes what places count, and the last line says what is missing.

mod support;

use kgas_mock::{ChatCall, Reply};
use serde_json::json;
use support::{Desk, serve};

#[test]
fn places_are_counted_in_the_unit_asked_for() {
    let text = "東京 🎉 Paris.";
    for (unit, word, start) in [("chars", "code_points", 5), ("bytes", "bytes", 12), ("utf16", "utf16", 6)] {
        let desk = Desk::with(&[("a.txt", text)]);
        let ran = desk.kgas(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--offsets", unit]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(desk.lines("OUT/entities.jsonl")[0]["mentions"][0]["start"], start);
        let summary = desk.json("OUT/summary.json");
        assert_eq!((&summary["offsets"], &summary["coverage"]["chunks"]), (&json!(word), &json!(100.0)));
    }
}

#[test]
fn one_line_says_what_is_missing_and_what_to_do() {
    let desk = Desk::with(&[("a.txt", "Ann is here. Bob is there."), ("b.txt", "Ann.")]);
    let answer = |call: &ChatCall| {
        if call.prompt().contains("Bob") { Reply::text("no JSON at all") } else { Reply::text(r#"{"entities": []}"#) }
    };
    let (_runtime, server) = serve(|builder| builder.answer(answer));
    let ran = desk.extract(&server, &["--tools", "T23c_async", "--chunk-size", "15"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let last = ran.stderr.lines().last().unwrap_or_default();
    let expected =
        "warning: coverage 50 % of documents: 1 chunk failed; OUT/documents.jsonl says why; run again for what failed";
    assert_eq!(last, expected);
    assert_eq!(desk.json("OUT/summary.json")["coverage"]["chunks"], 66.66);
}
