//! A configuration file, understood and checked: each value with its line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use kgas_core::nearest;
use kgas_engine::ExternalSpec;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::external;
use super::find::Source;
use super::table::{Kind, SECTIONS, SETTINGS, Setting, argument};
use super::{check, value};
use crate::failure::Failure;

/// What a file says.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) source: Source,
    pub(crate) is_trusted: bool,
    /// By argument.
    pub(crate) settings: BTreeMap<&'static str, Written>,
    /// What is under `[tools]`, in order.
    pub(crate) tools: Vec<ToolSetting>,
    /// Tools outside this program, by id, with their lines.
    pub(crate) external: BTreeMap<String, (ExternalSpec, usize)>,
}

/// The values of a setting, and their line.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) values: Vec<String>,
    pub(crate) line: usize,
}

/// A setting of a tool, or of all that have it.
#[derive(Clone, Debug)]
pub(crate) struct ToolSetting {
    pub(crate) tool: Option<String>,
    pub(crate) key: String,
    pub(crate) value: Value,
    pub(crate) line: usize,
}

/// A key with its value, as TOML has them.
pub(crate) type Entry<'a, 'i> = (&'a Spanned<Cow<'i, str>>, &'a Spanned<DeValue<'i>>);

/// Reads a file's text, and remembers where lines begin.
pub(crate) struct Reader<'s> {
    pub(crate) source: &'s Source,
}

impl Reader<'_> {
    /// Refuses what stands at a place.
    pub(crate) fn refuse(&self, line: usize, problem: impl std::fmt::Display) -> Failure {
        Failure::usage(format!("{}:{line}: {problem}", self.source.name))
    }

    pub(crate) fn line(&self, span: &Range<usize>) -> usize {
        let before = self.source.text.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    /// The table behind a key.
    pub(crate) fn table<'a, 'i>(&self, name: &str, (key, value): Entry<'a, 'i>) -> Result<&'a DeTable<'i>, Failure> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            other => {
                let line = self.line(&key.span());
                Err(self.refuse(line, format!("{name} is {}, and should be a table", value::in_words(other))))
            }
        }
    }

    /// Refuses a key that isn't known.
    pub(crate) fn unknown<'k>(&self, line: usize, name: &str, known: impl IntoIterator<Item = &'k str>) -> Failure {
        let known: Vec<&str> = known.into_iter().collect();
        let (section, last) = name.rsplit_once('.').map_or(("", name), |(section, last)| (section, last));
        let hint = match nearest(last, known.iter().copied()) {
            Some(near) if section.is_empty() => format!("did you mean {near}?"),
            Some(near) => format!("did you mean {section}.{near}?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.refuse(line, format!("{name}: there is no such setting; {hint}"))
    }
}

impl File {
    /// Understands a file.
    pub(crate) fn read(source: Source, is_trusted: bool) -> Result<Self, Failure> {
        let text = source.text.clone();
        let reader = Reader { source: &source };
        let document = DeTable::parse(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| reader.line(&span));
            reader.refuse(line, format!("not TOML: {}", error.message().replace('\n', ", ")))
        })?;
        let mut settings = BTreeMap::new();
        let (mut tools, mut external) = (Vec::new(), BTreeMap::new());
        for entry in document.get_ref() {
            let name = entry.0.get_ref().as_ref();
            match name {
                "tools" => tools = reader.tools(reader.table(name, entry)?)?,
                "external" => external = external::read(&reader, reader.table(name, entry)?)?,
                _ => reader.section(name, entry, &mut settings)?,
            }
        }
        Ok(Self { source, is_trusted, settings, tools, external })
    }

    /// `kgas.toml:7`.
    pub(crate) fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.source.name)
    }
}

impl Reader<'_> {
    fn section(
        &self,
        name: &str,
        entry: Entry<'_, '_>,
        settings: &mut BTreeMap<&'static str, Written>,
    ) -> Result<(), Failure> {
        if !SECTIONS.iter().any(|(section, _)| *section == name) {
            let known = SECTIONS.iter().map(|(section, _)| *section).chain(["external"]);
            return Err(self.misplaced(self.line(&entry.0.span()), name, known));
        }
        for (key, value) in self.table(name, entry)? {
            let line = self.line(&key.span());
            let (found, whole) = (SETTINGS.iter().find(|s| s.section == name && s.key == key.get_ref()), key.get_ref());
            let Some(setting) = found else {
                let keys = SETTINGS.iter().filter(|setting| setting.section == name).map(|setting| setting.key);
                return Err(self.unknown(line, &format!("{name}.{whole}"), keys));
            };
            settings.insert(setting.argument, self.setting(setting, value.get_ref(), line)?);
        }
        Ok(())
    }

    /// Refuses a section that isn't known. A setting without its section is told where it belongs.
    fn misplaced<'k>(&self, line: usize, name: &str, known: impl IntoIterator<Item = &'k str>) -> Failure {
        match SETTINGS.iter().find(|setting| setting.key == name) {
            Some(setting) => {
                self.refuse(line, format!("{name} stands in no section: it belongs in [{}]", setting.section))
            }
            None => self.unknown(line, name, known),
        }
    }

    fn setting(&self, setting: &Setting, value: &DeValue<'_>, line: usize) -> Result<Written, Failure> {
        let name = setting.name();
        let Some(mut values) = value::texts(value, setting.kind) else {
            let (is, should) = (value::in_words(value), setting.kind.in_words());
            return Err(self.refuse(line, format!("{name} is {is}, and should be {should}")));
        };
        if values.iter().any(String::is_empty) {
            return Err(self.refuse(line, format!("{name} is empty: leave it out")));
        }
        let argument = argument(setting.argument);
        let problem = argument.and_then(|argument| values.iter().find_map(|value| check::problem(argument, value)));
        if let Some(problem) = problem {
            return Err(self.refuse(line, format!("{name}: {problem}")));
        }
        if matches!(setting.kind, Kind::Path | Kind::Paths) {
            values = values
                .iter()
                .map(|path| self.in_folder(path))
                .collect::<Result<_, _>>()
                .map_err(|problem| self.refuse(line, format!("{name}: {problem}")))?;
        }
        Ok(Written { values, line })
    }

    /// A path as it is seen from the working folder.
    fn in_folder(&self, path: &str) -> Result<String, &'static str> {
        let whole = self.source.folder.join(Path::new(path));
        whole.into_os_string().into_string().map_err(|_not_text| "the file's folder has a name that isn't UTF-8")
    }

    fn tools(&self, table: &DeTable<'_>) -> Result<Vec<ToolSetting>, Failure> {
        let mut all = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().to_string();
            match value.get_ref() {
                DeValue::Table(settings) => {
                    for (key, value) in settings {
                        all.push(self.tool_setting(Some(&name), key, value)?);
                    }
                }
                _ => all.push(self.tool_setting(None, key, value)?),
            }
        }
        Ok(all)
    }

    fn tool_setting(
        &self,
        tool: Option<&str>,
        key: &Spanned<Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<ToolSetting, Failure> {
        let (name, line) = (key.get_ref().to_string(), self.line(&key.span()));
        let Some(json) = value::json(value.get_ref()) else {
            let of = tool.map(|tool| format!("{tool}.")).unwrap_or_default();
            return Err(self.refuse(line, format!("tools.{of}{name} is {}", value::in_words(value.get_ref()))));
        };
        Ok(ToolSetting { tool: tool.map(str::to_owned), key: name.clone(), value: nothing(&name, json), line })
    }
}

/// TOML has no word for a temperature that is left to the model; the flag has.
pub(crate) fn nothing(key: &str, value: Value) -> Value {
    let is_none = key == "temperature" && value.as_str().is_some_and(|word| word.eq_ignore_ascii_case("none"));
    if is_none { Value::Null } else { value }
}
