//! From names that refer to names to classes that are known to exist.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::{Class, ClassId, ClassSpec, Datatype, Ontology, OntologySpec, Range, RelationSpec, RelationType, inherit};
use crate::text::label_key;

/// What happens to a relation that names an unknown class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leniency {
    /// The ontology is refused.
    #[default]
    Strict,
    /// The relation is left out, with a warning.
    Lenient,
}

/// An ontology that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OntologyError {
    /// It has no class and no relation.
    #[error("the ontology is empty: it has neither classes nor relations")]
    Empty,
    /// Names that refer to nothing; all of them.
    #[error("unknown classes: {}; define them, or drop what names them with --lenient", list(.0))]
    UnknownClasses(Vec<UnknownReference>),
    /// A class or relation without a label.
    #[error("{0} number {1} has no label")]
    NoLabel(&'static str, usize),
    /// Two classes that can't be told apart.
    #[error("two classes are called {0:?}: rename one")]
    TwoClasses(String),
    /// A class that is, by its parents, a special case of itself.
    #[error("class {0:?} is its own ancestor: mend its parents")]
    Cycle(String),
}

/// A name that refers to no class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownReference {
    /// The name.
    pub name: String,
    /// Which field of what names it: `range of relation "director"`.
    pub named_by: String,
}

impl fmt::Display for UnknownReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({})", self.name, self.named_by)
    }
}

/// What was left out under [`Leniency::Lenient`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OntologyWarning {
    /// A relation was left out for naming unknown classes.
    RelationDropped {
        /// The relation's label.
        relation: String,
        /// What it names that doesn't exist.
        unknown: Vec<UnknownReference>,
    },
    /// A class has lost its parent, which doesn't exist.
    ParentDropped(UnknownReference),
}

impl fmt::Display for OntologyWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RelationDropped { relation, unknown } => {
                write!(f, "relation {relation:?} is left out: unknown class {}", list(unknown))
            }
            Self::ParentDropped(unknown) => write!(f, "left out: unknown class {unknown}"),
        }
    }
}

fn list(unknown: &[UnknownReference]) -> String {
    unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Ontology {
    /// Checks a specification and makes the ontology, with what was left out of it.
    ///
    /// A class in `range` is looked for before a datatype of the same name.
    ///
    /// # Errors
    /// [`OntologyError`]: an empty ontology, labels that are missing or used twice, cycles, and, when strict, every
    /// name that refers to no class.
    pub fn compile(spec: OntologySpec, leniency: Leniency) -> Result<(Self, Vec<OntologyWarning>), OntologyError> {
        if spec.classes.is_empty() && spec.relations.is_empty() {
            return Err(OntologyError::Empty);
        }
        let classes_by_key = class_keys(&spec.classes)?;
        let classes_by_iri = class_iris(&spec.classes);
        let mut compiler =
            Compiler { classes_by_iri, classes_by_key, unknown: Vec::new(), warnings: Vec::new(), leniency };
        let classes: Vec<Class> = spec.classes.into_iter().map(|class| compiler.class(class)).collect();
        let mut relations = Vec::with_capacity(spec.relations.len());
        for (at, relation) in inherit::ends(spec.relations).into_iter().enumerate() {
            if label_key(&relation.label).is_empty() {
                return Err(OntologyError::NoLabel("relation", at + 1));
            }
            relations.extend(compiler.relation(relation));
        }
        let Compiler { classes_by_key, unknown, warnings, .. } = compiler;
        if !unknown.is_empty() {
            return Err(OntologyError::UnknownClasses(unknown));
        }
        let title = spec.title.map(|title| title.trim().to_owned());
        let relations_by_key = relation_keys(&relations);
        let ontology = Self { title, classes, relations, classes_by_key, relations_by_key };
        match ontology.cycle() {
            Some(label) => Err(OntologyError::Cycle(label)),
            None => Ok((ontology, warnings)),
        }
    }

    /// The label of a class that is its own ancestor. Each class is looked at once, and so is each parent.
    fn cycle(&self) -> Option<String> {
        let mut states = vec![State::New; self.classes.len()];
        let mut set = |id: ClassId, to: State| states.get_mut(id.0).map(|state| std::mem::replace(state, to));
        for (start, _) in self.classes() {
            let mut waiting = vec![Step::Enter(start)];
            while let Some(step) = waiting.pop() {
                match step {
                    Step::Leave(id) => _ = set(id, State::Done),
                    Step::Enter(id) => match set(id, State::Open) {
                        Some(State::New) => {
                            waiting.push(Step::Leave(id));
                            waiting.extend(self.parents(id).iter().map(|&parent| Step::Enter(parent)));
                        }
                        Some(State::Open) => return Some(self.label(id).to_owned()),
                        Some(State::Done) => _ = set(id, State::Done),
                        None => {}
                    },
                }
            }
        }
        None
    }
}

/// What is known of a class on the way up.
#[derive(Clone, Copy, Debug)]
enum State {
    New,
    /// Its ancestors are being looked at.
    Open,
    Done,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Enter(ClassId),
    Leave(ClassId),
}

/// An IRI is exact: two may differ in case, or in a dash, only.
fn class_iris(classes: &[ClassSpec]) -> HashMap<String, ClassId> {
    let ids = classes.iter().enumerate().map(|(at, class)| (class.id.trim().to_owned(), ClassId(at)));
    ids.filter(|(id, _)| id.contains("://")).collect()
}

/// Labels first: an id that looks like the label of another class must not hide it.
fn class_keys(classes: &[ClassSpec]) -> Result<HashMap<String, ClassId>, OntologyError> {
    let mut keys = HashMap::with_capacity(classes.len() * 2);
    for (at, class) in classes.iter().enumerate() {
        let key = label_key(&class.label);
        if key.is_empty() {
            return Err(OntologyError::NoLabel("class", at + 1));
        }
        if keys.insert(key, ClassId(at)).is_some() {
            return Err(OntologyError::TwoClasses(class.label.trim().to_owned()));
        }
    }
    let ids = |class: &ClassSpec| [label_key(&class.id), label_key(local_name(&class.id))];
    for (at, class) in classes.iter().enumerate() {
        for key in ids(class).into_iter().filter(|key| !key.is_empty()) {
            keys.entry(key).or_insert(ClassId(at));
        }
    }
    // A synonym that two classes share names neither.
    let mut synonyms: HashMap<String, Option<ClassId>> = HashMap::new();
    for (at, class) in classes.iter().enumerate() {
        for key in class.synonyms.iter().map(|name| label_key(name)).filter(|key| !key.is_empty()) {
            let entry = synonyms.entry(key).or_insert(Some(ClassId(at)));
            *entry = entry.filter(|other| *other == ClassId(at));
        }
    }
    for (key, class) in synonyms {
        if let Some(class) = class {
            keys.entry(key).or_insert(class);
        }
    }
    Ok(keys)
}

/// The part of an IRI that names the thing: after the last `#` or `/`. What is no IRI is its own local name.
#[must_use]
pub fn local_name(id: &str) -> &str {
    let id = id.trim();
    if id.contains("://") { id.rsplit(['#', '/']).find(|part| !part.is_empty()).unwrap_or(id) } else { id }
}

pub(super) fn relation_keys(relations: &[RelationType]) -> HashMap<String, Vec<usize>> {
    let mut keys: HashMap<String, Vec<usize>> = HashMap::with_capacity(relations.len() * 2);
    for (at, relation) in relations.iter().enumerate() {
        let names = [relation.label.as_str(), &relation.id, local_name(&relation.id)];
        let names = names.into_iter().chain(relation.synonyms.iter().map(String::as_str)).map(label_key);
        for key in names.filter(|key| !key.is_empty()) {
            let found = keys.entry(key).or_default();
            // Positions only grow.
            if found.last() != Some(&at) {
                found.push(at);
            }
        }
    }
    keys
}

struct Compiler {
    classes_by_iri: HashMap<String, ClassId>,
    classes_by_key: HashMap<String, ClassId>,
    unknown: Vec<UnknownReference>,
    warnings: Vec<OntologyWarning>,
    leniency: Leniency,
}

impl Compiler {
    fn find(&self, name: &str) -> Option<ClassId> {
        let iri = self.classes_by_iri.get(name.trim());
        iri.or_else(|| self.classes_by_key.get(&label_key(name))).copied()
    }

    fn class(&mut self, spec: ClassSpec) -> Class {
        let label = spec.label.trim().to_owned();
        let mut parents = Vec::new();
        for name in trimmed(spec.parents) {
            match self.find(&name) {
                Some(parent) if parents.contains(&parent) => {}
                Some(parent) => parents.push(parent),
                None => {
                    let reference = UnknownReference { name, named_by: format!("parent of class {label:?}") };
                    match self.leniency {
                        Leniency::Strict => self.unknown.push(reference),
                        Leniency::Lenient => self.warnings.push(OntologyWarning::ParentDropped(reference)),
                    }
                }
            }
        }
        Class {
            synonyms: other_names(spec.synonyms, &label),
            label,
            id: spec.id.trim().to_owned(),
            description: tidy(spec.description),
            parents,
            examples: trimmed(spec.examples),
            properties: trimmed(spec.properties),
        }
    }

    fn relation(&mut self, spec: RelationSpec) -> Option<RelationType> {
        let label = spec.label.trim().to_owned();
        let mut unknown = Vec::new();
        let mut domain = Vec::new();
        for name in trimmed(spec.domain) {
            match self.find(&name) {
                Some(class) => domain.push(class),
                None => unknown.push(UnknownReference { name, named_by: format!("domain of relation {label:?}") }),
            }
        }
        let mut range = Range::default();
        for name in trimmed(spec.range) {
            match (self.find(&name), Datatype::parse(&name)) {
                (Some(class), _) => range.classes.push(class),
                (None, Some(datatype)) if range.datatypes.contains(&datatype) => {}
                (None, Some(datatype)) => range.datatypes.push(datatype),
                (None, None) => {
                    unknown.push(UnknownReference { name, named_by: format!("range of relation {label:?}") });
                }
            }
        }
        if unknown.is_empty() {
            let description = tidy(spec.description);
            range.values = trimmed(spec.values);
            return Some(RelationType {
                synonyms: other_names(spec.synonyms, &label),
                label,
                id: spec.id.trim().to_owned(),
                description,
                parents: trimmed(spec.parents),
                domain,
                range,
                cardinality: spec.cardinality,
            });
        }
        match self.leniency {
            Leniency::Strict => self.unknown.append(&mut unknown),
            Leniency::Lenient => self.warnings.push(OntologyWarning::RelationDropped { relation: label, unknown }),
        }
        None
    }
}

fn tidy(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Each other name once, in the order given.
fn other_names(names: Vec<String>, label: &str) -> Vec<String> {
    let mut seen = HashSet::from([label.to_owned()]);
    trimmed(names).into_iter().filter(|name| seen.insert(name.clone())).collect()
}

fn trimmed(names: Vec<String>) -> Vec<String> {
    names.into_iter().filter_map(|name| tidy(Some(name))).collect()
}
