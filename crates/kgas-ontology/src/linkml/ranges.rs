//! What a slot's range comes to: classes, datatypes, or the values of an enum.

use std::collections::HashSet;

use super::Schema;
use super::yaml::Yaml;
use crate::vocabulary as v;

/// So many values of enums are copied to slots; an enum that more slots share says no more than a string.
const MOST_VALUES: usize = 1_000_000;

/// What the values of a slot are.
#[derive(Debug, Default)]
pub(crate) struct Range {
    pub(crate) names: Vec<String>,
    pub(crate) values: Vec<String>,
}

/// The range of a slot that is defined in several places, the nearest first. None where none of them says it.
pub(crate) fn range(schema: &Schema<'_>, layers: &[&Yaml]) -> Option<Range> {
    let mut range = Range::default();
    for layer in layers {
        let mut names: Vec<String> = Vec::new();
        for choice in ["any_of", "exactly_one_of"].iter().filter_map(|key| layer.get(key)) {
            names.extend(choice.items().iter().filter_map(|one| one.text("range")));
        }
        if names.is_empty() {
            names.extend(layer.text("range"));
        }
        if names.is_empty() {
            continue;
        }
        for name in names {
            if !add(schema, &name, &mut range) {
                return Some(Range::default());
            }
        }
        return Some(range);
    }
    None
}

/// What a slot has that says nothing.
pub(crate) fn default(schema: &Schema<'_>) -> Range {
    let mut range = Range::default();
    let name = schema.root.text("default_range");
    match name {
        Some(name) if add(schema, &name, &mut range) => range,
        Some(_) => Range::default(),
        None => Range { names: vec![v::XSD_STRING.to_owned()], ..range },
    }
}

/// Whether the range still says something: with `linkml:Any` in it, it doesn't.
fn add(schema: &Schema<'_>, name: &str, range: &mut Range) -> bool {
    let found = match schema.class_ids.get(name) {
        Some(Some(id)) => id.clone(),
        Some(None) => return !schema.anything.contains(name),
        None => {
            if let Some(body) = schema.enums.get(name) {
                let values = permissible(body);
                schema.copied.set(schema.copied.get() + values.len());
                if !values.is_empty() && schema.copied.get() <= MOST_VALUES {
                    range.values.extend(values);
                    return true;
                }
            }
            let is_enum = schema.enums.contains_key(name);
            let known = if is_enum { Some(v::XSD_STRING) } else { datatype(schema, name) };
            known.unwrap_or(name).to_owned()
        }
    };
    if !range.names.contains(&found) {
        range.names.push(found);
    }
    true
}

fn permissible(body: &Yaml) -> Vec<String> {
    let Some(values) = body.get("permissible_values") else { return Vec::new() };
    if values.is_map() {
        return values.entries().iter().map(|(value, _)| value.clone()).collect();
    }
    let text = |value: &Yaml| value.text("text").or_else(|| value.scalar().map(str::to_owned));
    values.items().iter().filter_map(text).collect()
}

/// The XSD type of a type, followed to what it is made of.
fn datatype(schema: &Schema<'_>, name: &str) -> Option<&'static str> {
    let mut seen = HashSet::new();
    let mut name = name.to_owned();
    while seen.insert(name.clone()) {
        let Some(body) = schema.types.get(name.as_str()) else { return builtin(&name) };
        if let Some(uri) = body.text("uri").and_then(|uri| xsd(&uri)) {
            return Some(uri);
        }
        match body.text("typeof").or_else(|| body.text("base")) {
            Some(next) => name = next,
            None => return Some(v::XSD_STRING),
        }
    }
    // `integer` may be defined as itself.
    Some(builtin(&name).unwrap_or(v::XSD_STRING))
}

fn xsd(uri: &str) -> Option<&'static str> {
    builtin(uri.strip_prefix("xsd:").or_else(|| uri.strip_prefix(v::XSD))?)
}

fn builtin(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "string" | "str" | "ncname" | "objectidentifier" | "nodeidentifier" | "jsonpointer" | "jsonpath"
        | "sparqlpath" | "langstring" | "token" | "normalizedstring" => v::XSD_STRING,
        "integer" | "int" | "long" | "short" | "nonnegativeinteger" | "positiveinteger" => v::XSD_INTEGER,
        "float" | "double" | "decimal" => v::XSD_DECIMAL,
        "boolean" | "bool" => v::XSD_BOOLEAN,
        "gyear" | "year" => v::XSD_GYEAR,
        "date" | "gyearmonth" | "xsddate" => v::XSD_DATE,
        "datetime" | "date_or_datetime" | "xsddatetime" => v::XSD_DATE_TIME,
        "time" | "xsdtime" => v::XSD_TIME,
        "duration" => v::XSD_DURATION,
        "uri" | "uriorcurie" | "curie" | "anyuri" => v::XSD_ANY_URI,
        _ => return None,
    })
}
