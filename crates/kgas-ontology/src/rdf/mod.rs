//! From triples to what an ontology says, whichever syntax they came in.

mod classes;
mod expressions;
mod graph;
mod iris;
mod kinds;
mod names;
mod properties;

use kgas_core::ontology::OntologySpec;

pub(crate) use graph::Graph;
pub(crate) use iris::Iris;

use crate::ReadWarning;
use crate::vocabulary as v;
use kinds::Kinds;

/// The base of relative IRIs where a file names none.
pub(crate) const BASE: &str = "file:///ontology";

pub(crate) fn spec(graph: &Graph, lang: &str, warnings: &mut Vec<ReadWarning>) -> OntologySpec {
    let kinds = Kinds::of(graph, warnings);
    let mut references = kinds::References::new(graph, &kinds);
    let (mut classes, restrictions) = classes::read(graph, &kinds, &mut references, lang);
    let relations = properties::read(graph, &kinds, &mut references, &restrictions, lang, warnings);
    classes.extend(references.assumed(lang, warnings));
    let ontologies = || graph.subjects().filter(|&node| graph.is_a(node, &[v::OWL_ONTOLOGY]));
    for import in ontologies().flat_map(|node| graph.objects(node, v::OWL_IMPORTS)) {
        let what = format!("import <{}>", graph.iri(import).unwrap_or_default());
        warnings.push(ReadWarning::PassedOver { line: None, what, why: "imports are not followed" });
    }
    if !graph.has_patience() {
        let why = "too many properties share long lists";
        warnings.push(ReadWarning::PassedOver {
            line: None,
            what: "the rest of the class expressions".to_owned(),
            why,
        });
    }
    OntologySpec { title: ontologies().find_map(|node| names::title(graph, node, lang)), classes, relations }
}
