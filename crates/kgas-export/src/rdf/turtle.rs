//! RDF in Turtle.

use std::io;

use oxrdf::{LiteralRef, NamedNodeRef, TermRef, TripleRef};
use oxttl::TurtleSerializer;
use oxttl::turtle::WriterTurtleSerializer;

use super::tell::{Listener, tell};
use super::words::{self, LeadsTo};
use super::{Base, Object, Property, Resource};
use crate::format::{Counts, ExportError, Out};
use crate::graph::Graph;

pub(crate) fn write(graph: &mut Graph, base: &Base, out: Out<'_>) -> Result<Counts, ExportError> {
    let mut serializer = TurtleSerializer::new();
    for (prefix, iri) in words::PREFIXES {
        serializer = serializer.with_prefix(prefix, iri).map_err(io::Error::other)?;
    }
    let mut turtle = Turtle(serializer.for_writer(out));
    let counts = tell(graph, base, &mut turtle)?;
    turtle.0.finish()?;
    Ok(counts)
}

struct Turtle<'o>(WriterTurtleSerializer<Out<'o>>);

impl Listener for Turtle<'_> {
    fn resource(&mut self, resource: &Resource) -> io::Result<()> {
        let subject = NamedNodeRef::new_unchecked(&resource.iri);
        // What is nested comes after all properties of this subject, so that they stay together.
        let mut nested = Vec::new();
        for (property, object) in &resource.properties {
            let (predicate, leads_to) = match property {
                Property::Word(word) => (word.iri, word.leads_to),
                Property::Minted(iri) => (iri.as_str(), LeadsTo::Text),
            };
            let term: TermRef<'_> = match object {
                Object::Iri(iri) => NamedNodeRef::new_unchecked(iri).into(),
                Object::Class(word) => NamedNodeRef::new_unchecked(word.iri).into(),
                Object::Text(text) => LiteralRef::new_simple_literal(text).into(),
                Object::Number(number) => LiteralRef::new_typed_literal(number, datatype(leads_to)).into(),
                Object::Nested(resource) => {
                    nested.push(resource);
                    NamedNodeRef::new_unchecked(&resource.iri).into()
                }
            };
            self.0.serialize_triple(TripleRef::new(subject, NamedNodeRef::new_unchecked(predicate), term))?;
        }
        nested.into_iter().try_for_each(|nested| self.resource(nested))
    }
}

const fn datatype(leads_to: LeadsTo) -> NamedNodeRef<'static> {
    NamedNodeRef::new_unchecked(match leads_to {
        LeadsTo::Count => words::COUNT,
        _ => words::DOUBLE,
    })
}
