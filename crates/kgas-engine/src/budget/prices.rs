//! Prices from a file in the form of LiteLLM's, or as somebody gave them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use kgas_core::nearest;
use serde_json::{Map, Value};

use super::entry;
use super::{Price, Usd};

/// Names in such a file that are no models.
const NO_MODELS: [&str; 2] = ["sample_spec", "fallback_generalizations"];

/// What models cost. None are built in: they would go stale.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    file: Option<PathBuf>,
    models: Map<String, Value>,
    given: BTreeMap<String, (Usd, Usd)>,
}

/// A price that can't be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PricesError {
    /// A file that can't be read.
    #[error("price file {} can't be read: {source}", file.display())]
    Unreadable {
        /// Its path.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is something else.
    #[error("price file {} is no JSON object of models (line {line}, column {column})", file.display())]
    NoObject {
        /// Its path.
        file: PathBuf,
        /// Where.
        line: usize,
        /// Where.
        column: usize,
    },
    /// There is no file, and nobody gave a price.
    #[error("nobody said what {model} costs")]
    Untold {
        /// The model.
        model: String,
    },
    /// A model that the file doesn't have.
    #[error("price file {} has no model {model}{}", file.display(), meant(nearest.as_deref()))]
    Unknown {
        /// The file's path.
        file: PathBuf,
        /// The model.
        model: String,
        /// The one whose name looks most like it.
        nearest: Option<String>,
    },
    /// A model that the file has, without a price for its tokens.
    #[error("price file {} has no price for tokens of {model}", file.display())]
    NoPrice {
        /// The file's path.
        file: PathBuf,
        /// The model.
        model: String,
    },
    /// A field that is no price.
    #[error("price file {}, model {model}: {field} is no amount of dollars", file.display())]
    BadPrice {
        /// The file's path.
        file: PathBuf,
        /// The model.
        model: String,
        /// The field.
        field: String,
    },
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default()
}

impl Prices {
    /// Reads a file of prices: an object from the names of models to `input_cost_per_token`, `output_cost_per_token`
    /// and what else is known of them. This blocks.
    ///
    /// # Errors
    /// Where the file can't be read, or is something else.
    pub fn read(file: &Path) -> Result<Self, PricesError> {
        let text = fs::read(file).map_err(|source| PricesError::Unreadable { file: file.to_owned(), source })?;
        Self::parse(&text, file)
    }

    /// The same from the content of a file of this name.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn parse(text: &[u8], file: &Path) -> Result<Self, PricesError> {
        let file = file.to_owned();
        match serde_json::from_slice(text) {
            Ok(models) => Ok(Self { file: Some(file), models, ..Self::default() }),
            Err(error) => Err(PricesError::NoObject { file, line: error.line(), column: error.column() }),
        }
    }

    /// With what somebody said a token of the prompt and one of the answer cost; this goes before what a file says.
    #[must_use]
    pub fn with(mut self, model: impl Into<String>, input: Usd, output: Usd) -> Self {
        self.given.insert(model.into(), (input, output));
        self
    }

    /// What a model costs. The names tried are its own, that without `provider/` before it, and those with one; where
    /// several providers have it, the dearest price of each kind is taken.
    ///
    /// # Errors
    /// Where no price is known, or the file's is none.
    pub fn of(&self, model: &str) -> Result<Price, PricesError> {
        if let Some((input, output)) = self.given.get(model) {
            // How much it takes and gives, a file may say all the same.
            let (max_input, max_output) = (self.context_window(model), self.max_output(model));
            return Ok(Price { max_input, max_output, ..Price::flat(*input, *output) });
        }
        let model = model.to_owned();
        let Some(file) = self.file.clone() else { return Err(PricesError::Untold { model }) };
        let entries = self.entries(&model);
        if entries.is_empty() {
            let known = self.models.keys().map(String::as_str).filter(|name| !NO_MODELS.contains(name));
            let nearest = nearest(&model, known).map(str::to_owned);
            return Err(PricesError::Unknown { file, model, nearest });
        }
        let mut dearest: Option<Price> = None;
        for entry in entries {
            let price = entry::price(entry).map_err(|field| PricesError::BadPrice {
                file: file.clone(),
                model: model.clone(),
                field,
            })?;
            dearest = match (dearest, price) {
                (Some(one), Some(two)) => Some(one.dearer(&two)),
                (one, two) => one.or(two),
            };
        }
        dearest.ok_or(PricesError::NoPrice { file, model })
    }

    /// The most tokens that a model takes, where the file says.
    #[must_use]
    pub fn context_window(&self, model: &str) -> Option<u64> {
        self.entries(model).into_iter().filter_map(entry::max_input).min()
    }

    /// The longest answer that a model gives, where the file says.
    fn max_output(&self, model: &str) -> Option<u64> {
        self.entries(model).into_iter().filter_map(entry::max_output).max()
    }

    /// What the file has of this name, or else of the names that may mean the same.
    fn entries(&self, model: &str) -> Vec<&Map<String, Value>> {
        let named = |name: &str| match self.models.get(name) {
            Some(Value::Object(entry)) if !NO_MODELS.contains(&name) => Some(entry),
            _ => None,
        };
        let without_provider = std::iter::successors(Some(model), |name| Some(name.split_once('/')?.1));
        // A fine-tuned model is listed by what it was made of: `ft:gpt-4o-mini-2024-07-18`.
        let tuned = model.match_indices(':').nth(1).and_then(|(end, _)| model.get(..end));
        if let Some(entry) = without_provider.chain(tuned).find_map(named) {
            return vec![entry];
        }
        let with_provider = self.models.iter().filter(|(name, _)| {
            let before = name.strip_suffix(model);
            before.is_some_and(|before| before.ends_with('/'))
        });
        with_provider.filter_map(|(name, _)| named(name)).collect()
    }
}
