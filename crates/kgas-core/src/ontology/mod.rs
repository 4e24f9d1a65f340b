//! What may be said: classes of entities, and relations between them.

mod compile;
mod cut;
mod datatype;
mod inherit;
mod spec;

use std::collections::{HashMap, HashSet};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

pub use compile::{Leniency, OntologyError, OntologyWarning, UnknownReference, local_name};
pub use cut::{Cut, OntologyIndex};
pub use datatype::Datatype;
pub use spec::{Cardinality, ClassSpec, OntologySpec, RelationSpec};

use crate::text::label_key;

/// A class of an [`Ontology`]; meaningful only with the ontology that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(usize);

/// A kind of entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// What outputs call it.
    pub label: String,
    /// What the source calls it; often the same as the label, sometimes a code such as `Q5`.
    pub id: String,
    /// What else it is called.
    pub synonyms: Vec<String>,
    /// What it means, for a reader and for a model.
    pub description: Option<String>,
    /// The classes that it is a special case of.
    pub parents: Vec<ClassId>,
    /// Names of entities of this class.
    pub examples: Vec<String>,
    /// Names of the properties that its entities may have.
    pub properties: Vec<String>,
}

/// A kind of relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationType {
    /// What outputs call it.
    pub label: String,
    /// What the source calls it.
    pub id: String,
    /// What else it is called.
    pub synonyms: Vec<String>,
    /// What it means, for a reader and for a model.
    pub description: Option<String>,
    /// The labels of the relations that it is a special case of.
    pub parents: Vec<String>,
    /// The classes that a subject may have; empty where any may.
    pub domain: Vec<ClassId>,
    /// What an object may be.
    pub range: Range,
    /// How many objects a subject has, where that is said.
    pub cardinality: Option<Cardinality>,
}

/// What the object of a relation may be: entities of some classes, values of some datatypes, or, unspecified, both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The classes that an object may have.
    pub classes: Vec<ClassId>,
    /// The datatypes that a value may have.
    pub datatypes: Vec<Datatype>,
    /// The values that are allowed; empty where any is.
    pub values: Vec<String>,
}

impl Range {
    /// Whether nothing was said: an entity of any class, or any value.
    #[must_use]
    pub const fn is_unspecified(&self) -> bool {
        self.classes.is_empty() && self.datatypes.is_empty() && self.values.is_empty()
    }

    /// Whether the object may be an entity.
    #[must_use]
    pub const fn allows_entities(&self) -> bool {
        self.is_unspecified() || !self.classes.is_empty()
    }

    /// Whether the object may be a value.
    #[must_use]
    pub const fn allows_values(&self) -> bool {
        self.is_unspecified() || !self.datatypes.is_empty() || !self.values.is_empty()
    }
}

/// The classes and relations that facts are checked against.
///
/// ```
/// use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
///
/// let spec = OntologySpec {
///     classes: vec![ClassSpec::new("Person"), ClassSpec::new("Company")],
///     relations: vec![RelationSpec::new("works at").from(["Person"]).to(["Company"])],
///     ..OntologySpec::default()
/// };
/// let (ontology, warnings) = Ontology::compile(spec, Leniency::Strict)?;
/// assert!(warnings.is_empty());
/// assert!(ontology.class_named("person").is_some());
/// # Ok::<(), kgas_core::ontology::OntologyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ontology {
    title: Option<String>,
    classes: Vec<Class>,
    relations: Vec<RelationType>,
    classes_by_key: HashMap<String, ClassId>,
    relations_by_key: HashMap<String, Vec<usize>>,
}

impl Ontology {
    /// What the ontology calls itself.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// All classes, in the order of the source.
    pub fn classes(&self) -> impl ExactSizeIterator<Item = (ClassId, &Class)> {
        self.classes.iter().enumerate().map(|(at, class)| (ClassId(at), class))
    }

    /// All relations, in the order of the source.
    #[must_use]
    pub fn relations(&self) -> &[RelationType] {
        &self.relations
    }

    /// Whether it has neither a class nor a relation.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.relations.is_empty()
    }

    /// The class behind an id that this ontology gave.
    #[must_use]
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.classes.get(id.0)
    }

    /// The class with this label, source id, local name of its id, or synonym; case, white space, `_` and `-` don't
    /// matter.
    #[must_use]
    pub fn class_named(&self, name: &str) -> Option<ClassId> {
        self.classes_by_key.get(&label_key(name)).copied()
    }

    /// The relations with this label, source id, local name of its id, or synonym; more than one where a name is used
    /// twice.
    pub fn relations_named(&self, name: &str) -> impl Iterator<Item = &RelationType> {
        let found = self.relations_by_key.get(&label_key(name)).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(|&at| self.relations.get(at))
    }

    /// The label of a class; empty for an id of another ontology.
    #[must_use]
    pub fn label(&self, id: ClassId) -> &str {
        self.class(id).map_or("", |class| class.label.as_str())
    }

    /// Whether `class` is `ancestor` or a special case of it.
    #[must_use]
    pub fn is_a(&self, class: ClassId, ancestor: ClassId) -> bool {
        let mut class = class;
        // Most classes have one parent; whoever compiled them saw to it that no chain is a circle.
        loop {
            if class == ancestor {
                return true;
            }
            match self.parents(class) {
                [] => return false,
                [only] => class = *only,
                [..] => break,
            }
        }
        let mut seen = HashSet::new();
        let mut waiting = vec![class];
        while let Some(id) = waiting.pop() {
            if id == ancestor {
                return true;
            }
            if seen.insert(id) {
                waiting.extend(self.parents(id));
            }
        }
        false
    }

    /// The classes that a class is directly a special case of.
    #[must_use]
    pub fn parents(&self, class: ClassId) -> &[ClassId] {
        self.class(class).map_or(&[], |class| class.parents.as_slice())
    }

    /// Whether an entity of `class` may stand where one of `allowed` is wanted; anything may where nothing is said.
    #[must_use]
    pub fn fits(&self, class: ClassId, allowed: &[ClassId]) -> bool {
        allowed.is_empty() || allowed.iter().any(|&wanted| self.is_a(class, wanted))
    }
}

/// Writes kgas's own JSON: `{"title", "entities": {LABEL: {…}}, "relations": {LABEL: {…}}}`.
impl Serialize for Ontology {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let labels = |ids: &[ClassId]| ids.iter().map(|&id| self.label(id)).collect::<Vec<_>>();
        let entities: serde_json::Map<String, Value> = self
            .classes
            .iter()
            .map(|class| {
                let fields = [
                    ("id", json!(Some(&class.id).filter(|id| **id != class.label))),
                    ("description", json!(class.description)),
                    ("parent", one_or_more(labels(&class.parents))),
                    ("synonyms", json!(class.synonyms)),
                    ("examples", json!(class.examples)),
                    ("properties", json!(class.properties)),
                ];
                (class.label.clone(), said(fields))
            })
            .collect();
        let mut relations = serde_json::Map::new();
        for relation in &self.relations {
            let mut range = labels(&relation.range.classes);
            range.extend(relation.range.datatypes.iter().map(|datatype| datatype.name()));
            // Classes have labels of their own; of relations, some share one.
            let numbered = (2..).map(|number: u32| format!("{} ({number})", relation.label));
            let mut keys = std::iter::once(relation.label.clone()).chain(numbered);
            let key = keys.find(|key| !relations.contains_key(key)).unwrap_or_default();
            let fields = [
                ("label", json!(Some(&relation.label).filter(|label| **label != key))),
                ("id", json!(Some(&relation.id).filter(|id| **id != relation.label))),
                ("description", json!(relation.description)),
                ("parent", one_or_more(relation.parents.iter().map(String::as_str).collect())),
                ("synonyms", json!(relation.synonyms)),
                ("domain", json!(labels(&relation.domain))),
                ("range", json!(range)),
                ("values", json!(relation.range.values)),
                ("cardinality", json!(relation.cardinality.map(|cardinality| cardinality.to_string()))),
            ];
            relations.insert(key, said(fields));
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(title) = &self.title {
            map.serialize_entry("title", title)?;
        }
        map.serialize_entry("entities", &entities)?;
        map.serialize_entry("relations", &relations)?;
        map.end()
    }
}

/// One name alone, for most have one; more as a list.
fn one_or_more(names: Vec<&str>) -> Value {
    match names.as_slice() {
        [only] => json!(only),
        _ => json!(names),
    }
}

/// An object of the fields that say something.
fn said<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let told = fields.into_iter().filter(|(_, value)| !value.is_null() && value != &json!([]));
    told.map(|(key, value)| (key.to_owned(), value)).collect::<serde_json::Map<_, _>>().into()
}
