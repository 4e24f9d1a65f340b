//! What `T23a_rules` finds, and what it leaves alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

use std::sync::Arc;

use kgas_core::fact::Mention;
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::{Document, GraphFragment, Registry, ToolContext, ToolError, ToolInput, ToolOutput, ToolResult};
use kgas_tools as _;
use serde_json::{Value, json};

fn ontology(classes: Vec<ClassSpec>, relations: Vec<RelationSpec>) -> Arc<Ontology> {
    let spec = OntologySpec { classes, relations, ..OntologySpec::default() };
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

fn cinema() -> Arc<Ontology> {
    ontology(
        vec![ClassSpec::new("Film"), ClassSpec::new("Person"), ClassSpec::new("Company"), ClassSpec::new("Award")],
        vec![
            RelationSpec::new("director").from(["Film"]).to(["Person"]),
            RelationSpec::new("cast member").from(["Film"]).to(["Person"]),
            RelationSpec::new("production company").from(["Film"]).to(["Company"]),
            RelationSpec::new("award received").from(["Film"]).to(["Award"]),
        ],
    )
}

async fn run(ontology: &Arc<Ontology>, text: &str, config: Value) -> ToolResult {
    let tool = Registry::collect().unwrap().build("T23a_rules", config).unwrap();
    let input = ToolInput::new(Arc::new(Document::new("d", text)), Arc::clone(ontology));
    let result = tool.execute(&ToolContext::offline(), input).await.unwrap();
    assert_eq!(result.rejected, [], "{text}");
    result
}

fn graph(result: ToolResult) -> GraphFragment {
    match result.output {
        ToolOutput::Graph(graph) => graph,
        other => panic!("no graph: {other:?}"),
    }
}

async fn found(ontology: &Arc<Ontology>, text: &str) -> Vec<String> {
    let graph = graph(run(ontology, text, Value::Null).await);
    let shown = |mention: &Mention| format!("{}: {}", mention.key().entity_type(), mention.evidence().quote());
    graph.mentions().iter().map(shown).collect()
}

const NOTHING: [&str; 0] = [];

#[tokio::test]
async fn an_example_of_a_class_is_found_as_a_whole_word() {
    let ontology = ontology(vec![ClassSpec::new("River").examples(["Ann", "upper Moll"])], vec![]);
    let found = found(&ontology, "Annual floods: Ann and the upper Moll rose.").await;
    assert_eq!(found, ["River: Ann", "River: upper Moll"]);
}

#[tokio::test]
async fn the_longest_example_counts() {
    let bay = ClassSpec::new("Harbour").examples(["Kestrel Bay"]);
    let ontology = ontology(vec![ClassSpec::new("City").examples(["Kestrel"]), bay], vec![]);
    assert_eq!(found(&ontology, "It lies at Kestrel Bay.").await, ["Harbour: Kestrel Bay"]);
}

#[tokio::test]
async fn an_example_with_a_capital_wants_one_in_the_text() {
    let ontology = ontology(vec![ClassSpec::new("Person").examples(["Will"])], vec![]);
    assert_eq!(found(&ontology, "They will go, and Will stays.").await, ["Person: Will"]);
}

#[tokio::test]
async fn an_example_inside_a_longer_name_is_not_taken() {
    let ontology = ontology(vec![ClassSpec::new("City").examples(["Verona"])], vec![]);
    assert_eq!(found(&ontology, "Then Verona Hartley spoke.").await, NOTHING);
}

#[tokio::test]
async fn values_are_typed_where_a_class_is_called_so() {
    let values = ontology(vec![ClassSpec::new("Date"), ClassSpec::new("Money"), ClassSpec::new("URL")], vec![]);
    let text = "On 3 May 1967 they paid $2.5 million, see https://example.org/a.";
    assert_eq!(found(&values, text).await, ["Date: 3 May 1967", "Money: $2.5 million", "URL: https://example.org/a"]);
    assert_eq!(found(&cinema(), text).await, NOTHING);
}

#[tokio::test]
async fn a_cue_types_the_names_at_its_ends() {
    let text = "Salt Harbour is a 1967 drama directed by Mira Olander and produced by Kestrel Pictures.";
    let found = found(&cinema(), text).await;
    assert_eq!(found, ["Film: Salt Harbour", "Person: Mira Olander", "Company: Kestrel Pictures"]);
}

#[tokio::test]
async fn a_span_without_evidence_is_not_typed() {
    assert_eq!(found(&cinema(), "Mira Olander met Jonas Wede in Salt Harbour.").await, NOTHING);
}

#[tokio::test]
async fn a_cue_that_suits_anything_types_no_subject() {
    let found = found(&cinema(), "Mira Olander won the Golden Heron Award.").await;
    assert_eq!(found, ["Award: Golden Heron Award"]);
}

#[tokio::test]
async fn what_the_sentence_calls_a_thing_types_it() {
    assert_eq!(found(&cinema(), "\"The Ninth Wave\" is a short film.").await, ["Film: The Ninth Wave"]);
    assert_eq!(found(&cinema(), "Mira Olander is a film director.").await, NOTHING);
}

#[tokio::test]
async fn a_title_before_its_verb_is_one_name() {
    for title in ["Jack and the Heron", "The Wave of 1912: A Story", "Wede, Wede, Quite Alone"] {
        let found = found(&cinema(), &format!("{title} was directed by Mira Olander.")).await;
        assert_eq!(found, [format!("Film: {title}"), "Person: Mira Olander".to_owned()]);
    }
}

#[tokio::test]
async fn one_word_is_no_full_name_of_a_person() {
    assert_eq!(found(&cinema(), "Salt Harbour was directed by Olander.").await, ["Film: Salt Harbour"; 0]);
}

#[tokio::test]
async fn other_places_of_a_name_are_mentions_only_when_asked_for() {
    let text = "Salt Harbour was directed by Mira Olander. Critics liked Salt Harbour.";
    let only_cued = graph(run(&cinema(), text, Value::Null).await);
    let all = graph(run(&cinema(), text, json!({"all_mentions": true})).await);
    assert_eq!((only_cued.mentions().len(), all.mentions().len()), (2, 3));
}

#[tokio::test]
async fn every_chunk_is_reported_and_the_chunks_are_the_document() {
    let text = "Salt Harbour was directed by Mira Olander. ".repeat(20);
    let result = run(&cinema(), &text, json!({"chunk_size": 200})).await;
    let ends: Vec<_> = result.chunks.iter().map(|chunk| (chunk.span.start(), chunk.span.end())).collect();
    assert!(ends.len() > 3 && ends.windows(2).all(|pair| pair[0].1 == pair[1].0));
    assert_eq!((ends[0].0, ends[ends.len() - 1].1), (0, text.chars().count()));
    assert!(result.chunks.iter().all(|chunk| chunk.kept > 0));
    assert_eq!(graph(result).mentions().len(), 40);
}

#[tokio::test]
async fn an_ontology_is_asked_for() {
    let tool = Registry::collect().unwrap().build("T23a_rules", Value::Null).unwrap();
    let error = tool.execute(&ToolContext::offline(), ToolInput::text("d", "Ann.")).await.unwrap_err();
    assert!(matches!(error, ToolError::NoOntology { .. }), "{error}");
}

#[tokio::test]
async fn another_ontology_on_the_same_tool_has_its_own_rules() {
    let tool = Registry::collect().unwrap().build("T23a_rules", Value::Null).unwrap();
    for (class, example) in [("River", "Moll"), ("Town", "Kestrel"), ("River", "Moll")] {
        let ontology = ontology(vec![ClassSpec::new(class).examples([example])], vec![]);
        let input = ToolInput::new(Arc::new(Document::new("d", "Moll, Kestrel.")), ontology);
        let graph = graph(tool.execute(&ToolContext::offline(), input).await.unwrap());
        let types: Vec<_> = graph.mentions().iter().map(|mention| mention.key().entity_type()).collect();
        assert_eq!(types, [class]);
    }
}

#[test]
fn a_configuration_that_cannot_work_names_its_key() {
    let registry = Registry::collect().unwrap();
    let wrong = [
        (json!({"chunk_size": 20}), "chunk_size"),
        (json!({"min_confidence": 1.5}), "min_confidence"),
        (json!({"model": "x"}), "model"),
    ];
    for (tool, (config, key)) in
        ["T23a_rules", "T27_rules"].iter().flat_map(|tool| wrong.iter().map(move |it| (tool, it)))
    {
        let error = registry.build(tool, config.clone()).unwrap_err().to_string();
        assert!(error.contains(tool) && error.contains(key), "{error}");
    }
}

#[test]
fn the_tools_say_that_they_are_rules() {
    let registry = Registry::collect().unwrap();
    for id in ["T23a_rules", "T27_rules"] {
        let tool = registry.build(id, Value::Null).unwrap();
        let about = tool.metadata();
        assert!(about.name.contains("no model") && about.tags.iter().any(|tag| tag == "rules"), "{about:?}");
        assert!(!about.capabilities.requires_auth && !about.capabilities.is_async);
    }
}
