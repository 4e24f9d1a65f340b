//! Texts that are hard on text algorithms, and a small ontology.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use kgas_core::fact::{ChunkFacts, FactCollector, RejectReason};
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment, Span};
use proptest::prelude::*;
use serde_json::Value;

/// Pieces whose borders are easy to get wrong.
const PIECES: &[&str] = &[
    "a",
    "A",
    "b.",
    ". ",
    ".",
    "! ",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\t",
    "\u{a0}",
    "é",
    "e\u{301}",
    "\u{301}",
    "ß",
    "👩\u{200d}💻",
    "👩",
    "\u{200d}",
    "🇩🇪🇫🇷",
    "❤\u{fe0f}",
    "東京",
    "都",
    "。",
    "ไทย",
    "한국",
    "हिन्दी",
    "\u{0}",
    "\u{1}",
    "\u{feff}",
    "\u{2029}",
    "𝒳",
    "Dr. ",
    "J. ",
    "e.g. ",
    "et al. ",
    "1.5",
    "longwordwithoutanyspace",
    "\"",
    "(",
    ")",
];

/// Any text, though rarely a plain one.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::collection::vec(proptest::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat()),
        1 => "\\PC{0,80}",
        1 => proptest::collection::vec(any::<char>(), 0..40).prop_map(|characters| characters.into_iter().collect()),
    ]
}

/// Agents that are people or companies, and cities; who works where, who knows whom, what is based and founded where
/// and when, what anything is known for.
pub(crate) fn ontology() -> Ontology {
    let mut person = ClassSpec::new("Person").parent("Agent");
    person.properties = vec!["date of birth".to_owned()];
    let mut agent = ClassSpec::new("Agent");
    agent.properties = vec!["nick_name".to_owned()];
    compiled(OntologySpec {
        classes: vec![agent, person, ClassSpec::new("Company").parent("Agent"), ClassSpec::new("City")],
        relations: vec![
            RelationSpec::new("works at").from(["Person"]).to(["Company"]),
            RelationSpec::new("knows").from(["Agent"]).to(["Agent"]),
            RelationSpec::new("founded in").from(["Company"]).to(["date"]),
            RelationSpec::new("known for"),
            RelationSpec::new("home").from(["Person"]).to(["City", "string"]),
        ],
        ..OntologySpec::default()
    })
}

pub(crate) fn compiled(spec: OntologySpec) -> Ontology {
    Ontology::compile(spec, Leniency::Strict).unwrap().0
}

/// What a chunk that is the whole text gives for claimed entities, then claimed relations.
pub(crate) fn facts(text: &str, entities: &[Value], relations: &[Value]) -> ChunkFacts {
    let (document, ontology, known) = (Document::new("d", text), ontology(), GraphFragment::default());
    let chunk = Chunk::whole(&document);
    let mut facts = FactCollector::new(&document, &chunk, &ontology, &known, "test_tool");
    entities.iter().for_each(|item| facts.entity_json(item));
    relations.iter().for_each(|item| facts.relation_json(item));
    facts.finish()
}

/// Each mention as (type, quote, start).
pub(crate) fn mentions(facts: &ChunkFacts) -> Vec<(&str, &str, usize)> {
    let all = facts.mentions.iter();
    all.map(|mention| {
        let evidence = mention.evidence();
        (mention.key().entity_type(), evidence.quote(), evidence.span().unwrap().start())
    })
    .collect()
}

/// Each rejection as (position, reason).
pub(crate) fn rejections(facts: &ChunkFacts) -> Vec<(usize, RejectReason)> {
    facts.rejected.iter().map(|rejection| (rejection.position, rejection.reason)).collect()
}

/// What Python's `text[start:end]` would be.
pub(crate) fn sliced(text: &str, span: Span) -> String {
    text.chars().skip(span.start()).take(span.len()).collect()
}
