//! The files of a run: what they hold, in which order, however much there is.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kgas_core::{Embedding, ToolOutput, ToolResult};
use kgas_engine::{Interrupt, Store};
use serde_json::{Value, json};
use support::{Fake, bonds, claiming, document, documents, fake, names, ran, run_into};

fn embedding() -> Fake {
    fake("test_embedding", |input| {
        let vectors = (0..2).map(|index| Embedding { index, vector: vec![0.5, input.document.text().len() as f32] });
        Ok(ToolResult::whole("test_embedding", ToolOutput::Embeddings { vectors: vectors.collect() }))
    })
}

/// Gives what it makes of the document's id.
fn saying(id: &'static str, say: fn(&str) -> Value) -> Fake {
    fake(id, move |input| Ok(ToolResult::whole(id, ToolOutput::Json { value: say(input.document.id()) })))
}

#[tokio::test]
async fn a_tiny_corpus_shows_the_form_of_the_files() {
    let all = documents(&[
        ("b.txt", "Ann knows Bob. Ann since 1984."),
        ("a.txt", "ANN runs Acme. Eve knows Zoë. Zoë since now."),
    ]);
    let ran = ran(all, &[Arc::new(names()), Arc::new(bonds())], 2).await;
    for name in ["entities", "relations", "documents", "rejected"] {
        insta::assert_snapshot!(name, ran.file(&format!("{name}.jsonl")));
    }
}

#[tokio::test]
async fn lines_are_sorted_by_what_they_are_and_documents_keep_their_order() {
    let people = ["Zoë", "Ann", "bob", "Bob", "Eve", "Émile", "acme"];
    let text = |n: usize| format!("{} knows {}. Acme runs {}.", people[n % 7], people[n * 3 % 7], people[n * 2 % 7]);
    let all = (0..40).map(|n| document(format!("d{}", 99 - n), text(n))).collect();
    let ran = ran(all, &[Arc::new(names()), Arc::new(bonds())], 16).await;

    let ids: Vec<Value> = (0..40).map(|n| json!(format!("d{}", 99 - n))).collect();
    assert_eq!(ran.column("documents.jsonl", "document"), ids);
    let of = |line: &Value, field: &str| line[field].as_str().unwrap_or_default().to_owned();
    let entities: Vec<_> =
        ran.lines("entities.jsonl").iter().map(|line| (of(line, "type"), of(line, "name"), of(line, "id"))).collect();
    assert!(entities.is_sorted(), "{entities:?}");
    assert!(entities.len() > 5);
    let relations: Vec<_> = ran
        .lines("relations.jsonl")
        .iter()
        .map(|line| (of(line, "type"), of(line, "subject"), of(line, "object") + &of(line, "value")))
        .collect();
    assert!(relations.is_sorted(), "{relations:?}");
    assert!(relations.len() > 5);
    let place = |document: &Value| ids.iter().position(|id| id == document).unwrap();
    let rejected: Vec<_> = ran
        .lines("rejected.jsonl")
        .iter()
        .map(|line| {
            // By tool in the order of the run: names before bonds.
            (place(&line["document"]), line["chunk"].as_u64().unwrap(), line["tool"] == "test_bonds")
        })
        .collect();
    assert!(rejected.is_sorted(), "{rejected:?}");
    for line in ran.lines("entities.jsonl") {
        let mentions = line["mentions"].as_array().unwrap();
        let places: Vec<_> = mentions.iter().map(|m| (of(m, "document"), m["start"].as_u64())).collect();
        assert!(places.is_sorted(), "{line}");
    }
}

#[tokio::test]
async fn every_end_of_a_relation_is_an_entity_of_the_graph() {
    // Names that change when they are folded, hold a zero byte, or end in what sorts before all else.
    let names = ["Ann", "ẞ\u{301}x", "İz", "ŉ", "A\u{0}b", "A\u{1}b", "A\u{1}", "ﬁ", "ΐ", "\u{0}", "A\u{0}\u{0}"];
    let all = names.iter().enumerate().map(|(n, name)| document(n.to_string(), format!("{name} <- Bob!"))).collect();
    let odd = claiming("test_odd", |text| {
        let name = text.split(" <- ").next().unwrap();
        let entities = [name, "Bob"].map(|name| json!({"text": name, "type": "Person"}));
        (entities.to_vec(), vec![json!({"subject": name, "type": "knows", "object": "Bob"})])
    });
    let ran = ran(all, &[Arc::new(odd)], 4).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let entities: BTreeSet<String> = ran.column("entities.jsonl", "id").iter().map(text).collect();
    assert_eq!(entities.len(), names.len() + 1);
    let relations = ran.lines("relations.jsonl");
    assert_eq!(relations.len(), names.len());
    for line in relations {
        assert!(entities.contains(&text(&line["subject"])), "{line}");
        assert!(entities.contains(&text(&line["object"])), "{line}");
    }
}

#[tokio::test]
async fn mentions_of_one_entity_merge_over_documents() {
    let found = claiming("test_found", |text| {
        let words = text.split(' ').filter(|word| word.eq_ignore_ascii_case("ann"));
        let claim = |word: &str| {
            let sure = if word == "ANN" { 0.9 } else { 0.5 };
            json!({"text": word, "type": "Person", "confidence": sure, "properties": {"age": ["42", "43"]}})
        };
        (words.map(claim).collect(), Vec::new())
    });
    let all = documents(&[("2", "Ann is 42"), ("1", "ANN is 43"), ("0", "Ann")]);
    let ran = ran(all, &[Arc::new(found)], 3).await;
    let [line] = &ran.lines("entities.jsonl")[..] else { unreachable!("one entity") };
    assert_eq!((&line["name"], &line["aliases"], &line["confidence"]), (&json!("Ann"), &json!(["ANN"]), &json!(0.9)));
    let documents: Vec<_> = line["mentions"].as_array().unwrap().iter().map(|m| &m["document"]).collect();
    assert_eq!(documents, ["0", "1", "2"]);
    let age = json!([
        {"value": "43", "normal": "43", "document": "1", "start": 7, "end": 9, "quote": "43"},
        {"value": "42", "normal": "42", "document": "2", "start": 7, "end": 9, "quote": "42"},
    ]);
    assert_eq!(line["properties"], json!({"age": age}));
}

#[tokio::test]
async fn a_value_and_an_entity_at_the_same_end_are_two_edges() {
    let all = documents(&[("a", "Ann runs x."), ("b", "Ann runs Bob.")]);
    let ran = ran(all, &[Arc::new(names()), Arc::new(bonds())], 1).await;
    let ends: Vec<_> =
        ran.lines("relations.jsonl").iter().map(|line| (line["value"].clone(), line["object"].is_string())).collect();
    assert_eq!(ends.len(), 2);
    assert!(ends.contains(&(json!("x"), false)) && ends.contains(&(Value::Null, true)));
}

#[tokio::test]
async fn an_entity_or_edge_may_have_more_places_than_are_held_in_memory() {
    let size = 4000;
    let all = (0..size).map(|n| document(format!("document number {n:04}"), "Ann knows Bob.")).collect();
    let ran = ran(all, &[Arc::new(names()), Arc::new(bonds())], 8).await;
    for (file, list, lines) in [("entities.jsonl", "mentions", 2), ("relations.jsonl", "evidence", 1)] {
        assert!(ran.file(file).len() > 512 * 1024);
        assert_eq!(ran.lines(file).len(), lines);
        for line in ran.lines(file) {
            let places = line[list].as_array().unwrap();
            assert_eq!(places.len(), size);
            for (n, place) in places.iter().enumerate() {
                assert_eq!(place["document"], format!("document number {n:04}"));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn more_records_than_are_held_in_memory_come_in_their_order() {
    // Nine megabytes for each tool, arriving backwards; the second tool's are too long to lie in a run.
    let size = 150;
    let backwards = move |id: &str| Duration::from_secs(size - id.parse::<u64>().unwrap());
    let short = saying("test_short", |id| json!(id.repeat(60_000 / id.len()))).slow(backwards).asking();
    let long = saying("test_long", |id| json!(id.repeat(70_000 / id.len())));
    let all = (0..size).map(|n| document(n.to_string(), "Ann knows Bob.")).collect();
    let ran = ran(all, &[Arc::new(short), Arc::new(long), Arc::new(names())], 200).await;
    for (file, length) in [("tools/test_short.jsonl", 60_000), ("tools/test_long.jsonl", 70_000)] {
        let lines = ran.lines(file);
        assert_eq!(lines.len(), 150);
        for (n, line) in lines.iter().enumerate() {
            let id = n.to_string();
            assert_eq!(line["document"], id);
            assert_eq!(line["value"], id.repeat(length / id.len()), "{file} {n}");
        }
    }
    assert_eq!(ran.counts.mentions, 300);
}

#[tokio::test]
async fn what_is_no_graph_has_files_of_its_own() {
    let tools = [Arc::new(embedding()), Arc::new(saying("test_length", |id| json!({"length": id.len()})))];
    let ran = ran(documents(&[("b", "x"), ("aa", "xyz")]), &tools, 2).await;
    let vectors = [
        json!({"id": "b", "index": 0, "vector": [0.5, 1.0]}),
        json!({"id": "b", "index": 1, "vector": [0.5, 1.0]}),
        json!({"id": "aa", "index": 0, "vector": [0.5, 3.0]}),
        json!({"id": "aa", "index": 1, "vector": [0.5, 3.0]}),
    ];
    assert_eq!(ran.lines("embeddings.jsonl"), vectors);
    let lengths = [json!({"document": "b", "value": {"length": 1}}), json!({"document": "aa", "value": {"length": 2}})];
    assert_eq!(ran.lines("tools/test_length.jsonl"), lengths);
}

#[tokio::test]
async fn outputs_of_tools_of_an_earlier_run_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let exists = |name: &str| folder.path().join(name).exists();
    let run = async |tools: &[Arc<Fake>]| {
        run_into(folder.path(), documents(&[("a", "Ann left.")]), tools, 1, &Interrupt::default()).await;
    };
    let [one, two] = ["test_one", "acme/two"].map(|id| Arc::new(saying(id, |_| json!(1))));
    run(&[Arc::new(embedding()), one, two]).await;
    // An id names a file of the folder, whatever is in it.
    assert!(exists("embeddings.jsonl") && exists("tools/test_one.jsonl") && exists("tools/acme_two.jsonl"));
    std::fs::write(folder.path().join("tools/mine.txt"), "kept").unwrap();
    run(&[Arc::new(names())]).await;
    assert!(!exists("embeddings.jsonl") && !exists("tools/test_one.jsonl") && !exists("tools/acme_two.jsonl"));
    assert!(exists("tools/mine.txt") && exists("entities.jsonl"));
    std::fs::remove_file(folder.path().join("tools/mine.txt")).unwrap();
    run(&[Arc::new(names())]).await;
    assert!(!exists("tools"));
}

#[tokio::test]
async fn vectors_alone_can_be_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    let path = folder.path().join("deep/vectors.jsonl");
    store.write_embeddings(&path).unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "");
}

#[tokio::test]
async fn a_run_over_an_old_one_leaves_no_trace_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let tools = [Arc::new(names())];
    let read = || std::fs::read_to_string(folder.path().join("entities.jsonl")).unwrap();
    for text in ["Ann met Bob and Cid and Dan.", "Eve"] {
        run_into(folder.path(), documents(&[("a", text)]), &tools, 1, &Interrupt::default()).await;
    }
    assert_eq!(read().lines().count(), 1);
    assert!(read().contains("Eve"));
}
