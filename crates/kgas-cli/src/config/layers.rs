//! Which value of a setting holds where the command line says nothing: the environment's, or the file's.

use std::collections::BTreeMap;

use clap::{ArgMatches, Command, parser::ValueSource};

use super::environment::Environment;
use super::file::File;
use super::table::{Kind, Setting};
use crate::failure::Failure;

/// Values that hold, by argument.
pub(crate) type Layered = BTreeMap<&'static str, Said>;

/// A value, and who said it.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) setting: &'static Setting,
    pub(crate) values: Vec<String>,
    pub(crate) by: By,
}

/// Who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// An environment variable.
    Variable(String),
    /// A line of the file.
    Line(usize),
}

/// Where the first is said by one who comes before, the others are not what that one means: another provider has other
/// addresses, models and keys, and a key goes nowhere with an address that it wasn't written for.
const FALLS: [(&str, &[&str]); 8] = [
    (
        "provider",
        &[
            "base_url",
            "api_version",
            "api_key_env",
            "organization",
            "header",
            "extra_body",
            "model",
            "embedding_model",
            "context_window",
        ],
    ),
    ("base_url", &["api_key_env", "organization", "header"]),
    ("merge", &["merge_similar"]),
    ("cache", &["no_journal"]),
    ("no_journal", &["cache", "offline"]),
    ("offline", &["no_journal"]),
    ("refresh", &["offline", "no_journal"]),
    ("retry_failed", &["offline", "no_journal"]),
];

/// What says which server is meant.
const PLACES: [&str; 2] = ["provider", "base_url"];

/// Switches that leave another setting without sense.
const EXCLUDE: [(&str, &str); 2] = [("no_journal", "cache"), ("no_journal", "offline")];

/// What was typed, by argument.
pub(crate) struct Typed<'m> {
    matches: &'m ArgMatches,
}

impl<'m> Typed<'m> {
    pub(crate) const fn new(matches: &'m ArgMatches) -> Self {
        Self { matches }
    }

    fn has(&self, argument: &str) -> bool {
        let is_there = self.matches.ids().any(|id| id == argument);
        is_there && self.matches.value_source(argument) == Some(ValueSource::CommandLine)
    }

    fn says(&self, argument: &str, values: &[String]) -> bool {
        let typed = self.matches.get_raw(argument).into_iter().flatten();
        typed.map(|value| value.to_string_lossy()).eq(values.iter().map(String::as_str))
    }
}

/// What holds for a command where nothing was typed.
pub(crate) fn layered(
    command: &Command,
    typed: &Typed<'_>,
    environment: &Environment,
    file: Option<&File>,
) -> Result<Layered, Failure> {
    let of_file = |setting: &'static Setting| {
        let written = file?.settings.get(setting.argument)?;
        Some(Said { setting, values: written.values.clone(), by: By::Line(written.line) })
    };
    let of_variable = |setting: &'static Setting| {
        let (name, values) = environment.settings.get(setting.argument)?;
        Some(Said { setting, values: values.clone(), by: By::Variable(name.clone()) })
    };
    let settings = || super::table::SETTINGS.iter().filter(|setting| setting.is_for(command));
    let mut held: Layered = settings().filter_map(of_file).map(|said| (said.setting.argument, said)).collect();
    let variables: Layered = settings().filter_map(of_variable).map(|said| (said.setting.argument, said)).collect();
    fall(&mut held, |argument, was| {
        variables.get(argument).is_some_and(|said| was.is_none_or(|was| *was != said.values))
    });
    held.extend(variables);
    fall(&mut held, |argument, was| typed.has(argument) && was.is_none_or(|was| !typed.says(argument, was)));
    held.retain(|argument, _| !typed.has(argument));
    for (switch, other) in EXCLUDE {
        if let Some((switch, other)) = held.get(switch).zip(held.get(other))
            && switch.is_on()
            && (other.setting.kind != Kind::Switch || other.is_on())
        {
            let (one, two) = (switch.setting.name(), other.setting.name());
            let place = switch.place(file);
            return Err(Failure::usage(format!("{place}: {one} can't hold together with {two}: take one of them out")));
        }
    }
    Ok(held)
}

/// Takes out what falls with what is said above; `is_over` knows whether that is said, and otherwise than here.
fn fall(held: &mut Layered, is_over: impl Fn(&str, Option<&Vec<String>>) -> bool) {
    for (over, others) in FALLS {
        // Models and keys that were written for no server in particular are for whichever is named.
        let is_of_server = PLACES.contains(&over);
        if is_of_server && !PLACES.iter().any(|place| held.contains_key(place)) {
            continue;
        }
        if is_over(over, held.get(over).map(|said| &said.values)) {
            held.retain(|argument, _| !others.contains(argument));
        }
    }
}

impl Said {
    /// Whether a switch is on.
    pub(crate) fn is_on(&self) -> bool {
        self.values.iter().any(|value| value == "true")
    }

    /// The variable, or the file with the line.
    pub(crate) fn place(&self, file: Option<&File>) -> String {
        match &self.by {
            By::Variable(name) => name.clone(),
            By::Line(line) => file.map(|file| file.place(*line)).unwrap_or_default(),
        }
    }
}
