//! Whatever ontology and whatever claims: what is kept conforms to the ontology, and what fits is not repaired.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeSet;

use kgas_core::fact::{ChunkFacts, FactCollector, Flag, Object};
use kgas_core::ontology::{ClassSpec, Datatype, OntologySpec, RelationSpec, RelationType};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment, Ontology};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::compiled;

const CLASSES: [&str; 6] = ["Being", "Person", "Musician", "Company", "Film", "Festival"];
const RELATIONS: [&str; 4] = ["works at", "founded", "directed by", "released"];
const RANGES: [&str; 9] = ["Being", "Person", "Musician", "Company", "Film", "Festival", "date", "integer", "string"];
const TEXT: &str = "Ann and Bob met Cid of Acme in 1984; on 1 May 1985 Ann gave 12 talks in Oslo. ANN left.";
const WORDS: [&str; 10] = ["Ann", "ann", "Bob", "Cid", "Acme", "1984", "1 May 1985", "12", "Oslo", "Eve"];
const TYPES: [&str; 14] = [
    "Being",
    "Person",
    "Persons",
    "Persn",
    "Musician",
    "Company",
    "Companies",
    "Film",
    "Festivla",
    "Robot",
    "date",
    "literal",
    "",
    "person",
];

/// Any hierarchy without circles: parents come before their children.
fn ontologies() -> impl Strategy<Value = Ontology> {
    let parents = proptest::collection::vec(proptest::collection::vec(0..CLASSES.len(), 0..3), CLASSES.len());
    let ends = || proptest::collection::vec(0..CLASSES.len(), 0..3);
    let ranges = || proptest::collection::vec(0..RANGES.len(), 0..3);
    let relations = proptest::collection::vec((0..RELATIONS.len(), ends(), ranges(), any::<bool>()), 1..6);
    (parents, relations).prop_map(|(parents, relations)| {
        let classes = CLASSES.iter().enumerate().map(|(at, label)| {
            let mut class = ClassSpec::new(*label);
            class.parents =
                parents[at].iter().filter(|parent| **parent < at).map(|&up| CLASSES[up].to_owned()).collect();
            class
        });
        let relations = relations.into_iter().map(|(label, domain, range, listed)| {
            let mut relation = RelationSpec::new(RELATIONS[label])
                .from(domain.into_iter().map(|at| CLASSES[at]))
                .to(range.into_iter().map(|at| RANGES[at]));
            if listed {
                relation.values = vec!["1984".to_owned(), "oslo".to_owned()];
            }
            relation
        });
        compiled(OntologySpec { classes: classes.collect(), relations: relations.collect(), ..OntologySpec::default() })
    })
}

fn claims() -> impl Strategy<Value = (bool, Value)> {
    let word = || proptest::sample::select(&WORDS[..]);
    let kind = || proptest::sample::select(&TYPES[..]);
    let relation = proptest::sample::select(vec!["works at", "founded", "directed by", "released", "realesed", "eats"]);
    let quote = proptest::sample::select(vec!["", "Ann and Bob met", "Cid of Acme in 1984", "nowhere to be found"]);
    prop_oneof![
        (word(), kind()).prop_map(|(text, kind)| (true, json!({"text": text, "type": kind, "confidence": 1}))),
        (word(), kind(), relation, word(), kind(), quote).prop_map(|(from, from_type, kind, to, to_type, quote)| {
            (
                false,
                json!({"subject": from, "subject_type": from_type, "type": kind, "object": to,
                "object_type": to_type, "evidence": quote, "confidence": 1}),
            )
        }),
    ]
}

fn collected(ontology: &Ontology, claims: &[(bool, Value)], ungrounded: bool) -> ChunkFacts {
    let (document, known) = (Document::new("d", TEXT), GraphFragment::default());
    let chunk = Chunk::whole(&document);
    let mut facts = FactCollector::new(&document, &chunk, ontology, &known, "t").keep_ungrounded(ungrounded);
    for (is_entity, item) in claims {
        if *is_entity { facts.entity_json(item) } else { facts.relation_json(item) }
    }
    facts.finish()
}

fn fits(ontology: &Ontology, kind: &RelationType, subject: &str, object: &Object) -> bool {
    let range = &kind.range;
    let of_class = |label: &str, allowed| ontology.fits(ontology.class_named(label).unwrap(), allowed);
    of_class(subject, &kind.domain)
        && match object {
            Object::Entity(key) => range.allows_entities() && of_class(key.entity_type(), &range.classes),
            Object::Value(value) if range.values.is_empty() => {
                range.allows_values()
                    && (range.datatypes.is_empty()
                        || range.datatypes.iter().any(|datatype: &Datatype| datatype.admits(value)))
            }
            Object::Value(value) => range.values.contains(&value.to_lowercase()),
        }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_fact_conforms_and_every_item_is_kept_or_listed_once(
        ontology in ontologies(),
        claims in proptest::collection::vec(claims(), 0..24),
        ungrounded in any::<bool>(),
    ) {
        let found = collected(&ontology, &claims, ungrounded);
        prop_assert_eq!(found.kept + found.rejected.len(), claims.len());
        let mut seen = BTreeSet::new();
        for mention in &found.mentions {
            let evidence = mention.evidence();
            prop_assert!(ontology.classes().any(|(_, class)| class.label == mention.key().entity_type()));
            prop_assert!(seen.insert((mention.key().clone(), evidence.span())), "twice: {:?}", mention);
            prop_assert_eq!(evidence.span().is_none(), evidence.flags().contains(&Flag::Ungrounded));
            prop_assert!(ungrounded || evidence.span().is_some());
        }
        let mut stated = BTreeSet::new();
        for relation in &found.relations {
            let mut kinds = ontology.relations_named(relation.relation_type());
            let subject = relation.subject().entity_type();
            prop_assert!(kinds.any(|kind| fits(&ontology, kind, subject, relation.object())), "{:?}", relation);
            prop_assert_ne!(relation.object(), &Object::Entity(relation.subject().clone()));
            let evidence = relation.evidence();
            let place = (evidence.span(), evidence.span().is_none().then(|| evidence.quote().to_owned()));
            let fact = (relation.relation_type().to_owned(), relation.subject().clone(), relation.object().clone(), place);
            prop_assert!(stated.insert(fact), "twice: {:?}", relation);
            prop_assert!(ungrounded || evidence.span().is_some());
            let known = |key| found.mentions.iter().any(|mention| mention.key() == key);
            prop_assert!(known(relation.subject()));
            if let Object::Entity(key) = relation.object() {
                prop_assert!(known(key));
            }
        }
    }

    #[test]
    fn what_fits_as_it_was_said_is_kept_as_it_was_said(
        ontology in ontologies(),
        subject in 0..CLASSES.len(),
        object in 0..CLASSES.len(),
        relation in 0..RELATIONS.len(),
    ) {
        let claim = json!({"subject": "Ann", "subject_type": CLASSES[subject], "type": RELATIONS[relation],
            "object": "Bob", "object_type": CLASSES[object], "confidence": 1});
        let found = collected(&ontology, &[(false, claim)], false);
        let bob = Object::Entity(kgas_core::fact::EntityKey::new(CLASSES[object], "Bob"));
        let fitting = ontology.relations_named(RELATIONS[relation]).any(|kind| fits(&ontology, kind, CLASSES[subject], &bob));
        for kept in &found.relations {
            let flags = kept.evidence().flags();
            if fitting && *kept.object() == bob {
                prop_assert!(flags.is_empty(), "{:?}", kept);
            }
            if flags.contains(&Flag::Reversed) {
                prop_assert!(!fitting);
                prop_assert_eq!(kept.subject().name(), "bob");
            } else {
                prop_assert_eq!(kept.subject().name(), "ann");
            }
        }
        prop_assert!(!fitting || found.relations.len() == 1);
    }
}
