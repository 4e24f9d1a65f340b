//! How a graph takes the place of another: whole, and only where it may.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kgas_core::{ToolOutput, ToolResult};
use kgas_engine::source::Sourced;
use kgas_engine::{Folder, GraphError, GraphFiles, Interrupt, RunState, Tally};
use serde_json::{Value, json};
use support::{Fake, bonds, fake, names, ontology, store_of};

const FILES: [&str; 4] = ["documents.jsonl", "entities.jsonl", "rejected.jsonl", "relations.jsonl"];

/// Documents that come by standard input.
fn told(text: &str) -> Vec<Sourced> {
    vec![Sourced { id: "a".to_owned(), source: "-".to_owned(), text: Ok(text.to_owned()) }]
}

fn counting() -> Fake {
    fake("test_count", |input| {
        let value = json!(input.document.text().len());
        Ok(ToolResult::whole("test_count", ToolOutput::Json { value }))
    })
}

/// Writes the graph of a text, and gives where it went.
async fn written(out: &Path, text: &str, state: RunState) -> PathBuf {
    let tools = [Arc::new(names()), Arc::new(bonds())];
    let folder = Folder::create(out).unwrap();
    let store = store_of(&folder, support::documents(&[("a.txt", text)]), &tools, &ontology()).await;
    let (draft, counts) = store.write_graph(&folder).unwrap();
    draft.publish(&support::origin(), support::summary(&Tally::default(), counts, state)).unwrap()
}

/// The same with files that not every graph has.
async fn written_with_more(out: &Path, text: &str) {
    let tools = [Arc::new(names()), Arc::new(counting())];
    let folder = Folder::create(out).unwrap();
    let store = store_of(&folder, told(text), &tools, &ontology()).await;
    let (draft, counts) = store.write_graph(&folder).unwrap();
    draft.publish(&support::origin(), support::summary(&Tally::default(), counts, RunState::Complete)).unwrap();
}

/// All files below a folder, but for the lock.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("lock") {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

fn put(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn problem(out: &Path) -> String {
    GraphFiles::open(out, &FILES).unwrap_err().to_string()
}

#[tokio::test]
async fn the_summary_names_each_file_of_the_graph_by_its_digest() {
    let out = tempfile::tempdir().unwrap();
    written_with_more(out.path(), "Ann left.").await;
    let summary: Value = serde_json::from_slice(&contents(out.path())["summary.json"]).unwrap();
    let named: Vec<&String> = summary["files"].as_object().unwrap().keys().collect();
    let more = [".kgas/stdin", "documents.jsonl", "entities.jsonl", "rejected.jsonl", "relations.jsonl"];
    assert_eq!(named, [&more[..], &["tools/test_count.jsonl"]].concat());
    // Of the empty file.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(summary["files"]["relations.jsonl"], empty);
}

#[tokio::test]
async fn whatever_was_moved_when_a_run_was_killed_a_reader_refuses_the_mix_and_the_next_start_completes_it() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    written_with_more(one.path(), "Ann left. Bob left.").await;
    written(other.path(), "Ann knows Bob.", RunState::Complete).await;
    let [rich, plain] = [contents(one.path()), contents(other.path())];
    for (old, new) in [(&rich, &plain), (&plain, &rich)] {
        let own = |name: &String| name.starts_with(".kgas") || name == "summary.json";
        let (last, first): (Vec<&String>, Vec<&String>) = new.keys().partition(|name| own(name));
        let order: Vec<&String> = first.into_iter().chain(last).collect();
        for moved in 0..order.len() {
            let out = tempfile::tempdir().unwrap();
            put(out.path(), old);
            put(&out.path().join(".kgas/ready"), new);
            for name in &order[..moved] {
                fs::create_dir_all(out.path().join(name).parent().unwrap()).unwrap();
                fs::rename(out.path().join(".kgas/ready").join(name), out.path().join(name)).unwrap();
            }
            match GraphFiles::open(out.path(), &FILES) {
                Ok(_) => assert_eq!(moved, 0),
                Err(error) => assert!(matches!(error, GraphError::Mixed { .. }), "{moved}: {error}"),
            }
            Folder::create(out.path()).unwrap();
            assert!(&contents(out.path()) == new, "{moved}: {:?}", contents(out.path()).keys());
            assert!(!out.path().join(".kgas/ready").exists());
        }
    }
}

#[tokio::test]
async fn a_file_that_is_missing_or_another_is_named_with_what_to_do() {
    let out = tempfile::tempdir().unwrap();
    written(out.path(), "Ann knows Bob.", RunState::Complete).await;
    assert!(GraphFiles::open(out.path(), &FILES).is_ok());
    let place = out.path().display().to_string();
    for change in [fs::remove_file as fn(PathBuf) -> _, |path: PathBuf| fs::write(path, "{}\n")] {
        change(out.path().join("relations.jsonl")).unwrap();
        let expected = "relations.jsonl isn't the file that its summary names: a run was interrupted while it wrote, or \
                        the file was changed by hand; run the same kgas extract again";
        assert_eq!(problem(out.path()), format!("graph {place}: {expected}"));
        assert!(GraphFiles::open(out.path(), &["entities.jsonl"]).is_ok());
    }
    fs::write(out.path().join("summary.json"), r#"{"schema_version": 1, "state": "complete", "offsets": "bytes"}"#)
        .unwrap();
    assert!(problem(out.path()).contains("it has form 1 of the outputs, and this kgas reads form 2"));
    fs::write(out.path().join("summary.json"), "{").unwrap();
    assert!(problem(out.path()).starts_with(&format!("graph {place}/summary.json: ")), "{}", problem(out.path()));
    fs::remove_file(out.path().join("summary.json")).unwrap();
    let expected = format!("there is no complete graph in {place}: name a folder that kgas extract has written");
    assert_eq!(problem(out.path()), expected);
}

#[tokio::test]
async fn a_reader_keeps_the_graph_that_it_has_opened() {
    let out = tempfile::tempdir().unwrap();
    written(out.path(), "Ann left.", RunState::Complete).await;
    let mut graph = GraphFiles::open(out.path(), &FILES).unwrap();
    written(out.path(), "Bob left.", RunState::Complete).await;
    for _ in 0..2 {
        let text = std::io::read_to_string(graph.reader("entities.jsonl").unwrap()).unwrap();
        assert!(text.contains("Ann"), "{text}");
    }
}

#[tokio::test]
async fn a_stopped_run_replaces_only_what_is_no_better() {
    use RunState::{Complete, Incomplete, Interrupted, Stopped};
    let cases = [
        (Complete, Stopped, false),
        (Incomplete, Interrupted, false),
        (Interrupted, Stopped, true),
        (Stopped, Interrupted, true),
        (Complete, Incomplete, true),
    ];
    for (before, now, replaces) in cases {
        let out = tempfile::tempdir().unwrap();
        written(out.path(), "Ann left.", before).await;
        let old = contents(out.path());
        let place = written(out.path(), "Bob left.", now).await;
        assert_eq!(place == out.path(), replaces, "{before:?} {now:?}");
        let partial = out.path().join(".kgas/partial");
        assert_eq!(partial.exists(), !replaces);
        if !replaces {
            assert_eq!(place, partial);
            let kept: BTreeMap<_, _> =
                contents(out.path()).into_iter().filter(|(name, _)| !name.contains("partial")).collect();
            assert_eq!(kept, old);
        }
        assert!(GraphFiles::open(&place, &FILES).is_ok());
        assert!(fs::read_to_string(place.join("entities.jsonl")).unwrap().contains("Bob"));
        // Another stopped run leaves one such graph, a finished one none.
        written(out.path(), "Cid left.", now).await;
        written(out.path(), "Dan left.", Complete).await;
        assert!(!partial.exists());
        assert!(fs::read_to_string(out.path().join("entities.jsonl")).unwrap().contains("Dan"));
    }
}

#[tokio::test]
async fn a_stopped_run_replaces_a_mix_and_believes_an_older_form() {
    let out = tempfile::tempdir().unwrap();
    written(out.path(), "Ann left.", RunState::Complete).await;
    let summary = out.path().join("summary.json");
    let old = fs::read_to_string(&summary).unwrap();
    fs::write(&summary, old.replace("\"schema_version\": 2", "\"schema_version\": 1")).unwrap();
    assert_ne!(written(out.path(), "Bob left.", RunState::Stopped).await, out.path());
    fs::write(&summary, old).unwrap();
    fs::write(out.path().join("rejected.jsonl"), "{}\n").unwrap();
    assert_eq!(written(out.path(), "Bob left.", RunState::Stopped).await, out.path());
}

#[tokio::test]
async fn what_a_graph_replaces_is_gone_before_its_summary_is_in_place() {
    let (out, apart) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    written(apart.path(), "Bob knows Cid.", RunState::Complete).await;
    put(&out.path().join(".kgas/ready"), &contents(apart.path()));
    fs::create_dir_all(out.path().join(".kgas/partial")).unwrap();
    // A file can't take the name of a folder: the summary doesn't come to its place, as where a run is killed.
    fs::create_dir(out.path().join("summary.json")).unwrap();
    assert!(Folder::create(out.path()).is_err());
    assert!(!out.path().join(".kgas/partial").exists());
    fs::remove_dir(out.path().join("summary.json")).unwrap();
    Folder::create(out.path()).unwrap();
    assert!(contents(out.path()) == contents(apart.path()));
}

#[tokio::test]
async fn a_draft_that_is_dropped_leaves_nothing() {
    let out = tempfile::tempdir().unwrap();
    let tools = [Arc::new(names())];
    support::run_into(out.path(), told("Ann left."), &tools, 1, &Interrupt::default()).await;
    let before = contents(out.path());
    let folder = Folder::create(out.path()).unwrap();
    let store = store_of(&folder, told("Bob left."), &tools, &ontology()).await;
    drop(store.write_graph(&folder).unwrap());
    assert_eq!(contents(out.path()), before);
}

#[tokio::test]
async fn a_move_that_fails_half_way_leaves_the_old_summary_and_is_made_up_for_by_the_next_start() {
    let (out, apart) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    written(out.path(), "Ann left.", RunState::Complete).await;
    written(apart.path(), "Bob knows Cid.", RunState::Complete).await;
    let before = contents(out.path());
    // A file can't take the name of a folder.
    let in_the_way = out.path().join("rejected.jsonl");
    fs::remove_file(&in_the_way).unwrap();
    fs::create_dir(&in_the_way).unwrap();
    let folder = Folder::create(out.path()).unwrap();
    let tools = [Arc::new(names()), Arc::new(bonds())];
    let store = store_of(&folder, support::documents(&[("a.txt", "Bob knows Cid.")]), &tools, &ontology()).await;
    let (draft, counts) = store.write_graph(&folder).unwrap();
    let summary = support::summary(&Tally::default(), counts, RunState::Complete);
    assert!(draft.publish(&support::origin(), summary).is_err());
    let after = contents(out.path());
    assert_eq!(after["summary.json"], before["summary.json"]);
    assert_ne!(after["entities.jsonl"], before["entities.jsonl"]);
    assert!(problem(out.path()).contains("documents.jsonl isn't the file that its summary names"));
    drop(folder);
    fs::remove_dir(&in_the_way).unwrap();
    Folder::create(out.path()).unwrap();
    assert!(contents(out.path()) == contents(apart.path()));
}
