//! From documents to files: the documented form, in the documented order, whatever comes first.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kgas_core::fact::FactCollector;
use kgas_core::ontology::{ClassSpec, Leniency, OntologySpec, RelationSpec};
use kgas_core::text::Chunk;
use kgas_core::{
    Capabilities, ChunkReport, ChunkState, GraphFragment, KgasTool, Ontology, ToolContext, ToolError, ToolInput,
    ToolMetadata, ToolOutput, ToolResult,
};
use kgas_engine::source::Sourced;
use kgas_engine::{DocumentRow, Finished, Folder, Interrupt, Pipeline, Progress, Store, Tally, run};
use serde_json::json;

/// Claims every capitalised word as a person, and that each knows the next; later documents are done first.
#[derive(Debug)]
struct Capitals(ToolMetadata);

impl Capitals {
    fn new() -> Self {
        Self(ToolMetadata {
            id: "test_capitals".to_owned(),
            name: "Capitals".to_owned(),
            description: "Claims capitalised words".to_owned(),
            category: "test".to_owned(),
            tags: Vec::new(),
            version: "1.0.0".to_owned(),
            needs: Vec::new(),
            capabilities: Capabilities::default(),
        })
    }
}

#[async_trait]
impl KgasTool for Capitals {
    fn metadata(&self) -> &ToolMetadata {
        &self.0
    }

    fn validate(&self, _input: &ToolInput) -> Result<(), ToolError> {
        Ok(())
    }

    async fn execute(&self, _context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        let text = input.document.text();
        assert!(!text.contains("PANIC"), "the document wants it");
        tokio::time::sleep(Duration::from_millis(1000 - text.len() as u64 * 7 % 900)).await;
        let chunk = Chunk::whole(&input.document);
        let mut facts = FactCollector::new(&input.document, &chunk, &input.ontology, &input.graph, &self.0.id);
        let names: Vec<&str> =
            text.split(|c: char| !c.is_alphabetic()).filter(|word| word.starts_with(char::is_uppercase)).collect();
        for name in &names {
            facts.entity_json(&json!({"text": name, "type": "Person", "confidence": 0.9}));
        }
        facts.entity_json(&json!({"text": "Nobody", "type": "Person"}));
        for (subject, object) in names.iter().zip(names.iter().skip(1)) {
            facts.relation_json(&json!({"subject": subject, "type": "knows", "object": object}));
        }
        let found = facts.finish();
        let mut graph = GraphFragment::default();
        found.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
        found.relations.into_iter().for_each(|relation| graph.add_relation(relation));
        let mut result = ToolResult::whole(&self.0.id, ToolOutput::Graph(graph));
        let state = if found.kept > 0 { ChunkState::Ok } else { ChunkState::Rejected };
        result.chunks.push(ChunkReport { kept: found.kept, ..ChunkReport::new(&chunk, state) });
        result.rejected = found.rejected;
        Ok(result)
    }
}

struct Silent;

impl Progress for Silent {
    fn advanced(&mut self, _tally: &Tally) {}
    fn incomplete(&mut self, _row: &DocumentRow) {}
}

fn ontology() -> Arc<Ontology> {
    let spec = OntologySpec {
        classes: vec![ClassSpec::new("Person")],
        relations: vec![RelationSpec::new("knows").from(["Person"]).to(["Person"])],
        ..OntologySpec::default()
    };
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

async fn write(texts: &[String], in_flight: usize, out: &Path) -> Tally {
    let documents: Vec<Sourced> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| Sourced { id: format!("d{at}"), source: format!("t:{at}"), text: Ok(text.clone()) })
        .collect();
    let pipeline = Pipeline {
        tools: vec![Arc::new(Capitals::new())],
        ontology: ontology(),
        context: ToolContext::offline(),
        in_flight: NonZeroUsize::new(in_flight).unwrap(),
    };
    let folder = Folder::create(out).unwrap();
    let store = Store::create(&folder.own()).unwrap();
    let interrupt = Interrupt::default();
    let Finished { tally, store } =
        run(Box::new(documents.into_iter()), pipeline, store, &interrupt, &mut Silent).await.unwrap();
    store.write_graph(&folder).unwrap();
    tally
}

const FILES: [&str; 4] = ["entities.jsonl", "relations.jsonl", "documents.jsonl", "rejected.jsonl"];

fn files(out: &Path) -> String {
    FILES.map(|name| format!("== {name}\n{}", std::fs::read_to_string(out.join(name)).unwrap())).join("\n")
}

#[tokio::test(start_paused = true)]
async fn the_files_have_the_documented_form() {
    let out = tempfile::tempdir().unwrap();
    let texts = ["Zoë met Ann.", "", "ANN left; Ann and Bob stayed."].map(str::to_owned);
    write(&texts, 4, out.path()).await;
    insta::assert_snapshot!(files(out.path()));
}

#[tokio::test(start_paused = true)]
async fn the_same_bytes_come_whatever_is_done_first() {
    let names = ["Ann", "Bob", "Cleo", "Dan", "Eve"];
    let texts: Vec<String> =
        (0..150).map(|at| format!("{} saw {} {}", names[at % 5], names[at / 5 % 5], "x".repeat(at % 13))).collect();
    let mut outputs = Vec::new();
    for in_flight in [1, 7, 64] {
        let out = tempfile::tempdir().unwrap();
        write(&texts, in_flight, out.path()).await;
        outputs.push(files(out.path()));
    }
    assert_eq!(outputs[0], outputs[1]);
    assert_eq!(outputs[0], outputs[2]);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_panics_fails_its_document_and_no_other() {
    let out = tempfile::tempdir().unwrap();
    let texts = ["Ann left.", "PANIC", "Bob left."].map(str::to_owned);
    write(&texts, 2, out.path()).await;
    let rows = std::fs::read_to_string(out.path().join("documents.jsonl")).unwrap();
    let failed: Vec<&str> = rows.lines().filter(|row| row.contains("\"failed\"")).collect();
    assert!(failed.len() == 1 && failed[0].contains("a tool panicked"), "{rows}");
    assert_eq!(std::fs::read_to_string(out.path().join("entities.jsonl")).unwrap().lines().count(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_entity_of_many_documents_has_all_its_mentions() {
    let out = tempfile::tempdir().unwrap();
    let texts = vec!["Ann left.".to_owned(); 5000];
    let tally = write(&texts, 500, out.path()).await;
    assert_eq!(tally.all_documents(), 5000);
    let entities = std::fs::read_to_string(out.path().join("entities.jsonl")).unwrap();
    let entity: serde_json::Value = serde_json::from_str(entities.trim_end()).unwrap();
    assert_eq!(entity["mentions"].as_array().unwrap().len(), 5000);
}
