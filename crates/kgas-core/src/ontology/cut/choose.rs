//! Which classes and relations a text needs, in what order, until the allowance is spent.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::index::{Node, OntologyIndex};
use crate::ontology::{ClassId, Ontology, RelationType};

/// How near to the text is what it names.
const NAMED: u32 = 1024;

/// What is farther away is no neighbour any more.
const LEAST: u32 = 200;

/// More words than these make no name clearer.
const CLEAREST: u32 = 64;

/// How near to the text something is, and how clear is the name that led there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Nearness {
    level: u32,
    clearness: u32,
}

impl Nearness {
    /// What holds of a class holds of its special cases: relations of three generations are near enough.
    const fn of_parent(self) -> Self {
        Self { level: self.level / 4 * 3, ..self }
    }

    const fn of_child(self) -> Self {
        Self { level: self.level / 4, ..self }
    }

    /// From a class to a relation, and from a relation to its ends.
    const fn across(self) -> Self {
        Self { level: self.level / 2, ..self }
    }
}

/// What was chosen, in the order of the ontology.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) classes: BTreeSet<ClassId>,
    pub(super) relations: BTreeSet<usize>,
}

pub(super) fn choose(index: &OntologyIndex, ontology: &Ontology, text: &str, bytes: usize) -> Chosen {
    let mut choice = Choice::new(index, ontology, bytes);
    let named = index.named_in(text);
    for &(node, clearness) in &named {
        choice.consider(node, Nearness { level: NAMED, clearness: clearness.min(CLEAREST) }, 0);
    }
    if named.is_empty() {
        for (place, &class) in index.top().iter().enumerate() {
            choice.consider(Node::Class(class), Nearness { level: NAMED, clearness: 0 }, place);
        }
    }
    // Classes may not crowd out all relations, nor these the classes; what one leaves the other may have.
    let has_both = !ontology.relations.is_empty() && !ontology.classes.is_empty();
    let (most_classes, most_relations) = if has_both { (bytes / 5 * 3, bytes / 5 * 2) } else { (bytes, bytes) };
    let put_off = choice.take_all(most_classes, most_relations);
    if choice.chosen.relations.is_empty() {
        (0..ontology.relations.len()).find(|&at| choice.take_relation(at, bytes));
    }
    choice.waiting.extend(put_off);
    choice.take_all(bytes, bytes);
    choice.something()
}

type Waiting = (Nearness, Reverse<usize>, Reverse<Node>);

struct Choice<'o> {
    index: &'o OntologyIndex,
    ontology: &'o Ontology,
    bytes: usize,
    chosen: Chosen,
    class_bytes: usize,
    relation_bytes: usize,
    waiting: BinaryHeap<Waiting>,
    /// The nearest that each was considered at, by place.
    nearest: Vec<Nearness>,
    /// Whether each was taken, by place.
    is_taken: Vec<bool>,
}

impl<'o> Choice<'o> {
    fn new(index: &'o OntologyIndex, ontology: &'o Ontology, bytes: usize) -> Self {
        Self {
            index,
            ontology,
            bytes,
            chosen: Chosen::default(),
            class_bytes: 0,
            relation_bytes: 0,
            waiting: BinaryHeap::new(),
            nearest: vec![Nearness::default(); index.places()],
            is_taken: vec![false; index.places()],
        }
    }

    fn consider(&mut self, node: Node, nearness: Nearness, place: usize) {
        if nearness.level < LEAST || self.has(node) {
            return;
        }
        if let Some(nearest) = self.nearest.get_mut(self.index.place(node)).filter(|nearest| nearness > **nearest) {
            *nearest = nearness;
            self.waiting.push((nearness, Reverse(place), Reverse(node)));
        }
    }

    fn has(&self, node: Node) -> bool {
        self.is_taken.get(self.index.place(node)).copied().unwrap_or_default()
    }

    fn take(&mut self, node: Node) {
        if let Some(is_taken) = self.is_taken.get_mut(self.index.place(node)) {
            *is_taken = true;
        }
        _ = match node {
            Node::Class(class) => self.chosen.classes.insert(class),
            Node::Relation(at) => self.chosen.relations.insert(at),
        };
    }

    /// Takes what fits, the best first, and gives back what these shares of the allowance had no room for.
    fn take_all(&mut self, most_classes: usize, most_relations: usize) -> Vec<Waiting> {
        let mut put_off = Vec::new();
        let (class, relation) = self.index.shortest_lines();
        while let Some((nearness, place, Reverse(node))) = self.waiting.pop() {
            if self.has(node) {
                continue;
            }
            let left = self.bytes.saturating_sub(self.spent());
            let is_full = (self.class_bytes.saturating_add(class) > most_classes || class > left)
                && (self.relation_bytes.saturating_add(relation) > most_relations || relation > left);
            if is_full {
                put_off.push((nearness, place, Reverse(node)));
                break;
            }
            let taken = match node {
                Node::Class(class) => self.take_class(class, most_classes),
                Node::Relation(at) => self.take_relation(at, most_relations),
            };
            if !taken {
                put_off.push((nearness, place, Reverse(node)));
                continue;
            }
            match node {
                Node::Class(class) => self.look_around(class, nearness),
                Node::Relation(at) => self.look_at_ends(at, nearness),
            }
        }
        put_off
    }

    fn look_around(&mut self, class: ClassId, nearness: Nearness) {
        let (ontology, index) = (self.ontology, self.index);
        for &parent in ontology.parents(class) {
            self.consider(Node::Class(parent), nearness.of_parent(), 0);
        }
        let Some(beside) = index.neighbours(class) else { return };
        for &at in &beside.relations {
            self.consider(Node::Relation(at), nearness.across(), 0);
        }
        for &child in &beside.children {
            self.consider(Node::Class(child), nearness.of_child(), 0);
        }
    }

    fn look_at_ends(&mut self, at: usize, nearness: Nearness) {
        let Some(relation) = self.ontology.relations.get(at) else { return };
        for &class in relation.domain.iter().chain(&relation.range.classes) {
            self.consider(Node::Class(class), nearness.across(), 0);
        }
    }

    fn take_class(&mut self, class: ClassId, most: usize) -> bool {
        let bytes = self.index.class_bytes(class);
        let fits = self.class_bytes.saturating_add(bytes) <= most && self.spent().saturating_add(bytes) <= self.bytes;
        if fits {
            self.class_bytes = self.class_bytes.saturating_add(bytes);
            self.take(Node::Class(class));
        }
        fits
    }

    /// A relation comes with an end on each side that has any; with any class, where there is none yet.
    fn take_relation(&mut self, at: usize, most: usize) -> bool {
        let Some(relation) = self.ontology.relations.get(at) else { return false };
        let ends = self.missing_ends(relation);
        let class_bytes = ends.iter().map(|&class| self.index.class_bytes(class)).fold(0, usize::saturating_add);
        let bytes = self.index.relation_bytes(at);
        let fits = self.relation_bytes.saturating_add(bytes) <= most
            && self.spent().saturating_add(bytes).saturating_add(class_bytes) <= self.bytes;
        if fits {
            self.class_bytes = self.class_bytes.saturating_add(class_bytes);
            self.relation_bytes = self.relation_bytes.saturating_add(bytes);
            ends.into_iter().for_each(|class| self.take(Node::Class(class)));
            self.take(Node::Relation(at));
        }
        fits
    }

    fn missing_ends(&self, relation: &RelationType) -> BTreeSet<ClassId> {
        let range = &relation.range;
        let has_values = !range.datatypes.is_empty() || !range.values.is_empty();
        let mut ends = BTreeSet::new();
        ends.extend(self.missing_end(&relation.domain, &ends));
        if !has_values {
            ends.extend(self.missing_end(&range.classes, &ends));
        }
        if ends.is_empty() && self.chosen.classes.is_empty() {
            ends.extend(self.index.shortest());
        }
        ends
    }

    /// The class to take along, where none of these is in: the one that the text comes nearest to.
    fn missing_end(&self, classes: &[ClassId], with: &BTreeSet<ClassId>) -> Option<ClassId> {
        if classes.iter().any(|&class| self.has(Node::Class(class)) || with.contains(&class)) {
            return None;
        }
        let place = |class: &ClassId| self.index.place(Node::Class(*class));
        let nearness = |class: &ClassId| self.nearest.get(place(class)).copied().unwrap_or_default();
        classes.iter().copied().max_by_key(|class| (nearness(class), Reverse(*class)))
    }

    const fn spent(&self) -> usize {
        self.class_bytes.saturating_add(self.relation_bytes)
    }

    /// The choice, or where the allowance had no room for a class and a relation, the shortest of these.
    fn something(mut self) -> Chosen {
        let (ontology, index) = (self.ontology, self.index);
        if self.chosen.relations.is_empty() && !ontology.relations.is_empty() {
            self.chosen = Chosen::default();
            self.is_taken.fill(false);
            (self.class_bytes, self.relation_bytes, self.bytes) = (0, 0, usize::MAX);
            let size = |(_, relation): &(usize, &RelationType)| {
                let ends = self.missing_ends(relation);
                ends.iter().map(|&class| index.class_bytes(class)).fold(0, usize::saturating_add)
            };
            let all = ontology.relations.iter().enumerate();
            let shortest = all.min_by_key(|each| size(each).saturating_add(index.relation_bytes(each.0)));
            if let Some((at, _)) = shortest {
                self.take_relation(at, usize::MAX);
            }
        }
        if self.chosen.classes.is_empty() {
            self.chosen.classes.extend(index.shortest());
        }
        self.chosen
    }
}
