//! What a folder of Text2KGBench holds: ontologies, sentences, what is true of them, and training sentences.
//!
//! ```text
//! ontologies/1_movie_ontology.json      train/ont_1_movie_train.jsonl
//! test/ont_1_movie_test.jsonl           ground_truth/ont_1_movie_ground_truth.jsonl
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::lines::{self, FileError};

/// What comes after an ontology's name in the name of its file.
const ONTOLOGY: &str = "_ontology.json";

/// A subject, a relation and an object, as labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Triple {
    /// The subject.
    #[serde(rename = "sub")]
    pub subject: String,
    /// The relation's label.
    #[serde(rename = "rel")]
    pub relation: String,
    /// The object: an entity's name, or a value.
    #[serde(rename = "obj")]
    pub object: String,
}

/// A test sentence, and what is true of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// Its id, unique in the benchmark.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// Its ground truth, as it was written down: a triple may stand there twice.
    pub truth: Vec<Triple>,
}

/// A training sentence, with the one thing that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Lesson {
    /// The sentence.
    #[serde(rename = "sent")]
    pub text: String,
    /// The subject's label.
    #[serde(rename = "sub_label")]
    pub subject: String,
    /// The relation's label.
    #[serde(rename = "rel_label")]
    pub relation: String,
    /// The object's label.
    #[serde(rename = "obj_label")]
    pub object: String,
}

/// The labels of an ontology, as its file has them; some end in a space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Its concepts.
    pub concepts: Vec<String>,
    /// Its relations.
    pub relations: Vec<Kind>,
}

/// A relation of an ontology.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// Its label.
    pub label: String,
    /// The label of the class that subjects have; none where any may be one.
    pub domain: Option<String>,
    /// The label of the class that objects have; none where an entity of any class may be one, or a value.
    pub range: Option<String>,
}

/// What belongs to one ontology of the benchmark.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its number and name: `1_movie`.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its test sentences, in the order of the ground truth.
    pub sentences: Vec<Sentence>,
    folder: PathBuf,
}

/// Why a folder can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Nothing of the benchmark is in it.
    #[error("{}: no ontology of Text2KGBench is there; expected ontologies/1_movie_ontology.json and the like", .0.display())]
    NoOntologies(PathBuf),
    /// An ontology was asked for that isn't there.
    #[error("--only {asked}: there is no such ontology; there are {}", .known.join(", "))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A file that is missing or broken.
    #[error(transparent)]
    File(#[from] FileError),
    /// The ground truth has a sentence that the test doesn't have, or has otherwise.
    #[error("{}: the sentence {id} is not the one of {}", .truth.display(), .test.display())]
    Disagreement {
        /// The sentence.
        id: String,
        /// The file with the ground truth.
        truth: PathBuf,
        /// The file with the test sentences.
        test: PathBuf,
    },
}

impl Part {
    /// What is at hand already, without a folder.
    #[must_use]
    pub fn new(name: &str, labels: Labels, sentences: Vec<Sentence>) -> Self {
        Self { name: name.to_owned(), labels, sentences, ..Self::default() }
    }

    /// The ontologies of a folder, in the order of their numbers; where `only` names some, by name, number or both,
    /// these.
    ///
    /// # Errors
    /// [`DataError`]: there are none, or not those; nothing else is read yet.
    pub fn names(folder: &Path, only: &[String]) -> Result<Vec<String>, DataError> {
        let entries = std::fs::read_dir(folder.join("ontologies")).into_iter().flatten().filter_map(Result::ok);
        let files = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut known: Vec<String> = files.filter_map(|file| Some(file.strip_suffix(ONTOLOGY)?.to_owned())).collect();
        known.sort_by_cached_key(|name| (number_of(name), name.clone()));
        if known.is_empty() {
            return Err(DataError::NoOntologies(folder.to_owned()));
        }
        let is_asked = |name: &str, asked: &str| {
            name == asked || name.split_once('_').is_some_and(|(number, word)| asked == number || asked == word)
        };
        if let Some(asked) = only.iter().find(|asked| !known.iter().any(|name| is_asked(name, asked))) {
            return Err(DataError::Unknown { asked: asked.clone(), known });
        }
        known.retain(|name| only.is_empty() || only.iter().any(|asked| is_asked(name, asked)));
        Ok(known)
    }

    /// Reads the ontology of a name, its test sentences and their ground truth.
    ///
    /// # Errors
    /// [`DataError`] names the file that is missing, or the line that can't be read.
    pub fn read(folder: &Path, name: &str) -> Result<Self, DataError> {
        let part = Self { folder: folder.to_owned(), ..Self::new(name, Labels::default(), Vec::new()) };
        let labels = Labels::read(&part.ontology())?;
        let sentences = part.read_sentences()?;
        Ok(Self { labels, sentences, ..part })
    }

    /// The file of its ontology.
    #[must_use]
    pub fn ontology(&self) -> PathBuf {
        self.folder.join("ontologies").join(format!("{}{ONTOLOGY}", self.name))
    }

    /// Reads its training sentences.
    ///
    /// # Errors
    /// [`DataError`], as for [`Part::read`].
    pub fn lessons(&self) -> Result<Vec<Lesson>, DataError> {
        let expected = "a line has sent, sub_label, rel_label and obj_label";
        let lines = lines::read::<Lesson>(&self.file("train", "train"), expected)?;
        Ok(lines.into_iter().map(|line| line.value).collect())
    }

    fn read_sentences(&self) -> Result<Vec<Sentence>, DataError> {
        let (test, truth) = (self.file("test", "test"), self.file("ground_truth", "ground_truth"));
        let asked: BTreeMap<String, String> =
            lines::read::<Asked>(&test, "a line has id and sent")?.into_iter().map(|line| line.value.pair()).collect();
        let mut seen = BTreeSet::new();
        let mut sentences = Vec::new();
        for line in lines::read::<Known>(&truth, "a line has id, sent and triples of sub, rel, obj")? {
            let Known { id, sent, triples } = line.value;
            if !seen.insert(id.clone()) {
                return Err(FileError::line(&truth, line.number, format!("{id} stands in the file twice")).into());
            }
            if asked.get(&id) != Some(&sent) {
                return Err(DataError::Disagreement { id, truth, test });
            }
            sentences.push(Sentence { id, text: sent, truth: triples });
        }
        Ok(sentences)
    }

    fn file(&self, folder: &str, what: &str) -> PathBuf {
        self.folder.join(folder).join(format!("ont_{}_{what}.jsonl", self.name))
    }
}

impl Labels {
    fn read(path: &Path) -> Result<Self, DataError> {
        let expected = "an ontology has concepts of qid and label, and relations of label, domain and range";
        let Ontology { concepts, relations } = lines::whole(path, expected)?;
        let label_of = |code: &str| {
            let known = concepts.iter().find(|concept| concept.qid == code).map(|concept| &concept.label);
            // A code that no concept has is a class that nothing is of.
            Some(known.map_or_else(|| code.to_owned(), String::clone)).filter(|label| !label.is_empty())
        };
        let kind = |relation: &Relation| Kind {
            label: relation.label.clone(),
            domain: label_of(&relation.domain),
            range: label_of(&relation.range),
        };
        let relations = relations.iter().map(kind).collect();
        Ok(Self { relations, concepts: concepts.into_iter().map(|concept| concept.label).collect() })
    }
}

/// The number that a name begins with; those without one come last.
fn number_of(name: &str) -> u64 {
    name.split('_').next().and_then(|number| number.parse().ok()).unwrap_or(u64::MAX)
}

#[derive(Deserialize)]
struct Ontology {
    concepts: Vec<Concept>,
    relations: Vec<Relation>,
}

#[derive(Deserialize)]
struct Concept {
    qid: String,
    label: String,
}

#[derive(Deserialize)]
struct Relation {
    label: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    range: String,
}

#[derive(Deserialize)]
struct Asked {
    id: String,
    sent: String,
}

impl Asked {
    fn pair(self) -> (String, String) {
        (self.id, self.sent)
    }
}

#[derive(Deserialize)]
struct Known {
    id: String,
    sent: String,
    triples: Vec<Triple>,
}
