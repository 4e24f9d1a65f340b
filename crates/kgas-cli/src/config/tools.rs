//! What the file and the environment say of tools, checked by the tools themselves.

use std::collections::{BTreeMap, BTreeSet};

use kgas_core::{Registry, RegistryError, ToolRegistration, nearest};
use serde_json::{Map, Value};

use super::environment::Environment;
use super::file::{File, ToolSetting};
use crate::declared::Declared;
use crate::failure::Failure;

/// The argument that names the variable with the key.
const KEY_VARIABLE: &str = "api_key_env";

/// What holds for tools where the command line says nothing.
pub(crate) fn declared(
    registry: &Registry,
    environment: &Environment,
    file: Option<&File>,
) -> Result<Declared, Failure> {
    let mut declared = Declared::default();
    if let Some(file) = file {
        for (id, (spec, line)) in &file.external {
            if registry.find(id).is_ok() {
                let place = file.place(*line);
                return Err(Failure::usage(format!("{place}: there is a tool {id} already: give it another name")));
            }
            match file.forbids_start(id, *line) {
                Some(why) => declared.withheld.insert(id.clone(), why).map(drop),
                None => declared.external.insert(id.clone(), spec.clone()).map(drop),
            };
        }
        are_known(registry, file)?;
        for (id, settings) in of_file(registry, file)? {
            declared.settings.insert(id, settings);
        }
    }
    for tool in registry.iter() {
        let of_tool = declared.settings.entry(tool.id().to_owned()).or_default();
        for (key, (name, value)) in environment.tools.iter().filter(|(key, _)| has(tool, key)) {
            of_tool.insert((*key).to_owned(), value.clone());
            let alone = Value::Object(Map::from_iter([((*key).to_owned(), value.clone())]));
            tool.build(alone).map_err(|error| Failure::usage(format!("{name}: {}", without_key(&error, key))))?;
        }
    }
    declared.settings.retain(|_, settings| !settings.is_empty());
    let of_file = file.and_then(|file| file.settings.get(KEY_VARIABLE)).map(|written| &written.values);
    let of_environment = environment.settings.get(KEY_VARIABLE).map(|(_, values)| values);
    of_file.into_iter().chain(of_environment).flatten().for_each(|variable| declared.withhold(variable));
    Ok(declared)
}

/// Who says something of a tool.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// An environment variable.
    Variable(&'a str),
    /// A line of the file.
    Line(usize),
}

/// Who says what holds of this setting of a tool.
pub(crate) fn source<'a>(environment: &'a Environment, file: Option<&File>, id: &str, key: &str) -> Option<Source<'a>> {
    if let Some((name, _)) = environment.tools.get(key) {
        return Some(Source::Variable(name));
    }
    let said = || file.into_iter().flat_map(|file| &file.tools).filter(|setting| setting.key == key);
    let own = said().find(|setting| setting.tool.as_deref() == Some(id));
    let shared = said().find(|setting| setting.tool.is_none());
    own.or(shared).map(|setting| Source::Line(setting.line))
}

fn has(tool: &ToolRegistration, key: &str) -> bool {
    tool.defaults().get(key).is_some()
}

/// Refuses tools and settings that there aren't.
fn are_known(registry: &Registry, file: &File) -> Result<(), Failure> {
    let keys_of = |tool: &ToolRegistration| {
        tool.defaults().as_object().into_iter().flat_map(|all| all.keys()).cloned().collect::<Vec<_>>()
    };
    for setting in &file.tools {
        let key = &setting.key;
        let known: BTreeSet<String> = match &setting.tool {
            Some(id) if file.external.contains_key(id) => continue,
            Some(id) => match registry.find(id) {
                Ok(tool) => keys_of(tool).into_iter().collect(),
                Err(RegistryError::Unknown { .. }) => {
                    let mut ids: Vec<&str> = file.external.keys().map(String::as_str).collect();
                    ids.extend(registry.iter().map(|tool| tool.id()));
                    let hint = nearest(id, ids).map(|near| format!(", did you mean tools.{near}?")).unwrap_or_default();
                    return Err(refused(file, setting, format!("tools.{id}: no tool is called {id}{hint}")));
                }
                Err(error) => return Err(Failure::fatal(error)),
            },
            None => registry.iter().flat_map(keys_of).collect(),
        };
        if known.contains(key) {
            continue;
        }
        let (of, before) = match &setting.tool {
            Some(id) => (format!("tools.{id}.{key}: no such setting of {id}"), format!("tools.{id}.")),
            None => (format!("tools.{key}: no tool has such a setting"), "tools.".to_owned()),
        };
        let hint = match nearest(key, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {before}{near}?"),
            None => format!("there are {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        };
        return Err(refused(file, setting, format!("{of}; {hint}")));
    }
    Ok(())
}

/// The settings of each tool: those for all that have them, and over them its own.
fn of_file(registry: &Registry, file: &File) -> Result<BTreeMap<String, Map<String, Value>>, Failure> {
    let mut all: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for tool in registry.iter() {
        let shared = file.tools.iter().filter(|setting| setting.tool.is_none() && has(tool, &setting.key));
        let own = file.tools.iter().filter(|setting| setting.tool.as_deref() == Some(tool.id()));
        let said: BTreeMap<&str, &ToolSetting> = shared.chain(own).map(|s| (s.key.as_str(), s)).collect();
        if said.is_empty() {
            continue;
        }
        let config: Map<String, Value> = said.iter().map(|(key, s)| ((*key).to_owned(), s.value.clone())).collect();
        if let Err(error) = tool.build(Value::Object(config.clone())) {
            let first = error.key().split(['.', '[']).next().unwrap_or_default();
            let Some(wrong) = said.get(first).or_else(|| said.values().next()) else { continue };
            let of = wrong.tool.as_ref().map(|id| format!("{id}.")).unwrap_or_default();
            return Err(refused(file, wrong, format!("tools.{of}{error}")));
        }
        all.insert(tool.id().to_owned(), config);
    }
    for setting in &file.tools {
        if let Some(id) = setting.tool.as_ref().filter(|id| file.external.contains_key(*id)) {
            all.entry(id.clone()).or_default().insert(setting.key.clone(), setting.value.clone());
        }
    }
    Ok(all)
}

fn refused(file: &File, setting: &ToolSetting, problem: String) -> Failure {
    Failure::usage(format!("{}: {problem}", file.place(setting.line)))
}

fn without_key(error: &kgas_core::ConfigError, key: &str) -> String {
    let told = error.to_string();
    told.strip_prefix(key).and_then(|rest| rest.strip_prefix(": ")).map(str::to_owned).unwrap_or(told)
}
