//! Whatever is claimed of whatever text: each item is kept or listed, and each fact stands in the text.

mod support;

use std::num::NonZeroUsize;

use kgas_core::fact::{EntityKey, FactCollector, Object};
use kgas_core::text::chunks;
use kgas_core::{Document, GraphFragment};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{ontology, sliced, texts};

const WORDS: &[&str] =
    &["Ann", "ann", "Bob", "Acme", "東京", "Zoë", "Zoe\u{308}", "1984", "Ann Bob", "", " ", "Annual"];

fn words() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(WORDS)
}

fn names() -> impl Strategy<Value = Value> {
    let names = ["Person", "agent", "Company", "City", "Robot", "date", "literal", ""].map(Value::from).to_vec();
    prop_oneof![proptest::sample::select(names), Just(Value::Null), Just(json!(5))]
}

fn confidences() -> impl Strategy<Value = Value> {
    proptest::sample::select(vec![json!(0.9), json!(1), json!(0.5), json!(0), json!(7), json!("x"), Value::Null])
}

fn entities() -> impl Strategy<Value = Value> {
    (words(), names(), confidences(), 0_usize..60, words()).prop_map(|(text, kind, confidence, start, nick)| {
        json!({"text": text, "type": kind, "confidence": confidence, "start": start,
            "properties": {"nick name": nick, "size": 1}})
    })
}

fn relations() -> impl Strategy<Value = Value> {
    let kinds = proptest::sample::select(&["works at", "knows", "founded in", "known for", "home", "eats"]);
    (words(), names(), kinds, words(), names(), confidences(), words()).prop_map(
        |(subject, subject_type, kind, object, object_type, confidence, evidence)| {
            json!({"subject": subject, "subject_type": subject_type, "type": kind, "object": object,
                "object_type": object_type, "confidence": confidence, "evidence": evidence})
        },
    )
}

/// Texts in which claims can stand.
fn stories() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => words().prop_map(str::to_owned), 1 => texts()];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.join(" "))
}

fn has(graph: &GraphFragment, key: &EntityKey) -> bool {
    graph.mentions().iter().any(|mention| mention.key() == key)
}

proptest! {
    #[test]
    fn every_item_is_kept_or_listed_and_every_fact_stands_in_the_text(
        text in stories(),
        claimed in proptest::collection::vec(prop_oneof![
            entities().prop_map(|item| (true, item)),
            relations().prop_map(|item| (false, item)),
        ], 0..30),
        max in 8_usize..60,
        all_mentions in any::<bool>(),
    ) {
        let (ontology, document) = (ontology(), Document::new("d", text.clone()));
        let mut graph = GraphFragment::default();
        for chunk in chunks(&document, NonZeroUsize::new(max).unwrap()) {
            let known = graph.clone();
            let mut collector = FactCollector::new(&document, &chunk, &ontology, &known, "t").min_confidence(0.5);
            for (is_entity, item) in &claimed {
                if *is_entity { collector.entity_json(item) } else { collector.relation_json(item) }
            }
            if all_mentions {
                collector.add_other_occurrences();
            }
            let found = collector.finish();
            let refused = found.rejected.iter().filter(|rejection| !rejection.reason.is_of_a_property()).count();
            prop_assert_eq!(found.kept + refused, claimed.len());

            for rejection in &found.rejected {
                prop_assert_eq!(rejection.chunk, chunk.index());
                prop_assert!(rejection.position < claimed.len());
            }
            let mut seen = Vec::new();
            for mention in &found.mentions {
                let evidence = mention.evidence();
                prop_assert_eq!(evidence.quote(), sliced(&text, evidence.span().unwrap()));
                prop_assert!(chunk.span().contains(evidence.span().unwrap()));
                prop_assert_eq!(mention.key(), &EntityKey::new(mention.key().entity_type(), evidence.quote()));
                prop_assert!(ontology.class_named(mention.key().entity_type()).is_some());
                prop_assert!(!seen.contains(&(mention.key(), evidence.span())), "twice: {:?}", mention);
                seen.push((mention.key(), evidence.span()));
                for property in mention.properties() {
                    prop_assert_eq!(property.value(), sliced(&text, property.span()));
                }
            }
            let relations = found.relations.clone();
            found.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
            for relation in relations {
                let evidence = relation.evidence();
                prop_assert_eq!(evidence.quote(), sliced(&text, evidence.span().unwrap()));
                prop_assert!(chunk.span().contains(evidence.span().unwrap()));
                prop_assert!(has(&graph, relation.subject()), "{:?}", relation.subject());
                match relation.object() {
                    Object::Entity(key) => prop_assert!(has(&graph, key), "{:?}", key),
                    Object::Value(value) => prop_assert!(text.contains(value.as_str())),
                }
                graph.add_relation(relation);
            }
        }
    }
}
