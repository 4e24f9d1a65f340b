//! What is wrong with an ontology, and what looks like a mistake: all of it at once, where compiling stops at the first.

use std::collections::{BTreeMap, HashMap};

use kgas_core::ontology::{Datatype, OntologySpec, RelationSpec, local_name};
use kgas_core::text::label_key;

use crate::cycles::cycles;
use crate::finding::{Finding, Problem};

/// Looks for all that is wrong or odd: errors first, each kind in the order of the source. Linear in its size.
#[must_use]
pub fn check(spec: &OntologySpec) -> Vec<Finding> {
    let mut check = Check { spec, names: class_names(spec), problems: Vec::new() };
    if spec.classes.is_empty() && spec.relations.is_empty() {
        check.problems.push(Problem::Empty);
    }
    check.labels();
    check.references();
    check.circles();
    check.synonyms();
    check.relations();
    check.reach();
    let mut findings: Vec<Finding> =
        check.problems.into_iter().map(|problem| Finding { severity: problem.severity(), problem }).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

struct Check<'s> {
    spec: &'s OntologySpec,
    names: HashMap<String, usize>,
    problems: Vec<Problem>,
}

/// What each class can be referred to by, as compiling has it: labels first, then ids, then synonyms of one class only.
fn class_names(spec: &OntologySpec) -> HashMap<String, usize> {
    let mut names = HashMap::with_capacity(spec.classes.len() * 2);
    for (at, class) in spec.classes.iter().enumerate() {
        names.entry(label_key(&class.label)).or_insert(at);
    }
    for (at, class) in spec.classes.iter().enumerate() {
        for id in [label_key(&class.id), label_key(local_name(&class.id))] {
            names.entry(id).or_insert(at);
        }
    }
    let mut synonyms: HashMap<String, Option<usize>> = HashMap::new();
    for (at, class) in spec.classes.iter().enumerate() {
        for key in class.synonyms.iter().map(|name| label_key(name)) {
            let entry = synonyms.entry(key).or_insert(Some(at));
            *entry = entry.filter(|other| *other == at);
        }
    }
    for (key, class) in synonyms {
        if let Some(at) = class {
            names.entry(key).or_insert(at);
        }
    }
    names.remove("");
    names
}

impl Check<'_> {
    fn class(&self, name: &str) -> Option<usize> {
        self.names.get(&label_key(name)).copied()
    }

    fn label(&self, class: usize) -> String {
        self.spec.classes.get(class).map(|class| class.label.trim().to_owned()).unwrap_or_default()
    }

    fn labels(&mut self) {
        let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, class) in self.spec.classes.iter().enumerate() {
            let key = label_key(&class.label);
            if key.is_empty() {
                self.problems.push(Problem::ClassWithoutLabel(at + 1));
            } else {
                by_key.entry(key).or_default().push(at);
            }
        }
        let mut same: Vec<Vec<usize>> = by_key.into_values().filter(|classes| classes.len() > 1).collect();
        same.sort();
        for classes in same {
            self.problems.push(Problem::SameLabel(classes.iter().map(|&class| self.label(class)).collect()));
        }
        for (at, relation) in self.spec.relations.iter().enumerate() {
            if label_key(&relation.label).is_empty() {
                self.problems.push(Problem::RelationWithoutLabel(at + 1));
            }
        }
    }

    fn references(&mut self) {
        let mut unknown = InOrder::default();
        for class in &self.spec.classes {
            let place = || format!("parent of class {:?}", class.label.trim());
            for name in class.parents.iter().filter(|name| self.is_unknown(name)) {
                unknown.add(name.trim(), place());
            }
        }
        let mut datatypes = InOrder::default();
        for relation in &self.spec.relations {
            let label = relation.label.trim();
            for name in relation.domain.iter().filter(|name| self.is_unknown(name)) {
                unknown.add(name.trim(), format!("domain of relation {label:?}"));
            }
            let is_unknown = |name: &&String| self.is_unknown(name) && Datatype::parse(name).is_none();
            for name in relation.range.iter().filter(is_unknown) {
                if looks_like_datatype(name) {
                    datatypes.add(name.trim(), label.to_owned());
                } else {
                    unknown.add(name.trim(), format!("range of relation {label:?}"));
                }
            }
        }
        let classes = unknown.list.into_iter().map(|(name, named_by)| Problem::UnknownClass { name, named_by });
        self.problems.extend(classes);
        let datatypes = datatypes.list.into_iter();
        self.problems.extend(datatypes.map(|(name, relations)| Problem::UnknownDatatype { name, relations }));
    }

    fn is_unknown(&self, name: &str) -> bool {
        !name.trim().is_empty() && self.class(name).is_none()
    }

    /// For each class, the classes above it.
    fn parents(&self) -> Vec<Vec<usize>> {
        let classes = self.spec.classes.iter();
        classes.map(|class| class.parents.iter().filter_map(|name| self.class(name)).collect()).collect()
    }

    fn circles(&mut self) {
        for path in cycles(&self.parents()) {
            self.problems.push(Problem::Cycle(path.into_iter().map(|class| self.label(class)).collect()));
        }
    }

    fn synonyms(&mut self) {
        let mut labels: HashMap<String, usize> = HashMap::new();
        for (at, class) in self.spec.classes.iter().enumerate() {
            labels.entry(label_key(&class.label)).or_insert(at);
        }
        for (at, class) in self.spec.classes.iter().enumerate() {
            for synonym in &class.synonyms {
                if let Some(&other) = labels.get(&label_key(synonym)).filter(|other| **other != at) {
                    self.problems.push(Problem::SynonymIsLabel {
                        synonym: synonym.trim().to_owned(),
                        class: self.label(at),
                        label_of: self.label(other),
                    });
                }
            }
        }
    }

    fn relations(&mut self) {
        let ends = |names: &[String]| {
            let mut keys: Vec<String> = names
                .iter()
                .map(|name| self.class(name).map_or_else(|| label_key(name), |class| format!("\0{class}")))
                .collect();
            keys.sort();
            keys
        };
        let mut same: InOrderOf<(String, Vec<String>, Vec<String>)> = InOrderOf::default();
        for relation in self.spec.relations.iter().filter(|relation| !relation.label.trim().is_empty()) {
            let key = (label_key(&relation.label), ends(&relation.domain), ends(&relation.range));
            same.add(key, relation.label.trim().to_owned());
        }
        let many = same.list.into_iter().filter(|(_, labels)| labels.len() > 1);
        let problems: Vec<Problem> = many
            .filter_map(|(_, labels)| {
                Some(Problem::SameRelation { count: labels.len(), label: labels.first()?.clone() })
            })
            .collect();
        self.problems.extend(problems);
        let has_domain = self.has_or_inherits(|relation| !relation.domain.is_empty());
        let has_range = self.has_or_inherits(|relation| !relation.range.is_empty() || !relation.values.is_empty());
        for ((relation, has_domain), has_range) in self.spec.relations.iter().zip(has_domain).zip(has_range) {
            let label = relation.label.trim().to_owned();
            if !has_domain {
                self.problems.push(Problem::NoDomain(label.clone()));
            }
            if !has_range {
                self.problems.push(Problem::NoRange(label));
            }
        }
    }

    /// For each relation, whether it or one that it is a special case of has something.
    fn has_or_inherits(&self, has: impl Fn(&RelationSpec) -> bool) -> Vec<bool> {
        let relations = &self.spec.relations;
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for (at, relation) in relations.iter().enumerate() {
            by_name.entry(label_key(&relation.label)).or_insert(at);
            by_name.entry(label_key(&relation.id)).or_insert(at);
        }
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); relations.len()];
        for (at, relation) in relations.iter().enumerate() {
            for parent in relation.parents.iter().filter_map(|name| by_name.get(&label_key(name))) {
                if let Some(children) = children.get_mut(*parent) {
                    children.push(at);
                }
            }
        }
        let own = (0..relations.len()).filter(|&at| relations.get(at).is_some_and(&has));
        reached(own, &children)
    }

    fn reach(&mut self) {
        let relations = &self.spec.relations;
        // Where anything may stand, every class is reached.
        let takes_all =
            self.problems.iter().any(|problem| matches!(problem, Problem::NoDomain(_) | Problem::NoRange(_)));
        if relations.is_empty() || takes_all {
            return;
        }
        let names = relations.iter().flat_map(|relation| relation.domain.iter().chain(&relation.range));
        let used: Vec<usize> = names.filter_map(|name| self.class(name)).collect();
        let parents = self.parents();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
        for (at, parents) in parents.iter().enumerate() {
            for &parent in parents {
                if let Some(children) = children.get_mut(parent) {
                    children.push(at);
                }
            }
        }
        let above = reached(used.iter().copied(), &parents);
        let below = reached(used.iter().copied(), &children);
        for (at, (above, below)) in above.into_iter().zip(below).enumerate() {
            if !above && !below {
                self.problems.push(Problem::Unreachable(self.label(at)));
            }
        }
    }
}

/// What can be reached from these, each place once.
fn reached(from: impl Iterator<Item = usize>, next: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; next.len()];
    let mut waiting: Vec<usize> = from.collect();
    while let Some(at) = waiting.pop() {
        if let Some(is_reached) = reached.get_mut(at).filter(|reached| !**reached) {
            *is_reached = true;
            waiting.extend(next.get(at).into_iter().flatten());
        }
    }
    reached
}

fn looks_like_datatype(name: &str) -> bool {
    let lower = name.trim().to_ascii_lowercase();
    ["xsd:", "xs:", "http://www.w3.org/2001/xmlschema#"].iter().any(|prefix| lower.starts_with(prefix))
}

type InOrder = InOrderOf<String>;

/// Lists by key, in the order in which the keys came.
#[derive(Debug)]
struct InOrderOf<K> {
    list: Vec<(K, Vec<String>)>,
    places: HashMap<K, usize>,
}

impl<K> Default for InOrderOf<K> {
    fn default() -> Self {
        Self { list: Vec::new(), places: HashMap::new() }
    }
}

impl<K: Clone + Eq + std::hash::Hash> InOrderOf<K> {
    fn add(&mut self, key: impl Into<K>, item: String) {
        let key = key.into();
        let place = *self.places.entry(key.clone()).or_insert(self.list.len());
        if place == self.list.len() {
            self.list.push((key, Vec::new()));
        }
        if let Some((_, items)) = self.list.get_mut(place) {
            items.push(item);
        }
    }
}
