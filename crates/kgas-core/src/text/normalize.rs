//! When two spellings count as the same name.

use unicode_normalization::UnicodeNormalization;

/// The form under which names are compared: NFKC, case folded, white space collapsed to single spaces.
///
/// Two mentions of one type with the same normal form are one entity. The normal form of a normal form is itself.
///
/// ```
/// use kgas_core::text::normal_form;
///
/// assert_eq!(normal_form(" New\n York "), "new york");
/// assert_eq!(normal_form("STRASSE"), normal_form("Straße"));
/// ```
#[must_use]
pub fn normal_form(name: &str) -> String {
    if name.is_ascii() {
        return one_line(&name.to_ascii_lowercase());
    }
    // Folding may leave what would compose: "ß" with an accent becomes "s" and "s" with one.
    let folded: String = fold(name.nfkc()).nfkc().collect();
    one_line(&folded)
}

/// The form under which labels of an ontology are compared: the normal form, with `_` and `-` read as spaces.
#[must_use]
pub fn label_key(label: &str) -> String {
    normal_form(&label.replace(['_', '-'], " "))
}

/// By way of upper case: so "ß" meets "SS" and the two sigmas meet each other. Lower case first, for "ẞ" is upper case
/// and has another.
pub(super) fn fold(characters: impl Iterator<Item = char>) -> String {
    characters.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The words of a text with single spaces between them: what is shown as one line stays one.
///
/// ```
/// assert_eq!(kgas_core::text::one_line(" two\n  words "), "two words");
/// ```
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut out = String::with_capacity(text.len());
    out.push_str(words.next().unwrap_or_default());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
}
