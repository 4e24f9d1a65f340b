//! What values mean: the plain form beside the words of the text.

use crate::ontology::Datatype;

/// The plain form.
pub fn normal(words: &str, datatype: Datatype) -> Option<String> {
    let _ = (words, datatype);
    None
}

/// The plain form where no datatype was said.
pub fn guess(words: &str) -> Option<String> {
    let _ = words;
    None
}
