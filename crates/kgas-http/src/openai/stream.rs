//! Chat completions that arrive piece by piece.

use std::fmt;

use http::HeaderValue;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{ChatAnswer, Content, FinishReason, Usage, read_chat};
use super::body::Field;
use super::stream_error::{failure, protocol};
use super::{ChatParams, chat};
use crate::response::Place;
use crate::retry::classify;
use crate::sse::{Event, Parser};
use crate::{ApiRequest, ErrorKind, HttpError, Reply};

/// The most bytes that one piece may have.
const PIECE_BYTES: usize = 1024 * 1024;

const EVENT_STREAM: &str = "text/event-stream";

/// The request that asks this and wants the answer piece by piece, with its cost at the end. The
/// same question gives the same bytes.
#[must_use]
pub fn chat_stream_request(params: &ChatParams) -> ApiRequest {
    let mut body = chat::body(params);
    body.set("stream", Field::Own(json!(true)));
    // Some servers know no such field; `extra` can leave it empty for them.
    body.set_default("stream_options", Field::Own(json!({"include_usage": true})));
    chat::post(params, &body)
        .with_header(ACCEPT, HeaderValue::from_static(EVENT_STREAM))
        // A compressor would hold pieces back.
        .with_header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .with_usage_of(|reply| read_chat_stream(reply).ok()?.usage?.all())
}

/// One piece of a chat completion: what is new in it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ChatDelta {
    /// What the model goes on to say.
    pub text: String,
    /// What it goes on to say why it will not answer.
    pub refusal: Option<String>,
    /// Why it stopped, in one of the last pieces.
    pub finish_reason: Option<FinishReason>,
    /// What it cost, in the last piece.
    pub usage: Option<Usage>,
    /// The model that answers, if the piece tells.
    pub model: Option<String>,
}

/// Turns the bytes of a streamed chat completion, in whatever pieces they arrive, into
/// [`ChatDelta`]s, and in the end into the whole [`ChatAnswer`].
///
/// ```
/// use kgas_http::openai::ChatStreamDecoder;
///
/// let mut decoder = ChatStreamDecoder::new();
/// let mut said = String::new();
/// for bytes in [
///     "data: {\"choices\": [{\"delta\": {\"content\": \"Hel\"}}]}\n\nda",
///     "ta: {\"choices\": [{\"delta\": {\"content\": \"lo\"}, \"finish_reason\": \"stop\"}]}\n\n",
///     "data: [DONE]\n\n",
/// ] {
///     for delta in decoder.feed(bytes.as_bytes()) {
///         said.push_str(&delta?.text);
///     }
/// }
/// assert_eq!(said, "Hello");
/// assert_eq!(decoder.finish()?.text, "Hello");
/// # Ok::<_, kgas_http::HttpError>(())
/// ```
pub struct ChatStreamDecoder {
    events: Parser,
    answer: ChatAnswer,
    /// A choice has come, maybe one that said nothing.
    has_choice: bool,
    has_finished: bool,
    is_done: bool,
    error: Option<HttpError>,
}

impl ChatStreamDecoder {
    /// A decoder for one answer.
    #[must_use]
    pub fn new() -> Self {
        Self {
            events: Parser::new(PIECE_BYTES),
            answer: ChatAnswer {
                text: String::new(),
                refusal: None,
                finish_reason: FinishReason::Other(String::new()),
                usage: None,
                model: String::new(),
            },
            has_choice: false,
            has_finished: false,
            is_done: false,
            error: None,
        }
    }

    /// Reads on. Pieces that say nothing are left out. An error is the last that comes: the
    /// stream is over with it, and [`finish`](Self::finish) returns it again.
    ///
    /// Its kind is that of the status which an error inside the stream names or stands for, and
    /// [`ErrorKind::Protocol`] for errors of an unknown sort and for what is no chat completion.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Result<ChatDelta, HttpError>> {
        let mut deltas = Vec::new();
        if self.is_done || self.error.is_some() {
            return deltas;
        }
        let mut events = Vec::new();
        let outcome = self.events.feed(bytes, &mut events);
        let read = events.iter().try_for_each(|event| {
            deltas.extend(self.read(event)?.map(Ok));
            Ok(())
        });
        let outcome = read.and_then(|()| match outcome {
            Err(too_long) if !self.is_done => Err(HttpError::new(ErrorKind::TooLarge)
                .with_status(200)
                .with_request_written(true)
                .with_message(too_long.to_string())
                .with_source(too_long)),
            _ => Ok(()),
        });
        if let Err(error) = outcome {
            self.error = Some(error.clone());
            deltas.push(Err(error));
        }
        deltas
    }

    /// Whether all has come, so that nothing more needs to be fed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// The whole answer, once the stream has ended.
    ///
    /// # Errors
    ///
    /// The error that [`feed`](Self::feed) has found; [`ErrorKind::Body`] if the stream ended
    /// before the model had stopped: ask again; [`ErrorKind::Protocol`] if it was no chat
    /// completion.
    pub fn finish(self) -> Result<ChatAnswer, HttpError> {
        self.end().map(|()| self.answer)
    }

    /// Whether the answer may end here.
    pub(super) fn end(&self) -> Result<(), HttpError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        if !self.is_done && !self.has_finished {
            return Err(HttpError::new(ErrorKind::Body)
                .with_status(200)
                .with_request_written(true)
                .with_message("the stream broke off"));
        }
        if !self.has_choice {
            return Err(protocol("a chat completion without choices"));
        }
        Ok(())
    }

    /// What an event adds, if anything.
    fn read(&mut self, event: &Event) -> Result<Option<ChatDelta>, HttpError> {
        let data = event.data.trim();
        if self.is_done || data.is_empty() {
            return Ok(None);
        }
        if data == "[DONE]" {
            self.is_done = true;
            return Ok(None);
        }
        if event.event == "error" {
            return Err(failure(data));
        }
        let chunk: Chunk = serde_json::from_str(data).map_err(|e| {
            let what = if e.is_data() { "a piece of another shape" } else { "a piece that is not JSON" };
            protocol(what).with_source(Place::of(&e))
        })?;
        if chunk.is_error() {
            return Err(failure(data));
        }
        self.has_choice |= chunk.choices.as_ref().is_some_and(|choices| !choices.is_empty());
        let delta = chunk.delta();
        self.add(&delta);
        let says_nothing =
            delta.text.is_empty() && delta.refusal.is_none() && delta.finish_reason.is_none() && delta.usage.is_none();
        Ok((!says_nothing).then_some(delta))
    }

    fn add(&mut self, delta: &ChatDelta) {
        let answer = &mut self.answer;
        answer.text.push_str(&delta.text);
        if let Some(more) = &delta.refusal {
            answer.refusal.get_or_insert_default().push_str(more);
        }
        if let Some(reason) = &delta.finish_reason {
            answer.finish_reason = reason.clone();
            self.has_finished = true;
        }
        answer.usage = delta.usage.or(answer.usage);
        if let Some(model) = delta.model.as_ref().filter(|model| **model != answer.model) {
            answer.model.clone_from(model);
        }
    }
}

impl Default for ChatStreamDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ChatStreamDecoder {
    // What has come so far may be half a line of somebody's text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStreamDecoder")
            .field("text_bytes", &self.answer.text.len())
            .field("is_done", &self.is_done)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Reads a chat completion that was asked for piece by piece and has arrived whole; also one
/// that the server sent in one piece all the same.
///
/// # Errors
///
/// As [`ChatStreamDecoder::finish`] and [`read_chat`].
pub fn read_chat_stream(reply: &Reply) -> Result<ChatAnswer, HttpError> {
    let kind = reply.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| !kind.trim_start().to_ascii_lowercase().starts_with(EVENT_STREAM)) {
        return read_chat(reply);
    }
    let mut decoder = ChatStreamDecoder::new();
    decoder.feed(&reply.body);
    decoder.finish().map_err(|error| error.with_request_id(classify::request_id(&reply.headers)))
}

/// The data of an ordinary event.
#[derive(Deserialize)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    usage: Option<Usage>,
    model: Option<String>,
    error: Option<Value>,
    /// Some servers mark an error so instead of giving it a field.
    object: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    index: Option<u32>,
    /// Some servers send the last piece as if it were the whole.
    #[serde(alias = "message")]
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<Content>,
    refusal: Option<String>,
}

impl Chunk {
    fn is_error(&self) -> bool {
        self.error.as_ref().is_some_and(|error| !error.is_null())
            || [&self.object, &self.kind].iter().any(|mark| mark.as_ref().is_some_and(|mark| mark == "error"))
    }

    /// What it adds to the first choice.
    fn delta(self) -> ChatDelta {
        let choices = self.choices.unwrap_or_default();
        let choice = choices.into_iter().find(|choice| choice.index.unwrap_or_default() == 0);
        let (delta, reason) = choice.map(|choice| (choice.delta, choice.finish_reason)).unwrap_or_default();
        let delta = delta.unwrap_or_default();
        let told = |text: &String| !text.is_empty();
        ChatDelta {
            text: delta.content.map(Content::text).unwrap_or_default(),
            refusal: delta.refusal.filter(told),
            finish_reason: reason.filter(told).map(FinishReason::from),
            usage: self.usage,
            model: self.model.filter(told),
        }
    }
}
