//! Predictions in the benchmark's own form: `{"id", "triples": [{"sub", "rel", "obj"}]}` on each line.
//!
//! A triple may also have `sub_type` and `obj_type`, classes of the ontology, or `"literal"` for an object that is a
//! value.

use std::path::Path;

use kgas_core::fact::ObjectType;
use serde::Deserialize;

use super::{Answers, Claim, PredictError};
use crate::quality::data::Triple;
use crate::quality::lines::{self, FileError};

const EXPECTED: &str = "a line has id and triples of sub, rel, obj";

#[derive(Deserialize)]
struct Answer {
    id: String,
    triples: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(flatten)]
    triple: Triple,
    #[serde(default)]
    sub_type: Option<String>,
    #[serde(default)]
    obj_type: Option<String>,
}

/// All that a file says. Where a sentence stands in it twice, the benchmark's script takes the last without a word;
/// here that is an error.
pub(super) fn read(path: &Path) -> Result<Answers, PredictError> {
    let mut answers = Answers::new();
    for line in lines::read::<Answer>(path, EXPECTED)? {
        let Answer { id, triples } = line.value;
        if answers.contains_key(&id) {
            return Err(FileError::line(path, line.number, format!("{id} stands in the file twice")).into());
        }
        answers.insert(id, triples.into_iter().map(Said::claim).collect());
    }
    Ok(answers)
}

impl Said {
    fn claim(self) -> Claim {
        let object_type = match self.obj_type.as_deref() {
            None => ObjectType::Unsaid,
            Some("literal") => ObjectType::Literal,
            Some(class) => ObjectType::Named(class.to_owned()),
        };
        Claim { triple: self.triple, subject_type: self.sub_type, object_type }
    }
}
