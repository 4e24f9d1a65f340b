//! What `T27_rules` makes of the mentions that `T23a_rules` finds, or that are given.

#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

use std::sync::Arc;

use kgas_core::fact::{Object, Relation};
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::{Document, GraphFragment, Registry, ToolContext, ToolInput, ToolOutput};
use kgas_tools as _;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOTHING: [&str; 0] = [];

fn ontology(relations: Vec<RelationSpec>, classes: Vec<ClassSpec>) -> Arc<Ontology> {
    let spec = OntologySpec { classes, relations, ..OntologySpec::default() };
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

fn cinema() -> Arc<Ontology> {
    ontology(
        vec![
            RelationSpec::new("director").from(["Film"]).to(["Person"]),
            RelationSpec::new("screenwriter").from(["Film"]).to(["Person"]),
            RelationSpec::new("cast member").from(["Film"]).to(["Person"]),
            RelationSpec::new("based on").from(["Film"]).to(["Book"]),
            RelationSpec::new("publication date").from(["Film"]),
        ],
        ["Film", "Person", "Book"].map(ClassSpec::new).to_vec(),
    )
}

fn business() -> Arc<Ontology> {
    ontology(
        vec![
            RelationSpec::new("founder").from(["Company"]).to(["Person"]),
            RelationSpec::new("acquired").from(["Company"]).to(["Company"]),
        ],
        ["Company", "Person"].map(ClassSpec::new).to_vec(),
    )
}

async fn graph_of(tool: &str, input: ToolInput) -> GraphFragment {
    let tool = Registry::collect().unwrap().build(tool, Value::Null).unwrap();
    let result = tool.execute(&ToolContext::offline(), input).await.unwrap();
    assert_eq!(result.rejected, []);
    match result.output {
        ToolOutput::Graph(graph) => graph,
        other => panic!("no graph: {other:?}"),
    }
}

/// Entities and relations by both tools.
async fn both(ontology: &Arc<Ontology>, text: &str) -> (GraphFragment, GraphFragment) {
    let input = ToolInput::new(Arc::new(Document::new("d", text)), Arc::clone(ontology));
    let entities = graph_of("T23a_rules", input.clone()).await;
    let relations = graph_of("T27_rules", input.with_graph(Arc::new(entities.clone()))).await;
    (entities, relations)
}

async fn found(ontology: &Arc<Ontology>, text: &str) -> Vec<String> {
    both(ontology, text).await.1.relations().iter().map(shown).collect()
}

fn given(ontology: &Arc<Ontology>, text: &str, entities: &[(&str, &str)]) -> ToolInput {
    let entities: Vec<Value> = entities.iter().map(|(text, class)| json!({"text": text, "type": class})).collect();
    ToolInput::from_json(&json!({"text": text, "entities": entities}), "d", Arc::clone(ontology)).unwrap()
}

/// Relations between given entities.
async fn between(ontology: &Arc<Ontology>, text: &str, entities: &[(&str, &str)]) -> Vec<String> {
    graph_of("T27_rules", given(ontology, text, entities)).await.relations().iter().map(shown).collect()
}

fn shown(relation: &Relation) -> String {
    let object = match relation.object() {
        Object::Entity(key) => key.name().to_owned(),
        Object::Value(value) => format!("{value:?}"),
    };
    format!("{} | {} | {object}", relation.subject().name(), relation.relation_type())
}

#[tokio::test]
async fn directed_by_gives_the_film_and_the_director() {
    let found = found(&cinema(), "Salt Harbour (1967) is a Danish drama film directed by Mira Olander.").await;
    assert_eq!(found, ["salt harbour | director | mira olander"]);
}

#[tokio::test]
async fn a_list_after_starring_gives_each_name() {
    let text = "Salt Harbour is a drama starring Ada Brink, Jonas Wede (as the pilot) and Lia Moreno.";
    let each = ["ada brink", "jonas wede", "lia moreno"].map(|name| format!("salt harbour | cast member | {name}"));
    assert_eq!(found(&cinema(), text).await, each);
}

#[tokio::test]
async fn verbs_that_share_a_by_all_count() {
    let text = "Salt Harbour was written, produced and directed by Mira Olander.";
    let both = ["screenwriter", "director"].map(|relation| format!("salt harbour | {relation} | mira olander"));
    assert_eq!(found(&cinema(), text).await, both);
}

#[tokio::test]
async fn passive_turns_the_relation_round() {
    for text in ["Kestrel Group acquired Moll Systems.", "Moll Systems was acquired by Kestrel Group."] {
        assert_eq!(found(&business(), text).await, ["kestrel group | acquired | moll systems"], "{text}");
    }
}

#[tokio::test]
async fn active_and_passive_name_the_same_founder() {
    for text in ["Ada Brink founded Kestrel Group.", "Kestrel Group was founded by Ada Brink."] {
        assert_eq!(found(&business(), text).await, ["kestrel group | founder | ada brink"], "{text}");
    }
}

#[tokio::test]
async fn an_opening_participle_speaks_of_what_follows() {
    let told = found(&cinema(), "Directed by Mira Olander, Salt Harbour tells of a storm.").await;
    assert_eq!(told, ["salt harbour | director | mira olander"]);
    assert_eq!(found(&cinema(), "Directed by Mira Olander, the film stars Ada Brink.").await, NOTHING);
}

#[tokio::test]
async fn what_describes_a_name_is_not_the_name() {
    for text in [
        "Salt Harbour was directed by the Danish painter Mira Olander.",
        "Salt Harbour was directed by Wede's pupil Mira Olander.",
    ] {
        assert_eq!(found(&cinema(), text).await, ["salt harbour | director | mira olander"], "{text}");
    }
}

#[tokio::test]
async fn the_author_of_the_book_did_not_write_the_film() {
    let text = "Salt Harbour is a film based on the novel The Ninth Wave, written by Ada Brink.";
    assert_eq!(found(&cinema(), text).await, ["salt harbour | based on | the ninth wave"]);
}

#[tokio::test]
async fn a_town_and_its_country_are_no_list() {
    let relations = vec![RelationSpec::new("born in").from(["Person"]).to(["Place"])];
    let ontology = ontology(relations, ["Person", "Place"].map(ClassSpec::new).to_vec());
    let entities = [("Ada Brink", "Person"), ("Kestrel", "Place"), ("Moldavia", "Place")];
    let found = between(&ontology, "Ada Brink was born in Kestrel, Moldavia.", &entities).await;
    assert_eq!(found, ["ada brink | born in | kestrel"]);
}

#[tokio::test]
async fn a_date_near_a_release_is_a_value() {
    let text = "Salt Harbour was released in Denmark on 3 May 1967.";
    let found = between(&cinema(), text, &[("Salt Harbour", "Film")]).await;
    assert_eq!(found, ["salt harbour | publication date | \"3 May 1967\""]);
}

#[tokio::test]
async fn given_types_outweigh_the_look_of_a_name() {
    let text = "Olander wrote Salt Harbour.";
    let right = [("Olander", "Person"), ("Salt Harbour", "Film")];
    assert_eq!(between(&cinema(), text, &right).await, ["salt harbour | screenwriter | olander"]);
    let wrong = [("Olander", "Film"), ("Salt Harbour", "Film")];
    assert_eq!(between(&cinema(), text, &wrong).await, NOTHING);
}

#[tokio::test]
async fn a_subclass_is_as_good_as_its_parent() {
    let classes = vec![ClassSpec::new("Person"), ClassSpec::new("Pilot").parent("Person"), ClassSpec::new("Company")];
    let ontology = ontology(vec![RelationSpec::new("works for").from(["Person"]).to(["Company"])], classes);
    let found = between(&ontology, "Ada works for Kestrel.", &[("Ada", "Pilot"), ("Kestrel", "Company")]).await;
    assert_eq!(found, ["ada | works for | kestrel"]);
}

#[tokio::test]
async fn the_words_of_a_label_are_cues_in_any_field() {
    let relations = vec![RelationSpec::new("treats").from(["Drug"]).to(["Disease"])];
    let ontology = ontology(relations, ["Drug", "Disease"].map(ClassSpec::new).to_vec());
    let given = [("Moletrin", "Drug"), ("harbour fever", "Disease")];
    let found = between(&ontology, "Moletrin also treats harbour fever.", &given).await;
    assert_eq!(found, ["moletrin | treats | harbour fever"]);
}

#[tokio::test]
async fn ends_in_different_sentences_are_not_joined() {
    let text = "They saw Salt Harbour. It was directed by Mira Olander.";
    let found = between(&cinema(), text, &[("Salt Harbour", "Film"), ("Mira Olander", "Person")]).await;
    assert_eq!(found, NOTHING);
}

#[tokio::test]
async fn evidence_is_the_smallest_clause() {
    let text = "In short, Salt Harbour was directed by Mira Olander, who lives in Kestrel.";
    let input = given(&cinema(), text, &[("Salt Harbour", "Film"), ("Mira Olander", "Person")]);
    let graph = graph_of("T27_rules", input).await;
    assert_eq!(graph.relations()[0].evidence().quote(), "Salt Harbour was directed by Mira Olander");
}

/// Cues, names and marks in every order, and what breaks naive offsets.
fn soup() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "Salt Harbour",
        "Mira Olander",
        "Ézra Å",
        "is a",
        "film",
        "directed",
        "by",
        "written",
        "starring",
        "and",
        ",",
        "(",
        ")",
        "\"",
        "'s",
        "released on",
        "3 May 1967",
        "東京",
        "e\u{301}",
        "İ",
        "ẞ",
        "🎬",
        ".",
        "\n",
        "based on",
        "Directed by",
        "\u{201c}",
        "Ã¡",
        "was",
    ];
    let word = (prop::sample::select(WORDS), prop::sample::select(&[" ", ""][..]));
    prop::collection::vec(word, 0..24)
        .prop_map(|words| words.into_iter().flat_map(|(word, space)| [word, space]).collect())
}

proptest! {
    #[test]
    fn every_span_is_its_quote_and_the_same_text_gives_the_same(text in prop_oneof![soup(), any::<String>()]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ontology = cinema();
        let (entities, relations) = runtime.block_on(both(&ontology, &text));
        let document = Document::new("d", text.clone());
        let mentions = entities.mentions().iter().map(|mention| mention.evidence());
        for evidence in mentions.chain(relations.relations().iter().map(|relation| relation.evidence())) {
            prop_assert_eq!(document.slice(evidence.span().unwrap()), Some(evidence.quote()));
        }
        prop_assert_eq!(runtime.block_on(both(&ontology, &text)), (entities, relations));
    }
}
