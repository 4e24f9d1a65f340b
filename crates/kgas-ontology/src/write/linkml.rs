//! LinkML's YAML: classes list the slots that their entities have.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use kgas_core::Ontology;
use kgas_core::ontology::{ClassId, Datatype, RelationType};

use super::own_id;

pub(super) fn write(ontology: &Ontology) -> String {
    let slots = Slots::of(ontology);
    let mut listed: HashMap<ClassId, Vec<&str>> = HashMap::new();
    for (relation, slot) in ontology.relations().iter().zip(&slots.names) {
        for &class in &relation.domain {
            listed.entry(class).or_default().push(slot);
        }
    }
    let mut out = Yaml::default();
    out.line(0, "id", "https://kgas.dev/ontology");
    out.line(0, "name", "ontology");
    if let Some(title) = ontology.title() {
        out.line(0, "title", title);
    }
    let any = any_class(ontology);
    let is_needed = ontology.relations().iter().any(|relation| relation.range.is_unspecified());
    if ontology.classes().len() > 0 || is_needed {
        out.head(0, "classes");
    }
    if is_needed {
        out.head(1, &any);
        out.line(2, "class_uri", "linkml:Any");
    }
    for (id, class) in ontology.classes() {
        out.head(1, &class.label);
        out.line(2, "title", &class.label);
        out.maybe(2, "class_uri", own_id(ontology, id).filter(|id| *id != class.label));
        out.texts(2, "aliases", &class.synonyms);
        out.maybe(2, "description", class.description.as_deref());
        let mut parents = class.parents.iter().map(|&parent| ontology.label(parent));
        out.maybe(2, "is_a", parents.next());
        out.texts(2, "mixins", &parents.collect::<Vec<_>>());
        out.objects(2, "examples", "value", &class.examples);
        out.texts(2, "slots", listed.get(&id).map(Vec::as_slice).unwrap_or_default());
        if !class.properties.is_empty() {
            out.head(2, "annotations");
            out.texts(3, "kgas_properties", &class.properties);
        }
    }
    if !slots.names.is_empty() {
        out.head(0, "slots");
    }
    for (relation, slot) in ontology.relations().iter().zip(&slots.names) {
        out.slot(ontology, relation, (slot, &slots, &any));
    }
    out.types(ontology);
    if ontology.relations().iter().any(|relation| !relation.range.values.is_empty()) {
        out.head(0, "enums");
    }
    for (relation, slot) in
        ontology.relations().iter().zip(&slots.names).filter(|(one, _)| !one.range.values.is_empty())
    {
        out.head(1, &values_of(slot));
        out.head(2, "permissible_values");
        relation.range.values.iter().for_each(|value| out.head(3, value));
    }
    out.0
}

/// The slot of each relation: its label, or that with a number.
struct Slots<'o> {
    names: Vec<String>,
    /// By label and id of the relation.
    places: HashMap<(&'o str, &'o str), usize>,
}

impl<'o> Slots<'o> {
    fn of(ontology: &'o Ontology) -> Self {
        let mut taken = HashSet::new();
        let mut slots = Self { names: Vec::new(), places: HashMap::new() };
        for (at, relation) in ontology.relations().iter().enumerate() {
            let label = &relation.label;
            let mut choices =
                std::iter::once(label.clone()).chain((2..).map(|number: u32| format!("{label} ({number})")));
            slots.names.extend(choices.find(|name| taken.insert(name.clone())));
            slots.places.entry((label, &relation.id)).or_insert(at);
        }
        slots
    }

    /// The slot that a relation's parent is; a name that is no relation stays as it is.
    fn parent<'s>(&'s self, ontology: &Ontology, name: &'s str) -> &'s str {
        let found = ontology.relations_named(name).next();
        let place = found.and_then(|found| self.places.get(&(found.label.as_str(), found.id.as_str())));
        place.and_then(|at| self.names.get(*at)).map_or(name, String::as_str)
    }
}

/// The name of the class that stands for anything: no other class has it.
fn any_class(ontology: &Ontology) -> String {
    let labels: HashSet<&str> = ontology.classes().map(|(_, class)| class.label.as_str()).collect();
    let mut name = "Any".to_owned();
    while labels.contains(name.as_str()) {
        name.push('_');
    }
    name
}

fn values_of(slot: &str) -> String {
    format!("values of {slot}")
}

/// YAML, line by line. All words are in double quotes, as JSON has them: YAML reads these, and nothing else by mistake.
#[derive(Default)]
struct Yaml(String);

impl Yaml {
    fn head(&mut self, depth: usize, key: &str) {
        // Writing to a string doesn't fail.
        let _ = writeln!(self.0, "{:1$}{2}:", "", depth * 2, scalar(key));
    }

    fn line(&mut self, depth: usize, key: &str, value: &str) {
        let _ = writeln!(self.0, "{:1$}{2}: {3}", "", depth * 2, scalar(key), quoted(value));
    }

    fn plain(&mut self, depth: usize, key: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{:1$}{key}: {value}", "", depth * 2);
    }

    fn maybe(&mut self, depth: usize, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(depth, key, value);
        }
    }

    fn texts(&mut self, depth: usize, key: &str, texts: &[impl AsRef<str>]) {
        if !texts.is_empty() {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
            self.plain(depth, key, format!("[{}]", texts.join(", ")));
        }
    }

    fn objects(&mut self, depth: usize, key: &str, field: &str, texts: &[String]) {
        if !texts.is_empty() {
            let texts: Vec<String> = texts.iter().map(|text| format!("{{{field}: {}}}", quoted(text))).collect();
            self.plain(depth, key, format!("[{}]", texts.join(", ")));
        }
    }

    /// The datatypes that LinkML has no word of its own for.
    fn types(&mut self, ontology: &Ontology) {
        let used = |datatype| ontology.relations().iter().any(|one| one.range.datatypes.contains(&datatype));
        let own = [(Datatype::Year, "integer", "xsd:gYear"), (Datatype::Duration, "string", "xsd:duration")];
        let mut own = own.into_iter().filter(|(datatype, ..)| used(*datatype)).peekable();
        if own.peek().is_some() {
            self.head(0, "types");
        }
        for (datatype, base, uri) in own {
            self.head(1, type_name(datatype));
            self.line(2, "typeof", base);
            self.line(2, "uri", uri);
        }
    }

    fn slot(&mut self, ontology: &Ontology, relation: &RelationType, (slot, slots, any): (&str, &Slots<'_>, &str)) {
        self.head(1, slot);
        self.line(2, "title", &relation.label);
        if relation.id != relation.label && !relation.id.is_empty() {
            self.line(2, "slot_uri", &relation.id);
        }
        self.texts(2, "aliases", &relation.synonyms);
        self.maybe(2, "description", relation.description.as_deref());
        let mut parents = relation.parents.iter().map(|name| slots.parent(ontology, name));
        self.maybe(2, "is_a", parents.next());
        self.texts(2, "mixins", &parents.collect::<Vec<_>>());
        let range = &relation.range;
        let mut ranges: Vec<String> = range.classes.iter().map(|&class| ontology.label(class).to_owned()).collect();
        ranges.extend(range.datatypes.iter().map(|&datatype| type_name(datatype).to_owned()));
        if !range.values.is_empty() {
            ranges.push(values_of(slot));
        }
        match ranges.as_slice() {
            [] => self.line(2, "range", any),
            [only] => self.line(2, "range", only),
            _ => self.objects(2, "any_of", "range", &ranges),
        }
        // A slot has one value unless it says more; where nothing is said of the number, it may have many.
        let said = relation.cardinality.unwrap_or_default();
        if said.min > 0 {
            self.plain(2, "required", true);
        }
        if said.max != Some(1) {
            self.plain(2, "multivalued", true);
        }
        if said.min > 1 {
            self.plain(2, "minimum_cardinality", said.min);
        }
        if let Some(max) = said.max.filter(|max| *max != 1) {
            self.plain(2, "maximum_cardinality", max);
        }
    }
}

const fn type_name(datatype: Datatype) -> &'static str {
    match datatype {
        Datatype::Text => "string",
        Datatype::Integer => "integer",
        Datatype::Number => "decimal",
        Datatype::DateTime => "datetime",
        Datatype::Time => "time",
        Datatype::Year => "year",
        Datatype::Duration => "duration",
        Datatype::Date => "date",
        Datatype::Boolean => "boolean",
        Datatype::Uri => "uri",
    }
}

/// Plain where it is one of LinkML's own words, else quoted.
fn scalar(key: &str) -> String {
    let is_word = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    // These words mean something else in YAML.
    let is_special = matches!(key, "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n");
    if is_word && !is_special { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        // What JSON leaves as it is and YAML doesn't: control characters, line ends of Unicode, marks of byte order.
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') {
            let _ = write!(out, "\\u{:04X}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}
