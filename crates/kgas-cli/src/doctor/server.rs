//! What the server says of itself: its models, its clock and its limits, in lines.

use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use kgas_core::nearest;
use kgas_http::{ErrorKind, HttpError, Learned, Limits, Reply};
use serde::Deserialize;
use serde_json::Value;

use super::call::Asked;
use super::network::in_words;
use super::report::Line;
use crate::words::counted;

/// Clocks that differ by less do no harm.
const TOLERATED: Duration = Duration::from_secs(60);

/// The most names that are shown.
const SHOWN: usize = 5;

/// A model of the server's list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: String,
    /// The most tokens that it takes, where the list says.
    pub(super) window: Option<u64>,
}

/// The list of models in an answer; none where it is something else.
pub(super) fn list(reply: &Reply) -> Option<Vec<Listed>> {
    #[derive(Deserialize)]
    struct List {
        data: Vec<Value>,
    }
    let listed = |model: &Value| Some(Listed { id: model.get("id")?.as_str()?.to_owned(), window: window(model) });
    reply.json::<List>().ok()?.data.iter().map(listed).collect()
}

/// In the words of vLLM, OpenRouter, Groq, Mistral and llama.cpp.
fn window(model: &Value) -> Option<u64> {
    let places = ["/max_model_len", "/context_length", "/context_window", "/max_context_length", "/meta/n_ctx_train"];
    places.iter().find_map(|place| model.pointer(place).and_then(Value::as_u64)).filter(|tokens| *tokens > 0)
}

/// The model of this name; Ollama takes one without its tag for the latest.
pub(super) fn known<'m>(name: &str, models: &'m [Listed]) -> Option<&'m Listed> {
    models.iter().find(|model| model.id == name || model.id.strip_suffix(":latest") == Some(name))
}

/// Why asking the model itself would tell nothing more after this answer.
pub(super) fn useless(outcome: &Result<Reply, HttpError>) -> Option<&'static str> {
    let error = outcome.as_ref().err()?;
    match error.kind() {
        ErrorKind::Unauthorized => Some("the server refuses the key"),
        ErrorKind::QuotaExhausted => Some("the account has no quota left"),
        _ if error.status().is_none() => Some("the server gave no answer"),
        _ => None,
    }
}

/// The answer to the question for models; `answers` tells whether the model itself gave an answer.
pub(super) fn server(outcome: &Result<Reply, HttpError>, has_key: bool, answers: bool) -> Line {
    const CHECK: &str = "server";
    let error = match outcome {
        Ok(reply) => {
            let Some(models) = list(reply) else {
                let what = "its answer to /models is no list of models: is the base URL that of a model API?";
                return Line::warning(CHECK, what);
            };
            let key = if has_key { "it took the key" } else { "no key was sent" };
            let list = match models.len() as u64 {
                0 => "an empty list of models".to_owned(),
                count => format!("a list of {}", counted(count, "model", "models")),
            };
            return Line::ok(CHECK, format!("answers with {list}; {key}"));
        }
        Err(error) => error,
    };
    let to_do = "check the base URL; --call asks the model itself";
    match (error.kind(), error.status()) {
        (ErrorKind::NotFound, _) | (_, Some(405 | 501)) if answers => {
            Line::ok(CHECK, "answers, but has no list of models")
        }
        (ErrorKind::NotFound, _) | (_, Some(405 | 501)) => {
            let url = error.url().unwrap_or("its address");
            let status = error.status().unwrap_or_default();
            Line::warning(CHECK, format!("there is no list of models at {url} ({status}): {to_do}"))
        }
        (ErrorKind::Forbidden, _) if answers => Line::ok(CHECK, "answers, but shows the list of models to other keys"),
        (ErrorKind::Forbidden | ErrorKind::RateLimited, _) => Line::warning(CHECK, in_words(error)),
        (ErrorKind::Unauthorized, _) if !has_key => {
            let to_do = "none was sent: set KGAS_API_KEY, or name another variable with --api-key-env";
            Line::failed(CHECK, format!("{error}; {to_do}"))
        }
        _ => Line::failed(CHECK, in_words(error)),
    }
}

/// Whether the server has the model; `is_default` tells that nobody named it.
pub(super) fn model((name, is_default): (&str, bool), models: Option<&[Listed]>, asked: &Asked) -> Line {
    const CHECK: &str = "model";
    let models = models.unwrap_or_default();
    if let Some(model) = known(name, models) {
        return Line::ok(CHECK, format!("{} is in its list", model.id));
    }
    if asked.answers() {
        return match models {
            [] => Line::ok(CHECK, format!("{name} answers")),
            _ => {
                Line::warning(CHECK, format!("{name} answers, and is not in the list of models: is it the right name?"))
            }
        };
    }
    if models.is_empty() {
        let more = if matches!(asked, Asked::Unwanted) { "; --call asks the model itself" } else { "" };
        return Line::skipped(CHECK, format!("there is no list to look it up in{more}"));
    }
    let why = if is_default { ", which is asked where none is named" } else { "" };
    let names = similar(name, models);
    let instead = match names.is_empty() {
        true => format!("it has {}", some_of(models)),
        false => format!("did you mean {}?", names.join(" or ")),
    };
    Line::failed(CHECK, format!("it has no {name}{why}: {instead} name one with --model"))
}

/// Those whose names are most alike, the nearest first.
fn similar<'m>(name: &str, models: &'m [Listed]) -> Vec<&'m str> {
    const MOST: usize = 3;
    let mut left: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
    let mut found = Vec::new();
    while let Some(next) = nearest(name, left.iter().copied()).filter(|_| found.len() < MOST) {
        left.retain(|other| *other != next);
        found.push(next);
    }
    found
}

fn some_of(models: &[Listed]) -> String {
    let names: Vec<_> = models.iter().take(SHOWN).map(|model| model.id.as_str()).collect();
    match models.len().checked_sub(SHOWN) {
        None | Some(0) => format!("{};", names.join(", ")),
        Some(more) => format!("{} and {more} more;", names.join(", ")),
    }
}

/// The server's clock against that of this machine.
pub(super) fn clock(there: Option<SystemTime>, here: SystemTime) -> Line {
    const CHECK: &str = "clock";
    let Some(there) = there else { return Line::skipped(CHECK, "no answer came with a date") };
    let (apart, word) = match there.duration_since(here) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    if apart < TOLERATED {
        return Line::ok(CHECK, "the server's and this machine's agree");
    }
    let minutes = counted((apart.as_secs() + 30) / 60, "minute", "minutes");
    let what = format!("the server's is {minutes} {word} this machine's");
    Line::warning(CHECK, format!("{what}: set the one that is wrong, for certificates and waits go by it"))
}

/// The limits that the headers told, beside those that were set.
pub(super) fn limits(told: Learned, set: Limits, asked: &Asked) -> Line {
    const CHECK: &str = "limits";
    let pairs = [
        (told.requests_per_minute, set.requests_per_minute.filter(|_| !set.assumed), "requests", "--rpm"),
        (told.tokens_per_minute, set.tokens_per_minute, "tokens", "--tpm"),
    ];
    let words: Vec<_> = pairs.iter().filter_map(|(told, _, what, _)| Some(format!("{} {what}", (*told)?))).collect();
    if words.is_empty() {
        let why = match asked {
            Asked::Answered { .. } => "no header tells any: if there are some, say them with --rpm and --tpm",
            Asked::Unwanted => "no header tells any; --call looks at those of a chat answer, too",
            _ => "no header tells any",
        };
        return Line::skipped(CHECK, why);
    }
    let words = format!("{} per minute, by its headers", words.join(" and "));
    let more = |told: Option<NonZeroU32>, set: Option<NonZeroU32>| told.zip(set).is_some_and(|(told, set)| set > told);
    let flags: Vec<_> = pairs.iter().filter(|(told, set, ..)| more(*told, *set)).map(|(.., flag)| *flag).collect();
    match flags.is_empty() {
        true => Line::ok(CHECK, words),
        false => {
            let flags = flags.join(" and ");
            Line::warning(
                CHECK,
                format!("{words}, which is less than {flags}: kgas keeps to the headers, lower {flags}"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use kgas_core::{ModelError, ModelErrorKind};

    use super::super::report::State;
    use super::*;

    fn reply(body: &str) -> Reply {
        Reply::new(200, Default::default(), body.to_owned().into())
    }

    fn silent() -> Asked {
        Asked::Silent(ModelError::new(ModelErrorKind::GaveUp, "away"))
    }

    #[test]
    fn the_list_of_models_says_how_much_they_take_in_many_spellings() {
        let cases = [
            (r#"{"data": [{"id": "m", "max_model_len": 4096}]}"#, Some(4096)),
            (r#"{"data": [{"id": "m", "context_length": 8192}]}"#, Some(8192)),
            (r#"{"data": [{"id": "m", "meta": {"n_ctx_train": 32}}]}"#, Some(32)),
            (r#"{"data": [{"id": "m", "context_window": 0}]}"#, None),
            (r#"{"data": [{"id": "m"}]}"#, None),
        ];
        for (body, window) in cases {
            assert_eq!(list(&reply(body)), Some(vec![Listed { id: "m".to_owned(), window }]), "{body}");
        }
        for other in ["[]", "{}", r#"{"data": [{"name": "m"}]}"#] {
            assert_eq!(list(&reply(other)), None, "{other}");
        }
    }

    #[test]
    fn a_model_is_looked_up_in_the_list_and_then_in_its_answer() {
        let models: Vec<_> = ["llama3.2:latest", "qwen3:8b", "a", "b", "c", "d"]
            .map(|id| Listed { id: id.to_owned(), window: None })
            .into();
        let not = Asked::Not("not asked");
        let cases = [
            ("qwen3:8b", &models[..], &not, State::Ok, "in its list"),
            ("llama3.2", &models[..], &not, State::Ok, "llama3.2:latest is in its list"),
            ("qwen3:8", &models[..], &silent(), State::Failed, "did you mean qwen3:8b? name one with --model"),
            ("zzz", &models[..], &not, State::Failed, "it has llama3.2:latest, qwen3:8b, a, b, c and 1 more; name"),
            ("zzz", &[], &silent(), State::Skipped, "no list"),
        ];
        for (name, models, asked, state, part) in cases {
            let line = model((name, false), Some(models), asked);
            assert!(line.state == state && line.finding.contains(part), "{name}: {line:?}");
        }
        assert!(model(("gpt-4", true), Some(&models), &not).finding.contains("asked where none is named"));
    }

    #[test]
    fn an_error_fails_where_a_person_must_act_and_warns_where_the_model_may_still_answer() {
        let cases = [
            (ErrorKind::NotFound, Some(404), State::Warning, "--call asks the model itself"),
            (ErrorKind::ClientError, Some(405), State::Warning, "no list of models"),
            (ErrorKind::Forbidden, Some(403), State::Warning, "does not allow"),
            (ErrorKind::RateLimited, Some(429), State::Warning, "slow down"),
            (ErrorKind::Unauthorized, Some(401), State::Failed, "none was sent: set KGAS_API_KEY"),
            (ErrorKind::ServerError, Some(500), State::Failed, "try again later"),
            (ErrorKind::AttemptTimeout, None, State::Failed, "--timeout"),
        ];
        for (kind, status, state, part) in cases {
            let error = HttpError::new(kind).with_url("http://h/v1/models");
            let outcome = Err(status.into_iter().fold(error, HttpError::with_status));
            let line = server(&outcome, false, false);
            assert!(line.state == state && line.finding.contains(part), "{kind:?}: {line:?}");
            assert_eq!(useless(&outcome).is_some(), state == State::Failed && status != Some(500), "{kind:?}");
        }
    }

    #[test]
    fn clocks_may_differ_by_less_than_a_minute() {
        let here = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let cases = [
            (0, State::Ok, "agree"),
            (59, State::Ok, "agree"),
            (-59, State::Ok, "agree"),
            (60, State::Warning, "1 minute ahead of"),
            (-7200, State::Warning, "120 minutes behind"),
        ];
        for (seconds, state, part) in cases {
            let span = Duration::from_secs(u64::from(i32::unsigned_abs(seconds)));
            let there = if seconds < 0 { here - span } else { here + span };
            let line = clock(Some(there), here);
            assert!(line.state == state && line.finding.contains(part), "{seconds}: {line:?}");
        }
    }
}
