//! One small ontology in every format compiles to the same.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::collections::BTreeSet;
use std::path::Path;

use kgas_core::Ontology;
use kgas_core::ontology::{ClassId, local_name};
use kgas_ontology::{Format, ReadOptions, load};

/// What a format can say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Everything,
    /// No synonyms.
    NoSynonyms,
    /// Names, and what relates to what.
    Names,
}

fn studio(name: &str) -> (Format, Ontology) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ontologies").join(name);
    let loaded = load(&path, &ReadOptions::default()).unwrap();
    assert_eq!(loaded.warnings, [], "{name}");
    (loaded.format, loaded.ontology)
}

/// Lines that say all that an ontology says, in no order, ids reduced to their local names.
fn content(ontology: &Ontology, says: Says) -> BTreeSet<String> {
    let name = |id: ClassId| local_name(&ontology.class(id).unwrap().id).to_owned();
    let names = |ids: &[ClassId]| ids.iter().map(|&id| name(id)).collect::<BTreeSet<_>>();
    let mut lines = BTreeSet::from([format!("{:?}", ontology.title())]);
    for (id, class) in ontology.classes() {
        let mut line = format!("class {} {:?}", name(id), class.label);
        if says != Says::Names {
            line += &format!(" {:?} {:?} {:?}", class.description, names(&class.parents), class.examples);
        }
        if says == Says::Everything {
            line += &format!(" {:?}", class.synonyms);
        }
        lines.insert(line);
    }
    for relation in ontology.relations() {
        let (id, range) = (local_name(&relation.id), &relation.range);
        let mut line =
            format!("relation {id} {:?} {:?} {:?}", relation.label, names(&relation.domain), names(&range.classes));
        if says != Says::Names {
            line += &format!(" {:?} {:?} {:?}", range.datatypes, range.values, relation.description);
            line += &format!(" {:?}", relation.cardinality);
        }
        lines.insert(line);
    }
    lines
}

#[test]
fn one_ontology_in_six_formats_is_the_same() {
    let (format, own) = studio("studio.json");
    assert_eq!(format, Format::Kgas);
    for (name, format, says) in [
        ("studio.text2kgbench.json", Format::Text2KgBench, Says::Names),
        ("studio.ttl", Format::Turtle, Says::Everything),
        ("studio.owl", Format::RdfXml, Says::Everything),
        ("studio.yaml", Format::LinkMl, Says::Everything),
        ("studio.schema.json", Format::JsonSchema, Says::NoSynonyms),
    ] {
        let (told, other) = studio(name);
        assert_eq!(told, format, "{name}");
        assert_eq!(content(&other, says), content(&own, says), "{name}");
    }
}

#[test]
fn both_syntaxes_of_owl_give_the_same_ids() {
    let ids = |ontology: &Ontology| ontology.classes().map(|(_, class)| class.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&studio("studio.ttl").1), ids(&studio("studio.owl").1));
}
