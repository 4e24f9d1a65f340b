//! The prompts of a probe: words that say nothing, of about a wanted number of tokens.

use std::fmt::Write as _;

/// Each is one token to the common tokenizers, and with its space a token's usual four characters.
const WORDS: [&str; 32] = [
    "age", "air", "arm", "art", "bag", "bar", "bed", "box", "bus", "car", "cup", "day", "dog", "ear", "eye", "gas",
    "hat", "ice", "job", "key", "law", "leg", "map", "oil", "pen", "red", "sea", "sky", "sun", "tax", "tea", "war",
];

/// It stands at the end: servers keep what they computed for prompts that begin alike, and so each must begin with
/// words of its own. Counting goes on until the longest answer allowed is reached, so that all answers are alike.
const TASK: &str = "Ignore the words above. Count upwards from 1 without end, one number on each line.";

/// What the task and the markup around a message take, in tokens.
const TASK_TOKENS: u32 = 25;

/// Makes prompts, no two of which begin alike.
#[derive(Debug)]
pub(super) struct Filler(fastrand::Rng);

impl Filler {
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A prompt of about so many tokens, but never below about thirty: a beginning of its own and the task take that.
    pub(super) fn prompt(&mut self, tokens: u32) -> String {
        let mut prompt = String::new();
        for _ in 0..tokens.saturating_sub(TASK_TOKENS).max(6) {
            let word = self.0.choice(WORDS).unwrap_or_default();
            // A text takes all that is written.
            let _infallible = write!(prompt, "{word} ");
        }
        prompt.push('\n');
        prompt.push_str(TASK);
        prompt
    }
}
