//! Which mentions become one entity, what says so, and what becomes of their relations.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::sync::Arc;

use kgas_core::fact::FactCollector;
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::text::{Chunk, occurrences};
use kgas_core::{ChunkReport, ChunkState, GraphFragment, ToolOutput, ToolResult};
use kgas_engine::Merging;
use kgas_engine::source::Sourced;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Fake, Ran, claiming, documents, fake, ran_with};

/// Organisations, some of which are companies, and persons, some of which are writers and some painters.
fn ontology() -> Arc<Ontology> {
    let spec = OntologySpec {
        classes: vec![
            ClassSpec::new("Organisation"),
            ClassSpec::new("Company").parent("Organisation"),
            ClassSpec::new("Person"),
            ClassSpec::new("Writer").parent("Person"),
            ClassSpec::new("Painter").parent("Person"),
        ],
        relations: vec![RelationSpec::new("owns"), RelationSpec::new("since").to(["date"])],
        ..OntologySpec::default()
    };
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

/// Claims what stands before a bar, `Name/Class` or `subject/relation/object`, of the whole document; each name as
/// often as the document has it.
fn told() -> Fake {
    fake("test_told", |input| {
        let (text, chunk) = (input.document.text(), Chunk::whole(&input.document));
        let mut facts = FactCollector::new(&input.document, &chunk, &input.ontology, &input.graph, "test_told");
        let claims = text.split_once('|').map_or("", |(claims, _)| claims);
        for claim in claims.split(';').map(str::trim).filter(|claim| !claim.is_empty()) {
            match claim.split('/').collect::<Vec<_>>()[..] {
                [name, class] => {
                    let item = json!({"text": name, "type": class});
                    occurrences(text, name).for_each(|_| facts.entity_json(&item));
                }
                [subject, relation, object] => {
                    facts.relation_json(&json!({"subject": subject, "type": relation, "object": object}));
                }
                _ => {}
            }
        }
        let found = facts.finish();
        let mut report = ChunkReport::new(&chunk, ChunkState::Ok);
        (report.kept, report.rejected) = (found.kept, found.rejected.len());
        let mut graph = GraphFragment::default();
        found.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
        found.relations.into_iter().for_each(|relation| graph.add_relation(relation));
        let mut result = ToolResult::whole("test_told", ToolOutput::Graph(graph));
        (result.chunks, result.rejected) = (vec![report], found.rejected);
        Ok(result)
    })
}

async fn merged(texts: &[(&str, &str)], merging: Merging) -> Ran {
    ran_with(documents(texts), &[Arc::new(told())], &ontology(), |store| store.merging(merging)).await
}

async fn names(texts: &[(&str, &str)]) -> Vec<String> {
    let ran = merged(texts, Merging::Aliases).await;
    let name = |line: &Value| format!("{} {}", line["type"].as_str().unwrap(), line["name"].as_str().unwrap());
    ran.lines("entities.jsonl").iter().map(name).collect()
}

const IBM: &str = "International Business Machines/Company; IBM/Company | International Business Machines (IBM) grew.";

#[tokio::test]
async fn an_abbreviation_that_the_text_explains_is_an_alias_everywhere() {
    let ran =
        merged(&[("a", IBM), ("b", "IBM/Organisation | IBM"), ("c", "IBM/Company | IBM left.")], Merging::Aliases)
            .await;
    let [line] = &ran.lines("entities.jsonl")[..] else { unreachable!("one entity: {}", ran.file("entities.jsonl")) };
    assert_eq!((&line["type"], &line["name"]), (&json!("Company"), &json!("International Business Machines")));
    assert_eq!(line["aliases"], json!(["IBM"]));
    assert_eq!(ran.counts.merged, 2);
    let from = line["merged_from"].as_array().unwrap();
    let said: Vec<_> = from.iter().map(|m| (m["type"].as_str().unwrap(), m["by"].as_str().unwrap())).collect();
    assert_eq!(said, [("Company", "alias"), ("Organisation", "hierarchy")]);
    assert_eq!(from[0]["evidence"]["quote"], "International Business Machines (IBM)");
    assert_eq!(from[1]["with"], from[0]["id"]);
    let documents: Vec<_> = line["mentions"].as_array().unwrap().iter().map(|m| m["document"].clone()).collect();
    assert!(documents.is_sorted_by_key(|id| id.as_str().unwrap().to_owned()) && documents.len() >= 4);
}

#[tokio::test]
async fn merging_can_be_left_to_the_normal_form() {
    let ran = merged(&[("a", IBM), ("b", "IBM/Organisation | IBM")], Merging::Exact).await;
    assert_eq!(ran.lines("entities.jsonl").len(), 3);
    assert!(!ran.file("entities.jsonl").contains("merged_from"));
    assert_eq!(ran.counts.merged, 0);
}

#[tokio::test]
async fn an_alias_of_two_names_connects_neither() {
    let other = "Irish Butter Museum/Company; IBM/Company | Irish Butter Museum (IBM) grew.";
    assert_eq!(names(&[("a", IBM), ("b", other)]).await.len(), 3);
    let longer =
        "International Business Machines Corp/Company; IBM/Company | International Business Machines Corp (IBM).";
    assert_eq!(names(&[("a", IBM), ("b", longer)]).await, ["Company International Business Machines Corp"]);
}

#[tokio::test]
async fn one_name_on_one_line_of_classes_is_one_entity_of_the_special_class() {
    let of = |class: &str| format!("Ann/{class} | Ann");
    let texts = [of("Person"), of("Writer"), of("Company"), of("Painter")];
    let two = [("a", texts[0].as_str()), ("b", &texts[1]), ("c", &texts[2])];
    assert_eq!(names(&two).await, ["Company Ann", "Writer Ann"]);
    let three = [("a", texts[0].as_str()), ("b", &texts[1]), ("c", &texts[3])];
    assert_eq!(names(&three).await, ["Painter Ann", "Person Ann", "Writer Ann"]);
}

#[tokio::test]
async fn aliases_never_bring_classes_of_two_lines_together() {
    let texts =
        [("a", "Ann/Writer; Bob/Person | Ann, known as Bob."), ("b", "Bob/Person; Cid/Painter | Bob, known as Cid.")];
    assert_eq!(names(&texts).await, ["Painter Cid", "Writer Ann"]);
}

#[tokio::test]
async fn relations_follow_their_ends_and_equal_edges_become_one() {
    let texts = [
        ("a", IBM),
        ("b", "IBM/Company; Red Hat/Company; IBM/owns/Red Hat | IBM Red Hat"),
        (
            "c",
            "International Business Machines/Company; Red Hat/Company; International Business Machines/owns/Red Hat |",
        ),
    ];
    let ran = merged(&texts, Merging::Aliases).await;
    let [edge] = &ran.lines("relations.jsonl")[..] else { unreachable!("{}", ran.file("relations.jsonl")) };
    assert_eq!(edge["evidence"].as_array().unwrap().len(), 2);
    let ids = ran.column("entities.jsonl", "id");
    assert!(ids.contains(&edge["subject"]) && ids.contains(&edge["object"]));
    // Its id is that of an edge between these ids, as if they had never been others.
    let alone = merged(&texts[2..], Merging::Aliases).await;
    assert_eq!(alone.column("relations.jsonl", "id"), [edge["id"].clone()]);
}

#[tokio::test]
async fn an_edge_whose_ends_become_one_is_listed_as_a_self_loop() {
    let own = "IBM/Company; International Business Machines/Company; IBM/owns/International Business Machines |";
    let ran = merged(&[("a", IBM), ("b", own)], Merging::Aliases).await;
    assert_eq!(ran.file("relations.jsonl"), "");
    let [line] = &ran.lines("rejected.jsonl")[..] else { unreachable!("{}", ran.file("rejected.jsonl")) };
    assert_eq!((&line["document"], &line["reason"]), (&json!("b"), &json!("self_loop")));
    assert_eq!(line["item"]["type"], "owns");
    let tool = &ran.tally.tools["test_told"];
    assert_eq!(tool.rejected.values().sum::<u64>(), 1);
    assert_eq!(tool.kept, ran.counts.mentions);
}

#[tokio::test]
async fn conflicting_values_stand_side_by_side_and_equal_ones_once() {
    let aged = claiming("test_aged", |text| {
        let age = |age: &str| json!({"text": "Ann", "type": "Person", "properties": {"age": age}});
        (text.split(' ').filter(|word| word.parse::<u8>().is_ok()).map(age).collect(), Vec::new())
    });
    let again = claiming("test_again", |_| {
        (vec![json!({"text": "Ann", "type": "Person", "properties": {"age": "42"}})], Vec::new())
    });
    let all = documents(&[("b", "Ann Ann 42 or 43"), ("a", "Ann Ann 42")]);
    let ran = ran_with(all, &[Arc::new(aged), Arc::new(again)], &support::ontology(), |store| store).await;
    let age = &ran.lines("entities.jsonl")[0]["properties"]["age"];
    let said: Vec<_> = age.as_array().unwrap().iter().map(|v| (v["document"].clone(), v["value"].clone())).collect();
    assert_eq!(said, [(json!("a"), json!("42")), (json!("b"), json!("42")), (json!("b"), json!("43"))]);
}

const NAMES: [&str; 6] = ["Ann Bee", "AB", "Bob", "Cid", "Ann Bee Inc", "Dan"];
const CLASSES: [&str; 5] = ["Organisation", "Company", "Person", "Writer", "Painter"];

fn corpus() -> impl Strategy<Value = Vec<Sourced>> {
    let said = (0..6_usize, 0..5_usize, 0..6_usize, 0..5_usize, 0..4_usize);
    let text = said.prop_map(|(one, class, other, kind, how)| {
        let (one, other) = (NAMES[one], NAMES[other]);
        let (open, close) = [(" (", ")"), (", known as ", "."), (" aka ", "."), (" ", " ")][how];
        format!("{one}/{}; {other}/{}; {one}/owns/{other} | {one}{open}{other}{close}", CLASSES[class], CLASSES[kind])
    });
    proptest::collection::vec(text, 1..8).prop_map(|texts| {
        texts.into_iter().enumerate().map(|(n, text)| support::document(n.to_string(), text)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_order_of_documents_does_not_show(all in corpus(), seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let files = |documents: Vec<Sourced>| {
            runtime.block_on(async {
                let ran = ran_with(documents, &[Arc::new(told())], &ontology(), |store| store).await;
                (ran.file("entities.jsonl"), ran.file("relations.jsonl"), ran.counts.clone())
            })
        };
        let mut shuffled = all.clone();
        let mut dice = seed;
        for at in (1..shuffled.len()).rev() {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, (dice >> 33) as usize % (at + 1));
        }
        let (one, other) = (files(all), files(shuffled));
        prop_assert_eq!(&one, &other);
        // Nobody is lost, and every end is an entity.
        let ids: Vec<Value> = one.0.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].take()).collect();
        for line in one.1.lines() {
            let edge: Value = serde_json::from_str(line).unwrap();
            prop_assert!(ids.contains(&edge["subject"]) && ids.contains(&edge["object"]));
        }
    }
}

#[tokio::test]
async fn names_that_mean_nearly_the_same_are_one_within_a_class() {
    let texts = [
        ("a", "Acme Works/Company; Acme Werke/Company; Acme Word/Company | x"),
        ("b", "Acme Works/Person; Bob/Person | x"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let out = kgas_engine::Folder::create(folder.path()).unwrap();
    let mut store = support::store_of(&out, documents(&texts), &[Arc::new(told())], &ontology()).await;
    let names = store.names().unwrap();
    // Nobody else of the class shares a word with these.
    assert_eq!(names.wanted().into_values().collect::<Vec<_>>(), ["acme werke", "acme word", "acme works"]);
    let vectors = names.wanted().into_iter().map(|(number, name)| {
        let vector = if name == "acme word" { vec![0.0, 1.0] } else { vec![2.0, 0.1 * number as f32] };
        (number, vector)
    });
    store.connect(names.similar(&vectors.collect(), 0.92));
    let (draft, counts) = store.write_graph(&out).unwrap();
    assert_eq!(counts.merged, 1);
    let summary = support::summary(&kgas_engine::Tally::default(), counts, kgas_engine::RunState::Complete);
    draft.publish(&support::origin(), summary).unwrap();
    let entities = std::fs::read_to_string(folder.path().join("entities.jsonl")).unwrap();
    let merged: Value =
        serde_json::from_str(entities.lines().find(|line| line.contains("merged_from")).unwrap()).unwrap();
    assert_eq!((&merged["name"], &merged["merged_from"][0]["by"]), (&json!("Acme Werke"), &json!("similarity")));
    assert_eq!(merged["merged_from"][0]["name"], "Acme Works");
}
