//! How much of a corpus was dealt with, and sums that add up.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_core::text::chunks;
use kgas_core::{ChunkReport, ChunkState, GraphFragment, ToolOutput, ToolResult};
use kgas_engine::source::{SourceError, Sourced};
use kgas_engine::{Counts, Coverage};
use support::{Fake, Ran, bonds, documents, fake, names, ran};

/// Ends each chunk, a sentence, as its first word says.
fn fated() -> Fake {
    fake("test_fated", |input| {
        let size = NonZeroUsize::new(10).unwrap();
        let state = |text: &str| match text.split([' ', '.']).next().unwrap() {
            "Ok" => ChunkState::Ok,
            "Refused" => ChunkState::Refused,
            "Cut" => ChunkState::Truncated,
            "Bad" => ChunkState::Failed,
            _ => ChunkState::Empty,
        };
        let mut result = ToolResult::whole("test_fated", ToolOutput::Graph(GraphFragment::default()));
        let cut = chunks(&input.document, size);
        result.chunks = cut.map(|chunk| ChunkReport::new(&chunk, state(chunk.text(&input.document)))).collect();
        Ok(result)
    })
}

fn coverage(ran: &Ran) -> (f64, f64, f64) {
    let Coverage { documents, chunks, characters } = Coverage::new(&ran.tally);
    (documents, chunks, characters)
}

#[tokio::test]
async fn a_run_without_failures_is_covered_wholly() {
    let ran = ran(documents(&[("a", "Ok one. "), ("b", ""), ("c", "Ann.")]), &[Arc::new(fated())], 2).await;
    assert_eq!(coverage(&ran), (100.0, 100.0, 100.0));
    assert!(Coverage::new(&ran.tally).least().0 >= 100.0);
}

#[tokio::test]
async fn chunks_and_characters_are_counted_apart() {
    let text = "Ok one. Bad two. Cut it. Refused. ";
    let ran = ran(documents(&[("a", text)]), &[Arc::new(fated())], 2).await;
    let states = ran.tally.chunks();
    assert_eq!(states.values().sum::<u64>(), 4);
    assert_eq!(coverage(&ran), (0.0, 25.0, 23.52), "{states:?}");
    assert_eq!(Coverage::new(&ran.tally).least(), (0.0, "documents"));
}

#[tokio::test]
async fn nothing_but_all_is_a_hundred_percent() {
    let mut all = documents(&[("a", "Ok one. ")]);
    all.extend((0..20_000).map(|n| support::document(n.to_string(), "x")));
    all.push(support::document("last", "Bad."));
    let ran = ran(all, &[Arc::new(fated())], 4).await;
    assert_eq!(coverage(&ran), (99.99, 99.99, 99.98));
}

#[tokio::test]
async fn a_document_that_can_not_be_read_is_not_covered() {
    let unread = Sourced { id: "b".to_owned(), source: "b".to_owned(), text: Err(SourceError::Missing) };
    let mut all = documents(&[("a", "Ok one. ")]);
    all.push(unread);
    let ran = ran(all, &[Arc::new(fated())], 1).await;
    assert_eq!(coverage(&ran), (50.0, 100.0, 100.0));
    assert_eq!(Coverage::new(&ran.tally).least(), (50.0, "documents"));
}

#[tokio::test]
async fn what_a_tool_gave_no_result_for_is_not_covered() {
    let broken = fake("test_broken", |_| panic!("it breaks"));
    let ran = ran(documents(&[("a", "Ok one. ")]), &[Arc::new(fated()), Arc::new(broken)], 1).await;
    assert_eq!(coverage(&ran), (0.0, 100.0, 50.0));
}

#[tokio::test]
async fn the_sums_of_the_summary_add_up() {
    let text = "Ann knows Bob. Ann since now. Zoë, known as Ann, runs Acme. Ann since 1984.";
    let all = (0..9).map(|n| support::document(n.to_string(), text)).collect();
    let ran = ran(all, &[Arc::new(names()), Arc::new(bonds())], 3).await;
    let counts = Counts::new(&ran.tally, ran.counts.clone());
    assert_eq!(counts.items.claimed, counts.items.kept + counts.items.rejected);
    assert_eq!(counts.items.rejected, counts.rejected.values().sum::<u64>());
    assert_eq!(ran.lines("rejected.jsonl").len() as u64, counts.items.rejected);
    let (mentions, evidence) = (counts.graph.mentions, counts.graph.evidence);
    assert_eq!(counts.graph.matches.values().sum::<u64>(), mentions + evidence);
    let listed = |file: &str, list: &str| {
        ran.lines(file).iter().map(|line| line[list].as_array().unwrap().len() as u64).sum::<u64>()
    };
    assert_eq!(listed("entities.jsonl", "mentions"), mentions);
    assert_eq!(listed("relations.jsonl", "evidence"), evidence);
    let rows = ran.lines("documents.jsonl");
    let chunks = rows.iter().flat_map(|row| row["chunks"].as_array().unwrap());
    let ended: usize = chunks.map(|chunk| chunk["tools"].as_object().unwrap().len()).sum();
    assert_eq!(counts.chunks.values().sum::<u64>(), ended as u64);
}
