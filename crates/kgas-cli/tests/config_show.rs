//! What `kgas config show` and `kgas config schema` say, and that the page on configuration agrees with both.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};
use support::{Desk, Ran};
use toml::de::{DeTable, DeValue};

/// The example of the page, which has every key.
fn example() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, after) = page.split_once("```toml\n").unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

fn json_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => serde_json::from_str(number.as_str()).unwrap(),
        DeValue::Float(number) => serde_json::from_str(number.as_str()).unwrap(),
        DeValue::Boolean(on) => json!(on),
        DeValue::Array(items) => items.iter().map(|item| json_of(item.get_ref())).collect(),
        DeValue::Table(table) => table_of(table),
        DeValue::Datetime(_) => panic!("no setting is a date"),
    }
}

fn table_of(table: &DeTable<'_>) -> Value {
    let field = |(key, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<DeValue<'_>>)| {
        (key.get_ref().to_string(), json_of(value.get_ref()))
    };
    Value::Object(table.iter().map(field).collect::<Map<_, _>>())
}

/// Where a value isn't as the schema has it: the part of JSON Schema that this one uses.
fn problems(schema: &Value, root: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(of) = schema["$ref"].as_str() {
        let definition = of.strip_prefix("#/$defs/").and_then(|name| root["$defs"].get(name));
        return problems(definition.unwrap_or_else(|| panic!("{of} is not there")), root, value, at);
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(ways) = schema[several].as_array() {
            let fits = ways.iter().any(|way| problems(way, root, value, at).is_empty());
            return if fits { Vec::new() } else { vec![format!("{at}: {value} fits none of {ways:?}")] };
        }
    }
    let mut found = Vec::new();
    let is_type = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    };
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_type(name)) {
        found.push(format!("{at}: {value} is not {types:?}"));
    }
    let is_other = schema.get("const").is_some_and(|only| only != value);
    if is_other || schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
        found.push(format!("{at}: {value} is not allowed"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        found.push(format!("{at}: {value} is below {least}"));
    }
    for item in value.as_array().into_iter().flatten().filter(|_| schema["items"].is_object()) {
        found.extend(problems(&schema["items"], root, item, at));
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        match (schema["properties"].get(key), &schema["additionalProperties"]) {
            (Some(of), _) | (None, of @ Value::Object(_)) => found.extend(problems(of, root, value, &at)),
            (None, Value::Bool(false)) => found.push(format!("{at} is not known")),
            _ => {}
        }
    }
    found
}

fn schema() -> Value {
    let ran = Desk::new().kgas(&["config", "schema"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// All settings of `kgas config show --json`, by name.
fn shown(desk: &Desk) -> Vec<(String, Value, String)> {
    let ran = desk.kgas(&["config", "show", "--json", "--config", "kgas.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = told["settings"].as_array().unwrap().clone();
    rows.iter().map(|row| (text(&row["setting"]), row["value"].clone(), text(&row["from"]))).collect()
}

#[test]
fn the_page_has_every_setting_and_each_holds() {
    let desk = Desk::new();
    desk.write("kgas.toml", example());
    for (name, value, from) in shown(&desk) {
        assert!(from.starts_with("kgas.toml:"), "{name} = {value} is {from}: the page's example lacks it");
    }
}

#[test]
fn the_schema_has_every_setting_and_takes_the_page_s_example() {
    let (schema, text) = (schema(), example());
    let document = DeTable::parse(&text).unwrap();
    let file = table_of(document.get_ref());
    assert_eq!(problems(&schema, &schema, &file, ""), Vec::<String>::new());
    let desk = Desk::new();
    desk.write("kgas.toml", "");
    let names = shown(&desk).into_iter().map(|(name, ..)| name);
    let known: BTreeSet<String> = schema["properties"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(section, _)| !["tools", "external"].contains(&section.as_str()))
        .flat_map(|(section, of)| {
            of["properties"].as_object().unwrap().keys().map(move |key| format!("{section}.{key}"))
        })
        .collect();
    assert_eq!(names.collect::<BTreeSet<_>>(), known);
}

#[test]
fn the_schema_refuses_what_kgas_refuses() {
    let schema = schema();
    let cases = [
        "[provider]\nbase_ulr = \"http://h\"\n",
        "[provider]\nname = \"nobody\"\n",
        "[limits]\nrpm = \"fast\"\n",
        "[limits]\nrpm = 0\n",
        "[cache]\noffline = 1\n",
        "[tools.T23a_rules]\nchunk_sise = 900\n",
        "[external.w]\ncommand = [\"w\"]\nneeds = [\"money\"]\n",
        "[limit]\nrpm = 1\n",
    ];
    for text in cases {
        let document = DeTable::parse(text).unwrap();
        assert!(!problems(&schema, &schema, &table_of(document.get_ref()), "").is_empty(), "{text}");
        let desk = Desk::new();
        desk.write("kgas.toml", text);
        assert_eq!(desk.kgas(&["config", "show"]).code, Some(2), "{text}");
    }
}

#[test]
fn all_is_shown_but_what_may_be_secret() {
    let desk = Desk::new();
    let file = "[provider]\nbase_url = \"http://127.0.0.1:1\"\nheader = {x-key = \"hunter2\"}\nproxy = \"http://me:hunter2@h:1\"\n\
                extra_body = {user = \"hunter2\"}\n[limits]\nrpm = 7\n[output]\ntools = [\"T23a_rules\", \"T27_rules\"]\n\
                [tools]\nchunk_size = 400\n[tools.T23a_rules]\nmin_confidence = 0.5\n\
                [external.\"acme.words\"]\ncommand = [\"python3\", \"words.py\"]\n";
    desk.write("kgas.toml", file);
    let mut command = desk.command(&["config", "show"]);
    command.envs([("KGAS_API_KEY", "hunter2-of-all"), ("KGAS_TPM", "9000"), ("KGAS_MIN_CONFIDENCE", "0.6")]);
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("hunter2"));
    let folder = desk.path(".").canonicalize().unwrap().display().to_string();
    insta::assert_snapshot!(format!("{}\n{}", ran.stderr, ran.stdout).replace(&folder, "FOLDER"));
}
