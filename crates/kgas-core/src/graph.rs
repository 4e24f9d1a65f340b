//! The facts of a document, in the order in which they were found, and merged by entity.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Map, Value, json};

use crate::fact::{EntityKey, Mention, Object, Relation};

/// Mentions and relations of one document.
///
/// Serialises as `{"entities": […], "relations": […]}`, with one entry for each entity and each edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphFragment {
    mentions: Vec<Mention>,
    relations: Vec<Relation>,
    /// The keys of all entities, by their normal form.
    names: HashMap<String, Vec<EntityKey>>,
}

/// An entity of one document: its mentions, under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity<'g> {
    /// Class and normal form.
    pub key: &'g EntityKey,
    /// The spelling used most; the first in order where several are.
    pub name: &'g str,
    /// The other spellings, sorted.
    pub aliases: Vec<&'g str>,
    /// The highest confidence of the mentions.
    pub confidence: f64,
    /// Where it is named, in the order found.
    pub mentions: Vec<&'g Mention>,
}

impl GraphFragment {
    /// Adds a mention.
    pub fn add_mention(&mut self, mention: Mention) {
        let keys = self.names.entry(mention.key().name().to_owned()).or_default();
        if !keys.contains(mention.key()) {
            keys.push(mention.key().clone());
        }
        self.mentions.push(mention);
    }

    /// Adds a relation.
    pub fn add_relation(&mut self, relation: Relation) {
        self.relations.push(relation);
    }

    /// Adds all facts of another fragment of the same document.
    pub fn extend(&mut self, other: Self) {
        other.mentions.into_iter().for_each(|mention| self.add_mention(mention));
        self.relations.extend(other.relations);
    }

    /// The mentions, in the order found.
    #[must_use]
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// The relations, in the order found.
    #[must_use]
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// Whether nothing was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.mentions.is_empty() && self.relations.is_empty()
    }

    /// The entities whose name has this normal form, see [`crate::text::normal_form`].
    pub fn entities_named(&self, normal: &str) -> impl Iterator<Item = &EntityKey> {
        self.names.get(normal).into_iter().flatten()
    }

    /// The entities, sorted by type and name.
    #[must_use]
    pub fn entities(&self) -> Vec<Entity<'_>> {
        let mut by_key: BTreeMap<&EntityKey, Vec<&Mention>> = BTreeMap::new();
        for mention in &self.mentions {
            by_key.entry(mention.key()).or_default().push(mention);
        }
        by_key.into_iter().map(|(key, mentions)| merge(key, mentions)).collect()
    }
}

fn merge<'g>(key: &'g EntityKey, mentions: Vec<&'g Mention>) -> Entity<'g> {
    let mut spellings: BTreeMap<&str, usize> = BTreeMap::new();
    for mention in &mentions {
        *spellings.entry(mention.evidence().quote()).or_default() += 1;
    }
    let name = most_used(&spellings).copied().unwrap_or_default();
    let aliases = spellings.into_keys().filter(|spelling| *spelling != name).collect();
    let confidence = mentions.iter().map(|mention| mention.confidence()).fold(0.0, f64::max);
    Entity { key, name, aliases, confidence, mentions }
}

/// The name with the highest count; of several the first in order, so that arrival doesn't matter.
#[must_use]
pub fn most_used<K: Ord>(spellings: &BTreeMap<K, usize>) -> Option<&K> {
    let most = spellings.values().max()?;
    spellings.iter().find(|(_, count)| *count == most).map(|(name, _)| name)
}

impl Serialize for GraphFragment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entities = self.entities();
        let names: BTreeMap<&EntityKey, &str> = entities.iter().map(|entity| (entity.key, entity.name)).collect();
        let refer = |key: &EntityKey| json!({"type": key.entity_type(), "name": names.get(key).copied().unwrap_or_else(|| key.name())});
        let mut edges: BTreeMap<(&str, &EntityKey, &Object), Vec<&Relation>> = BTreeMap::new();
        for relation in &self.relations {
            edges.entry((relation.relation_type(), relation.subject(), relation.object())).or_default().push(relation);
        }
        let relations: Vec<Value> = edges
            .into_iter()
            .map(|((relation_type, subject, object), stated)| {
                let (field, object) = match object {
                    Object::Entity(key) => ("object", refer(key)),
                    Object::Value(value) => ("value", json!(value)),
                };
                let confidence = stated.iter().map(|relation| relation.confidence()).fold(0.0, f64::max);
                let evidence: Vec<_> = stated.iter().map(|relation| relation.evidence()).collect();
                json!({"type": relation_type, "subject": refer(subject), field: object,
                    "confidence": confidence, "evidence": evidence})
            })
            .collect();
        let mut fields = serializer.serialize_struct("GraphFragment", 2)?;
        fields.serialize_field("entities", &entities.iter().map(entity_json).collect::<Vec<_>>())?;
        fields.serialize_field("relations", &relations)?;
        fields.end()
    }
}

fn entity_json(entity: &Entity<'_>) -> Value {
    let mut properties: Map<String, Value> = Map::new();
    for property in entity.mentions.iter().flat_map(|mention| mention.properties()) {
        let values = properties.entry(property.name()).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            let span = property.span();
            let mut value = json!({"value": property.value(), "start": span.start(), "end": span.end()});
            if let (Some(normal), Some(fields)) = (property.normal(), value.as_object_mut()) {
                fields.insert("normal".to_owned(), json!(normal));
            }
            values.push(value);
        }
    }
    let mentions: Vec<Value> = entity.mentions.iter().map(|mention| mention_json(mention)).collect();
    json!({"type": entity.key.entity_type(), "name": entity.name, "aliases": entity.aliases,
        "properties": properties, "confidence": entity.confidence, "mentions": mentions})
}

fn mention_json(mention: &Mention) -> Value {
    let mut line = json!(mention.evidence());
    if let Some(fields) = line.as_object_mut() {
        fields.insert("confidence".to_owned(), json!(mention.confidence()));
    }
    line
}

impl JsonSchema for GraphFragment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GraphFragment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let span = json!({"type": ["integer", "null"], "minimum": 0});
        let reference = json!({"type": "object", "required": ["type", "name"],
            "properties": {"type": {"type": "string"}, "name": {"type": "string"}}});
        let evidence = json!({"type": "object", "required": ["chunk", "start", "end", "quote", "match", "tool", "flags"],
            "properties": {"chunk": span, "start": span, "end": span, "quote": {"type": "string"},
                "match": {"enum": ["exact", "normalised", "fuzzy", "none"]}, "score": {"type": "number"}, "confidence": {"type": "number"}, "tool": {"type": "string"},
                "flags": {"type": "array", "items": {"type": "string"}}}});
        schemars::json_schema!({
            "type": "object",
            "description": "Entities and relations of one document, merged; spans are in code points.",
            "required": ["entities", "relations"],
            "properties": {
                "entities": {"type": "array", "items": {"type": "object",
                    "required": ["type", "name", "aliases", "properties", "confidence", "mentions"],
                    "properties": {"type": {"type": "string"}, "name": {"type": "string"},
                        "aliases": {"type": "array", "items": {"type": "string"}},
                        "properties": {"type": "object"}, "confidence": {"type": "number"},
                        "mentions": {"type": "array", "items": evidence}}}},
                "relations": {"type": "array", "items": {"type": "object",
                    "required": ["type", "subject", "confidence", "evidence"],
                    "properties": {"type": {"type": "string"}, "subject": reference, "object": reference,
                        "value": {"type": "string"}, "confidence": {"type": "number"},
                        "evidence": {"type": "array", "items": evidence}}}}
            }
        })
    }
}
