//! `kgas config show`: each setting with its value, and who says so.

use serde::Serialize;
use serde_json::{Value, json};

use super::command::definition;
use super::environment::Environment;
use super::file::File;
use super::layers::{Layered, Said, Typed, layered};
use super::table::{SETTINGS, Setting, argument};
use super::tools::{self, Source};
use crate::Exit;
use crate::failure::Failure;
use crate::settings::registry;
use crate::show::Show;

/// What stands for a value that isn't shown.
const SET: &str = "(set)";

/// A line of what is shown.
#[derive(Debug, Serialize)]
struct Row {
    setting: String,
    /// As it is written in a file; null where nothing holds.
    value: Value,
    from: String,
}

/// Shows all settings, those of tools as far as somebody says something of them.
pub(crate) fn main(file: Option<&File>, as_json: bool, show: Show) -> Result<Exit, Failure> {
    let environment = Environment::read()?;
    let nothing_typed = clap::Command::new("show").try_get_matches_from([""; 0]).map_err(Failure::fatal)?;
    let whole = definition().find_subcommand("extract").ok_or_else(|| Failure::fatal("there is no such command"))?;
    let held = layered(whole, &Typed::new(&nothing_typed), &environment, file)?;
    let mut rows: Vec<Row> = SETTINGS.iter().map(|setting| row(setting, &held, file)).collect();
    rows.extend(of_tools(&environment, file)?);
    environment.warnings.iter().for_each(|warning| show.warning(warning));
    if as_json {
        let about = file.map(|file| json!({"path": file.source.path, "may": file.standing()}));
        show.json(&json!({"file": about, "settings": rows}))?;
        return Ok(Exit::Complete);
    }
    show.note(&match file {
        Some(file) => format!("{}: {}", file.source.path.display(), file.standing()),
        None => "no kgas.toml here or upwards".to_owned(),
    });
    let mut table = vec![["SETTING", "VALUE", "FROM"].map(str::to_owned).to_vec()];
    table.extend(rows.into_iter().map(|row| {
        let value = match row.value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text,
            Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
            other => other.to_string(),
        };
        vec![row.setting, value, row.from]
    }));
    show.table(&table)?;
    Ok(Exit::Complete)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn row(setting: &'static Setting, held: &Layered, file: Option<&File>) -> Row {
    let name = setting.name();
    match held.get(setting.argument) {
        Some(said) => Row { setting: name, value: value(said), from: said.place(file) },
        None => {
            let default = argument(setting.argument).map(|arg| arg.get_default_values()).unwrap_or_default();
            let texts: Vec<String> = default.iter().map(|text| text.to_string_lossy().into_owned()).collect();
            Row { setting: name, value: setting.kind.value(&texts).unwrap_or_default(), from: "default".to_owned() }
        }
    }
}

fn value(said: &Said) -> Value {
    match said.shown() {
        Some(_) => said.setting.kind.value(&said.values).unwrap_or_default(),
        None => json!(SET),
    }
}

/// What is said of tools, by tool and key.
fn of_tools(environment: &Environment, file: Option<&File>) -> Result<Vec<Row>, Failure> {
    let registry = registry()?;
    let declared = tools::declared(&registry, environment, file)?;
    let mut rows = Vec::new();
    for (id, settings) in &declared.settings {
        for (key, value) in settings {
            let from = match tools::source(environment, file, id, key) {
                Some(Source::Variable(name)) => name.to_owned(),
                Some(Source::Line(line)) => file.map(|file| file.place(line)).unwrap_or_default(),
                None => String::new(),
            };
            rows.push(Row { setting: format!("tools.{id}.{key}"), value: value.clone(), from });
        }
    }
    for (file, (id, (spec, line))) in file.iter().flat_map(|file| file.external.iter().map(move |tool| (file, tool))) {
        let command = json!(spec.command);
        rows.push(Row { setting: format!("external.{id}.command"), value: command, from: file.place(*line) });
    }
    Ok(rows)
}

impl File {
    /// What it may do, in a word.
    fn standing(&self) -> &'static str {
        match (self.source.is_named, self.is_trusted) {
            (true, _) => "named, so it may do all that you may",
            (_, true) => "trusted, so it may do all that you may",
            _ => "not trusted: what decides where a key goes, leads out of its folder or starts a program is refused",
        }
    }
}
