//! What is written of entities and relations, whatever the format: the attributes of a node, and which relations are edges.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::graph::{Graph, ReadError, Rows};
use crate::row::{Entity, Place, Relation, RelationHead, Target};

/// What a node has whatever the ontology says. An attribute of the ontology never takes one of these names.
const TAKEN: [&str; 8] = ["id", "name", "label", "type", "aliases", "confidence", "mentions", "documents"];

/// The attributes that the ontology gives to nodes: their properties, and the literal relations that leave them.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    /// The place of each among the names.
    places: BTreeMap<String, usize>,
    names: Vec<String>,
    classes: BTreeSet<String>,
    /// The literal relations of an entity: the place of the attribute, and the value.
    literals: HashMap<String, Vec<(usize, String)>>,
}

impl Attributes {
    /// Reads through the graph once. What it holds grows with the literal relations.
    pub(crate) fn of(graph: &mut Graph) -> Result<Self, ReadError> {
        let mut labels = BTreeSet::new();
        let mut classes = BTreeSet::new();
        for entity in graph.entity_heads()? {
            let entity = entity?;
            labels.extend(entity.properties.into_keys());
            classes.insert(entity.entity_type);
        }
        let mut values = Vec::new();
        for relation in graph.relation_heads()? {
            let RelationHead { relation_type, subject, value } = relation?;
            if let Some(value) = value {
                if !labels.contains(&relation_type) {
                    labels.insert(relation_type.clone());
                }
                values.push((subject, relation_type, value));
            }
        }
        let names = unique(&labels);
        let places: BTreeMap<String, usize> = labels.into_iter().zip(0..).collect();
        let mut literals: HashMap<String, Vec<(usize, String)>> = HashMap::new();
        for (subject, label, value) in values {
            if let Some(place) = places.get(&label) {
                literals.entry(subject).or_default().push((*place, value));
            }
        }
        Ok(Self { places, names, classes, literals })
    }

    /// What they are called: each name once, whatever the case.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The classes that have entities, in order.
    pub(crate) const fn classes(&self) -> &BTreeSet<String> {
        &self.classes
    }

    /// The values that an entity has, by the place of their attribute; a value stands once.
    pub(crate) fn of_entity<'a>(&'a self, entity: &'a Entity) -> BTreeMap<usize, Vec<&'a str>> {
        let of_properties =
            entity.properties.iter().filter_map(|(label, values)| Some((self.places.get(label)?, values)));
        let properties =
            of_properties.flat_map(|(place, values)| values.iter().map(|one| (*place, one.value.as_str())));
        let literals =
            self.literals.get(&entity.id).into_iter().flatten().map(|(place, value)| (*place, value.as_str()));
        let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for (place, value) in properties.chain(literals) {
            let values = found.entry(place).or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        found
    }

    /// The same by name.
    pub(crate) fn named<'a>(&'a self, entity: &'a Entity) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
        let values = self.of_entity(entity).into_iter();
        values.filter_map(|(place, values)| Some((self.names.get(place)?.as_str(), values)))
    }
}

/// Names for labels: no control characters, and where a name is taken, in whatever case, it gets a number.
fn unique(labels: &BTreeSet<String>) -> Vec<String> {
    let mut taken: BTreeSet<String> = TAKEN.map(str::to_owned).into();
    let mut name = |label: &String| {
        let plain = printable(label.trim());
        let plain = if plain.is_empty() { "attribute".to_owned() } else { plain };
        let numbered = (2..).map(|number| format!("{plain} ({number})"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        names.find(|name| taken.insert(name.to_lowercase())).unwrap_or_default()
    };
    labels.iter().map(&mut name).collect()
}

/// The text with U+FFFD for what many formats can't hold in a name.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }).collect()
}

/// The documents that places are in, each once.
pub(crate) fn documents(places: &[Place]) -> BTreeSet<&str> {
    places.iter().map(|place| place.document.as_str()).collect()
}

/// How many; a graph has fewer than fit.
pub(crate) fn count<T>(of: &[T]) -> i64 {
    i64::try_from(of.len()).unwrap_or(i64::MAX)
}

/// A relation between two entities.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) confidence: f64,
    pub(crate) evidence: Vec<Place>,
}

impl Edge {
    fn of(relation: Relation) -> Option<Self> {
        let Relation { id, relation_type: label, subject: source, target, confidence, evidence, .. } = relation;
        match target {
            Target::Object(target) => Some(Self { id, label, source, target, confidence, evidence }),
            Target::Value(_) => None,
        }
    }
}

/// The relations between entities, as they are read.
pub(crate) struct Edges<'g>(Rows<'g, Relation>);

impl<'g> Edges<'g> {
    pub(crate) fn of(graph: &'g mut Graph) -> Result<Self, ReadError> {
        graph.relations().map(Self)
    }
}

impl Iterator for Edges<'_> {
    type Item = Result<Edge, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.find_map(|relation| relation.map(Edge::of).transpose())
    }
}
