//! `--merge similar` asks an embedding model about names.

mod support;

use support::{Desk, serve, whole_args};

fn desk() -> Desk {
    let desk = Desk::with(&[("a.txt", "Ann Bee left. Ann Boo left. Ann Bat left. Cid left.")]);
    desk.write("ontology.json", r#"{"entities": {"Person": {"examples": ["Ann Bee", "Ann Boo", "Ann Bat", "Cid"]}}}"#);
    desk
}

#[test]
fn similar_names_are_embedded_and_merged_by_how_near_they_are() {
    let merged = |dimensions: usize, near: &str| {
        let desk = desk();
        let (_runtime, server) = serve(|builder| builder.embedding_dimensions(dimensions));
        let ran = desk
            .kgas(&whole_args(server.url(), &["--tools", "T23a_rules", "--merge", "similar", "--merge-similar", near]));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        // Only the names that share a word are asked about.
        assert_eq!(server.account().calls_answered(), 3);
        let summary = desk.json("OUT/summary.json");
        assert_eq!(summary["calls"], 3);
        summary["counts"]["merged"].as_u64().unwrap()
    };
    // In one dimension two of three point the same way.
    assert!(merged(1, "0.9") >= 1);
    assert_eq!(merged(16, "0.99"), 0);
}

#[test]
fn without_an_embedding_model_it_is_a_usage_error() {
    let desk = desk();
    let args =
        ["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--tools", "T23a_rules", "--merge", "similar"];
    let ran = desk.kgas(&args);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("tool T41_async needs an embedding model"), "{}", ran.stderr);
    assert!(!desk.path("OUT").exists());
}
