//! The server's side: finds the sentence in a prompt, and answers about it, cut where it was meant to be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use kgas_mock::{Answer, ChatCall, FinishReason, Reply};
use serde_json::{Value, json};

use crate::injuries::{Cut, Injured};

/// Answers about injured sentences.
pub(crate) struct Replay {
    by_text: BTreeMap<String, Injured>,
    key: &'static str,
    /// Sentences whose answer has been cut already.
    cut: Mutex<BTreeSet<String>>,
}

impl Replay {
    pub(crate) fn new(injured: Vec<Injured>, key: &'static str) -> Self {
        let by_text = injured.into_iter().map(|sentence| (sentence.text.clone(), sentence)).collect();
        Self { by_text, key, cut: Mutex::default() }
    }

    /// The sentence that the prompt ends in, or a half of it.
    fn sentence(&self, text: &str) -> Option<&Injured> {
        let whole = self.by_text.get(text);
        whole.or_else(|| self.by_text.values().find(|sentence| sentence.text.contains(text)))
    }
}

impl Answer for Replay {
    fn answer(&self, call: &ChatCall) -> Reply {
        let prompt = call.user_text();
        let shown = prompt.rsplit_once("TEXT:\n\"\"\"\n").and_then(|(_, rest)| rest.rsplit_once("\n\"\"\""));
        // What is no question about a text is the question how schemas are taken.
        let Some((text, _)) = shown else { return Reply::text("{}") };
        let Some(sentence) = self.sentence(text.trim()) else { return Reply::error(400, "no such sentence") };
        // About a half: what stands in it.
        let stands = |item: &&Value| {
            let words = ["text", "subject", "object"].iter().filter_map(|field| item[*field].as_str());
            sentence.text == text || words.into_iter().all(|words| text.contains(words))
        };
        let items: Vec<&Value> = sentence.items.iter().filter(stands).collect();
        let whole = json!({self.key: items}).to_string();
        let is_first = self.cut.lock().unwrap().insert(sentence.id.clone());
        match sentence.cut {
            Cut::Whole => Reply::text(whole),
            // Asked again for what is missing, which is the item in which it broke off.
            Cut::Broken if !is_first => Reply::text(json!({self.key: [items.last()]}).to_string()),
            Cut::Length if !is_first => Reply::text(whole),
            Cut::Broken => Reply::text(&whole[..floor(&whole, whole.len() - 12)]),
            Cut::Length => Reply::text(&whole[..floor(&whole, whole.len() - 12)]).finish(FinishReason::Length),
        }
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
