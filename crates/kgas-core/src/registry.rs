//! Which tools this binary has.

use std::collections::BTreeMap;
use std::fmt;

use schemars::Schema;
use serde_json::{Map, Value};

use crate::{ConfigError, KgasTool, ToolPlugin, ToolResult};

/// What [`crate::register_tool!`] leaves in the binary: how to build a tool, and which crate it comes from.
pub struct ToolRegistration {
    id: &'static str,
    crate_name: &'static str,
    crate_version: &'static str,
    build: fn(Value) -> Result<Box<dyn KgasTool>, ConfigError>,
    defaults: fn() -> Result<Value, serde_json::Error>,
    config_schema: fn() -> Schema,
}

inventory::collect!(ToolRegistration);

impl ToolRegistration {
    /// The registration of a tool type by the crate named.
    #[must_use]
    pub const fn of<T: ToolPlugin>(crate_name: &'static str, crate_version: &'static str) -> Self {
        Self {
            id: T::ID,
            crate_name,
            crate_version,
            build: build::<T>,
            defaults: || serde_json::to_value(T::Config::default()),
            config_schema: || schemars::schema_for!(T::Config),
        }
    }

    /// The tool's id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The crate that registered it.
    #[must_use]
    pub const fn crate_name(&self) -> &'static str {
        self.crate_name
    }

    /// That crate's version.
    #[must_use]
    pub const fn crate_version(&self) -> &'static str {
        self.crate_version
    }

    /// Builds the tool; `config` is an object, or null for the defaults.
    ///
    /// # Errors
    /// [`ConfigError`] where a key is unknown or a value doesn't fit.
    pub fn build(&self, config: Value) -> Result<Box<dyn KgasTool>, ConfigError> {
        (self.build)(config)
    }

    /// The configuration that holds where nothing is set; empty where it can't be written as JSON.
    #[must_use]
    pub fn defaults(&self) -> Value {
        (self.defaults)().unwrap_or_else(|_| Value::Object(Map::new()))
    }

    /// The JSON Schema of the configuration.
    #[must_use]
    pub fn config_schema(&self) -> Schema {
        (self.config_schema)()
    }

    /// The JSON Schema of what the tool gives back.
    #[must_use]
    pub fn result_schema(&self) -> Schema {
        schemars::schema_for!(ToolResult)
    }
}

impl fmt::Debug for ToolRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {}", self.id, self.crate_name, self.crate_version)
    }
}

fn build<T: ToolPlugin>(config: Value) -> Result<Box<dyn KgasTool>, ConfigError> {
    let config = match config {
        Value::Null => Value::Object(Map::new()),
        Value::Object(_) => config,
        // An array would be read as the fields in their order.
        other => {
            let problem = format!("it is {}, and should be an object", kind(&other));
            return Err(ConfigError::new("config", problem));
        }
    };
    let config = serde_path_to_error::deserialize(config).map_err(|error| {
        let key = error.path().to_string();
        ConfigError::new(if key == "." { "config" } else { &key }, plain(&error.inner().to_string()))
    })?;
    Ok(Box::new(T::from_config(config)?))
}

/// A reason without the names of Rust's types.
fn plain(reason: &str) -> String {
    let (what, expected) = reason.rsplit_once("expected ").unwrap_or((reason, ""));
    let words = match expected {
        "a nonzero usize" | "a nonzero u32" | "a nonzero u64" => "a whole number above 0",
        "usize" | "u32" | "u64" => "a whole number from 0 on",
        "f64" => "a number",
        _ => return reason.to_owned(),
    };
    format!("{what}expected {words}")
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The tools of this binary, sorted by id.
///
/// A crate that is in `Cargo.toml` but named nowhere in the code isn't linked, and its tools are missing without a
/// word: the binary has to say `use that_crate as _;`.
#[derive(Debug)]
pub struct Registry {
    tools: BTreeMap<&'static str, &'static ToolRegistration>,
}

/// A tool that can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two crates use the same id.
    #[error("tool {id} is registered twice, by {first} and by {second}: remove one of the crates")]
    Duplicate {
        /// The id.
        id: String,
        /// A crate and its version.
        first: String,
        /// Another, or the same again.
        second: String,
    },
    /// No linked crate has such a tool.
    #[error("no tool is called {id}{}{}", did_you_mean(.nearest.as_deref()), LINK_HINT)]
    Unknown {
        /// What was asked for.
        id: String,
        /// The id that looks most like it.
        nearest: Option<String>,
    },
    /// The configuration is not one for this tool.
    #[error("config of tool {id}: {source}")]
    Config {
        /// The tool.
        id: String,
        /// What is wrong.
        source: ConfigError,
    },
}

const LINK_HINT: &str = " (a tool of another crate is there only if the binary says `use that_crate as _;`)";

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|id| format!(", did you mean {id}?")).unwrap_or_default()
}

impl Registry {
    /// Reads the registrations of all linked crates.
    ///
    /// # Errors
    /// [`RegistryError::Duplicate`] where an id is used twice.
    pub fn collect() -> Result<Self, RegistryError> {
        // The order of `inventory` differs between builds.
        let mut all: Vec<&'static ToolRegistration> = inventory::iter::<ToolRegistration>().collect();
        all.sort_by_key(|tool| (tool.id, tool.crate_name, tool.crate_version));
        Self::of(all)
    }

    /// Makes a registry of just these.
    ///
    /// # Errors
    /// [`RegistryError::Duplicate`] where an id is used twice.
    pub fn of(registrations: impl IntoIterator<Item = &'static ToolRegistration>) -> Result<Self, RegistryError> {
        let mut tools: BTreeMap<&'static str, &'static ToolRegistration> = BTreeMap::new();
        for tool in registrations {
            if let Some(other) = tools.insert(tool.id, tool) {
                let name = |tool: &ToolRegistration| format!("{} {}", tool.crate_name, tool.crate_version);
                return Err(RegistryError::Duplicate {
                    id: tool.id.to_owned(),
                    first: name(other),
                    second: name(tool),
                });
            }
        }
        Ok(Self { tools })
    }

    /// All tools, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &'static ToolRegistration> + '_ {
        self.tools.values().copied()
    }

    /// The registration of a tool.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`] with the nearest id, and how to link a crate.
    pub fn find(&self, id: &str) -> Result<&'static ToolRegistration, RegistryError> {
        self.tools.get(id).copied().ok_or_else(|| {
            let nearest = nearest(id, self.tools.keys().copied()).map(str::to_owned);
            RegistryError::Unknown { id: id.to_owned(), nearest }
        })
    }

    /// Builds a tool; `config` is an object, or null for the defaults.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`], or [`RegistryError::Config`] where a key is unknown or a value doesn't fit.
    pub fn build(&self, id: &str, config: Value) -> Result<Box<dyn KgasTool>, RegistryError> {
        let tool = self.find(id)?;
        tool.build(config).map_err(|source| RegistryError::Config { id: id.to_owned(), source })
    }
}

/// The candidate that looks most like `word`, if any looks much like it.
///
/// ```
/// assert_eq!(kgas_core::nearest("chunk_sise", ["chunk_size", "model"]), Some("chunk_size"));
/// assert_eq!(kgas_core::nearest("zzz", ["chunk_size", "model"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.75;
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, &candidate.to_lowercase()), candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Makes a tool known to every [`Registry`] of a binary that links this crate. Say it once at module level.
///
/// The guide `docs/adding-a-tool.md` shows a whole tool.
#[macro_export]
macro_rules! register_tool {
    ($tool:ty) => {
        $crate::__private::inventory::submit! {
            $crate::ToolRegistration::of::<$tool>(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        }
    };
}
