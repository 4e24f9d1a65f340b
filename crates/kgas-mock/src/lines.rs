//! Answers from a file of JSON Lines: in order, or by what the prompt contains.

use std::error::Error;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::locked;
use crate::script::{Answer, ChatCall, FinishReason, Reply};

/// Answers that a file says, one JSON object a line; empty lines are passed over.
///
/// A line has exactly one of `answer` (a text, or any other JSON, which is said in its compact form), `refusal` (a
/// sentence) and `status` (an error from 400 to 599, with a `message` if wanted), and may have `finish` (`stop`,
/// `length` or `content_filter`), `after_seconds` (beyond the latency), `usage` (`prompt_tokens` and
/// `completion_tokens`) and `when`.
///
/// A call is answered by the first line whose `when` its prompt (all messages) contains, however often; if there is
/// none, by the next of the lines without `when`; if those are used up, by error 400.
///
/// ```
/// use kgas_mock::{Lines, MockServer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let text = r#"
/// {"answer": {"entities": []}}
/// {"answer": "{\"entities\": [{\"te", "finish": "length", "usage": {"prompt_tokens": 900, "completion_tokens": 8}}
/// {"when": "Marie Curie", "answer": {"entities": [{"text": "Marie Curie", "type": "Person"}]}, "after_seconds": 1.5}
/// {"when": "poison", "status": 503, "message": "come again"}
/// "#;
/// let server = MockServer::builder().answer(Lines::read("answers.jsonl", text)?).in_memory()?;
/// # drop(server);
/// let error = Lines::read("answers.jsonl", "{\"answer\": 1}\n{\"anwser\": 1}").unwrap_err();
/// assert!(error.to_string().starts_with("answers.jsonl, line 2: unknown field `anwser`"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Lines {
    name: String,
    matched: Vec<(String, Reply)>,
    ordered: Vec<Reply>,
    next: Mutex<usize>,
}

impl Lines {
    /// Reads the text of a file; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// Fails on the first line that is no such object, or if there is no line, and says where and why.
    pub fn read(name: &str, text: &str) -> Result<Self, LinesError> {
        let mut lines = Self { name: name.to_owned(), matched: Vec::new(), ordered: Vec::new(), next: Mutex::new(0) };
        for (number, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            if text.trim().is_empty() {
                continue;
            }
            let fail = |problem| LinesError { name: name.to_owned(), line: Some(number), problem };
            let (when, reply) = line(text).map_err(fail)?;
            match when {
                Some(when) => lines.matched.push((when, reply)),
                None => lines.ordered.push(reply),
            }
        }
        if lines.matched.is_empty() && lines.ordered.is_empty() {
            let problem = "there is no line with an answer".to_owned();
            return Err(LinesError { name: name.to_owned(), line: None, problem });
        }
        Ok(lines)
    }
}

impl Answer for Lines {
    fn answer(&self, call: &ChatCall) -> Reply {
        let prompt = call.prompt();
        if let Some((_, reply)) = self.matched.iter().find(|(when, _)| prompt.contains(when.as_str())) {
            return reply.clone();
        }
        let mut next = locked(&self.next);
        let reply = self.ordered.get(*next).cloned();
        *next = next.saturating_add(1);
        // Not a 5xx, as for a script: a client would try again.
        reply.unwrap_or_else(|| {
            let (name, count) = (&self.name, self.ordered.len());
            Reply::error(
                400,
                format!("no line of {name} matches the prompt, and all {count} without \"when\" are used"),
            )
        })
    }
}

/// Why a file of answers could not be read.
#[derive(Debug)]
pub struct LinesError {
    name: String,
    line: Option<usize>,
    problem: String,
}

impl fmt::Display for LinesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, line, problem } = self;
        match line {
            Some(line) => write!(formatter, "{name}, line {line}: {problem}"),
            None => write!(formatter, "{name}: {problem}"),
        }
    }
}

impl Error for LinesError {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    when: Option<String>,
    answer: Option<Value>,
    refusal: Option<String>,
    status: Option<u16>,
    message: Option<String>,
    finish: Option<Finish>,
    after_seconds: Option<f64>,
    usage: Option<Tokens>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Finish {
    Stop,
    Length,
    ContentFilter,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    prompt_tokens: usize,
    completion_tokens: usize,
}

/// One line, or what is wrong with it.
fn line(text: &str) -> Result<(Option<String>, Reply), String> {
    // An array would do for a struct as well.
    if !text.trim_start().starts_with('{') {
        return Err("a line is a JSON object, and this is none".to_owned());
    }
    let line: Line = serde_json::from_str(text).map_err(|error| placed(&error))?;
    let mut reply = said(line.answer, line.refusal, line.status, line.message)?;
    if let Some(finish) = line.finish {
        reply = reply.finish(match finish {
            Finish::Stop => FinishReason::Stop,
            Finish::Length => FinishReason::Length,
            Finish::ContentFilter => FinishReason::ContentFilter,
        });
    }
    if let Some(seconds) = line.after_seconds {
        let delay = Duration::try_from_secs_f64(seconds)
            .map_err(|error| format!("after_seconds {seconds} is no time to wait: {error}"))?;
        reply = reply.after(delay);
    }
    if let Some(Tokens { prompt_tokens, completion_tokens }) = line.usage {
        reply = reply.usage(prompt_tokens, completion_tokens);
    }
    Ok((line.when, reply))
}

fn said(
    answer: Option<Value>,
    refusal: Option<String>,
    status: Option<u16>,
    message: Option<String>,
) -> Result<Reply, String> {
    if message.is_some() && status.is_none() {
        return Err("message belongs to a status, and there is none".to_owned());
    }
    match (answer, refusal, status) {
        (Some(Value::String(text)), None, None) => Ok(Reply::text(text)),
        (Some(value), None, None) => Ok(Reply::json(&value)),
        (None, Some(sentence), None) => Ok(Reply::refusal(sentence)),
        (None, None, Some(status @ 400..=599)) => {
            Ok(Reply::error(status, message.unwrap_or_else(|| "The script says so.".to_owned())))
        }
        (None, None, Some(status)) => Err(format!("status {status} is no error: 400 to 599 are")),
        _ => Err("exactly one of answer, refusal and status is wanted".to_owned()),
    }
}

/// The parser's words, with the column and without its line, which is always 1.
fn placed(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((problem, _)) => format!("{problem}, at column {}", error.column()),
        None => text,
    }
}
