//! RDF in JSON-LD.

use std::io;

use serde_json::{Map, Value, json};

use super::tell::{Listener, tell};
use super::words::{self, LeadsTo, Word};
use super::{Base, Object, Property, Resource};
use crate::format::{Counts, ExportError, Out};
use crate::graph::Graph;

pub(crate) fn write(graph: &mut Graph, base: &Base, out: Out<'_>) -> Result<Counts, ExportError> {
    write!(out, "{{\"@context\": {},\n\"@graph\": [", context())?;
    let mut json = JsonLd { out, is_first: true };
    let counts = tell(graph, base, &mut json)?;
    json.out.write_all(b"\n]}\n")?;
    Ok(counts)
}

/// Says what the short names mean. None is a prefix, so that no IRI can be taken for a short one.
fn context() -> Value {
    let meaning = |word: &Word| match word.leads_to {
        LeadsTo::Class | LeadsTo::Text => json!(word.iri),
        LeadsTo::Double => json!({"@id": word.iri, "@type": words::DOUBLE}),
        LeadsTo::Count => json!({"@id": word.iri, "@type": words::COUNT}),
        LeadsTo::Iri => json!({"@id": word.iri}),
    };
    let meanings: Map<String, Value> = words::WORDS.iter().map(|word| (word.short.to_owned(), meaning(word))).collect();
    meanings.into()
}

struct JsonLd<'o> {
    out: Out<'o>,
    is_first: bool,
}

impl Listener for JsonLd<'_> {
    fn resource(&mut self, resource: &Resource) -> io::Result<()> {
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        Ok(serde_json::to_writer(&mut self.out, &object(resource))?)
    }
}

/// Properties with one value have it alone, those with several a list.
fn object(resource: &Resource) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("@id".to_owned(), json!(resource.iri));
    for (property, value) in &resource.properties {
        let name = match property {
            Property::Word(word) => word.short,
            Property::Minted(iri) => iri,
        };
        let value = match value {
            Object::Iri(iri) if name == "@type" => json!(iri),
            Object::Iri(iri) => json!({"@id": iri}),
            Object::Class(word) => json!(word.short),
            Object::Text(text) | Object::Number(text) => json!(text),
            Object::Nested(resource) => self::object(resource).into(),
        };
        match object.get_mut(name) {
            None => {
                object.insert(name.to_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(one) => *one = json!([one.take(), value]),
        }
    }
    object
}
