//! What a check of an ontology may find, in words.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The ontology can't be used as it is.
    Error,
    /// It can be used; it may not mean what it should.
    Warning,
}

/// Something about an ontology that its author should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub problem: Problem,
}

/// What may be wrong with an ontology.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// There is neither a class nor a relation.
    Empty,
    /// A class without a label: its place, from 1.
    ClassWithoutLabel(usize),
    /// A relation without a label: its place, from 1.
    RelationWithoutLabel(usize),
    /// Classes whose labels are the same but for case, white space, `_` and `-`.
    SameLabel(Vec<String>),
    /// A name that refers to no class.
    UnknownClass {
        /// The name.
        name: String,
        /// All that name it: `range of relation "director"`.
        named_by: Vec<String>,
    },
    /// A range that looks like a datatype and is none that is known.
    UnknownDatatype {
        /// The name.
        name: String,
        /// All relations that name it.
        relations: Vec<String>,
    },
    /// Classes that are, by their parents, special cases of themselves.
    Cycle(Vec<String>),
    /// Another name of a class that is the label of another.
    SynonymIsLabel {
        /// The name.
        synonym: String,
        /// The class that has it as a synonym.
        class: String,
        /// The class that has it as its label.
        label_of: String,
    },
    /// Relations that can't be told apart: same label, same ends.
    SameRelation {
        /// Their label.
        label: String,
        /// How many there are.
        count: usize,
    },
    /// A relation that takes any subject.
    NoDomain(String),
    /// A relation that takes any object.
    NoRange(String),
    /// A class that no relation takes, nor any class above or below it.
    Unreachable(String),
}

impl Problem {
    /// The kind of problem, as one word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::ClassWithoutLabel(_) | Self::RelationWithoutLabel(_) => "no_label",
            Self::SameLabel(_) => "same_label",
            Self::UnknownClass { .. } => "unknown_class",
            Self::UnknownDatatype { .. } => "unknown_datatype",
            Self::Cycle(_) => "cycle",
            Self::SynonymIsLabel { .. } => "synonym_is_label",
            Self::SameRelation { .. } => "same_relation",
            Self::NoDomain(_) => "no_domain",
            Self::NoRange(_) => "no_range",
            Self::Unreachable(_) => "unreachable",
        }
    }

    pub(crate) const fn severity(&self) -> Severity {
        match self {
            Self::Empty
            | Self::ClassWithoutLabel(_)
            | Self::RelationWithoutLabel(_)
            | Self::SameLabel(_)
            | Self::UnknownClass { .. }
            | Self::UnknownDatatype { .. }
            | Self::Cycle(_) => Severity::Error,
            Self::SynonymIsLabel { .. }
            | Self::SameRelation { .. }
            | Self::NoDomain(_)
            | Self::NoRange(_)
            | Self::Unreachable(_) => Severity::Warning,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are neither classes nor relations"),
            Self::ClassWithoutLabel(number) => write!(f, "class number {number} has no label"),
            Self::RelationWithoutLabel(number) => write!(f, "relation number {number} has no label"),
            Self::SameLabel(labels) => write!(f, "classes of one label: {}; rename all but one", quoted(labels)),
            Self::UnknownClass { name, named_by } => {
                write!(f, "unknown class {name:?}: it is the {}", some(named_by, |place| place.to_owned()))
            }
            Self::UnknownDatatype { name, relations } => {
                let relations = some(relations, |label| format!("{label:?}"));
                write!(
                    f,
                    "unknown datatype {name:?}, range of {relations}; known are string, number, date, boolean, uri"
                )
            }
            Self::Cycle(path) => write!(f, "a class is its own ancestor: {}", circle(path)),
            Self::SynonymIsLabel { synonym, class, label_of } => {
                write!(f, "synonym {synonym:?} of class {class:?} is the label of class {label_of:?}, which has it")
            }
            Self::SameRelation { label, count } => {
                write!(f, "{count} relations are called {label:?} and have the same ends")
            }
            Self::NoDomain(label) => write!(f, "relation {label:?} has no domain: any class may be its subject"),
            Self::NoRange(label) => write!(f, "relation {label:?} has no range: anything may be its object"),
            Self::Unreachable(label) => {
                write!(f, "class {label:?} is in no relation, nor is any class above or below it")
            }
        }
    }
}

/// Names that are shown of a long list.
const SHOWN: usize = 5;

fn quoted(names: &[String]) -> String {
    some(names, |name| format!("{name:?}"))
}

fn some(names: &[String], show: impl Fn(&str) -> String) -> String {
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| show(name)).collect();
    if let Some(more) = names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

fn circle(path: &[String]) -> String {
    let mut shown: Vec<String> = path.iter().take(2 * SHOWN).map(|name| format!("{name:?}")).collect();
    if path.len() > shown.len() {
        shown.push(format!("… {} more …", path.len() - shown.len()));
    }
    shown.extend(path.first().map(|name| format!("{name:?}")));
    shown.join(" -> ")
}
