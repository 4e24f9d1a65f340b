//! What is looked up when an ontology is cut: which words name what, and what is next to what.

use std::collections::{HashMap, HashSet};

use super::size;
use super::words::{is_empty, words, words_of_name};
use crate::ontology::{ClassId, Ontology, local_name};

/// The longest name that is looked for, in words; in scripts without spaces a word is a character.
const LONGEST: usize = 16;

/// A single word of a longer name points to it where so few names have the word.
const SHARED_BY: usize = 20;

/// A class or a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Node {
    Class(ClassId),
    Relation(usize),
}

/// The index by which an ontology is cut to what a text needs; see [`OntologyIndex::cut`].
#[derive(Clone, Debug, Default)]
pub struct OntologyIndex {
    names: HashMap<String, Vec<Node>>,
    /// For the first word of names, how many words the longest of them has.
    longest: HashMap<String, usize>,
    /// Words of longer names.
    parts: HashMap<String, Vec<Node>>,
    classes: Vec<Neighbours>,
    class_bytes: Vec<usize>,
    relation_bytes: Vec<usize>,
    /// Classes without parents, those with the most below and around them first.
    top: Vec<ClassId>,
    shortest: Option<ClassId>,
    /// Bytes of the shortest line of a relation.
    shortest_relation: usize,
}

/// What is next to a class.
#[derive(Clone, Debug, Default)]
pub(super) struct Neighbours {
    pub(super) children: Vec<ClassId>,
    pub(super) relations: Vec<usize>,
}

impl OntologyIndex {
    pub(super) fn new(ontology: &Ontology) -> Self {
        let mut index = Self {
            classes: vec![Neighbours::default(); ontology.classes.len()],
            class_bytes: ontology.classes.iter().map(|class| size::of_class(ontology, class)).collect(),
            relation_bytes: ontology.relations.iter().map(|relation| size::of_relation(ontology, relation)).collect(),
            ..Self::default()
        };
        for (id, class) in ontology.classes() {
            let node = Node::Class(id);
            index.name(node, [class.label.as_str(), local_name(&class.id)], true);
            index.name(node, class.synonyms.iter().map(String::as_str), true);
            index.name(node, class.examples.iter().map(String::as_str), false);
            for parent in &class.parents {
                index.beside(*parent, |beside| beside.children.push(id));
            }
        }
        for (at, relation) in ontology.relations.iter().enumerate() {
            let names = [relation.label.as_str(), local_name(&relation.id)];
            index.name(Node::Relation(at), names.into_iter().chain(relation.synonyms.iter().map(String::as_str)), true);
            for &class in relation.domain.iter().chain(&relation.range.classes) {
                index.beside(class, |beside| {
                    if beside.relations.last() != Some(&at) {
                        beside.relations.push(at);
                    }
                });
            }
        }
        index.parts.retain(|_, nodes| nodes.len() <= SHARED_BY);
        index.shortest = ontology.classes().map(|(id, _)| id).min_by_key(|&id| index.class_bytes(id));
        index.shortest_relation = index.relation_bytes.iter().copied().min().unwrap_or(usize::MAX);
        index.top = top(ontology, &index.classes);
        index
    }

    /// Estimated tokens of the whole.
    pub(super) fn tokens(&self) -> usize {
        let all = self.class_bytes.iter().chain(&self.relation_bytes);
        size::tokens(all.fold(0_usize, |sum, bytes| sum.saturating_add(*bytes)))
    }

    pub(super) fn class_bytes(&self, class: ClassId) -> usize {
        self.class_bytes.get(class.0).copied().unwrap_or_default()
    }

    pub(super) fn relation_bytes(&self, at: usize) -> usize {
        self.relation_bytes.get(at).copied().unwrap_or_default()
    }

    pub(super) fn neighbours(&self, class: ClassId) -> Option<&Neighbours> {
        self.classes.get(class.0)
    }

    pub(super) fn top(&self) -> &[ClassId] {
        &self.top
    }

    /// The class with the shortest line.
    pub(super) const fn shortest(&self) -> Option<ClassId> {
        self.shortest
    }

    /// What a text names, and how clearly: the words of each name that it has, and a little for a part of a name.
    /// Each once, in the order of the ontology.
    pub(super) fn named_in(&self, text: &str) -> Vec<(Node, u32)> {
        const WORD: u32 = 4;
        let words = words(text);
        let mut clearness = vec![0_u32; self.places()];
        let mut named: Vec<Node> = Vec::new();
        let mut add = |nodes: &[Node], weight: u32| {
            for node in nodes {
                if let Some(sum) = clearness.get_mut(self.place(*node)) {
                    if *sum == 0 {
                        named.push(*node);
                    }
                    *sum = sum.saturating_add(weight);
                }
            }
        };
        let mut seen_parts = HashSet::new();
        let mut seen_names = HashSet::new();
        for (at, word) in words.iter().enumerate() {
            if let Some(nodes) = self.parts.get(word)
                && seen_parts.insert(word)
            {
                add(nodes, 1);
            }
            let longest = self.longest.get(word).copied().unwrap_or_default();
            let mut name = String::new();
            for (following, length) in words.iter().skip(at).take(longest).zip(1..) {
                push_word(&mut name, following);
                if let Some((known, nodes)) = self.names.get_key_value(&name)
                    && seen_names.insert(known)
                {
                    add(nodes, WORD * length);
                }
            }
        }
        named.sort_unstable();
        let clear = |node: Node| clearness.get(self.place(node)).copied().unwrap_or_default();
        named.into_iter().map(|node| (node, clear(node))).collect()
    }

    /// How many classes and relations there are.
    pub(super) const fn places(&self) -> usize {
        self.class_bytes.len() + self.relation_bytes.len()
    }

    /// The place of each among all.
    pub(super) const fn place(&self, node: Node) -> usize {
        match node {
            Node::Class(class) => class.0,
            Node::Relation(at) => self.class_bytes.len() + at,
        }
    }

    /// Bytes of the shortest line of a class, and of a relation.
    pub(super) fn shortest_lines(&self) -> (usize, usize) {
        let class = self.shortest.map_or(usize::MAX, |class| self.class_bytes(class));
        (class, self.shortest_relation)
    }

    fn name<'n>(&mut self, node: Node, names: impl IntoIterator<Item = &'n str>, with_parts: bool) {
        for name in names {
            let words = words_of_name(name);
            let Some(first) = words.first().filter(|_| words.len() <= LONGEST) else { continue };
            let telling: Vec<&String> = words.iter().filter(|word| !is_empty(word)).collect();
            if telling.is_empty() {
                continue;
            }
            let longest = self.longest.entry(first.clone()).or_default();
            *longest = words.len().max(*longest);
            let mut whole = String::new();
            words.iter().for_each(|word| push_word(&mut whole, word));
            push_once(self.names.entry(whole).or_default(), node);
            if with_parts && words.len() > 1 {
                for word in telling.into_iter().filter(|word| word.len() > 2) {
                    push_once(self.parts.entry(word.clone()).or_default(), node);
                }
            }
        }
    }

    fn beside(&mut self, class: ClassId, change: impl FnOnce(&mut Neighbours)) {
        if let Some(beside) = self.classes.get_mut(class.0) {
            change(beside);
        }
    }
}

fn push_word(name: &mut String, word: &str) {
    if !name.is_empty() {
        name.push(' ');
    }
    name.push_str(word);
}

/// Nodes come in order, so one that was there before is the last.
fn push_once(nodes: &mut Vec<Node>, node: Node) {
    if nodes.last() != Some(&node) {
        nodes.push(node);
    }
}

/// Classes without parents, by the number of classes below them and of relations at them. A class that is below in two
/// ways counts twice; each is looked at once, after all that are below it.
fn top(ontology: &Ontology, classes: &[Neighbours]) -> Vec<ClassId> {
    let mut weights: Vec<usize> = classes.iter().map(|beside| 1 + beside.relations.len()).collect();
    let mut waits_for: Vec<usize> = classes.iter().map(|beside| beside.children.len()).collect();
    let mut ready: Vec<ClassId> =
        ontology.classes().map(|(id, _)| id).filter(|id| waits_for.get(id.0) == Some(&0)).collect();
    while let Some(id) = ready.pop() {
        let weight = weights.get(id.0).copied().unwrap_or_default();
        for parent in ontology.parents(id) {
            if let (Some(sum), Some(left)) = (weights.get_mut(parent.0), waits_for.get_mut(parent.0)) {
                *sum = sum.saturating_add(weight);
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push(*parent);
                }
            }
        }
    }
    let mut top: Vec<ClassId> =
        ontology.classes().filter(|(_, class)| class.parents.is_empty()).map(|(id, _)| id).collect();
    top.sort_by_key(|id| std::cmp::Reverse(weights.get(id.0).copied().unwrap_or_default()));
    top
}
