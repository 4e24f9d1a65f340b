//! What a graph of `kgas extract` says of each sentence, as claims.
//!
//! The benchmark asks about one sentence at a time, so an edge is a claim about each sentence that is its evidence,
//! and its ends are called as that sentence calls them. A document that failed has no answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kgas_core::fact::ObjectType;
use kgas_core::text::label_key;
use kgas_engine::{GraphError, GraphFiles};
use serde::Deserialize;

use super::{Answers, Claim, PredictError};
use crate::quality::data::{Labels, Triple};
use crate::quality::lines;

const EXPECTED: &str = "not what kgas extract writes";
const FILES: [&str; 3] = ["documents.jsonl", "entities.jsonl", "relations.jsonl"];

#[derive(Deserialize)]
struct Document {
    document: String,
    state: String,
}

#[derive(Deserialize)]
struct Entity {
    id: String,
    #[serde(rename = "type")]
    class: String,
    name: String,
    mentions: Vec<Place>,
}

#[derive(Deserialize)]
struct Relation {
    #[serde(rename = "type")]
    label: String,
    subject: String,
    object: Option<String>,
    value: Option<String>,
    evidence: Vec<Place>,
}

#[derive(Clone, Deserialize)]
struct Place {
    document: String,
    start: Option<usize>,
    end: Option<usize>,
    quote: String,
}

/// Whether a folder is one that `kgas extract` wrote.
pub(super) fn is_one(folder: &Path) -> bool {
    FILES.iter().all(|file| folder.join(file).is_file())
}

pub(super) fn read(folder: &Path, labels: &Labels) -> Result<Answers, PredictError> {
    // A graph without a summary was made by others, and one of an older form can't be checked.
    if let Err(error @ GraphError::Mixed { .. }) = GraphFiles::open(folder, &FILES) {
        return Err(error.into());
    }
    let documents = lines::read::<Document>(&folder.join("documents.jsonl"), EXPECTED)?;
    let answered = documents.into_iter().map(|line| line.value).filter(|document| document.state != "failed");
    let mut answers: Answers = answered.map(|document| (document.document, Vec::new())).collect();
    let entities = lines::read::<Entity>(&folder.join("entities.jsonl"), EXPECTED)?;
    let entities: BTreeMap<String, Entity> =
        entities.into_iter().map(|line| (line.value.id.clone(), line.value)).collect();
    for line in lines::read::<Relation>(&folder.join("relations.jsonl"), EXPECTED)? {
        let relation = line.value;
        let mut told = BTreeSet::new();
        for place in &relation.evidence {
            if !told.insert(place.document.as_str()) {
                continue;
            }
            let Some(claim) = claim(&relation, place, &entities, labels) else {
                let problem = "an end of the relation is in no line of entities.jsonl";
                return Err(lines::FileError::line(&folder.join("relations.jsonl"), line.number, problem).into());
            };
            answers.entry(place.document.clone()).or_default().push(claim);
        }
    }
    Ok(answers)
}

fn claim(relation: &Relation, place: &Place, entities: &BTreeMap<String, Entity>, labels: &Labels) -> Option<Claim> {
    let subject = entities.get(&relation.subject)?;
    let (object, object_type) = match (&relation.object, &relation.value) {
        (Some(id), _) => {
            let object = entities.get(id)?;
            (object.called_in(place), ObjectType::Named(object.class.clone()))
        }
        (None, value) => (value.clone()?, ObjectType::Literal),
    };
    let triple = Triple { subject: subject.called_in(place), relation: official(&relation.label, labels), object };
    Some(Claim { triple, subject_type: Some(subject.class.clone()), object_type })
}

/// The label in the benchmark's form. kgas takes the space from the end of a label, the benchmark makes it a `_`.
fn official(label: &str, labels: &Labels) -> String {
    let known = labels.relations.iter().find(|kind| label_key(&kind.label) == label_key(label));
    known.map_or(label, |kind| &kind.label).replace(' ', "_")
}

impl Entity {
    /// The entity's words within a piece of evidence, else anywhere in its document, else its name.
    fn called_in(&self, evidence: &Place) -> String {
        let here = || self.mentions.iter().filter(|mention| mention.document == evidence.document);
        let within = |mention: &&Place| mention.start >= evidence.start && mention.end <= evidence.end;
        let place = here().find(within).or_else(|| here().next());
        place.map_or_else(|| self.name.clone(), |place| place.quote.clone())
    }
}
