//! Turtle.

use std::fmt::Write as _;

use super::rdf::{Said, Thing};
use crate::vocabulary as v;

const PREFIXES: [(&str, &str); 6] =
    [("kgas", v::KGAS), ("owl", v::OWL), ("rdf", v::RDF), ("rdfs", v::RDFS), ("skos", v::SKOS), ("xsd", v::XSD)];

pub(super) fn write(things: &[Thing]) -> String {
    let mut out = String::new();
    for (prefix, iri) in PREFIXES {
        // Writing to a string doesn't fail.
        let _ = writeln!(out, "@prefix {prefix}: <{iri}> .");
    }
    for Thing { iri, kind, says } in things {
        let _ = write!(out, "\n{} a {}", short(iri), short(kind));
        let mut before = "";
        for (predicate, said) in says {
            if *predicate == before {
                let _ = write!(out, ", {}", object(said));
            } else {
                let _ = write!(out, " ;\n    {} {}", short(predicate), object(said));
            }
            before = predicate;
        }
        out.push_str(" .\n");
    }
    out
}

fn object(said: &Said) -> String {
    match said {
        Said::Iri(iri) => short(iri),
        Said::Text(text) => quoted(text),
        Said::Union(many) => {
            let many: Vec<String> = many.iter().map(object).collect();
            format!("[ owl:unionOf ( {} ) ]", many.join(" "))
        }
        Said::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("[ a rdfs:Datatype ; owl:oneOf ( {} ) ]", values.join(" "))
        }
        Said::Restriction { property, bound, count } => {
            let (property, bound) = (short(property), short(bound));
            format!("[ a owl:Restriction ; owl:onProperty {property} ; {bound} \"{count}\"^^xsd:nonNegativeInteger ]")
        }
    }
}

/// With a prefix, where what follows needs no care.
fn short(iri: &str) -> String {
    for (prefix, space) in PREFIXES {
        if let Some(local) = iri.strip_prefix(space)
            && !local.is_empty()
            && local.chars().all(|c| c.is_ascii_alphanumeric())
        {
            return format!("{prefix}:{local}");
        }
    }
    format!("<{iri}>")
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
