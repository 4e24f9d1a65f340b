//! The settings of a configuration file, each with the argument of the command line that it stands for.

use clap::{Arg, Command};
use serde_json::{Value, json};

/// A setting, and the argument it is a default of. What it means and which values are right, the argument says.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) section: &'static str,
    pub(crate) key: &'static str,
    /// The argument's id.
    pub(crate) argument: &'static str,
    pub(crate) kind: Kind,
    /// What a file would do by it that nobody has trusted, where that is more than a file may do.
    pub(crate) claim: Option<&'static str>,
}

/// What is written behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A string that may hold a password.
    Secret,
    /// A string with a path, which is relative to the file's folder.
    Path,
    /// Several of these, or one.
    Paths,
    /// Several strings, or one.
    Names,
    /// A whole number.
    Count,
    /// A whole number, or "none".
    Limit,
    /// Any number.
    Number,
    /// true or false.
    Switch,
    /// Names with strings, which may be secret.
    Pairs,
    /// Any fields, which may be secret.
    Fields,
}

impl Kind {
    /// What it is called in a sentence.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Text | Self::Secret | Self::Path => "a string",
            Self::Paths | Self::Names => "a list of strings",
            Self::Count => "a whole number",
            Self::Limit => "a whole number or \"none\"",
            Self::Number => "a number",
            Self::Switch => "true or false",
            Self::Pairs => "a table of strings",
            Self::Fields => "a table without dates",
        }
    }

    /// A value as JSON has it, of the texts that the argument is given; none where nothing is.
    pub(crate) fn value(self, texts: &[String]) -> Option<Value> {
        let first = texts.first()?;
        Some(match self {
            Self::Paths | Self::Names => json!(texts),
            Self::Count | Self::Limit | Self::Number | Self::Switch => {
                serde_json::from_str(first).unwrap_or_else(|_| json!(first))
            }
            _ => json!(first),
        })
    }

    /// Whether values aren't shown.
    pub(crate) const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::Pairs | Self::Fields)
    }
}

/// Sections whose keys stand in [`SETTINGS`].
pub(crate) const SECTIONS: [(&str, &str); 10] = [
    ("provider", "Whom to ask, and how to get there"),
    ("limits", "How fast requests may go"),
    ("retry", "What is tried again"),
    ("timeouts", "How long is waited"),
    ("cache", "Where answers are kept"),
    ("budget", "What may be spent, and what models cost"),
    ("ontology", "What may be said"),
    ("documents", "What is read"),
    ("output", "What is made of it"),
    ("tools", "How tools work: a key for all that have it, a table for one of them"),
];

/// Whether a command takes settings: those that may ask a model do.
pub(crate) fn takes_settings(command: &Command) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == "base_url")
}

const fn row(section: &'static str, key: &'static str, argument: &'static str, kind: Kind) -> Setting {
    Setting { section, key, argument, kind, claim: None }
}

/// A row whose argument is called as the key.
const fn same(section: &'static str, key: &'static str, kind: Kind) -> Setting {
    row(section, key, key, kind)
}

const fn claims(what: &'static str, row: Setting) -> Setting {
    Setting { claim: Some(what), ..row }
}

/// All settings but those of tools, section by section.
pub(crate) const SETTINGS: &[Setting] = &[
    claims("ask this provider", row("provider", "name", "provider", Kind::Text)),
    claims("send requests to this address", same("provider", "base_url", Kind::Text)),
    same("provider", "api_version", Kind::Text),
    same("provider", "model", Kind::Text),
    same("provider", "embedding_model", Kind::Text),
    claims("send the key in this variable", same("provider", "api_key_env", Kind::Text)),
    claims("let this organisation pay", same("provider", "organization", Kind::Text)),
    claims("send headers of its own", same("provider", "header", Kind::Pairs)),
    claims("put fields of its own into each request", same("provider", "extra_body", Kind::Fields)),
    claims("trust other authorities", same("provider", "ca_file", Kind::Path)),
    claims("send all through a proxy", same("provider", "proxy", Kind::Secret)),
    claims("send the key unencrypted", same("provider", "insecure_http", Kind::Switch)),
    same("provider", "context_window", Kind::Count),
    same("limits", "rpm", Kind::Limit),
    same("limits", "tpm", Kind::Limit),
    same("limits", "burst", Kind::Count),
    same("limits", "max_concurrent", Kind::Count),
    same("retry", "max_retries", Kind::Count),
    same("retry", "outage_patience", Kind::Number),
    same("timeouts", "timeout", Kind::Number),
    same("timeouts", "total_timeout", Kind::Number),
    row("cache", "dir", "cache", Kind::Path),
    same("cache", "no_journal", Kind::Switch),
    same("cache", "offline", Kind::Switch),
    same("budget", "max_usd", Kind::Number),
    same("budget", "max_total_tokens", Kind::Count),
    same("budget", "max_calls", Kind::Count),
    same("budget", "prices", Kind::Path),
    same("budget", "price_in", Kind::Number),
    same("budget", "price_out", Kind::Number),
    same("ontology", "ontology", Kind::Path),
    same("ontology", "examples", Kind::Path),
    same("ontology", "lenient", Kind::Switch),
    same("ontology", "lang", Kind::Text),
    same("documents", "inputs", Kind::Paths),
    same("documents", "id_field", Kind::Text),
    same("documents", "text_field", Kind::Text),
    same("output", "out", Kind::Path),
    row("output", "tools", "ids", Kind::Names),
    same("output", "merge", Kind::Text),
    same("output", "merge_similar", Kind::Number),
    same("output", "offsets", Kind::Text),
];

/// Flags that are settings of tools, and stand in a file below `[tools]`.
pub(crate) const TOOL_FLAGS: [&str; 9] = [
    "chunk_size",
    "min_confidence",
    "all_mentions",
    "keep_ungrounded",
    "chunk_overlap",
    "second_pass",
    "temperature",
    "instructions",
    "response_format",
];

impl Setting {
    /// The setting of an argument.
    pub(crate) fn of(argument: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.argument == argument)
    }

    /// `limits.rpm`.
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }

    /// Its environment variable; none for what has no flag.
    pub(crate) fn variable(&self) -> Option<String> {
        let flag = argument(self.argument)?.get_long()?.to_owned();
        Some(variable(&flag))
    }

    /// Whether a command takes it. An `embed` writes a file and asks another model in another form, so what a file says of
    /// these is not for it.
    pub(crate) fn is_for(&self, command: &Command) -> bool {
        let has_it = command.get_arguments().any(|arg| arg.get_id() == self.argument);
        has_it && !(command.get_name() == "embed" && matches!(self.argument, "out" | "model" | "extra_body"))
    }
}

/// The definition of an argument that a setting stands for.
pub(crate) fn argument(id: &str) -> Option<&'static Arg> {
    super::command::definition().find_subcommand("extract")?.get_arguments().find(|arg| arg.get_id() == id)
}

/// The environment variable of a flag.
pub(crate) fn variable(flag: &str) -> String {
    format!("KGAS_{}", flag.replace('-', "_").to_uppercase())
}
