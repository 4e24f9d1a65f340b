//! An ontology too large for a prompt.

mod support;

use kgas_core::ontology::{Cardinality, ClassSpec, OntologySpec, RelationSpec};
use kgas_core::{AnswerFormat, Document, ToolInput};
use serde_json::json;
use std::sync::Arc;
use support::{compiled, context, entities, quotes, run, said, talker};

/// Two thousand classes, each with a relation to the next.
fn large() -> Arc<kgas_core::Ontology> {
    let label = |at: usize| format!("Gadget{at:04}");
    let classes = (0..2000).map(|at| ClassSpec::new(label(at))).collect();
    let relations =
        (0..1999).map(|at| RelationSpec::new(format!("feeds{at:04}")).from([label(at)]).to([label(at + 1)])).collect();
    compiled(OntologySpec { classes, relations, ..OntologySpec::default() })
}

fn about(text: &str) -> ToolInput {
    ToolInput::new(Arc::new(Document::new("d", text)), large())
}

#[tokio::test]
async fn each_chunk_is_shown_what_it_needs_and_the_report_says_so() {
    for tool in ["T23c_async", "T27_async"] {
        let model = talker(|_| said("[]"));
        let config = json!({"chunk_size": 20, "response_format": "json_schema", "ontology_tokens": 500});
        let result = run(tool, config, &context(model.clone(), 1), about("A Gadget0007 is. A Gadget1500 is.")).await;
        let asked = model.asked();
        assert!(asked[0].user.contains("- Gadget0007") && !asked[0].user.contains("- Gadget1500"), "{tool}");
        assert!(asked[1].user.contains("- Gadget1500") && !asked[1].user.contains("- Gadget0007"), "{tool}");
        assert!(asked[0].user.len() < 6000, "{tool}: {}", asked[0].user.len());
        let AnswerFormat::JsonSchema { schema, .. } = &asked[0].format else { unreachable!("no schema") };
        assert!(schema.to_string().contains("Gadget0007") && !schema.to_string().contains("Gadget1500"), "{tool}");
        let shown = result.chunks[0].shown.map(|shown| shown.classes);
        assert!(shown.is_some_and(|classes| (1..2000).contains(&classes)), "{tool}: {shown:?}");
    }
}

#[tokio::test]
async fn an_answer_is_held_against_the_whole() {
    let model = talker(|_| entities(json!([{"text": "Ann", "type": "Gadget1999"}])));
    let config = json!({"ontology_tokens": 500});
    let result = run("T23c_async", config, &context(model, 1), about("Ann has a Gadget0007.")).await;
    assert_eq!(quotes(&result), ["Ann"]);
}

#[tokio::test]
async fn a_small_ontology_is_shown_as_a_whole() {
    let model = talker(|_| said("[]"));
    let result = run("T23c_async", json!({}), &context(model, 1), support::input("Ann left.")).await;
    assert!(result.chunks[0].shown.is_none());
    assert!(!serde_json::to_string(&result).unwrap_or_default().contains("shown"));
}

#[test]
fn the_tokens_that_an_ontology_is_said_to_take_are_those_that_it_is_shown_in() {
    let names = |count: usize| (0..count).map(|at| format!("another name {at}")).collect::<Vec<_>>();
    let mut wordy = ClassSpec::new("Wordy").parent("Plain").examples(["one", "two"]).also(names(50));
    wordy.properties = names(4);
    let mut listed = RelationSpec::new("rated").from(["Plain"]);
    (listed.values, listed.cardinality) = (names(500), Some(Cardinality { min: 0, max: Some(1) }));
    let mut named = RelationSpec::new("named").to(["date", "string"]);
    named.synonyms = names(50);
    let relations = vec![listed, named, RelationSpec::new("any")];
    let spec = |classes| OntologySpec { classes, relations: Vec::new(), ..OntologySpec::default() };
    let plain = || ClassSpec::new("Plain");
    let ontologies =
        [spec(vec![plain()]), spec(vec![plain(), wordy]), OntologySpec { relations, ..spec(vec![plain()]) }];
    for ontology in ontologies.map(compiled) {
        let shown = kgas_tools::shown::prompt(&ontology);
        let lines: usize = shown.lines().filter(|line| line.starts_with("- ")).map(|line| line.len() + 1).sum();
        let said = ontology.prompt_tokens() * 4;
        assert!((lines..lines * 2 + 40).contains(&said), "{said} for {lines}: {shown}");
    }
}
