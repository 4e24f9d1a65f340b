//! How large requests are: what is the same in all of a kind is counted once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::question::{Kind, Question};
use super::tokens::Counter;

/// Tokens of the markup around a message, and before the answer: "every message follows
/// `<|start|>{role/name}\n{content}<|end|>\n`", and every reply is primed with `<|start|>assistant<|message|>`
/// (OpenAI Cookbook, "How to count tokens with tiktoken"). The role is counted as its text.
const MESSAGE_TOKENS: u64 = 3;
const REPLY_TOKENS: u64 = 3;

/// Kinds of requests that are remembered.
const KINDS: usize = 1024;

/// The part of an inexact count that is certain enough to refuse a request by.
const CERTAIN: f64 = 0.8;

/// Counts the tokens of requests.
#[derive(Debug)]
pub struct Gauge {
    counter: Option<Counter>,
    window: Option<u64>,
    kinds: Mutex<HashMap<Kind, Arc<Preamble>>>,
}

/// How large a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// What it is like.
    pub kind: Kind,
    /// The tokens of its prompt.
    pub prompt: u64,
    /// Those of them that are not the same in every request of its kind: the text that it is about.
    pub own: u64,
    /// The most tokens that its answer may have.
    pub max_tokens: Option<u64>,
    /// Whether that is by the model's own tokenizer.
    pub is_exact: bool,
}

/// How the last messages of a kind begin, and the tokens of all that is the same.
#[derive(Debug)]
struct Preamble {
    text: String,
    tokens: u64,
}

impl Gauge {
    /// Counts for each model by the tokenizer that its name stands for.
    #[must_use]
    pub fn by_name() -> Self {
        Self { counter: None, window: None, kinds: Mutex::default() }
    }

    /// Counts for all models in the same way.
    #[must_use]
    pub fn with(counter: Counter) -> Self {
        Self { counter: Some(counter), ..Self::by_name() }
    }

    /// With the most tokens that the chat model takes, prompt and answer together.
    #[must_use]
    pub const fn with_window(mut self, window: Option<u64>) -> Self {
        self.window = window;
        self
    }

    /// The most tokens that the chat model takes, where that is known.
    #[must_use]
    pub const fn window(&self) -> Option<u64> {
        self.window
    }

    /// The size of a request; `None` where it is none to a chat or embedding model.
    #[must_use]
    pub fn size(&self, body: &[u8]) -> Option<Size> {
        let question = Question::read(body)?;
        let kind = question.kind();
        let counter = self.counter.unwrap_or_else(|| Counter::of(&kind.model));
        let is_exact = counter.is_exact();
        if kind.is_embedding() {
            let prompt = question.inputs().map(|text| counter.count(text)).sum();
            return Some(Size { kind, prompt, own: prompt, max_tokens: None, is_exact });
        }
        let preamble = self.preamble(&kind, counter, &question);
        let own = counter.count(question.asked().get(preamble.text.len()..).unwrap_or_default());
        Some(Size { kind, prompt: preamble.tokens + own, own, max_tokens: question.max_tokens(), is_exact })
    }

    /// By how much a request is too large for the model's window; `None` where it fits, or may fit.
    #[must_use]
    pub fn excess(&self, size: &Size) -> Option<u64> {
        let window = self.window.filter(|_| !size.kind.is_embedding())?;
        let prompt = if size.is_exact { size.prompt } else { part(size.prompt) };
        let needed = prompt.saturating_add(size.max_tokens.unwrap_or_default());
        needed.checked_sub(window).filter(|excess| *excess > 0)
    }

    fn preamble(&self, kind: &Kind, counter: Counter, question: &Question<'_>) -> Arc<Preamble> {
        let asked = question.asked();
        let known = self.kinds().get(kind).cloned();
        let text = match &known {
            Some(preamble) if asked.starts_with(&preamble.text) => return Arc::clone(preamble),
            Some(preamble) => shared(&preamble.text, asked),
            None => shared(asked, asked),
        };
        let constant: u64 = question.constant_texts().map(|text| counter.count(text)).sum();
        let markup = question.messages() * MESSAGE_TOKENS + REPLY_TOKENS;
        let tokens = constant + markup + counter.count(text);
        let preamble = Arc::new(Preamble { text: text.to_owned(), tokens });
        let mut kinds = self.kinds();
        // A tool that tells each document in its instructions has as many kinds as calls.
        if known.is_some() || kinds.len() < KINDS {
            kinds.insert(kind.clone(), Arc::clone(&preamble));
        }
        drop(kinds);
        preamble
    }

    fn kinds(&self) -> std::sync::MutexGuard<'_, HashMap<Kind, Arc<Preamble>>> {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of what was a u64")]
fn part(tokens: u64) -> u64 {
    (tokens as f64 * CERTAIN) as u64
}

/// What two texts begin with, up to where a line begins with a word in both: no token goes across that.
fn shared<'t>(known: &str, text: &'t str) -> &'t str {
    let same = known.bytes().zip(text.bytes()).take_while(|(one, other)| one == other).count();
    let begins = |at: usize| {
        let (before, behind) = (text.get(..at), text.get(at..));
        let is_line = before.is_some_and(|before| before.ends_with('\n'));
        is_line && behind.is_some_and(|behind| !behind.starts_with(char::is_whitespace) && !behind.is_empty())
    };
    let end = (1..=same.min(text.len().saturating_sub(1))).rev().find(|at| begins(*at)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}
