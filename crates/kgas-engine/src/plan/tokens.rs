//! How many tokens a text has: by the tokenizer of OpenAI's models, else about, by its characters.

/// What counts the tokens of one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// The tokenizer `o200k_base`, of GPT-4o and later models.
    O200k,
    /// The tokenizer `cl100k_base`, of GPT-4, GPT-3.5 and the embedding models.
    Cl100k,
    /// Characters, for models whose tokenizer isn't known.
    Characters,
}

impl Counter {
    /// What counts for a model of this name; a vendor before the name makes no difference.
    ///
    /// ```
    /// use kgas_engine::plan::Counter;
    ///
    /// assert_eq!(Counter::of("llama3.2"), Counter::Characters);
    /// assert!(Counter::of("llama3.2").count("Ann met Bob.") >= 3);
    /// ```
    #[must_use]
    pub fn of(model: &str) -> Self {
        named(model.rsplit('/').next().unwrap_or(model))
    }

    /// Whether it counts what the model counts, and not only about as much.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self != Self::Characters
    }

    /// The tokens of a text.
    #[must_use]
    pub fn count(self, text: &str) -> u64 {
        counted(self, text).unwrap_or_else(|| by_characters(text))
    }
}

#[cfg(feature = "tokenizer")]
fn named(model: &str) -> Counter {
    use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};

    match get_tokenizer(model) {
        Some(Tokenizer::O200kBase) => Counter::O200k,
        Some(Tokenizer::Cl100kBase) => Counter::Cl100k,
        // Those of models that chat no more, or that are served under any name and template.
        _ => Counter::Characters,
    }
}

#[cfg(feature = "tokenizer")]
fn counted(counter: Counter, text: &str) -> Option<u64> {
    let tokenizer = match counter {
        Counter::O200k => tiktoken_rs::o200k_base_singleton(),
        Counter::Cl100k => tiktoken_rs::cl100k_base_singleton(),
        Counter::Characters => return None,
    };
    // What looks like a special token in somebody's text is text.
    Some(tokenizer.encode_ordinary(text).len() as u64)
}

#[cfg(not(feature = "tokenizer"))]
const fn named(_: &str) -> Counter {
    Counter::Characters
}

#[cfg(not(feature = "tokenizer"))]
const fn counted(_: Counter, _: &str) -> Option<u64> {
    None
}

/// Four characters of Latin script are about a token (OpenAI's rule of thumb for English); other alphabets have
/// shorter ones, and a sign of Chinese, Japanese or Korean is about one by itself.
fn by_characters(text: &str) -> u64 {
    let quarters: u64 = text.chars().map(quarters).sum();
    quarters.div_ceil(4)
}

const fn quarters(sign: char) -> u64 {
    match sign {
        '\0'..='\u{36f}' => 1,
        '\u{370}'..='\u{1fff}' => 2,
        '\u{2000}'..='\u{2e7f}' => 4,
        _ => 4,
    }
}
