//! An ontology as its source writes it: names that refer to names, nothing checked yet.

use std::fmt;

/// What every format is read into, before it is compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OntologySpec {
    /// What the ontology calls itself.
    pub title: Option<String>,
    /// Its classes.
    pub classes: Vec<ClassSpec>,
    /// Its relations.
    pub relations: Vec<RelationSpec>,
}

/// A class, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassSpec {
    /// What the source calls it.
    pub id: String,
    /// What people call it; white space at its ends is dropped.
    pub label: String,
    /// What else people call it, in any language.
    pub synonyms: Vec<String>,
    /// What it means.
    pub description: Option<String>,
    /// Ids or labels of the classes that it is a special case of.
    pub parents: Vec<String>,
    /// Names of entities of this class.
    pub examples: Vec<String>,
    /// Names of properties.
    pub properties: Vec<String>,
}

impl ClassSpec {
    /// A class whose label is its id.
    pub fn new(label: impl Into<String>) -> Self {
        let label = label.into();
        Self { id: label.clone(), label, ..Self::default() }
    }

    /// With names of entities of this class.
    #[must_use]
    pub fn examples<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.examples = names.into_iter().map(Into::into).collect();
        self
    }

    /// With a class that it is a special case of.
    #[must_use]
    pub fn parent(mut self, parent: impl Into<String>) -> Self {
        self.parents.push(parent.into());
        self
    }

    /// With what else people call it.
    #[must_use]
    pub fn also<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.synonyms = names.into_iter().map(Into::into).collect();
        self
    }
}

/// A relation, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelationSpec {
    /// What the source calls it.
    pub id: String,
    /// What people call it; white space at its ends is dropped.
    pub label: String,
    /// What else people call it, in any language.
    pub synonyms: Vec<String>,
    /// What it means.
    pub description: Option<String>,
    /// Ids or labels of the relations that it is a special case of; it has their domain and range where it has none.
    pub parents: Vec<String>,
    /// Ids or labels of the classes of its subjects; none means any.
    pub domain: Vec<String>,
    /// Ids or labels of the classes of its objects, or names of datatypes; none means anything.
    pub range: Vec<String>,
    /// The values that are allowed, where they are listed.
    pub values: Vec<String>,
    /// How many objects a subject has, where that is said.
    pub cardinality: Option<Cardinality>,
}

/// How many objects of a relation one subject has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cardinality {
    /// At least so many.
    pub min: u32,
    /// At most so many, where there is an end.
    pub max: Option<u32>,
}

impl Cardinality {
    /// Reads `1`, `0..1`, `1..*`, `2..5`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (min, max) = match text.split_once("..") {
            Some((min, max)) => (min.trim().parse().ok()?, max.trim()),
            None => (text.parse().ok()?, text),
        };
        let max = if matches!(max, "*" | "n") { None } else { Some(max.parse().ok()?) };
        max.is_none_or(|max| min <= max).then_some(Self { min, max })
    }
}

impl fmt::Display for Cardinality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Some(max) if max == self.min => write!(f, "{max}"),
            Some(max) => write!(f, "{}..{max}", self.min),
            None => write!(f, "{}..*", self.min),
        }
    }
}

impl RelationSpec {
    /// A relation whose label is its id.
    pub fn new(label: impl Into<String>) -> Self {
        let label = label.into();
        Self { id: label.clone(), label, ..Self::default() }
    }

    /// With the classes of its subjects.
    #[must_use]
    pub fn from<S: Into<String>>(mut self, domain: impl IntoIterator<Item = S>) -> Self {
        self.domain = domain.into_iter().map(Into::into).collect();
        self
    }

    /// With the classes or datatypes of its objects.
    #[must_use]
    pub fn to<S: Into<String>>(mut self, range: impl IntoIterator<Item = S>) -> Self {
        self.range = range.into_iter().map(Into::into).collect();
        self
    }
}
