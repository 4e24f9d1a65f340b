//! Claims found in a text of 100 kB, and mentions merged into entities.

use divan::Bencher;
use divan::counter::ItemsCount;
use kgas_core::fact::{ChunkFacts, EntityCandidate, FactCollector};
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment};

use crate::made;

const CLAIMS: usize = 1000;

#[divan::bench]
fn grounding_of_exact_names(bencher: Bencher<'_, '_>) {
    grounding(bencher, |name| name.to_owned());
}

#[divan::bench]
fn grounding_of_names_in_another_case(bencher: Bencher<'_, '_>) {
    grounding(bencher, str::to_uppercase);
}

#[divan::bench]
fn grounding_of_misspelt_names(bencher: Bencher<'_, '_>) {
    grounding(bencher, made::misspelt);
}

fn grounding(bencher: Bencher<'_, '_>, spelling: fn(&str) -> String) {
    let names = made::names(CLAIMS);
    let document = Document::new("made", made::text(100_000, &names));
    let claims: Vec<String> = names.iter().map(|name| spelling(name)).collect();
    let found = ground(&document, &claims).mentions.len();
    assert!(found * 10 >= CLAIMS * 9, "{found} of {CLAIMS} names were found");
    bencher.counter(ItemsCount::new(CLAIMS)).bench_local(|| ground(&document, &claims));
}

/// A hundred thousand mentions of ten thousand entities.
#[divan::bench]
fn merging_of_100_000_mentions(bencher: Bencher<'_, '_>) {
    let names = made::names(10_000);
    let document = Document::new("made", made::text(1_000_000, &names));
    let found = ground(&document, &names).mentions;
    let mut graph = GraphFragment::default();
    for _ in 0..10 {
        found.iter().for_each(|mention| graph.add_mention(mention.clone()));
    }
    assert!(graph.entities().len() > 9000);
    bencher.counter(ItemsCount::new(graph.mentions().len())).bench_local(|| graph.entities().len());
}

fn ground(document: &Document, claims: &[String]) -> ChunkFacts {
    let spec = OntologySpec { classes: vec![ClassSpec::new("Person")], ..OntologySpec::default() };
    let (ontology, _) = Ontology::compile(spec, Leniency::Strict).unwrap();
    let known = GraphFragment::default();
    let mut facts = FactCollector::new(document, &Chunk::whole(document), &ontology, &known, "bench");
    for text in claims {
        let claim =
            EntityCandidate { text: text.clone(), entity_type: "Person".to_owned(), ..EntityCandidate::default() };
        facts.entity(claim, || serde_json::Value::Null);
    }
    facts.finish()
}
