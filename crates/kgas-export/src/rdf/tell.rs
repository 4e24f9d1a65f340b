//! What a graph says, resource by resource.

use std::collections::BTreeSet;
use std::io;

use super::words::{self, Word};
use super::{Base, Object, Property, Resource};
use crate::format::{Counts, ExportError};
use crate::graph::Graph;
use crate::nodes::documents;
use crate::row::{Document, Entity, Place, Relation, Target};

/// Takes the resources, one after the other.
pub(super) trait Listener {
    fn resource(&mut self, resource: &Resource) -> io::Result<()>;
}

/// Tells all of a graph. The same resource may come twice, with other properties.
pub(super) fn tell(graph: &mut Graph, base: &Base, to: &mut dyn Listener) -> Result<Counts, ExportError> {
    let mut teller = Teller { base, unit: graph.offsets().to_owned(), to, seen: Seen::default() };
    let mut counts = Counts::default();
    for document in graph.documents()? {
        teller.document(&document?)?;
    }
    for entity in graph.entities()? {
        teller.entity(&entity?)?;
        counts.nodes += 1;
    }
    for relation in graph.relations()? {
        let relation = relation?;
        teller.relation(&relation)?;
        counts.edges += u64::from(matches!(relation.target, Target::Object(_)));
    }
    teller.seen(graph)?;
    Ok(counts)
}

/// What is told of once, at the end.
#[derive(Default)]
struct Seen {
    classes: BTreeSet<String>,
    relations: BTreeSet<String>,
    properties: BTreeSet<String>,
    tools: BTreeSet<String>,
}

struct Teller<'t> {
    base: &'t Base,
    unit: String,
    to: &'t mut dyn Listener,
    seen: Seen,
}

impl Teller<'_> {
    fn document(&mut self, document: &Document) -> io::Result<()> {
        let mut properties =
            vec![class(&words::PROV_ENTITY), text(&words::LABEL, &document.id), text(&words::PATH, &document.source)];
        properties.extend(document.sha256.as_ref().map(|sha| text(&words::SHA256, sha)));
        self.to.resource(&Resource { iri: self.base.mint("document", &[&document.id]), properties })
    }

    fn entity(&mut self, entity: &Entity) -> io::Result<()> {
        let own = self.base.mint("entity", &[&entity.id]);
        note(&mut self.seen.classes, &entity.entity_type);
        let mut properties =
            vec![class(&words::PROV_ENTITY), iri(&TYPE, self.base.mint("class", &[&entity.entity_type]))];
        properties.push(text(&words::LABEL, &entity.name));
        properties.extend(entity.aliases.iter().map(|alias| text(&words::ALT_LABEL, alias)));
        properties.push(number(&words::CONFIDENCE, &entity.confidence));
        for (label, values) in &entity.properties {
            note(&mut self.seen.properties, label);
            // The same value may stand at several places.
            let values: BTreeSet<&str> = values.iter().map(|one| one.value.as_str()).collect();
            let minted =
                |value: &str| (Property::Minted(self.base.mint("property", &[label])), Object::Text(value.to_owned()));
            properties.extend(values.into_iter().map(minted));
        }
        properties.extend(self.provenance(&entity.mentions));
        self.to.resource(&Resource { iri: own.clone(), properties })?;
        self.places(("mention", &entity.id), &own, &entity.mentions)
    }

    /// The relation itself, and a statement about it that holds what is known of it.
    fn relation(&mut self, relation: &Relation) -> io::Result<()> {
        note(&mut self.seen.relations, &relation.relation_type);
        let subject = self.base.mint("entity", &[&relation.subject]);
        let predicate = self.base.mint("relation", &[&relation.relation_type]);
        let object = || match &relation.target {
            Target::Object(id) => Object::Iri(self.base.mint("entity", &[id])),
            Target::Value(value) => Object::Text(value.clone()),
        };
        let own = self.base.mint("statement", &[&relation.id]);
        let mut properties = vec![
            class(&words::STATEMENT),
            class(&words::PROV_ENTITY),
            iri(&words::SUBJECT, subject.clone()),
            iri(&words::PREDICATE, predicate.clone()),
            (Property::Word(&words::OBJECT), object()),
            number(&words::CONFIDENCE, &relation.confidence),
        ];
        properties.extend(relation.normal.as_ref().map(|normal| match normal.as_str() {
            Some(plain) => text(&words::NORMAL, plain),
            None => text(&words::NORMAL, &normal.to_string()),
        }));
        properties.extend(self.provenance(&relation.evidence));
        let direct = vec![(Property::Minted(predicate), object())];
        self.to.resource(&Resource { iri: subject, properties: direct })?;
        self.to.resource(&Resource { iri: own.clone(), properties })?;
        self.places(("evidence", &relation.id), &own, &relation.evidence)
    }

    fn provenance(&self, places: &[Place]) -> Vec<(Property, Object)> {
        let documents = documents(places).into_iter();
        let derived = documents.map(|id| iri(&words::DERIVED, self.base.mint("document", &[id])));
        derived.chain([iri(&words::GENERATED, self.base.mint("run", &[]))]).collect()
    }

    /// An annotation for each place that something rests on.
    fn places(&mut self, (kind, id): (&str, &str), body: &str, places: &[Place]) -> io::Result<()> {
        for (number_of, place) in places.iter().enumerate() {
            note(&mut self.seen.tools, &place.tool);
            let number_of = number_of.to_string();
            let mint = |part: &[&str]| self.base.mint(kind, &[&[id, &number_of], part].concat());
            let quote = vec![class(&words::QUOTE_SELECTOR), text(&words::EXACT, &place.quote)];
            let mut target = vec![iri(&words::SOURCE, self.base.mint("document", &[&place.document]))];
            target.push(nested(&words::SELECTOR, mint(&["quote"]), quote));
            target.extend(self.position(place).map(|at| nested(&words::SELECTOR, mint(&["position"]), at)));
            let mut properties = vec![
                class(&words::ANNOTATION),
                iri(&words::BODY, body.to_owned()),
                nested(&words::TARGET, mint(&["target"]), target),
                iri(&words::ATTRIBUTED, self.base.mint("tool", &[&place.tool])),
                text(&words::MATCH, &place.matched),
            ];
            properties.extend(place.confidence.map(|confidence| number(&words::CONFIDENCE, &confidence)));
            let iri = mint(&[]);
            self.to.resource(&Resource { iri, properties })?;
        }
        Ok(())
    }

    /// Where a place is. A Web Annotation counts code points; what counts otherwise is no `oa:TextPositionSelector`.
    fn position(&self, place: &Place) -> Option<Vec<(Property, Object)>> {
        let (start, end) = (place.start?, place.end?);
        Some(if self.unit == "code_points" {
            vec![class(&words::POSITION_SELECTOR), number(&words::START, &start), number(&words::END, &end)]
        } else {
            let unit = text(&words::UNIT, &self.unit);
            vec![class(&words::UNIT_SELECTOR), unit, number(&words::UNIT_START, &start), number(&words::UNIT_END, &end)]
        })
    }

    /// The classes and relations by their labels, the run, and the tools that it used.
    fn seen(self, graph: &Graph) -> io::Result<()> {
        let Self { base, to, seen, .. } = self;
        let labels = [
            ("class", &seen.classes, &words::CLASS),
            ("relation", &seen.relations, &words::PROPERTY),
            ("property", &seen.properties, &words::PROPERTY),
        ];
        for (kind, labels, is) in labels {
            for label in labels {
                let properties = vec![class(is), text(&words::LABEL, label)];
                to.resource(&Resource { iri: base.mint(kind, &[label]), properties })?;
            }
        }
        let origin = graph.origin();
        let tools: Vec<String> = seen.tools.iter().map(|tool| base.mint("tool", &[tool])).collect();
        for (id, iri) in seen.tools.iter().zip(&tools) {
            let mut properties = vec![class(&words::AGENT), text(&words::LABEL, id)];
            let known = origin.iter().flat_map(|origin| &origin.tools).find(|tool| tool.id == *id);
            if let Some(tool) = known {
                properties.push(text(&words::VERSION, &tool.version));
                properties.extend(tool.model.as_ref().map(|model| text(&words::MODEL, model)));
            }
            to.resource(&Resource { iri: iri.clone(), properties })?;
        }
        let mut properties = vec![class(&words::ACTIVITY)];
        properties.extend(origin.as_ref().map(|origin| text(&words::VERSION, &origin.kgas)));
        properties.extend(tools.into_iter().map(|tool| iri(&words::ASSOCIATED, tool)));
        to.resource(&Resource { iri: base.mint("run", &[]), properties })
    }
}

/// The type of an entity is a class of the ontology, and so an IRI.
static TYPE: Word = Word { short: "@type", iri: words::RDF_TYPE, leads_to: words::LeadsTo::Iri };

fn note(seen: &mut BTreeSet<String>, label: &str) {
    if !seen.contains(label) {
        seen.insert(label.to_owned());
    }
}

fn class(word: &'static Word) -> (Property, Object) {
    (Property::Word(&TYPE), Object::Class(word))
}

fn iri(word: &'static Word, iri: String) -> (Property, Object) {
    (Property::Word(word), Object::Iri(iri))
}

fn nested(word: &'static Word, iri: String, properties: Vec<(Property, Object)>) -> (Property, Object) {
    (Property::Word(word), Object::Nested(Resource { iri, properties }))
}

fn text(word: &'static Word, text: &str) -> (Property, Object) {
    (Property::Word(word), Object::Text(text.to_owned()))
}

fn number(word: &'static Word, number: &impl ToString) -> (Property, Object) {
    (Property::Word(word), Object::Number(number.to_string()))
}
