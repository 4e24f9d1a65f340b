//! Whether an answer schema is one that OpenAI takes.

use serde_json::Value;

use crate::openai::Refusal;

const MAX_NAME: usize = 64;
const FORBIDDEN: [&str; 6] = ["allOf", "oneOf", "not", "if", "dependentRequired", "patternProperties"];

/// Checks a `response_format` of type `json_schema`; with `strict: true` also the rules of structured outputs:
/// each object closed, each property required, no `oneOf` and its like.
pub(crate) fn check(format: &Value) -> Result<(), Refusal> {
    let refuse = |part: &str, problem: &str| {
        let param = format!("response_format.json_schema{part}");
        Refusal::invalid(Some(&param), format!("'{param}' {problem}"))
    };
    let wrapper =
        format.get("json_schema").and_then(Value::as_object).ok_or_else(|| refuse("", "must be an object."))?;
    let name = wrapper.get("name").and_then(Value::as_str).filter(|name| is_name(name));
    let name = name.ok_or_else(|| refuse(".name", "must be 1 to 64 of a-z, A-Z, 0-9, _ and -."))?;
    let is_strict = match wrapper.get("strict") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(is_strict)) => *is_strict,
        Some(_) => return Err(refuse(".strict", "must be a boolean.")),
    };
    let Some(schema) = wrapper.get("schema").filter(|schema| schema.is_object()) else {
        return Err(refuse(".schema", "must be an object."));
    };
    if !is_strict {
        return Ok(());
    }
    let root = match schema.get("type") {
        Some(kind) if kind == "object" => closed(schema, &mut Vec::new()),
        _ => Err("schema must be a JSON Schema of 'type: \"object\"'".to_owned()),
    };
    root.map_err(|problem| {
        let message = format!("Invalid schema for response_format '{name}': {problem}.");
        Refusal::invalid(Some("response_format"), message)
    })
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// Checks one schema and those inside it; `context` is the way there.
fn closed(schema: &Value, context: &mut Vec<String>) -> Result<(), String> {
    let at = |context: &[String]| format!("In context=({})", context.join(", "));
    let fields = schema.as_object().ok_or_else(|| format!("{}, a schema must be an object", at(context)))?;
    if let Some(word) = FORBIDDEN.iter().find(|word| fields.contains_key(**word)) {
        return Err(format!("{}, '{word}' is not permitted", at(context)));
    }
    if is_object(schema) {
        if fields.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err(format!("{}, 'additionalProperties' is required to be supplied and to be false", at(context)));
        }
        let required: Vec<&str> = fields
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let properties = fields.get("properties").and_then(Value::as_object);
        if let Some(name) = properties.and_then(|all| all.keys().find(|name| !required.contains(&name.as_str()))) {
            return Err(format!(
                "{}, 'required' is required to be supplied and to be an array including every key in \
                 properties. Missing '{name}'",
                at(context)
            ));
        }
    }
    for key in ["properties", "$defs", "definitions"] {
        for (name, inner) in fields.get(key).and_then(Value::as_object).into_iter().flatten() {
            descend(&[key, name], inner, context)?;
        }
    }
    if let Some(items) = fields.get("items") {
        descend(&["items"], items, context)?;
    }
    for (index, inner) in fields.get("anyOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        descend(&["anyOf", &index.to_string()], inner, context)?;
    }
    Ok(())
}

fn descend(steps: &[&str], inner: &Value, context: &mut Vec<String>) -> Result<(), String> {
    let depth = context.len();
    context.extend(steps.iter().map(|step| format!("'{step}'")));
    closed(inner, context)?;
    context.truncate(depth);
    Ok(())
}

/// `type` is `object`, alone or among others.
fn is_object(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        Some(kind) => kind == "object",
        None => schema.get("properties").is_some(),
    }
}
