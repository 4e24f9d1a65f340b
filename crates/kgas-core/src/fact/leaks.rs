//! Whether a claim repeats an example of the prompt instead of the text.

use unicode_segmentation::UnicodeSegmentation;

use crate::text::{normal_form, occurrences};

/// English words that every text has: they give no example away.
const SMALL: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "i", "you", "he", "she", "it", "we", "they", "him", "her",
    "them", "his", "its", "our", "their", "my", "your", "who", "which", "what", "and", "or", "but", "not", "no", "yes",
    "of", "in", "on", "at", "to", "by", "for", "from", "with", "as", "is", "was", "are", "were", "be", "been", "has",
    "had", "have", "one", "there",
];

/// So many telling words must a quoted passage have: any text may say "was directed by".
const MIN_PASSAGE: usize = 3;

/// The words of the examples that a prompt shows, by their normal form.
///
/// ```
/// use kgas_core::fact::Leaks;
///
/// let leaks = Leaks::new(["Ada Lovelace wrote the first program.", "Person"]);
/// assert!(leaks.has("ada  LOVELACE"));
/// assert!(!leaks.has("Ada Byron") && !leaks.has("Love") && !leaks.has("the"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaks {
    /// A normal form has no line end, so a line end keeps the examples apart.
    words: String,
}

impl Leaks {
    /// The words of examples: their texts, and the names and values that they answer.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let normal: Vec<String> = words.into_iter().map(|words| normal_form(words.as_ref())).collect();
        Self { words: normal.join("\n") }
    }

    /// Whether an example has these words, as whole words, and they are not just small ones.
    #[must_use]
    pub fn has(&self, words: &str) -> bool {
        let words = normal_form(words);
        telling(&words) > 0 && occurrences(&self.words, &words).next().is_some()
    }

    /// Whether an example has this quote, and it is long enough to be nobody else's.
    #[must_use]
    pub(crate) fn has_passage(&self, quote: &str) -> bool {
        let quote = normal_form(quote);
        telling(&quote) >= MIN_PASSAGE && occurrences(&self.words, &quote).next().is_some()
    }
}

/// How many words say something.
fn telling(normal: &str) -> usize {
    normal.unicode_words().filter(|word| !SMALL.contains(word)).count()
}
