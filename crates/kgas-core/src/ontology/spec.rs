//! An ontology as its source writes it: names that refer to names, nothing checked yet.

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
    /// What it means.
    pub description: Option<String>,
    /// Id or label of the class that it is a special case of.
    pub parent: Option<String>,
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

    /// With the class that it is a special case of.
    #[must_use]
    pub fn parent(mut self, parent: impl Into<String>) -> Self {
        self.parent = Some(parent.into());
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
    /// What it means.
    pub description: Option<String>,
    /// Ids or labels of the classes of its subjects; none means any.
    pub domain: Vec<String>,
    /// Ids or labels of the classes of its objects, or names of datatypes; none means anything.
    pub range: Vec<String>,
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
