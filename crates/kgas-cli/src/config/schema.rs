//! `kgas config schema`: a JSON Schema of `kgas.toml`, of the same definitions that the file is read by.

use clap::Arg;
use kgas_core::{Registry, ToolRegistration};
use serde_json::{Map, Value, json};

use super::external::{KEYS, NEEDS, TIMEOUT};
use super::table::{Kind, SECTIONS, SETTINGS, Setting, argument};
use crate::Exit;
use crate::failure::Failure;
use crate::settings::registry;
use crate::show::Show;

/// Prints the schema.
pub(crate) fn main(show: Show) -> Result<Exit, Failure> {
    show.json(&schema(&registry()?))?;
    Ok(Exit::Complete)
}

fn schema(registry: &Registry) -> Value {
    let mut definitions = Map::new();
    let mut sections = Map::new();
    for (section, about) in SECTIONS {
        let of_section = match section {
            "tools" => tools(registry, about, &mut definitions),
            _ => {
                object(about, SETTINGS.iter().filter(|s| s.section == section).map(|s| (s.key.to_owned(), setting(s))))
            }
        };
        sections.insert(section.to_owned(), of_section);
    }
    sections.insert("external".to_owned(), external());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "kgas.toml",
        "type": "object",
        "properties": sections,
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn object(about: &str, properties: impl Iterator<Item = (String, Value)>) -> Value {
    let properties: Map<String, Value> = properties.collect();
    json!({"description": about, "type": "object", "properties": properties, "additionalProperties": false})
}

/// The schema of a setting: its form, and what the argument says.
fn setting(setting: &Setting) -> Value {
    let one_or_more = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    let mut schema = match setting.kind {
        Kind::Text | Kind::Secret | Kind::Path => json!({"type": "string"}),
        Kind::Paths | Kind::Names => one_or_more,
        Kind::Count => json!({"type": "integer", "minimum": 0}),
        Kind::Limit => json!({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "none"}]}),
        Kind::Number => json!({"type": "number"}),
        Kind::Switch => json!({"type": "boolean"}),
        Kind::Pairs => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Kind::Fields => json!({"type": "object"}),
    };
    let (Some(fields), Some(argument)) = (schema.as_object_mut(), argument(setting.argument)) else { return schema };
    if let Some(help) = argument.get_help() {
        fields.insert("description".to_owned(), json!(help.to_string()));
    }
    if setting.kind == Kind::Text
        && let Some(names) = names(argument)
    {
        fields.insert("enum".to_owned(), json!(names));
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|text| text.to_string_lossy().into_owned()).collect();
    if let Some(default) = setting.kind.value(&defaults) {
        fields.insert("default".to_owned(), default);
    }
    schema
}

/// The names that an argument takes, where it takes no others.
fn names(argument: &Arg) -> Option<Vec<String>> {
    let names: Vec<String> = argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    (!names.is_empty()).then_some(names)
}

/// The settings of each tool by its own schema, and those of all.
fn tools(registry: &Registry, about: &str, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for tool in registry.iter() {
        let of_tool = of_tool(tool, definitions);
        for (key, schema) in of_tool.get("properties").and_then(Value::as_object).into_iter().flatten() {
            properties.entry(key.clone()).or_insert_with(|| schema.clone());
        }
    }
    for tool in registry.iter() {
        properties.insert(tool.id().to_owned(), of_tool(tool, definitions));
    }
    // A tool outside this program may have any.
    json!({"description": about, "type": "object", "properties": properties, "additionalProperties": {"type": "object"}})
}

/// A tool's own schema, whose definitions move to the root, under names that no other tool has.
fn of_tool(tool: &ToolRegistration, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = json!(tool.config_schema());
    let own = schema.as_object_mut().and_then(|fields| {
        fields.remove("$schema");
        fields.remove("$defs")
    });
    renamed(&mut schema, tool.id());
    if let Some(temperature) = schema.pointer_mut("/properties/temperature") {
        let with_none = json!({"anyOf": [temperature.take(), {"const": "none"}]});
        *temperature = with_none;
    }
    if let Some(Value::Object(own)) = own {
        for (name, mut definition) in own {
            renamed(&mut definition, tool.id());
            definitions.insert(format!("{}.{name}", tool.id()), definition);
        }
    }
    schema
}

fn renamed(schema: &mut Value, id: &str) {
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields {
                let of = value.as_str().filter(|_| key == "$ref").and_then(|of| of.strip_prefix("#/$defs/"));
                match of {
                    Some(of) => *value = json!(format!("#/$defs/{id}.{of}")),
                    None => renamed(value, id),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| renamed(item, id)),
        _ => {}
    }
}

/// Tools outside this program.
fn external() -> Value {
    let properties: Map<String, Value> = KEYS
        .iter()
        .map(|(key, about)| {
            let mut schema = match *key {
                "command" => json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
                "needs" => json!({"type": "array", "items": {"enum": NEEDS.map(|(name, _)| name)}}),
                "timeout" => json!({"type": "number", "exclusiveMinimum": 0, "default": TIMEOUT}),
                "processes" => json!({"type": "integer", "minimum": 1, "default": 1}),
                _ => json!({"type": "string"}),
            };
            if let Some(fields) = schema.as_object_mut() {
                fields.insert("description".to_owned(), json!(about));
            }
            ((*key).to_owned(), schema)
        })
        .collect();
    let tool = json!({
        "type": "object",
        "properties": properties,
        "required": ["command"],
        "additionalProperties": false,
    });
    json!({"description": "Tools outside this program, by id", "type": "object", "additionalProperties": tool})
}
