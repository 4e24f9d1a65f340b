//! What the simulated model says: a fixed reply, a script, rules, or a closure.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::dirty::Dirt;
use crate::locked;

/// A chat call that passed all checks.
#[derive(Debug, Clone)]
pub struct ChatCall {
    /// The model asked for.
    pub model: String,
    /// The messages in order.
    pub messages: Vec<Message>,
    /// The whole request body.
    pub body: Value,
    /// How many chat calls were given to the answer before this one.
    pub n: usize,
}

impl ChatCall {
    /// The text of all `system` and `developer` messages, joined by a line break.
    #[must_use]
    pub fn system_text(&self) -> String {
        self.text_of(|role| matches!(role, "system" | "developer"))
    }

    /// The text of all `user` messages, joined by a line break.
    #[must_use]
    pub fn user_text(&self) -> String {
        self.text_of(|role| role == "user")
    }

    /// The text of all messages, joined by a line break.
    #[must_use]
    pub fn prompt(&self) -> String {
        self.text_of(|_| true)
    }

    fn text_of(&self, is_wanted: impl Fn(&str) -> bool) -> String {
        let texts: Vec<&str> = self
            .messages
            .iter()
            .filter(|message| is_wanted(&message.role))
            .map(|message| message.text.as_str())
            .collect();
        texts.join("\n")
    }
}

/// One message of a chat call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    pub role: String,
    /// Its text; the text parts joined if the content came in parts.
    pub text: String,
}

/// Decides what the simulated model says to a call. Each closure `Fn(&ChatCall) -> Reply` is one.
///
/// Answers are asked for one at a time, in the order in which the requests became complete.
///
/// ```
/// use kgas_mock::{ChatCall, MockServer, Reply};
///
/// # fn main() -> std::io::Result<()> {
/// let server = MockServer::builder()
///     .answer(|call: &ChatCall| Reply::text(format!("call {} said: {}", call.n, call.user_text())))
///     .in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
pub trait Answer: Send + Sync + 'static {
    /// The reply to this call.
    fn answer(&self, call: &ChatCall) -> Reply;
}

impl<F> Answer for F
where
    F: Fn(&ChatCall) -> Reply + Send + Sync + 'static,
{
    fn answer(&self, call: &ChatCall) -> Reply {
        self(call)
    }
}

/// The same reply to each call.
impl Answer for Reply {
    fn answer(&self, _call: &ChatCall) -> Reply {
        self.clone()
    }
}

/// Why the simulated model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// It had said everything.
    Stop,
    /// It ran into the maximum of tokens.
    Length,
    /// A content filter cut it off.
    ContentFilter,
}

impl FinishReason {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
        }
    }
}

/// What the simulated model says to one call. A string is a reply with that text.
///
/// ```
/// use std::time::Duration;
/// use kgas_mock::{FinishReason, Reply};
///
/// let cut_off = Reply::text(r#"{"entities":[{"te"#).finish(FinishReason::Length);
/// let slow = Reply::json(&serde_json::json!({"entities": []})).after(Duration::from_secs(20));
/// let given = Reply::text("ok").usage(1200, 1);
/// # drop((cut_off, slow, given));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub(crate) said: Said,
    pub(crate) finish: FinishReason,
    pub(crate) usage: Option<(usize, usize)>,
    pub(crate) after: Duration,
    /// How it was made dirty.
    pub(crate) dirt: Option<Dirt>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Text(String),
    Refusal(String),
    Error { status: u16, message: String },
}

impl Reply {
    /// Says this text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Said::Text(text.into()))
    }

    /// Says this JSON, in its compact form.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        Self::text(value.to_string())
    }

    /// Declines, as a model does under structured outputs: no content, and this sentence as `refusal`.
    #[must_use]
    pub fn refusal(sentence: impl Into<String>) -> Self {
        Self::of(Said::Refusal(sentence.into()))
    }

    /// Answers with an error status and an OpenAI-style error body. A number that is not an HTTP status is
    /// sent as 500.
    #[must_use]
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self::of(Said::Error { status, message: message.into() })
    }

    fn of(said: Said) -> Self {
        Self { said, finish: FinishReason::Stop, usage: None, after: Duration::ZERO, dirt: None }
    }

    /// Stops for this reason instead of [`FinishReason::Stop`].
    #[must_use]
    pub fn finish(self, finish: FinishReason) -> Self {
        Self { finish, ..self }
    }

    /// Reports these tokens instead of a quarter of the characters, rounded up.
    #[must_use]
    pub fn usage(self, prompt_tokens: usize, completion_tokens: usize) -> Self {
        Self { usage: Some((prompt_tokens, completion_tokens)), ..self }
    }

    /// Takes this much longer than the server's latency.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { after: delay, ..self }
    }
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// Replies in order of arrival; when they are used up, error 400 says so.
///
/// ```
/// use kgas_mock::{MockServer, Reply, Script};
///
/// # fn main() -> std::io::Result<()> {
/// let script = Script::new([Reply::text("yes"), Reply::refusal("I would rather not")]);
/// let server = MockServer::builder().answer(script).in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Script {
    replies: Vec<Reply>,
    next: Mutex<usize>,
}

impl Script {
    /// A script of these replies.
    #[must_use]
    pub fn new<R: Into<Reply>>(replies: impl IntoIterator<Item = R>) -> Self {
        Self { replies: replies.into_iter().map(Into::into).collect(), next: Mutex::new(0) }
    }
}

impl Answer for Script {
    fn answer(&self, _call: &ChatCall) -> Reply {
        let mut next = locked(&self.next);
        let reply = self.replies.get(*next).cloned();
        *next += 1;
        // Not a 5xx: a client would try again, and the test would pass or fail for the wrong reason.
        reply.unwrap_or_else(|| {
            Reply::error(400, format!("the script has {} replies and this is call {next}", self.replies.len()))
        })
    }
}

/// Answers chosen by what the prompt contains: the first rule whose needle occurs, else the default.
///
/// ```
/// use kgas_mock::{MockServer, Reply, Rules};
///
/// # fn main() -> std::io::Result<()> {
/// let rules = Rules::otherwise(Reply::text("[]"))
///     .when("Marie Curie", Reply::text(r#"[{"text":"Marie Curie"}]"#))
///     .when("summarise", Reply::text("Nothing happened."));
/// let server = MockServer::builder().answer(rules).in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
pub struct Rules {
    rules: Vec<(String, Box<dyn Answer>)>,
    default: Box<dyn Answer>,
}

impl Rules {
    /// Answers with `default` when no rule applies.
    #[must_use]
    pub fn otherwise(default: impl Answer) -> Self {
        Self { rules: Vec::new(), default: Box::new(default) }
    }

    /// Adds a rule: prompts (all messages) that contain `needle` get `answer`.
    #[must_use]
    pub fn when(mut self, needle: impl Into<String>, answer: impl Answer) -> Self {
        self.rules.push((needle.into(), Box::new(answer)));
        self
    }
}

impl Answer for Rules {
    fn answer(&self, call: &ChatCall) -> Reply {
        let prompt = call.prompt();
        let rule = self.rules.iter().find(|(needle, _)| prompt.contains(needle.as_str()));
        rule.map_or(&self.default, |(_, answer)| answer).answer(call)
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needles: Vec<&str> = self.rules.iter().map(|(needle, _)| needle.as_str()).collect();
        formatter.debug_struct("Rules").field("needles", &needles).finish_non_exhaustive()
    }
}
