//! What was found: where it is, what is wrong, and what to write instead.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::rules::Rule;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is right as it is, and slower than it could be.
    Note,
    /// It does harm on a bad day.
    Warning,
    /// It does harm every time.
    Error,
}

impl Severity {
    /// The word for it, which is SARIF's too.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A piece of a source. Lines and columns count from 1, columns in code points; the end is behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Region {
    /// The line of the first character.
    pub line: usize,
    /// Its place in that line.
    pub column: usize,
    /// The line of the last character.
    pub end_line: usize,
    /// The place behind it.
    pub end_column: usize,
}

/// Something to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule that it breaks.
    #[serde(serialize_with = "id")]
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    #[serde(flatten)]
    pub region: Region,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub instead: String,
    /// What stays the same when lines above it come and go.
    pub fingerprint: String,
}

fn id<S: Serializer>(rule: &&'static Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.id)
}
