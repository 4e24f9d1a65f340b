//! A file that is one document.

use std::io::Read;

use super::file::{Bytes, unreadable};
use super::{SourceError, Sourced};

pub(super) fn documents(mut bytes: Bytes, id: String, source: String) -> impl Iterator<Item = Sourced> + Send {
    let mut content = Vec::new();
    let text = match bytes.read_to_end(&mut content) {
        Ok(_) => utf8(content),
        Err(error) => Err(unreadable(&error)),
    };
    std::iter::once(Sourced { id, source, text })
}

/// The text of bytes that should be UTF-8.
pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, SourceError> {
    String::from_utf8(bytes).map_err(|error| SourceError::NotUtf8(error.utf8_error().valid_up_to()))
}
