//! How documents go through tools: many at once, each accounted for, whatever happens.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kgas_core::{GraphFragment, ToolError, ToolOutput, ToolResult};
use kgas_engine::source::{SourceError, Sourced};
use kgas_engine::{Cost, DocumentState, Interrupt, tool_facts};
use serde_json::{Value, json};
use support::{Fake, bonds, document, documents, fake, names, ran, ran_until};

fn corpus(size: usize) -> Vec<Sourced> {
    let people = ["Ann", "Bob", "Cid", "Dan", "Eve", "Zoë", "ZOË"];
    let sentence = |n: usize| {
        let (one, other) = (people[n % 7], people[(n + 3) % 7]);
        format!("{one} knows {other}. {one} since {}. Acme runs well.", 1900 + n)
    };
    (0..size).map(|n| document(format!("d{n}"), sentence(n))).collect()
}

fn stubborn(id: &str) -> Result<ToolResult, ToolError> {
    Err(ToolError::Input { tool: id.to_owned(), problem: "it won't".to_owned() })
}

/// Fails for documents whose text has the word.
fn failing_on(word: &'static str, how: fn() -> Result<ToolResult, ToolError>) -> Fake {
    fake("test_failing", move |input| {
        if input.document.text().contains(word) {
            return how();
        }
        Ok(ToolResult::whole("test_failing", ToolOutput::Graph(GraphFragment::default())))
    })
}

#[tokio::test(start_paused = true)]
async fn outputs_do_not_depend_on_documents_in_flight_or_order_of_arrival() {
    let mut seen = Vec::new();
    for in_flight in [1, 3, 64] {
        for order in [0, 1, 7] {
            for asks in [false, true] {
                let delay = move |id: &str| {
                    let n: u64 = id[1..].parse().unwrap();
                    Duration::from_millis(order * (200 - n) * 37 % 101)
                };
                let names = names().slow(delay);
                let tools = [Arc::new(if asks { names.asking() } else { names }), Arc::new(bonds())];
                let ran = ran(corpus(120), &tools, in_flight).await;
                assert_eq!(ran.incomplete, Vec::<String>::new());
                seen.push((ran.files(), ran.counts));
            }
        }
    }
    assert_eq!(seen[0].0.len(), 5);
    for other in &seen[1..] {
        assert_eq!(other, &seen[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn as_many_documents_are_in_flight_as_was_said_and_not_more() {
    let second = |_: &str| Duration::from_secs(1);
    for (in_flight, size, most) in [(1, 20, 1), (5, 20, 5), (64, 20, 20)] {
        let asking = Arc::new(names().slow(second).asking());
        ran(corpus(size), &[Arc::clone(&asking)], in_flight).await;
        assert_eq!(asking.most_at_once(), most, "{in_flight}");
        // Where no model is asked a task takes several, but none is left without work.
        let sharing = Arc::new(names().slow(second));
        ran(corpus(size), &[Arc::clone(&sharing)], in_flight).await;
        assert_eq!(sharing.most_at_once(), most, "{in_flight}");
    }
}

#[tokio::test]
async fn a_tool_sees_what_those_before_it_found() {
    let ran = ran(corpus(3), &[Arc::new(names()), Arc::new(bonds())], 2).await;
    assert!(ran.lines("relations.jsonl").iter().any(|line| line["type"] == "knows"));
    let alone = ran.tally.tools["test_bonds"].clone();
    assert_eq!(alone.rejected.len(), 0);
}

#[tokio::test]
async fn a_tool_that_panics_fails_its_document_only_and_other_tools_facts_stay() {
    let panicking = Arc::new(failing_on("Eve", || panic!("a bug of a tool")));
    let tools = [panicking, Arc::new(names())];
    let ran = ran(documents(&[("a", "Ann left."), ("e", "Eve left."), ("z", "Zoë left.")]), &tools, 2).await;
    assert_eq!(ran.column("documents.jsonl", "state"), ["complete", "partial", "complete"]);
    assert_eq!(ran.lines("documents.jsonl")[1]["error"], "tool test_failing panicked");
    assert_eq!(ran.lines("documents.jsonl")[1]["characters"], 9);
    assert_eq!(ran.column("entities.jsonl", "name"), ["Ann", "Eve", "Zoë"]);
    assert_eq!(ran.incomplete, ["e"]);
    assert_eq!(ran.tally.unreadable, 0);
}

#[tokio::test]
async fn an_error_of_a_tool_is_the_documents_and_other_tools_facts_stay() {
    let failing = || Arc::new(failing_on("Eve", || stubborn("test_failing")));
    let all = documents(&[("a", "Ann left."), ("e", "Eve left.")]);
    let ran_both = ran(all.clone(), &[Arc::new(names()), failing()], 2).await;
    assert_eq!(ran_both.column("documents.jsonl", "state"), ["complete", "partial"]);
    let error = "tool test_failing can't use its input: it won't";
    assert_eq!(ran_both.lines("documents.jsonl")[1]["error"], error);
    assert_eq!(ran_both.column("entities.jsonl", "name"), ["Ann", "Eve"]);

    let ran_alone = ran(all, &[failing()], 2).await;
    assert_eq!(ran_alone.column("documents.jsonl", "state"), ["complete", "failed"]);
    assert_eq!(ran_alone.tally.documents_in(DocumentState::Failed), 1);
}

#[tokio::test]
async fn a_tool_without_chunks_counts_as_one_that_is_done() {
    let words = Arc::new(fake("test_words", |input| {
        let value = json!(input.document.text().split(' ').count());
        Ok(ToolResult::whole("test_words", ToolOutput::Json { value }))
    }));
    let failing = Arc::new(failing_on("Eve", || stubborn("test_failing")));
    let ran = ran(documents(&[("a", "Ann left."), ("e", "Eve left.")]), &[words, failing], 1).await;
    assert_eq!(ran.column("documents.jsonl", "state"), ["complete", "partial"]);
}

#[tokio::test]
async fn a_document_that_can_not_be_read_is_listed_with_its_reason() {
    let broken = Sourced { id: "b".to_owned(), source: "b.txt".to_owned(), text: Err(SourceError::NotUtf8(7)) };
    let ran = ran(vec![document("a", "Ann left."), broken, document("c", "")], &[Arc::new(names())], 2).await;
    let row = &ran.lines("documents.jsonl")[1];
    let expected = json!({"document": "b", "source": "b.txt", "sha256": null, "characters": null, "state": "failed",
        "error": "not UTF-8 at byte 7: save it as UTF-8", "chunks": []});
    assert_eq!(row, &expected);
    assert_eq!((ran.tally.unreadable, ran.tally.empty_documents, ran.tally.characters), (1, 1, 9));
    assert_eq!(ran.column("documents.jsonl", "state"), ["complete", "failed", "complete"]);
}

#[tokio::test]
async fn a_stop_begins_nothing_new_and_finishes_what_was_begun() {
    for asks in [true, false] {
        let interrupt = Interrupt::default();
        let switch = interrupt.clone();
        let stopping = fake("test_stopping", move |input| {
            if input.document.id() == "d2" {
                switch.drain();
            }
            let mut result = ToolResult::whole("test_stopping", ToolOutput::Graph(GraphFragment::default()));
            result.usage.calls = 1;
            Ok(result)
        });
        let stopping = Arc::new(if asks { stopping.asking() } else { stopping });
        let after = Arc::new(names());
        let ran = ran_until(corpus(100), &[Arc::clone(&stopping), after], 1, &interrupt).await;
        assert_eq!(stopping.begun(), ["d0", "d1", "d2"], "asks: {asks}");
        assert_eq!(ran.column("documents.jsonl", "document"), ["d0", "d1", "d2"]);
        // The tool after it saw the stop: its chunks were not tried.
        assert_eq!(ran.column("documents.jsonl", "state"), ["complete", "complete", "partial"]);
        let chunk = &ran.lines("documents.jsonl")[2]["chunks"][0];
        assert_eq!(chunk["tools"]["test_names"]["state"], "skipped");
        assert_eq!(ran.tally.usage().calls, 5);
    }
}

#[tokio::test]
async fn a_run_that_is_stopped_before_it_begins_begins_nothing() {
    let interrupt = Interrupt::default();
    interrupt.drain();
    let tool = Arc::new(names());
    let ran = ran_until(corpus(10), &[Arc::clone(&tool)], 4, &interrupt).await;
    assert!(tool.begun().is_empty());
    assert_eq!(ran.file("documents.jsonl"), "");
}

#[tokio::test(start_paused = true)]
async fn an_abort_keeps_what_is_done_and_lists_what_was_in_flight_as_failed() {
    for asks in [true, false] {
        let interrupt = Interrupt::default();
        let switch = interrupt.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            switch.abort();
        });
        let delay = |id: &str| Duration::from_secs(if matches!(id, "d0" | "d1") { 1 } else { 1000 });
        let names = names().slow(delay);
        let tool = Arc::new(if asks { names.asking() } else { names });
        let ran = ran_until(corpus(4), &[tool], 4, &interrupt).await;
        let rows = ran.lines("documents.jsonl");
        assert_eq!(ran.column("documents.jsonl", "document"), ["d0", "d1", "d2", "d3"]);
        assert_eq!(ran.column("documents.jsonl", "state"), ["complete", "complete", "failed", "failed"]);
        assert_eq!(rows[3]["error"], "interrupted before it was done");
        assert_eq!(rows[3]["source"], "corpus/d3");
        assert_eq!(ran.incomplete, ["d2", "d3"]);
        // It was read, and it isn't empty.
        assert_eq!((ran.tally.unreadable, ran.tally.empty_documents), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_in_each_tool_is_summed() {
    let tool = Arc::new(names().slow(|_| Duration::from_secs(3)));
    let ran = ran(corpus(4), &[tool, Arc::new(bonds())], 2).await;
    let facts = tool_facts(&ran.tally, |_, _| Cost::default());
    assert_eq!(facts["test_names"].seconds, 12.0);
    assert_eq!(facts["test_bonds"].seconds, 0.0);
}

#[tokio::test]
async fn the_sums_are_those_of_the_files() {
    let ran = ran(corpus(50), &[Arc::new(names()), Arc::new(bonds())], 8).await;
    let tally = &ran.tally;
    assert_eq!(tally.all_documents(), 50);
    assert_eq!(ran.lines("rejected.jsonl").len() as u64, tally.rejected().values().sum::<u64>());
    let chunks: usize = ran.lines("documents.jsonl").iter().map(|row| row["chunks"].as_array().unwrap().len()).sum();
    assert_eq!(tally.chunks().values().sum::<u64>(), 2 * chunks as u64);
    let of = |name: &str, list: &str| -> u64 {
        ran.lines(name).iter().map(|line| line[list].as_array().unwrap().len() as u64).sum()
    };
    assert_eq!(ran.counts.mentions, of("entities.jsonl", "mentions"));
    assert_eq!(ran.counts.evidence, of("relations.jsonl", "evidence"));
    assert_eq!(ran.counts.entities, ran.lines("entities.jsonl").len() as u64);
    assert_eq!(ran.counts.relations, ran.lines("relations.jsonl").len() as u64);
    assert_eq!((tally.usage().calls, tally.usage().attempts), (100, 200));
}

#[tokio::test]
async fn no_documents_leave_four_empty_files() {
    let ran = ran(Vec::new(), &[Arc::new(names())], 4).await;
    let mut files = ran.files();
    assert!(files.remove("summary.json").is_some());
    let expected = ["documents.jsonl", "entities.jsonl", "rejected.jsonl", "relations.jsonl"];
    assert_eq!(files.into_iter().collect::<Vec<_>>(), expected.map(|name| (name.to_owned(), String::new())));
}

#[tokio::test]
async fn a_document_of_white_space_is_complete_and_has_nothing() {
    let ran = ran(documents(&[("w", " \n\t ")]), &[Arc::new(names())], 1).await;
    assert_eq!(ran.column("documents.jsonl", "state"), ["complete"]);
    assert_eq!(ran.column("documents.jsonl", "characters"), [Value::from(4)]);
    assert_eq!(ran.tally.empty_documents, 0);
}

#[tokio::test]
async fn nothing_is_left_of_what_lay_on_disk_while_the_run_went_on() {
    let ran = ran(corpus(5), &[Arc::new(names())], 2).await;
    let left = std::fs::read_dir(ran.folder().join(".kgas")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<BTreeSet<_>>(), BTreeSet::from(["lock".into(), "run.json".into()]));
}
