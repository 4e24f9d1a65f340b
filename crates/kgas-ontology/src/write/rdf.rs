//! What an ontology says, in the words of OWL; the syntaxes of RDF write it down.

use std::collections::HashMap;

use kgas_core::Ontology;
use kgas_core::ontology::{Datatype, RelationType};

use super::iris::Iris;
use crate::vocabulary as v;

/// A thing with an IRI, and what is said of it.
pub(super) struct Thing {
    pub(super) iri: String,
    /// The IRI of what it is.
    pub(super) kind: &'static str,
    pub(super) says: Vec<(&'static str, Said)>,
}

/// What may be said of a thing.
pub(super) enum Said {
    Iri(String),
    Text(String),
    /// One of these.
    Union(Vec<Self>),
    /// One of these values.
    OneOf(Vec<String>),
    /// So many of a property.
    Restriction {
        property: String,
        bound: &'static str,
        count: u32,
    },
}

const ONTOLOGY: &str = "https://kgas.dev/ontology";

/// The ontology itself, its classes, its relations.
pub(super) fn things(ontology: &Ontology) -> Vec<Thing> {
    let iris = Iris::of(ontology);
    let title = ontology.title().map(|title| (v::RDFS_LABEL, Said::Text(title.to_owned())));
    let itself = Thing { iri: ONTOLOGY.to_owned(), kind: v::OWL_ONTOLOGY, says: title.into_iter().collect() };
    let mut things = vec![itself];
    let mut restrictions = restrictions(ontology, &iris);
    for ((id, class), bounds) in ontology.classes().zip(&mut restrictions) {
        let mut says = vec![(v::RDFS_LABEL, Said::Text(class.label.clone()))];
        says.extend(texts(v::SKOS_ALT_LABEL, &class.synonyms));
        says.extend(texts(v::SKOS_DEFINITION, class.description.as_slice()));
        says.extend(class.parents.iter().map(|&id| (v::RDFS_SUB_CLASS_OF, Said::Iri(iris.class(id).to_owned()))));
        says.extend(bounds.drain(..).map(|bound| (v::RDFS_SUB_CLASS_OF, bound)));
        says.extend(texts(v::SKOS_EXAMPLE, &class.examples));
        says.extend(texts(v::KGAS_PROPERTY, &class.properties));
        things.push(Thing { iri: iris.class(id).to_owned(), kind: v::OWL_CLASS, says });
    }
    for (relation, iri) in ontology.relations().iter().zip(&iris.relations) {
        things.push(Thing { iri: iri.clone(), kind: kind_of(relation), says: of_relation(ontology, relation, &iris) });
    }
    things
}

fn of_relation(ontology: &Ontology, relation: &RelationType, iris: &Iris<'_>) -> Vec<(&'static str, Said)> {
    let mut says = vec![(v::RDFS_LABEL, Said::Text(relation.label.clone()))];
    says.extend(texts(v::SKOS_ALT_LABEL, &relation.synonyms));
    says.extend(texts(v::SKOS_DEFINITION, relation.description.as_slice()));
    for parent in &relation.parents {
        let iri = ontology.relations_named(parent).next().and_then(|found| iris.relation(found));
        says.extend(iri.map(|iri| (v::RDFS_SUB_PROPERTY_OF, Said::Iri(iri.to_owned()))));
    }
    let classes = |ids: &[_]| ids.iter().map(|&id| Said::Iri(iris.class(id).to_owned())).collect::<Vec<_>>();
    says.extend(any_of(classes(&relation.domain)).map(|domain| (v::RDFS_DOMAIN, domain)));
    let mut range = classes(&relation.range.classes);
    range.extend(relation.range.datatypes.iter().map(|&datatype| Said::Iri(xsd(datatype).to_owned())));
    if !relation.range.values.is_empty() {
        range.push(Said::OneOf(relation.range.values.clone()));
    }
    says.extend(any_of(range).map(|range| (v::RDFS_RANGE, range)));
    says.extend(relation.cardinality.map(|said| (v::KGAS_CARDINALITY, Said::Text(said.to_string()))));
    says
}

fn any_of(mut many: Vec<Said>) -> Option<Said> {
    if many.len() > 1 { Some(Said::Union(many)) } else { many.pop() }
}

fn texts(predicate: &'static str, texts: &[String]) -> impl Iterator<Item = (&'static str, Said)> {
    texts.iter().map(move |text| (predicate, Said::Text(text.clone())))
}

/// For each class, what OWL has it say of the number of objects. The property itself says it too, in kgas's word:
/// where it has no domain, no class could.
fn restrictions(ontology: &Ontology, iris: &Iris<'_>) -> Vec<Vec<Said>> {
    let mut of_class: Vec<Vec<Said>> = ontology.classes().map(|_| Vec::new()).collect();
    let places: HashMap<_, _> = ontology.classes().enumerate().map(|(at, (id, _))| (id, at)).collect();
    for (relation, property) in ontology.relations().iter().zip(&iris.relations) {
        let Some(said) = relation.cardinality else { continue };
        let bounds =
            [(v::OWL_MIN_CARDINALITY, Some(said.min).filter(|min| *min > 0)), (v::OWL_MAX_CARDINALITY, said.max)];
        for place in relation.domain.iter().filter_map(|id| places.get(id)) {
            let Some(says) = of_class.get_mut(*place) else { continue };
            for (bound, count) in bounds.iter().filter_map(|(bound, count)| Some((*bound, (*count)?))) {
                says.push(Said::Restriction { property: property.clone(), bound, count });
            }
        }
    }
    of_class
}

const fn kind_of(relation: &RelationType) -> &'static str {
    let range = &relation.range;
    match (range.is_unspecified(), range.allows_entities(), range.allows_values()) {
        (false, true, false) => v::OWL_OBJECT_PROPERTY,
        (false, false, true) => v::OWL_DATATYPE_PROPERTY,
        // In OWL a property has entities or values; one that has both is but a property.
        _ => v::RDF_PROPERTY,
    }
}

const fn xsd(datatype: Datatype) -> &'static str {
    match datatype {
        Datatype::Text => "http://www.w3.org/2001/XMLSchema#string",
        Datatype::Integer => "http://www.w3.org/2001/XMLSchema#integer",
        Datatype::Number => "http://www.w3.org/2001/XMLSchema#decimal",
        Datatype::DateTime => "http://www.w3.org/2001/XMLSchema#dateTime",
        Datatype::Time => "http://www.w3.org/2001/XMLSchema#time",
        Datatype::Year => "http://www.w3.org/2001/XMLSchema#gYear",
        Datatype::Duration => "http://www.w3.org/2001/XMLSchema#duration",
        Datatype::Date => "http://www.w3.org/2001/XMLSchema#date",
        Datatype::Boolean => "http://www.w3.org/2001/XMLSchema#boolean",
        Datatype::Uri => "http://www.w3.org/2001/XMLSchema#anyURI",
    }
}
