//! From links to sets of entities that are one, whatever the order of the links.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use kgas_core::Ontology;
use kgas_core::fact::EntityKey;
use kgas_core::ontology::ClassId;
use serde_json::Value;

use super::{By, Link};
use crate::key::entity_id;

/// The entities that are merged, by what they are merged into. Those that aren't are not here.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    sets: Vec<Set>,
    by_key: HashMap<EntityKey, usize>,
    ids: HashMap<String, String>,
}

/// Entities that are one.
#[derive(Debug)]
pub(crate) struct Set {
    /// The one that stands for all: of the most special class, and of those the one with the longest name.
    pub(crate) head: EntityKey,
    pub(crate) rest: BTreeMap<EntityKey, Joined>,
}

/// How an entity came into its set.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) by: By,
    /// The entity that it was connected with.
    pub(crate) with: EntityKey,
    pub(crate) evidence: Option<Value>,
}

impl Merged {
    /// Believes links, in the order of what connects and of the names: never one that would bring classes together
    /// that don't stand on one line of the hierarchy, nor an alias that is given to several names.
    pub(crate) fn of(mut links: Vec<Link>, ontology: &Ontology) -> Self {
        links.sort_by(|a, b| (a.by, &a.one, &a.other).cmp(&(b.by, &b.one, &b.other)));
        let mut forest = Forest::new(ontology);
        let (aliases, others): (Vec<Link>, Vec<Link>) = links.into_iter().partition(|link| link.by == By::Alias);
        let (similar, kin): (Vec<Link>, Vec<Link>) = others.into_iter().partition(|link| link.by == By::Similarity);
        kin.into_iter().for_each(|link| forest.unite(link));
        // What the first round unites may make an alias of the second one of a single name.
        let left = forest.unite_aliases(aliases);
        forest.unite_aliases(left);
        similar.into_iter().for_each(|link| forest.unite(link));
        forest.into_merged()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// The set of an entity, where it is in one.
    pub(crate) fn set_of(&self, key: &EntityKey) -> Option<&Set> {
        self.sets.get(*self.by_key.get(key)?)
    }

    /// The id under which an entity is found.
    pub(crate) fn id_of<'i>(&'i self, id: &'i str) -> &'i str {
        self.ids.get(id).map_or(id, String::as_str)
    }
}

/// Trees of entities that are one.
struct Forest<'o> {
    ontology: &'o Ontology,
    nodes: Vec<Node>,
    by_key: HashMap<EntityKey, usize>,
    /// The links that were believed.
    edges: Vec<(usize, usize, Link)>,
}

struct Node {
    key: EntityKey,
    parent: usize,
    /// Of a root: the classes of its tree, and how many entities it has.
    classes: BTreeSet<(Option<ClassId>, String)>,
    size: usize,
}

impl<'o> Forest<'o> {
    fn new(ontology: &'o Ontology) -> Self {
        Self { ontology, nodes: Vec::new(), by_key: HashMap::new(), edges: Vec::new() }
    }

    fn node(&mut self, key: &EntityKey) -> usize {
        if let Some(&at) = self.by_key.get(key) {
            return at;
        }
        let at = self.nodes.len();
        let label = key.entity_type();
        let classes = BTreeSet::from([(self.ontology.class_named(label), label.to_owned())]);
        self.nodes.push(Node { key: key.clone(), parent: at, classes, size: 1 });
        self.by_key.insert(key.clone(), at);
        at
    }

    fn root(&mut self, mut at: usize) -> usize {
        while let Some(parent) = self.nodes.get(at).map(|node| node.parent).filter(|parent| *parent != at) {
            let above = self.nodes.get(parent).map_or(parent, |node| node.parent);
            if let Some(node) = self.nodes.get_mut(at) {
                node.parent = above;
            }
            at = above;
        }
        at
    }

    fn unite(&mut self, link: Link) {
        let (one, other) = (self.node(&link.one), self.node(&link.other));
        let (a, b) = (self.root(one), self.root(other));
        if a == b || !self.may_meet(a, b) {
            return;
        }
        let size = |at: usize| self.nodes.get(at).map_or(0, |node| node.size);
        let (to, from) = if size(a) >= size(b) { (a, b) } else { (b, a) };
        let moved = self.nodes.get_mut(from).map(|node| {
            node.parent = to;
            (std::mem::take(&mut node.classes), node.size)
        });
        if let (Some(node), Some((classes, size))) = (self.nodes.get_mut(to), moved) {
            node.classes.extend(classes);
            node.size += size;
        }
        self.edges.push((one, other, link));
    }

    /// Whether all classes of both trees stand on one line.
    fn may_meet(&self, a: usize, b: usize) -> bool {
        let classes = |at: usize| self.nodes.get(at).into_iter().flat_map(|node| &node.classes);
        classes(a).all(|(one, label)| {
            classes(b).all(|(other, name)| match (one, other) {
                (Some(one), Some(other)) => self.ontology.is_a(*one, *other) || self.ontology.is_a(*other, *one),
                _ => label == name,
            })
        })
    }

    /// Believes the aliases that are given to one name only; gives back the rest.
    fn unite_aliases(&mut self, aliases: Vec<Link>) -> Vec<Link> {
        let mut by_alias: BTreeMap<usize, Vec<Link>> = BTreeMap::new();
        for link in aliases {
            let node = self.node(&link.other);
            let root = self.root(node);
            by_alias.entry(root).or_default().push(link);
        }
        let mut clear = Vec::new();
        let mut left = Vec::new();
        for links in by_alias.into_values() {
            if self.is_of_one(&links) { clear.extend(links) } else { left.extend(links) }
        }
        clear.sort_by(|a, b| (&a.one, &a.other).cmp(&(&b.one, &b.other)));
        clear.into_iter().for_each(|link| self.unite(link));
        left
    }

    /// Whether what has this alias is one thing: one name, longer forms of one name, or one set.
    fn is_of_one(&mut self, links: &[Link]) -> bool {
        let names: BTreeSet<&str> = links.iter().map(|link| link.one.name()).collect();
        let shortest = names.iter().min_by_key(|name| name.len()).copied().unwrap_or_default();
        let is_longer = |name: &&str| {
            name.strip_prefix(shortest).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']))
        };
        if names.iter().all(is_longer) {
            return true;
        }
        let roots: BTreeSet<usize> = links
            .iter()
            .map(|link| {
                let node = self.node(&link.one);
                self.root(node)
            })
            .collect();
        roots.len() == 1
    }

    fn into_merged(mut self) -> Merged {
        let edges = std::mem::take(&mut self.edges);
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.nodes.len() {
            let root = self.root(at);
            members.entry(root).or_default().push(at);
        }
        let mut near: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for (edge, (one, other, _)) in edges.iter().enumerate() {
            near.entry(*one).or_default().push((*other, edge));
            near.entry(*other).or_default().push((*one, edge));
        }
        let mut merged = Merged::default();
        for nodes in members.into_values().filter(|nodes| nodes.len() > 1) {
            let Some(head) = self.head(&nodes) else { continue };
            let set = self.set(head, &near, &edges);
            let head_id = entity_id(&set.head);
            for key in set.rest.keys() {
                merged.ids.insert(entity_id(key), head_id.clone());
                merged.by_key.insert(key.clone(), merged.sets.len());
            }
            merged.by_key.insert(set.head.clone(), merged.sets.len());
            merged.sets.push(set);
        }
        merged
    }

    /// Of the most special class, and of those the longest name; the first in order where several are.
    fn head(&self, nodes: &[usize]) -> Option<usize> {
        let key = |at: &usize| self.nodes.get(*at).map(|node| &node.key);
        let class = |at: &usize| self.ontology.class_named(key(at)?.entity_type());
        let is_special = |at: &&usize| {
            let Some(own) = class(at) else { return true };
            nodes.iter().filter_map(class).all(|other| self.ontology.is_a(own, other))
        };
        let rank = |at: &&usize| {
            let key = key(at);
            (std::cmp::Reverse(key.map_or(0, |key| key.name().chars().count())), key.cloned())
        };
        nodes.iter().filter(is_special).min_by_key(rank).copied()
    }

    /// Walks from the head outwards, so that each member says what connects it with one nearer to the head.
    fn set(&self, head: usize, near: &HashMap<usize, Vec<(usize, usize)>>, edges: &[(usize, usize, Link)]) -> Set {
        let key = |at: usize| self.nodes.get(at).map(|node| node.key.clone());
        let mut rest = BTreeMap::new();
        let mut seen = BTreeSet::from([head]);
        let mut waiting = VecDeque::from([head]);
        while let Some(at) = waiting.pop_front() {
            for &(next, edge) in near.get(&at).into_iter().flatten() {
                if !seen.insert(next) {
                    continue;
                }
                waiting.push_back(next);
                if let (Some(member), Some(with), Some((_, _, link))) = (key(next), key(at), edges.get(edge)) {
                    rest.insert(member, Joined { by: link.by, with, evidence: link.evidence.clone() });
                }
            }
        }
        let head = key(head).unwrap_or_else(|| EntityKey::new("", ""));
        Set { head, rest }
    }
}
