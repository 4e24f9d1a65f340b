//! RDF/XML.

use std::fmt::Write as _;

use super::rdf::{Said, Thing};
use crate::vocabulary as v;

const PREFIXES: [(&str, &str); 5] =
    [("kgas", v::KGAS), ("owl", v::OWL), ("rdf", v::RDF), ("rdfs", v::RDFS), ("skos", v::SKOS)];

pub(super) fn write(things: &[Thing]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF");
    for (prefix, iri) in PREFIXES {
        // Writing to a string doesn't fail.
        let _ = write!(out, "\n    xmlns:{prefix}=\"{iri}\"");
    }
    out.push_str(">\n");
    for Thing { iri, kind, says } in things {
        let kind = name(kind);
        let _ = writeln!(out, "\n  <{kind} rdf:about=\"{}\">", escaped(iri));
        for (predicate, said) in says {
            statement(&mut out, predicate, said, 4);
        }
        let _ = writeln!(out, "  </{kind}>");
    }
    out.push_str("\n</rdf:RDF>\n");
    out
}

fn statement(out: &mut String, predicate: &str, said: &Said, indent: usize) {
    let predicate = name(predicate);
    match said {
        Said::Iri(iri) => {
            let _ = writeln!(out, "{:indent$}<{predicate} rdf:resource=\"{}\"/>", "", escaped(iri));
        }
        Said::Text(text) => {
            let _ = writeln!(out, "{:indent$}<{predicate}>{}</{predicate}>", "", escaped(text));
        }
        _ => {
            let _ = writeln!(out, "{:indent$}<{predicate}>", "");
            node(out, said, indent + 2);
            let _ = writeln!(out, "{:indent$}</{predicate}>", "");
        }
    }
}

/// Something that stands for itself: a member of a list, or what a statement is about.
fn node(out: &mut String, said: &Said, indent: usize) {
    match said {
        Said::Iri(iri) => {
            let _ = writeln!(out, "{:indent$}<rdf:Description rdf:about=\"{}\"/>", "", escaped(iri));
        }
        // A text is no node; the list of values has its own spelling.
        Said::Text(_) => {}
        Said::Union(many) => {
            let _ =
                writeln!(out, "{:indent$}<owl:Class>\n{:indent$}  <owl:unionOf rdf:parseType=\"Collection\">", "", "");
            many.iter().for_each(|one| node(out, one, indent + 4));
            let _ = writeln!(out, "{:indent$}  </owl:unionOf>\n{:indent$}</owl:Class>", "", "");
        }
        Said::OneOf(values) => {
            let _ = writeln!(out, "{:indent$}<rdfs:Datatype>\n{:indent$}  <owl:oneOf>", "", "");
            list(out, values, indent + 4);
            let _ = writeln!(out, "{:indent$}  </owl:oneOf>\n{:indent$}</rdfs:Datatype>", "", "");
        }
        Said::Restriction { property, bound, count } => {
            let (bound, property) = (name(bound), escaped(property));
            let integer = format!("{}nonNegativeInteger", v::XSD);
            let _ = writeln!(out, "{:indent$}<owl:Restriction>", "");
            let _ = writeln!(out, "{:indent$}  <owl:onProperty rdf:resource=\"{property}\"/>", "");
            let _ = writeln!(out, "{:indent$}  <{bound} rdf:datatype=\"{integer}\">{count}</{bound}>", "");
            let _ = writeln!(out, "{:indent$}</owl:Restriction>", "");
        }
    }
}

/// Literals have no short spelling in a list. They are nested rather than named, and so each opens before the next.
fn list(out: &mut String, values: &[String], indent: usize) {
    for value in values {
        let _ = writeln!(out, "{:indent$}<rdf:Description><rdf:first>{}</rdf:first><rdf:rest>", "", escaped(value));
    }
    let _ = writeln!(out, "{:indent$}<rdf:Description rdf:about=\"{}\"/>", "", v::RDF_NIL);
    for _ in values {
        let _ = writeln!(out, "{:indent$}</rdf:rest></rdf:Description>", "");
    }
}

/// The prefixed name of a word of our vocabularies.
fn name(iri: &str) -> String {
    let found = PREFIXES.iter().find_map(|(prefix, space)| Some((prefix, iri.strip_prefix(space)?)));
    found.map_or_else(|| iri.to_owned(), |(prefix, local)| format!("{prefix}:{local}"))
}

/// XML can't hold control characters, in whatever spelling.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
