//! Tools with their settings: from what was typed to tools that are built and checked.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_core::{KgasTool, Need, Ontology, Registry, nearest};
use serde_json::{Map, Value, json};

use crate::args::ToolArgs;
use crate::failure::Failure;
use crate::input;
use crate::toolbox::{Named, Toolbox};

/// A tool that is built, with the configuration that it was built with.
#[derive(Clone, Debug)]
pub(crate) struct Equipped {
    pub(crate) tool: Arc<dyn KgasTool>,
    pub(crate) config: Value,
    /// How many processes it may have; none of a tool of this binary.
    pub(crate) processes: Option<NonZeroUsize>,
}

/// The tools of this binary.
pub(crate) fn registry() -> Result<Registry, Failure> {
    Registry::collect().map_err(Failure::fatal)
}

/// Builds tools by their ids, in order: those of this binary, and those outside it that are declared.
pub(crate) fn equip(registry: &Registry, ids: &[String], args: &ToolArgs) -> Result<Vec<Equipped>, Failure> {
    let toolbox = Toolbox::new(registry, &args.declared)?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = ids.iter().map(|id| id.trim()).find(|id| !seen.insert(*id)) {
        return Err(Failure::usage(format!("--tools: {twice} is named twice, name it once")));
    }
    let found: Vec<Named<'_>> = ids.iter().map(|id| toolbox.find(id.trim())).collect::<Result<_, Failure>>()?;
    let flags = flags(args)?;
    for (flag, _) in &flags {
        if !found.iter().any(|tool| has_setting(tool, flag)) {
            let ids = ids.join(", ");
            return Err(Failure::usage(format!("--{} is no setting of {ids}: leave it out", flag.replace('_', "-"))));
        }
    }
    let mut configs: Vec<Value> = found
        .iter()
        .map(|tool| {
            let declared = args.declared.settings.get(tool.id()).cloned().unwrap_or_default();
            let taken = flags.iter().filter(|(flag, _)| has_setting(tool, flag)).cloned();
            Value::Object(declared.into_iter().chain(taken).collect::<Map<_, _>>())
        })
        .collect();
    for (key, text) in &args.set {
        set(registry, &found, &mut configs, (key, text))?;
    }
    let build = |(tool, config): (&Named<'_>, Value)| {
        let mut whole = tool.defaults();
        merge(&mut whole, config.clone());
        let built = match tool {
            // What is unknown within a setting shows only before the rest is filled in.
            Named::Registered(_) => tool.build(config),
            Named::External(..) => tool.build(whole.clone()),
        };
        Ok(Equipped { tool: built.map_err(Failure::usage)?, config: whole, processes: tool.processes() })
    };
    found.iter().zip(configs).map(build).collect()
}

/// Whether any of the tools asks this of its surroundings.
pub(crate) fn needs(tools: &[Equipped], need: Need) -> Option<&str> {
    tools.iter().map(|equipped| equipped.tool.metadata()).find(|tool| tool.needs.contains(&need)).map(|tool| &*tool.id)
}

/// What to say of an ontology that is too large to be shown with every text.
pub(crate) fn note_of_cut(tools: &[Equipped], ontology: &Ontology) -> Option<String> {
    let allowances = tools.iter().filter_map(|equipped| equipped.config.get("ontology_tokens")?.as_u64());
    let least = allowances.min()?;
    let tokens = ontology.prompt_tokens();
    let is_larger = usize::try_from(least).is_ok_and(|least| tokens > least);
    is_larger.then(|| {
        format!(
            "the ontology takes about {tokens} tokens, and ontology_tokens allows {least}: a model is shown the part \
             that each chunk needs"
        )
    })
}

/// The flags that are settings of tools.
fn flags(args: &ToolArgs) -> Result<Vec<(String, Value)>, Failure> {
    let mut flags = Vec::new();
    let mut add = |name: &str, value: Value| flags.push((name.to_owned(), value));
    if let Some(size) = args.chunk_size {
        add("chunk_size", json!(size));
    }
    if let Some(confidence) = args.min_confidence {
        add("min_confidence", json!(confidence));
    }
    if let Some(all) = args.all_mentions {
        add("all_mentions", json!(all));
    }
    if let Some(keep) = args.keep_ungrounded {
        add("keep_ungrounded", json!(keep));
    }
    if let Some(overlap) = args.chunk_overlap {
        add("chunk_overlap", json!(overlap));
    }
    if let Some(second) = args.second_pass {
        add("second_pass", json!(second));
    }
    if let Some(temperature) = args.temperature {
        add("temperature", json!(temperature.0));
    }
    if let Some(format) = &args.response_format {
        add("response_format", json!(format));
    }
    if let Some(path) = &args.instructions {
        let text = input::read(path)
            .map_err(|problem| Failure::fatal(format!("instructions {}: {problem}", path.display())))?;
        add("instructions", json!(text.trim()));
    }
    Ok(flags)
}

fn has_setting(tool: &Named<'_>, name: &str) -> bool {
    tool.defaults().get(name).is_some()
}

/// `KEY=VALUE` for every tool that has the key, `TOOL.KEY=VALUE` for that tool.
fn set(
    registry: &Registry,
    tools: &[Named<'_>],
    configs: &mut [Value],
    (key, text): (&str, &str),
) -> Result<(), Failure> {
    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    // Ids of others have dots: the longest that it begins with is meant.
    let named = tools.iter().filter_map(|tool| Some((tool.id(), key.strip_prefix(tool.id())?.strip_prefix('.')?)));
    let named = named.max_by_key(|(id, _)| id.len());
    let (only, path) = named.map_or((None, key), |(id, path)| (Some(id), path));
    let first = path.split('.').next().unwrap_or(path);
    let mut used = false;
    for (tool, config) in tools.iter().zip(configs) {
        if only.is_none_or(|id| id == tool.id()) && has_setting(tool, first) {
            nest(config, path, value.clone());
            used = true;
        }
    }
    if used {
        return Ok(());
    }
    let ids = tools.iter().map(Named::id).collect::<Vec<_>>().join(", ");
    if let Some(other) = registry.iter().find(|tool| only.is_none() && tool.id() == first) {
        return Err(Failure::usage(format!("--set {key}: tool {} is not among {ids}", other.id())));
    }
    if let (None, Some((id, _))) = (only, key.split_once('.')) {
        registry.find(id).map_err(|error| Failure::usage(format!("--set {key}: {error}")))?;
    }
    let asked = tools.iter().filter(|tool| only.is_none_or(|id| id == tool.id()));
    let defaults: Vec<Value> = asked.map(Named::defaults).collect();
    let known: BTreeSet<&str> =
        defaults.iter().filter_map(Value::as_object).flat_map(|map| map.keys()).map(String::as_str).collect();
    let hint = match nearest(first, known.iter().copied()) {
        Some(name) => format!("did you mean {name}?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("there are {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Err(Failure::usage(format!("--set {key}: no such setting of {}; {hint}", only.unwrap_or(&ids))))
}

/// Puts a value at a dotted path.
fn nest(config: &mut Value, path: &str, value: Value) {
    let mut place = config;
    for part in path.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        let Some(object) = place.as_object_mut() else { return };
        place = object.entry(part).or_insert(Value::Null);
    }
    *place = value;
}

fn merge(whole: &mut Value, over: Value) {
    match (whole, over) {
        (Value::Object(whole), Value::Object(over)) => {
            for (key, value) in over {
                merge(whole.entry(key).or_insert(Value::Null), value);
            }
        }
        (whole, over) => *whole = over,
    }
}
