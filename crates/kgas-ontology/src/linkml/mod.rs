//! LinkML: classes with slots, slots with ranges, enums and types.

mod ranges;
mod slots;
mod yaml;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use kgas_core::ontology::{ClassSpec, OntologySpec};

use crate::words::words;
use crate::{ReadError, ReadWarning};
use yaml::Yaml;

pub(crate) fn read(text: &str, warnings: &mut Vec<ReadWarning>) -> Result<OntologySpec, ReadError> {
    let has_key = |line: &str| ["classes:", "slots:"].iter().any(|key| line.starts_with(key));
    let root = match Yaml::parse(text) {
        Err(_) if !text.lines().any(has_key) => return Err(ReadError::UnknownFormat("text of another kind")),
        root => root?,
    };
    if !["classes", "slots"].iter().any(|key| root.get(key).is_some_and(Yaml::is_map)) {
        let found = if root.is_map() { "YAML without classes and slots" } else { "text of another kind" };
        return Err(ReadError::UnknownFormat(found));
    }
    let schema = Schema::of(&root, warnings);
    let classes = schema.classes.iter().map(|class| schema.class(class)).collect();
    let relations = slots::read(&schema, warnings);
    let title = root.text("title").or_else(|| root.text("name").map(|name| words(&name)));
    Ok(OntologySpec { title, classes, relations })
}

/// A schema with its parts by name.
struct Schema<'y> {
    root: &'y Yaml,
    prefixes: HashMap<&'y str, &'y str>,
    classes: Vec<Class<'y>>,
    /// The ids of classes by name. None is one that says nothing or that nobody should use.
    class_ids: HashMap<&'y str, Option<String>>,
    /// Those that say nothing: `linkml:Any`.
    anything: HashSet<&'y str>,
    slots: HashMap<&'y str, &'y Yaml>,
    enums: HashMap<&'y str, &'y Yaml>,
    types: HashMap<&'y str, &'y Yaml>,
    /// How many values of enums were copied to slots.
    copied: Cell<usize>,
}

struct Class<'y> {
    id: String,
    name: &'y str,
    body: &'y Yaml,
}

impl<'y> Schema<'y> {
    fn of(root: &'y Yaml, warnings: &mut Vec<ReadWarning>) -> Self {
        let mut schema = Self {
            root,
            prefixes: entries(root, "prefixes").filter_map(|(name, body)| Some((name, prefix(body)?))).collect(),
            classes: Vec::new(),
            class_ids: HashMap::new(),
            anything: HashSet::new(),
            slots: entries(root, "slots").collect(),
            enums: entries(root, "enums").collect(),
            types: entries(root, "types").collect(),
            copied: Cell::new(0),
        };
        let iris = schema.unique_iris("classes", "class_uri");
        for (name, body) in entries(root, "classes") {
            if schema.class_ids.contains_key(name) {
                let problem = format!("class {name:?} is there twice, the first counts");
                warnings.push(ReadWarning::Syntax { line: body.line, problem });
                continue;
            }
            let is_any = body.text("class_uri").is_some_and(|uri| uri == "linkml:Any");
            let is_used = !is_any && !is_deprecated("class", name, body, warnings);
            let id = iris.get(name).cloned().unwrap_or_else(|| name.to_owned());
            schema.anything.extend(is_any.then_some(name));
            schema.class_ids.insert(name, is_used.then(|| id.clone()));
            if is_used {
                schema.classes.push(Class { id, name, body });
            }
        }
        for import in root.names("imports").into_iter().filter(|import| import != "linkml:types") {
            let line = root.get("imports").map(|imports| imports.line);
            let what = format!("import {import:?}");
            warnings.push(ReadWarning::PassedOver { line, what, why: "imports are not followed" });
        }
        schema
    }

    fn class(&self, class: &Class<'_>) -> ClassSpec {
        let body = class.body;
        let parents = body.names("is_a").into_iter().chain(body.names("mixins"));
        let example = |example: &Yaml| example.text("value").or_else(|| example.scalar().map(str::to_owned));
        ClassSpec {
            id: class.id.clone(),
            label: label(class.name, body),
            synonyms: body.names("aliases"),
            description: body.text("description"),
            parents: parents.filter_map(|parent| self.class_id(&parent)).collect(),
            examples: body.get("examples").map(Yaml::items).into_iter().flatten().filter_map(example).collect(),
            properties: annotation(body, "kgas_properties"),
        }
    }

    /// What to refer to a class by; a name that is none stays as it is, for the compiler to tell.
    fn class_id(&self, name: &str) -> Option<String> {
        self.class_ids.get(name).cloned().unwrap_or_else(|| Some(name.to_owned()))
    }

    /// IRIs of things that say one which no other says.
    fn unique_iris(&self, kind: &str, field: &str) -> HashMap<&'y str, String> {
        let said: Vec<(&str, String)> =
            entries(self.root, kind).filter_map(|(name, body)| Some((name, self.iri(&body.text(field)?)?))).collect();
        let mut seen = HashSet::new();
        let twice: HashSet<String> =
            said.iter().filter(|(_, iri)| !seen.insert(iri.as_str())).map(|(_, iri)| iri.clone()).collect();
        said.into_iter().filter(|(_, iri)| !twice.contains(iri)).collect()
    }

    fn iri(&self, curie: &str) -> Option<String> {
        if curie.contains("://") {
            return Some(curie.to_owned());
        }
        // A code such as Q5 is no IRI, and an id all the same.
        let Some((prefix, local)) = curie.split_once(':') else { return Some(curie.to_owned()) };
        Some(format!("{}{local}", self.prefixes.get(prefix)?))
    }
}

fn entries<'y>(root: &'y Yaml, name: &str) -> impl Iterator<Item = (&'y str, &'y Yaml)> {
    let entries = root.get(name).map(Yaml::entries).unwrap_or_default();
    entries.iter().map(|(name, body)| (name.as_str(), body))
}

fn prefix(body: &Yaml) -> Option<&str> {
    body.scalar().or_else(|| body.get("prefix_reference")?.scalar())
}

fn label(name: &str, body: &Yaml) -> String {
    body.text("title").unwrap_or_else(|| Some(words(name)).filter(|words| !words.is_empty()).unwrap_or(name.to_owned()))
}

fn is_deprecated(kind: &str, name: &str, body: &Yaml, warnings: &mut Vec<ReadWarning>) -> bool {
    let is_deprecated = body.text("deprecated").is_some_and(|text| text != "false");
    if is_deprecated {
        let what = format!("{kind} {name:?}");
        warnings.push(ReadWarning::PassedOver { line: Some(body.line), what, why: "it is deprecated" });
    }
    is_deprecated
}

/// What kgas says and LinkML has no word for: `annotations: {kgas_properties: [length]}`, the value plain or within
/// `value`, a list or one text with commas.
fn annotation(body: &Yaml, name: &str) -> Vec<String> {
    let Some(found) = body.get("annotations").and_then(|annotations| annotations.get(name)) else { return Vec::new() };
    let value = found.get("value").unwrap_or(found);
    let texts = value.items().iter().filter_map(Yaml::scalar).flat_map(|text| text.split(','));
    texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}
