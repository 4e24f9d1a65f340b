//! Answers made dirty on purpose, as models make them.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::dice::roll;
use crate::script::{Answer, ChatCall, FinishReason, Reply, Said};

/// How far [`Dirt::WrongOffsets`] moves them.
const TOO_FAR: i64 = 13;

/// One way in which an answer can be dirty.
///
/// All that stands in the answer can still be read out of it, except what is behind a cut. Those that change JSON
/// (from [`Dirt::Wrapped`] to [`Dirt::WrongOffsets`]) put an answer that is none into a fence instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dirt {
    /// A fence of three backticks around it, with `json` as its language.
    Fence,
    /// A sentence before it and one behind.
    Prose,
    /// Thinking before it, in `<think>` and `</think>`, with brackets in it.
    Thinking,
    /// Below `result` and `data`.
    Wrapped,
    /// JSON in a text of JSON.
    Encoded,
    /// Single quotes, and the words `True`, `False` and `None`, as Python writes them.
    SingleQuotes,
    /// No quotes around keys that are words.
    BareKeys,
    /// A comma behind the last item of each list and object.
    TrailingCommas,
    /// `NaN` for each `confidence`, or, without any, for each number that isn't an offset.
    NotANumber,
    /// Each `start` and `end` too large by 13.
    WrongOffsets,
    /// The whole answer twice, with a line break between.
    Repeated,
    /// Its first two thirds, with finish reason `length`.
    Cut,
}

impl Dirt {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Fence,
        Self::Prose,
        Self::Thinking,
        Self::Wrapped,
        Self::Encoded,
        Self::SingleQuotes,
        Self::BareKeys,
        Self::TrailingCommas,
        Self::NotANumber,
        Self::WrongOffsets,
        Self::Repeated,
        Self::Cut,
    ];

    /// Its name, such as `trailing-commas`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fence => "fence",
            Self::Prose => "prose",
            Self::Thinking => "thinking",
            Self::Wrapped => "wrapped",
            Self::Encoded => "encoded",
            Self::SingleQuotes => "single-quotes",
            Self::BareKeys => "bare-keys",
            Self::TrailingCommas => "trailing-commas",
            Self::NotANumber => "not-a-number",
            Self::WrongOffsets => "wrong-offsets",
            Self::Repeated => "repeated",
            Self::Cut => "cut",
        }
    }

    fn on(self, text: &str) -> String {
        let json = || serde_json::from_str::<Value>(text).ok();
        let written = |hand: Hand| json().map(|value| hand.write(&value));
        let changed = match self {
            Self::Fence => None,
            Self::Prose => Some(format!("Of course. This is what I found:\n\n{text}\n\nTell me if you want more.")),
            Self::Thinking => {
                Some(format!("<think>The list has the form {{\"items\": []}}. I go through it.</think>\n{text}"))
            }
            Self::Wrapped => json().map(|value| json!({ "result": { "data": value } }).to_string()),
            Self::Encoded => json().map(|value| Value::String(value.to_string()).to_string()),
            Self::SingleQuotes => written(Hand { is_python: true, ..Hand::default() }),
            Self::BareKeys => written(Hand { has_bare_keys: true, ..Hand::default() }),
            Self::TrailingCommas => written(Hand { has_trailing_commas: true, ..Hand::default() }),
            Self::NotANumber => json().map(|value| {
                let lost = if has_key(&value, "confidence") { Lost::Confidences } else { Lost::Numbers };
                Hand { lost, ..Hand::default() }.write(&value)
            }),
            Self::WrongOffsets => json().map(|mut value| {
                move_offsets(&mut value);
                value.to_string()
            }),
            Self::Repeated => Some(format!("{text}\n{text}")),
            Self::Cut => {
                let kept = text.chars().count() * 2 / 3;
                Some(text.chars().take(kept).collect())
            }
        };
        changed.unwrap_or_else(|| format!("```json\n{text}\n```"))
    }
}

/// Makes a share of another answer's texts dirty; refusals and errors stay as they are.
///
/// The number of the call and the seed decide alone which, and how. It has no use beside
/// [`Forms::obeyed`](crate::Forms::obeyed), which takes a dirty answer for one without the form.
///
/// ```
/// use kgas_mock::{Dirt, Dirty, MockServer, Reply};
///
/// # fn main() -> std::io::Result<()> {
/// let clean = Reply::text(r#"{"entities":[]}"#);
/// let some = Dirty::new(clean.clone(), 0.3, 7);
/// let cut = Dirty::new(clean, 1.0, 7).kinds([Dirt::Cut]);
/// let server = MockServer::builder().answer(some).in_memory()?;
/// # drop((server, cut));
/// # Ok(())
/// # }
/// ```
pub struct Dirty {
    answer: Box<dyn Answer>,
    share: f64,
    seed: u64,
    kinds: Vec<Dirt>,
}

impl Dirty {
    /// Makes this share of the answers dirty, from 0 (none) to 1 (all), in all ways alike.
    #[must_use]
    pub fn new(answer: impl Answer, share: f64, seed: u64) -> Self {
        Self { answer: Box::new(answer), share, seed, kinds: Dirt::ALL.to_vec() }
    }

    /// Only in these ways; a kind given twice is twice as likely, and none at all leaves all clean.
    #[must_use]
    pub fn kinds(self, kinds: impl IntoIterator<Item = Dirt>) -> Self {
        Self { kinds: kinds.into_iter().collect(), ..self }
    }

    fn dirt_of(&self, call: &ChatCall) -> Option<Dirt> {
        let index = u64::try_from(call.n).unwrap_or(u64::MAX).wrapping_mul(2);
        let is_dirty = roll(self.seed, index) < self.share;
        let which = roll(self.seed, index.wrapping_add(1));
        // The roll is below 1, and kinds are few.
        let at = self.kinds.iter().zip(1_u32..).find(|(_, upper)| which * self.kinds.len() as f64 <= f64::from(*upper));
        at.filter(|_| is_dirty).map(|(dirt, _)| *dirt)
    }
}

impl Answer for Dirty {
    fn answer(&self, call: &ChatCall) -> Reply {
        let reply = self.answer.answer(call);
        let (Said::Text(text), Some(dirt)) = (&reply.said, self.dirt_of(call)) else { return reply };
        let finish = if dirt == Dirt::Cut { FinishReason::Length } else { reply.finish };
        Reply { said: Said::Text(dirt.on(text)), finish, dirt: Some(dirt), ..reply }
    }
}

impl fmt::Debug for Dirty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { share, seed, kinds, .. } = self;
        let mut debug = formatter.debug_struct("Dirty");
        debug.field("share", share).field("seed", seed).field("kinds", kinds).finish_non_exhaustive()
    }
}

fn has_key(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has_key(item, wanted)),
        Value::Object(fields) => fields.iter().any(|(key, value)| key == wanted || has_key(value, wanted)),
        _ => false,
    }
}

fn move_offsets(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(move_offsets),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_i64() {
                    Some(offset) if is_offset(key) => *value = json!(offset.saturating_add(TOO_FAR)),
                    _ => move_offsets(value),
                }
            }
        }
        _ => {}
    }
}

fn is_offset(key: &str) -> bool {
    matches!(key, "start" | "end")
}

/// A hand that writes JSON badly.
#[derive(Debug, Clone, Copy, Default)]
struct Hand {
    is_python: bool,
    has_bare_keys: bool,
    has_trailing_commas: bool,
    lost: Lost,
}

/// The numbers that are written as `NaN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Lost {
    #[default]
    None,
    Confidences,
    Numbers,
}

impl Hand {
    fn write(self, value: &Value) -> String {
        match value {
            Value::Array(items) => self.list('[', items.iter().map(|item| self.member("", item)), ']'),
            Value::Object(fields) => self.object(fields),
            Value::String(text) => self.text(text),
            Value::Null if self.is_python => "None".to_owned(),
            Value::Bool(true) if self.is_python => "True".to_owned(),
            Value::Bool(false) if self.is_python => "False".to_owned(),
            other => other.to_string(),
        }
    }

    fn object(self, fields: &Map<String, Value>) -> String {
        let members = fields.iter().map(|(key, value)| {
            let is_word = key.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_') && !key.is_empty();
            let spelled = if self.has_bare_keys && is_word { key.clone() } else { self.text(key) };
            format!("{spelled}: {}", self.member(key, value))
        });
        self.list('{', members, '}')
    }

    fn member(self, key: &str, value: &Value) -> String {
        let is_lost = match self.lost {
            Lost::None => false,
            Lost::Confidences => key == "confidence",
            Lost::Numbers => value.is_number() && !is_offset(key),
        };
        if is_lost { "NaN".to_owned() } else { self.write(value) }
    }

    fn list(self, open: char, members: impl Iterator<Item = String>, close: char) -> String {
        let members: Vec<String> = members.collect();
        let comma = if self.has_trailing_commas && !members.is_empty() { "," } else { "" };
        format!("{open}{}{comma}{close}", members.join(", "))
    }

    fn text(self, text: &str) -> String {
        let spelled = Value::String(text.to_owned()).to_string();
        if !self.is_python {
            return spelled;
        }
        let inner = spelled.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&spelled);
        format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
    }
}
