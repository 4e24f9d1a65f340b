//! When two spellings count as the same name.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The form under which names are compared: NFKC, case folded, white space collapsed to single spaces.
///
/// Two mentions of one type with the same normal form are one entity.
///
/// ```
/// use kgas_core::text::normal_form;
///
/// assert_eq!(normal_form(" New\n York "), "new york");
/// assert_eq!(normal_form("STRASSE"), normal_form("Straße"));
/// ```
#[must_use]
pub fn normal_form(name: &str) -> String {
    let folded: String =
        if is_nfkc_quick(name.chars()) == IsNormalized::Yes { fold(name.chars()) } else { fold(name.nfkc()) };
    collapse(&folded)
}

/// The form under which labels of an ontology are compared: the normal form, with `_` and `-` read as spaces.
#[must_use]
pub fn label_key(label: &str) -> String {
    normal_form(&label.replace(['_', '-'], " "))
}

/// Upper case first, then lower: so "ß" meets "SS" and the two sigmas meet each other.
fn fold(characters: impl Iterator<Item = char>) -> String {
    characters.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

fn collapse(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut out = String::with_capacity(text.len());
    out.push_str(words.next().unwrap_or_default());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
}
