//! Slots: relations from the classes that list them.

use std::collections::{HashMap, HashSet};

use kgas_core::ontology::RelationSpec;

use super::ranges::{self, Range};
use super::yaml::Yaml;
use super::{Schema, entries, is_deprecated, label};
use crate::ReadWarning;
use crate::merge;

pub(crate) fn read(schema: &Schema<'_>, warnings: &mut Vec<ReadWarning>) -> Vec<RelationSpec> {
    let mut reader = Reader { schema, iris: schema.unique_iris("slots", "slot_uri"), uses: Vec::new() };
    let deprecated: HashSet<&str> = entries(schema.root, "slots")
        .filter(|(name, body)| is_deprecated("slot", name, body, warnings))
        .map(|(name, _)| name)
        .collect();
    // Slots that a class takes as they are, together; what it changes is a use of its own.
    let mut listed: HashMap<&str, Vec<String>> = HashMap::new();
    let mut is_used: HashSet<&str> = HashSet::new();
    let mut own = Vec::new();
    for class in &schema.classes {
        let usage: HashMap<&str, &Yaml> = entries(class.body, "slot_usage").collect();
        let mut is_own: HashSet<&str> = HashSet::new();
        for name in class.body.get("slots").map(Yaml::items).into_iter().flatten().filter_map(Yaml::scalar) {
            is_own.insert(name);
            is_used.insert(name);
            match usage.get(name) {
                None => listed.entry(name).or_default().push(class.id.clone()),
                Some(usage) => own.push((name, class, vec![*usage])),
            }
        }
        for (name, body) in entries(class.body, "attributes") {
            is_own.insert(name);
            let usage = usage.get(name).copied();
            own.push((name, class, usage.into_iter().chain([body]).collect()));
        }
        for (name, body) in entries(class.body, "slot_usage").filter(|(name, _)| !is_own.contains(name)) {
            // An inherited slot: only another range makes it another relation.
            if ranges::range(schema, &[body]).is_some() {
                own.push((name, class, vec![body]));
            }
        }
    }
    let is_kept = |name: &str| !deprecated.contains(name);
    for (name, body) in entries(schema.root, "slots").filter(|(name, _)| is_kept(name)) {
        if let Some(classes) = listed.remove(name) {
            reader.add(name, classes, &[body]);
        } else if !is_used.contains(name) {
            let domain = body.names("domain").into_iter().chain(body.names("domain_of"));
            reader.add(name, domain.filter_map(|class| schema.class_id(&class)).collect(), &[body]);
        }
    }
    // Listed and nowhere defined: LinkML lets that pass too.
    let mut undefined: Vec<(&str, Vec<String>)> = listed.into_iter().filter(|(name, _)| is_kept(name)).collect();
    undefined.sort();
    for (name, classes) in undefined {
        reader.add(name, classes, &[]);
    }
    for (name, class, mut layers) in own.into_iter().filter(|(name, ..)| is_kept(name)) {
        layers.extend(schema.slots.get(name));
        reader.add(name, vec![class.id.clone()], &layers);
    }
    merge::merged(reader.uses)
}

struct Reader<'r, 'y> {
    schema: &'r Schema<'y>,
    iris: HashMap<&'y str, String>,
    uses: Vec<RelationSpec>,
}

impl Reader<'_, '_> {
    /// A slot as some classes have it: its definitions, the nearest first.
    fn add(&mut self, name: &str, domain: Vec<String>, layers: &[&Yaml]) {
        let names = |key: &str| layers.iter().map(|layer| layer.names(key)).find(|names| !names.is_empty());
        let flag = |key: &str| layers.iter().find_map(|layer| layer.is_true(key)).unwrap_or(false);
        let number = |key: &str| layers.iter().find_map(|layer| layer.number(key));
        let parents: Vec<String> =
            ["is_a", "mixins", "subproperty_of"].iter().filter_map(|key| names(key)).flatten().collect();
        let range = ranges::range(self.schema, layers);
        // A special case of another slot has that one's range.
        let range =
            range.unwrap_or_else(|| if parents.is_empty() { ranges::default(self.schema) } else { Range::default() });
        let exactly = number("exact_cardinality");
        let min = exactly.or_else(|| number("minimum_cardinality")).unwrap_or_else(|| u32::from(flag("required")));
        let one = (!flag("multivalued")).then_some(1);
        let max = exactly.or_else(|| number("maximum_cardinality")).or(one);
        let titled = layers.iter().find(|layer| layer.get("title").is_some()).or(layers.last());
        self.uses.push(RelationSpec {
            id: self.id(name),
            label: titled.map_or_else(|| crate::words::words(name), |layer| label(name, layer)),
            synonyms: names("aliases").unwrap_or_default(),
            description: layers.iter().find_map(|layer| layer.text("description")),
            parents: parents.iter().map(|parent| self.id(parent)).collect(),
            domain,
            range: range.names,
            values: range.values,
            cardinality: merge::said(min, max),
        });
    }

    fn id(&self, name: &str) -> String {
        self.iris.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}
