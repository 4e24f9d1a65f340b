//! Claims that a small model makes again and again, or with numbers that no text has.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::NonZeroUsize;

use kgas_core::fact::{FactCollector, RejectReason};
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::text::{Chunk, chunks};
use kgas_core::{Document, GraphFragment};
use serde_json::json;

fn people() -> Ontology {
    let spec = OntologySpec {
        classes: vec![ClassSpec::new("Person")],
        relations: vec![RelationSpec::new("knows").from(["Person"]).to(["Person"])],
        ..OntologySpec::default()
    };
    Ontology::compile(spec, Leniency::Strict).unwrap().0
}

#[test]
fn a_start_beyond_all_numbers_is_no_start() {
    let (ontology, graph) = (people(), GraphFragment::default());
    let document = Document::new("d", "Ann left. Bob left.");
    let second = chunks(&document, NonZeroUsize::new(10).unwrap()).nth(1).unwrap();
    let mut facts = FactCollector::new(&document, &second, &ontology, &graph, "t");
    facts.entity_json(&json!({"text": "Bob", "type": "Person", "start": u64::MAX}));
    assert_eq!(facts.finish().mentions[0].evidence().span().unwrap().start(), 10);
}

#[test]
fn a_relation_is_kept_once_for_each_evidence() {
    let (ontology, graph) = (people(), GraphFragment::default());
    let document = Document::new("d", "Ann knows Bob. Yes, Ann knows Bob well.");
    let chunk = Chunk::whole(&document);
    let mut facts = FactCollector::new(&document, &chunk, &ontology, &graph, "t");
    let claim = |evidence| json!({"subject": "Ann", "type": "knows", "object": "Bob", "evidence": evidence});
    for evidence in ["Ann knows Bob", "Ann knows Bob", "Yes, Ann knows Bob well", "Ann knows Bob"] {
        facts.relation_json(&claim(evidence));
    }
    let found = facts.finish();
    assert_eq!((found.relations.len(), found.kept), (2, 2));
    let rejected: Vec<_> = found.rejected.iter().map(|item| (item.position, item.reason)).collect();
    assert_eq!(rejected, [(1, RejectReason::Duplicate), (3, RejectReason::Duplicate)]);
}
