//! The IRIs of what a graph holds, minted below a base.

use std::fmt::Write;

use oxrdf::NamedNode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in an IRI as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The beginning of all IRIs that are minted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

/// A base that no IRIs can be minted below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseError {
    /// It isn't an absolute IRI.
    #[error("it isn't an absolute IRI, such as https://example.org/graph/")]
    NoIri,
    /// What is put behind it would run into it.
    #[error("it must end with /, # or :, since names are put behind it")]
    NoEnd,
}

impl Base {
    /// Takes an absolute IRI that ends with `/`, `#` or `:`.
    ///
    /// # Errors
    /// [`BaseError`] that says what is wrong with it.
    pub fn new(iri: &str) -> Result<Self, BaseError> {
        NamedNode::new(iri).map_err(|_why_not| BaseError::NoIri)?;
        if iri.ends_with(['/', '#', ':']) { Ok(Self(iri.to_owned())) } else { Err(BaseError::NoEnd) }
    }

    /// The IRI of something, by its kind and its names, each of which is percent-encoded.
    pub(super) fn mint(&self, kind: &str, names: &[&str]) -> String {
        let between = if self.0.ends_with(':') { ':' } else { '/' };
        let mut iri = format!("{}{kind}", self.0);
        for name in names {
            // Writing to a string can't fail.
            let _ = write!(iri, "{between}{}", utf8_percent_encode(name, PLAIN));
        }
        iri
    }
}

impl Default for Base {
    fn default() -> Self {
        Self("urn:kgas:".to_owned())
    }
}
