//! The words of a text or a label, in a form in which singular and plural meet.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::label_key;

/// Words that say nothing by themselves.
const EMPTY: [&str; 22] = [
    "a", "an", "and", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "of", "on", "or", "the",
    "to", "was", "with", "that",
];

/// The words of a text, each in its plain form.
pub(super) fn words(text: &str) -> Vec<String> {
    label_key(text).unicode_words().map(plain).collect()
}

/// The words of a name, `filmDirector` being two.
pub(super) fn words_of_name(name: &str) -> Vec<String> {
    let mut parted = String::with_capacity(name.len() + 8);
    let mut before = ' ';
    for character in name.chars() {
        if before.is_lowercase() && character.is_uppercase() {
            parted.push(' ');
        }
        parted.push(character);
        before = character;
    }
    words(&parted)
}

/// Whether a word says nothing by itself.
pub(super) fn is_empty(word: &str) -> bool {
    EMPTY.contains(&word)
}

/// A word without its ending of plural or possession. It needs no dictionary: what both sides lose, neither misses.
fn plain(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    if word.len() < 4 || !word.is_ascii() {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let is_whole = ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    let stem = ["sses", "xes", "zes", "ches", "shes"].iter().any(|ending| word.ends_with(ending)).then_some("es");
    let stem = stem.or(if is_whole { None } else { Some("s") });
    stem.and_then(|ending| word.strip_suffix(ending)).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{words, words_of_name};

    #[test]
    fn singular_and_plural_have_one_form() {
        for (one, many) in [("film", "Films"), ("company", "companies"), ("boss", "Bosses"), ("church", "churches")] {
            assert_eq!(words(one), words(many), "{one}");
        }
        assert_eq!(words("the director's bus"), ["the", "director", "bus"]);
    }

    #[test]
    fn a_name_written_in_one_is_parted() {
        assert_eq!(words_of_name("filmDirector"), ["film", "director"]);
        assert_eq!(words_of_name("record_producer"), words_of_name("Record-Producers"));
        assert_eq!(words_of_name("東京"), ["東", "京"]);
    }
}
