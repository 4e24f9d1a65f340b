//! What environment variables say: `KGAS_` and the name of a flag.

use std::collections::BTreeMap;

use kgas_core::nearest;
use serde_json::{Value, json};

use super::file::nothing;
use super::table::{Kind, SETTINGS, TOOL_FLAGS, argument, variable};
use super::{check, find};
use crate::failure::Failure;
use crate::input;

/// Variables that aren't a setting's.
const OTHERS: [&str; 2] = ["KGAS_API_KEY", find::VARIABLE];

/// What a test tells another process isn't ours to judge.
const OF_TESTS: &str = "KGAS_TEST_";

/// What the environment says.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// By argument: the variable, and the values.
    pub(crate) settings: BTreeMap<&'static str, (String, Vec<String>)>,
    /// By key of a tool's setting: the variable, and the value.
    pub(crate) tools: BTreeMap<&'static str, (String, Value)>,
    /// Names that look like a known one and are none.
    pub(crate) warnings: Vec<String>,
}

impl Environment {
    /// Reads and checks the variables of this process.
    pub(crate) fn read() -> Result<Self, Failure> {
        let mut found = Self { warnings: strangers(), ..Self::default() };
        for setting in SETTINGS {
            let Some((name, text)) = setting.variable().and_then(value_of).transpose()? else { continue };
            let wrong = |problem: String| Failure::usage(format!("{name}: {problem}"));
            let values = match setting.kind {
                Kind::Names => text.split(',').map(|word| word.trim().to_owned()).collect(),
                _ => vec![text],
            };
            let problem = argument(setting.argument)
                .and_then(|argument| values.iter().find_map(|value| check::problem(argument, value)));
            if let Some(problem) = problem {
                return Err(wrong(problem));
            }
            found.settings.insert(setting.argument, (name, values));
        }
        for key in TOOL_FLAGS {
            let Some((name, text)) = value_of(variable(key)).transpose()? else { continue };
            let problem = argument(key).and_then(|argument| check::problem(argument, &text));
            if let Some(problem) = problem {
                return Err(Failure::usage(format!("{name}: {problem}")));
            }
            let value = match key {
                "instructions" => json!(instructions(&name, &text)?),
                "response_format" => Value::String(text),
                _ => nothing(key, serde_json::from_str(&text).unwrap_or(Value::String(text))),
            };
            found.tools.insert(key, (name, value));
        }
        Ok(found)
    }
}

/// The file that the variable names, as the flag would.
fn instructions(name: &str, file: &str) -> Result<String, Failure> {
    let text = input::read(file.as_ref());
    let text = text.map_err(|problem| Failure::fatal(format!("{name}: {file}: {problem}")))?;
    Ok(text.trim().to_owned())
}

/// A variable with its value; none where it isn't set or blank.
fn value_of(name: String) -> Option<Result<(String, String), Failure>> {
    let value = std::env::var_os(&name).filter(|value| !value.to_string_lossy().trim().is_empty())?;
    Some(match value.into_string() {
        Ok(text) => Ok((name, text)),
        Err(_not_shown) => Err(Failure::usage(format!("{name}: not UTF-8"))),
    })
}

/// What to say of variables that are probably misspelled.
fn strangers() -> Vec<String> {
    let known: Vec<String> = SETTINGS
        .iter()
        .filter_map(super::table::Setting::variable)
        .chain(TOOL_FLAGS.map(variable))
        .chain(OTHERS.map(str::to_owned))
        .collect();
    // All of them begin alike, which would make any two of them near.
    let short: Vec<&str> = known.iter().filter_map(|name| name.strip_prefix("KGAS_")).collect();
    let mut names: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    names.sort();
    let strange = names.iter().filter(|name| !known.contains(name) && !name.starts_with(OF_TESTS));
    let told = strange.filter_map(|name| {
        let near = nearest(name.strip_prefix("KGAS_")?, short.iter().copied())?;
        Some(format!("{name} in the environment is not used; did you mean KGAS_{near}?"))
    });
    told.collect()
}
