//! Reads ontologies of several formats, told apart by content, and compiles them to [`kgas_core::Ontology`].
//!
//! ```
//! use kgas_ontology::{Format, Leniency, read};
//!
//! let text = r#"{"entities": {"Person": {"examples": ["Ada"]}, "Company": {}},
//!     "relations": {"works at": {"domain": "Person", "range": "Company"}}}"#;
//! let loaded = read(text, Leniency::Strict)?;
//! assert_eq!(loaded.format, Format::Kgas);
//! assert_eq!(loaded.ontology.relations().len(), 1);
//! # Ok::<(), kgas_ontology::ReadError>(())
//! ```

#![forbid(unsafe_code)]

mod detect;
mod error;
mod field;
mod kgas_json;
mod text2kgbench;

use std::path::Path;

use kgas_core::Ontology;
use kgas_core::ontology::OntologySpec;
use serde_json::Value;

pub use detect::Format;
pub use error::{LoadError, ReadError, ReadWarning};
pub use kgas_core::ontology::Leniency;

/// An ontology, and what was passed over on the way to it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What facts are checked against.
    pub ontology: Ontology,
    /// The format in which it was written.
    pub format: Format,
    /// What was left out, or looks like a mistake.
    pub warnings: Vec<ReadWarning>,
}

/// Reads an ontology file.
///
/// # Errors
/// [`LoadError`] names the file, and where in it the trouble is.
pub fn load(path: &Path, leniency: Leniency) -> Result<Loaded, LoadError> {
    let in_file = |problem| LoadError { path: path.to_owned(), problem };
    let bytes = std::fs::read(path).map_err(|error| in_file(ReadError::Io(error)))?;
    let text =
        String::from_utf8(bytes).map_err(|error| in_file(ReadError::NotUtf8(error.utf8_error().valid_up_to())))?;
    read(&text, leniency).map_err(in_file)
}

/// Reads an ontology from text.
///
/// # Errors
/// [`ReadError`]: it is empty, not JSON (with line and column), of no known format, or doesn't compile.
pub fn read(text: &str, leniency: Leniency) -> Result<Loaded, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    let value = serde_json::from_str(text).map_err(ReadError::NotJson)?;
    from_value(&value, leniency)
}

/// Reads an ontology from JSON that is parsed already.
///
/// # Errors
/// [`ReadError`], as for [`read`].
pub fn from_value(value: &Value, leniency: Leniency) -> Result<Loaded, ReadError> {
    let format = Format::of(value).ok_or(ReadError::UnknownFormat)?;
    let mut warnings = Vec::new();
    let spec: OntologySpec = match format {
        Format::Kgas => kgas_json::read(value, &mut warnings)?,
        Format::Text2KgBench => text2kgbench::read(value)?,
    };
    let (ontology, dropped) = Ontology::compile(spec, leniency)?;
    warnings.extend(dropped.into_iter().map(ReadWarning::Dropped));
    Ok(Loaded { ontology, format, warnings })
}
