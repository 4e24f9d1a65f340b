//! Reads ontologies of several formats, told apart by content, and compiles them to [`kgas_core::Ontology`].
//!
//! ```
//! use kgas_ontology::{Format, ReadOptions, read};
//!
//! let text = r#"{"entities": {"Person": {"examples": ["Ada"]}, "Company": {}},
//!     "relations": {"works at": {"domain": "Person", "range": "Company"}}}"#;
//! let loaded = read(text, &ReadOptions::default())?;
//! assert_eq!(loaded.format, Format::Kgas);
//! assert_eq!(loaded.ontology.relations().len(), 1);
//! # Ok::<(), kgas_ontology::ReadError>(())
//! ```

#![forbid(unsafe_code)]

mod check;
mod cycles;
mod detect;
mod diff;
mod draft;
mod error;
mod field;
mod finding;
mod json_schema;
mod kgas_json;
mod linkml;
mod merge;
mod rdf;
mod rdf_xml;
mod text2kgbench;
mod turtle;
mod vocabulary;
mod words;
mod write;

use std::path::Path;

use kgas_core::Ontology;
use kgas_core::ontology::OntologySpec;
use serde_json::Value;

use detect::Syntax;

pub use check::check;
pub use detect::Format;
pub use diff::{Aspect, Difference, DifferenceKind, Subject, diff};
pub use draft::draft;
pub use error::{LoadError, ReadError, ReadWarning};
pub use finding::{Finding, Problem, Severity};
pub use kgas_core::ontology::Leniency;
pub use write::{Converted, Loss, convert, write};

/// How an ontology is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// What happens to what names an unknown class.
    pub leniency: Leniency,
    /// The language of labels and descriptions, where there are several: `en` takes `en-GB` too.
    pub lang: String,
}

/// Strict, and English.
impl Default for ReadOptions {
    fn default() -> Self {
        Self { leniency: Leniency::Strict, lang: "en".to_owned() }
    }
}

/// In English.
impl From<Leniency> for ReadOptions {
    fn from(leniency: Leniency) -> Self {
        Self { leniency, ..Self::default() }
    }
}

/// An ontology, and what was passed over on the way to it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What facts are checked against.
    pub ontology: Ontology,
    /// What it was compiled from.
    pub spec: OntologySpec,
    /// The format in which it was written.
    pub format: Format,
    /// What was left out, or looks like a mistake.
    pub warnings: Vec<ReadWarning>,
}

/// Reads an ontology file.
///
/// # Errors
/// [`LoadError`] names the file, and where in it the trouble is.
pub fn load(path: &Path, options: &ReadOptions) -> Result<Loaded, LoadError> {
    text_of(path).and_then(|text| read(&text, options)).map_err(|problem| LoadError { path: path.to_owned(), problem })
}

/// Reads what an ontology file says, without asking whether it makes sense.
///
/// # Errors
/// [`LoadError`], as for [`load`].
pub fn load_spec(path: &Path, options: &ReadOptions) -> Result<(OntologySpec, Format, Vec<ReadWarning>), LoadError> {
    let spec = text_of(path).and_then(|text| read_spec(&text, options));
    spec.map_err(|problem| LoadError { path: path.to_owned(), problem })
}

fn text_of(path: &Path) -> Result<String, ReadError> {
    let bytes = std::fs::read(path).map_err(ReadError::Io)?;
    String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8(error.utf8_error().valid_up_to()))
}

/// Reads an ontology from text.
///
/// # Errors
/// [`ReadError`]: it is empty, broken (with its line), of no known format, or doesn't compile.
pub fn read(text: &str, options: &ReadOptions) -> Result<Loaded, ReadError> {
    compile(read_spec(text, options)?, options)
}

/// Reads an ontology from JSON that is parsed already.
///
/// # Errors
/// [`ReadError`], as for [`read`].
pub fn from_value(value: &Value, options: &ReadOptions) -> Result<Loaded, ReadError> {
    compile(spec_of(value)?, options)
}

/// Reads what an ontology says, without asking whether it makes sense.
///
/// # Errors
/// [`ReadError`]: it is empty, broken (with its line), or of no known format.
pub fn read_spec(text: &str, options: &ReadOptions) -> Result<(OntologySpec, Format, Vec<ReadWarning>), ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    let mut warnings = Vec::new();
    let (graph, format) = match Syntax::of(text) {
        Syntax::Json => return spec_of(&serde_json::from_str(text).map_err(ReadError::NotJson)?),
        Syntax::Yaml => {
            let spec = linkml::read(text, &mut warnings)?;
            return found(spec, Format::LinkMl, warnings);
        }
        Syntax::Xml => {
            return Err(ReadError::UnknownFormat("XML without rdf:RDF (OWL/XML has to be saved as RDF/XML)"));
        }
        Syntax::Turtle => (turtle::read(text, &mut warnings), Format::Turtle),
        Syntax::RdfXml => (rdf_xml::read(text, options.leniency, &mut warnings)?, Format::RdfXml),
    };
    let spec = rdf::spec(&graph, &options.lang, &mut warnings);
    found(spec, format, warnings)
}

fn spec_of(value: &Value) -> Result<(OntologySpec, Format, Vec<ReadWarning>), ReadError> {
    let format = Format::of(value).ok_or(ReadError::UnknownFormat("other JSON"))?;
    let mut warnings = Vec::new();
    let spec = match format {
        Format::Kgas => kgas_json::read(value, &mut warnings)?,
        Format::Text2KgBench => text2kgbench::read(value)?,
        Format::JsonSchema => json_schema::read(value, &mut warnings)?,
        // JSON is YAML too.
        Format::LinkMl => linkml::read(&value.to_string(), &mut warnings)?,
        Format::Turtle | Format::RdfXml => return Err(ReadError::UnknownFormat("other JSON")),
    };
    if format == Format::JsonSchema || format == Format::LinkMl {
        return found(spec, format, warnings);
    }
    Ok((spec, format, warnings))
}

/// What was passed over may be why nothing is left.
fn found(
    spec: OntologySpec,
    format: Format,
    mut warnings: Vec<ReadWarning>,
) -> Result<(OntologySpec, Format, Vec<ReadWarning>), ReadError> {
    warnings.sort_by_key(|warning| warning.line().unwrap_or(usize::MAX));
    if spec.classes.is_empty() && spec.relations.is_empty() {
        return Err(ReadError::NothingFound { format, warning: warnings.into_iter().next().map(Box::new) });
    }
    Ok((spec, format, warnings))
}

fn compile(
    (spec, format, mut warnings): (OntologySpec, Format, Vec<ReadWarning>),
    options: &ReadOptions,
) -> Result<Loaded, ReadError> {
    let (ontology, dropped) = Ontology::compile(spec.clone(), options.leniency)?;
    warnings.extend(dropped.into_iter().map(ReadWarning::Dropped));
    Ok(Loaded { ontology, spec, format, warnings })
}
