//! Chunks that are shown with what stands before them.

mod support;

use kgas_core::Registry;
use kgas_core::fact::RejectReason;
use serde_json::{Value, json};
use support::{context, entities, graph, input, mentions, part_of, quotes, reasons, relations, run, talker, text_of};

const TEXT: &str = "Ann is at Acme. She left with Bob. He is at Acme.";
const CONTEXT: &str = "CONTEXT (already dealt with; for understanding only)";

fn config() -> Value {
    json!({"chunk_size": 20, "chunk_overlap": 19})
}

/// Names all that it is shown, whatever part it stands in.
fn all_shown(prompt: &str) -> Value {
    let shown = format!("{}{}", part_of(prompt, CONTEXT), text_of(prompt));
    let names = [("Ann", "Person"), ("Bob", "Person"), ("Acme", "Company")];
    let found = names.iter().filter(|(name, _)| shown.contains(name));
    found.map(|(name, kind)| json!({"text": name, "type": kind, "confidence": 0.9})).collect()
}

#[tokio::test]
async fn the_context_stands_in_a_part_of_its_own_before_the_text() {
    let model = talker(|_| entities(json!([])));
    run("T23c_async", config(), &context(model.clone(), 1), input(TEXT)).await;
    let asked = model.asked();
    assert_eq!(part_of(&asked[0].user, CONTEXT), "");
    assert_eq!(part_of(&asked[1].user, CONTEXT), "\"\"\"\nAnn is at Acme. \n\"\"\"");
    let texts: String = asked.iter().map(|request| text_of(&request.user)).collect();
    assert_eq!(texts, TEXT);
}

#[tokio::test]
async fn a_fact_of_two_chunks_is_kept_once_and_the_sums_hold() {
    let model = talker(|request| entities(all_shown(&request.user)));
    let result = run("T23c_async", config(), &context(model.clone(), 2), input(TEXT)).await;
    let answered: usize = model.asked().iter().map(|request| all_shown(&request.user).as_array().unwrap().len()).sum();
    let mut places = mentions(&result);
    let kept: usize = result.chunks.iter().map(|chunk| chunk.kept).sum();
    let rejected: usize = result.chunks.iter().map(|chunk| chunk.rejected).sum();
    assert_eq!((kept, kept + rejected), (places.len(), answered));
    assert!(reasons(&result).iter().all(|reason| *reason == RejectReason::Duplicate), "{:?}", result.rejected);
    places.sort();
    let all = places.len();
    places.dedup();
    assert_eq!(places.len(), all);
    assert!(result.rejected.iter().map(|item| (item.chunk, item.position)).is_sorted());
}

#[tokio::test]
async fn a_fact_counts_for_the_chunk_in_which_it_starts() {
    let model = talker(|request| {
        let is_second = part_of(&request.user, CONTEXT).contains("Acme");
        entities(if is_second { json!([{"text": "Acme", "type": "Company"}]) } else { json!([]) })
    });
    let result = run("T23c_async", config(), &context(model, 1), input(TEXT)).await;
    let first = &graph(&result).mentions()[0];
    assert_eq!((first.evidence().quote(), first.evidence().chunk()), ("Acme", 0));
}

#[tokio::test]
async fn a_relation_of_two_chunks_is_kept_once() {
    let item = json!({"subject": "Ann", "subject_type": "Person", "type": "works at", "object": "Acme",
        "object_type": "Company", "evidence": "Ann is at Acme", "confidence": 0.9});
    let model = talker(move |request| {
        let shown = format!("{}{}", part_of(&request.user, CONTEXT), text_of(&request.user));
        relations(if shown.contains("Ann is at Acme") { json!([item.clone()]) } else { json!([]) })
    });
    let result = run("T27_async", config(), &context(model, 2), input(TEXT)).await;
    assert_eq!(graph(&result).relations().len(), 1);
    assert_eq!(quotes(&result), ["Ann", "Acme"]);
    assert_eq!(reasons(&result), [RejectReason::Duplicate]);
}

#[test]
fn an_overlap_as_long_as_a_chunk_is_refused() {
    let build = |overlap| {
        let config = json!({"chunk_size": 20, "chunk_overlap": overlap});
        Registry::collect().unwrap().build("T23c_async", config).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(build(19), Ok(()));
    let told = build(20).unwrap_err();
    assert_eq!(told, "config of tool T23c_async: chunk_overlap: 20 is not below chunk_size, 20");
}
