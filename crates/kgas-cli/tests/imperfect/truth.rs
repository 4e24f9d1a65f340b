//! Text2KGBench's ontologies and ground truth, as far as the sentences bear it out.

use std::collections::BTreeSet;

use serde_json::Value;

/// A relation of the ontology.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) label: String,
    pub(crate) domain: String,
    /// The class of objects; anything goes where none is named.
    pub(crate) range: Option<String>,
}

/// A triple whose ends stand in their sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Triple {
    pub(crate) subject: String,
    pub(crate) relation: String,
    pub(crate) object: String,
}

/// A sentence and what is true of it.
#[derive(Clone, Debug)]
pub(crate) struct Sentence {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) triples: Vec<Triple>,
}

/// A domain of the benchmark.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) ontology_text: String,
    pub(crate) classes: Vec<String>,
    pub(crate) relations: Vec<Kind>,
    pub(crate) sentences: Vec<Sentence>,
}

impl Truth {
    /// Reads a domain; says so and gives nothing where the data isn't there.
    pub(crate) fn of(domain: &str) -> Option<Self> {
        let number = if domain == "movie" { 1 } else { 2 };
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/text2kgbench");
        let read = |path: String| std::fs::read_to_string(format!("{folder}/{path}"));
        let Ok(ontology_text) = read(format!("ontologies/{number}_{domain}_ontology.json")) else {
            eprintln!("Text2KGBench is not there: {domain} is not tested");
            return None;
        };
        let truth = read(format!("ground_truth/ont_{number}_{domain}_ground_truth.jsonl")).unwrap();
        let ontology: Value = serde_json::from_str(&ontology_text).unwrap();
        let text = |value: &Value| value.as_str().unwrap().trim().to_owned();
        let concepts = ontology["concepts"].as_array().unwrap();
        let label_of = |code: &str| concepts.iter().find(|c| c["qid"] == code).map(|c| text(&c["label"]));
        let classes = concepts.iter().map(|concept| text(&concept["label"])).collect();
        let kind = |relation: &Value| Kind {
            label: text(&relation["label"]),
            domain: label_of(relation["domain"].as_str().unwrap()).unwrap(),
            range: label_of(relation["range"].as_str().unwrap()),
        };
        let relations: Vec<Kind> = ontology["relations"].as_array().unwrap().iter().map(kind).collect();
        let mut seen = BTreeSet::new();
        let sentences = truth
            .lines()
            .map(|line| sentence(&serde_json::from_str(line).unwrap(), &relations))
            .filter(|sentence| !sentence.triples.is_empty() && seen.insert(sentence.text.clone()))
            .collect();
        Some(Self { ontology_text, classes, relations, sentences })
    }

    /// The relation of a triple.
    pub(crate) fn kind(&self, triple: &Triple) -> &Kind {
        self.relations.iter().find(|kind| kind.label == triple.relation).unwrap()
    }
}

fn sentence(line: &Value, relations: &[Kind]) -> Sentence {
    let text = line["sent"].as_str().unwrap().to_owned();
    let mut triples: Vec<Triple> = Vec::new();
    for triple in line["triples"].as_array().unwrap() {
        let field = |name: &str| triple[name].as_str().unwrap().trim().to_owned();
        let triple = Triple { subject: field("sub"), relation: field("rel").replace('_', " "), object: field("obj") };
        let is_known = relations.iter().any(|kind| kind.label == triple.relation);
        let stands = |name: &str| name.chars().count() > 3 && stands_once(&text, name);
        let overlap = triple.subject.contains(&triple.object) || triple.object.contains(&triple.subject);
        if is_known && !overlap && stands(&triple.subject) && stands(&triple.object) && !triples.contains(&triple) {
            triples.push(triple);
        }
    }
    Sentence { id: line["id"].as_str().unwrap().to_owned(), text, triples }
}

/// Whether a name stands in a text just once, with nothing of a word beside it: so a careful reader can't disagree.
fn stands_once(text: &str, name: &str) -> bool {
    let mut places = text.match_indices(name);
    let (Some((at, _)), None) = (places.next(), places.next()) else { return false };
    let before = text[..at].chars().next_back();
    let after = text[at + name.len()..].chars().next();
    ![before, after].into_iter().flatten().any(|c| c.is_alphanumeric() || "'’-_".contains(c))
}
