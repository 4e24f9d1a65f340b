//! A graph as RDF: entities and relations, what they rest on as PROV-O, quotes as Web Annotations.
//!
//! [`tell`] says it resource by resource; Turtle and JSON-LD write the same resources.

mod base;
pub(crate) mod jsonld;
mod tell;
pub(crate) mod turtle;
mod words;

pub use base::{Base, BaseError};

/// Something with properties.
#[derive(Debug)]
struct Resource {
    iri: String,
    properties: Vec<(Property, Object)>,
}

/// What a property is.
#[derive(Debug)]
enum Property {
    /// A word of a vocabulary.
    Word(&'static words::Word),
    /// A relation or property of the ontology, by its IRI.
    Minted(String),
}

/// What a property leads to.
#[derive(Debug)]
enum Object {
    Iri(String),
    Class(&'static words::Word),
    Text(String),
    /// A number, of the type that the word has.
    Number(String),
    /// A resource that is told of here. It has an IRI too, so that a graph which is loaded twice is there once.
    Nested(Resource),
}
