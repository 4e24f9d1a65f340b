//! Whether a key has the form of one. It is looked at here, and neither it nor its length is shown.

use kgas_http::{BaseUrl, Secret};

use super::report::{Line, State};
use crate::key::{KeyError, is_openai};

const CHECK: &str = "key";

/// How the keys of well-known services begin, whose they are, and where they are sent.
const FORMS: [(&str, &str, &str); 11] = [
    ("sk-ant-", "Anthropic", "anthropic.com"),
    ("sk-or-", "OpenRouter", "openrouter.ai"),
    ("sk-proj-", "OpenAI", "openai.com"),
    ("sk-svcacct-", "OpenAI", "openai.com"),
    ("gsk_", "Groq", "groq.com"),
    ("xai-", "xAI", "x.ai"),
    ("AIza", "Google", "googleapis.com"),
    ("hf_", "Hugging Face", "huggingface.co"),
    ("nvapi-", "NVIDIA", "nvidia.com"),
    ("pplx-", "Perplexity", "perplexity.ai"),
    ("r8_", "Replicate", "replicate.com"),
];

/// Words that stand where a key should be.
const PLACEHOLDERS: [&str; 10] =
    ["changeme", "change-me", "placeholder", "todo", "none", "null", "undefined", "empty", "secret", "api-key"];

const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];

/// The line about the key that was found, and the key where it can be sent.
pub(super) fn look(found: Result<Option<(String, Secret)>, KeyError>, base: &BaseUrl) -> (Line, Option<Secret>) {
    match found {
        Ok(None) => (Line::ok(CHECK, "none is set, and none is sent: servers of one's own mostly need none"), None),
        Err(error) => (Line::failed(CHECK, error.to_string()), None),
        Ok(Some((variable, key))) => match form(&key, base) {
            None => (Line::ok(CHECK, format!("{variable} holds one")), Some(key)),
            Some((state, what)) => {
                let line = Line::new(CHECK, state, format!("{variable}: {what}"));
                (line, (state != State::Failed).then_some(key))
            }
        },
    }
}

/// What is odd about a key, if anything is.
fn form(key: &Secret, base: &BaseUrl) -> Option<(State, String)> {
    if let Some(wrong) = pasted_with_more(key.expose().trim()) {
        return Some((State::Failed, wrong.to_owned()));
    }
    if let Err(error) = key.check() {
        return Some((State::Failed, error.to_string()));
    }
    // Servers on this machine mostly take any key.
    if is_placeholder(key.expose()) && !base.is_loopback() {
        return Some((State::Failed, "what it holds stands for a key and is none: put yours in its place".to_owned()));
    }
    foreign(key.expose(), base).map(|what| (State::Warning, what))
}

/// What came along when a key was copied.
fn pasted_with_more(key: &str) -> Option<&'static str> {
    let begins = |word: &str| key.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if key.starts_with(QUOTES) || key.ends_with(QUOTES) {
        return Some("the key has quotes around it: remove them");
    }
    if begins("bearer ") || begins("authorization:") {
        return Some("the key begins with the words of its header: leave `Authorization: Bearer` out, kgas adds it");
    }
    if key.starts_with('$') || key.contains("${") {
        return Some("it holds the name of a variable and not what that holds: write it so that the shell fills it in");
    }
    let is_name = |name: &str| name.contains('_') && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let name = key.strip_prefix("export ").unwrap_or(key).split('=').next().unwrap_or_default();
    if name.len() < key.len() && is_name(name) {
        return Some("the key has a variable's name before it: keep only what is behind the =");
    }
    None
}

fn is_placeholder(key: &str) -> bool {
    let key = key.to_lowercase();
    let rest = key.strip_prefix("sk-").unwrap_or(&key);
    let is_one_letter = |first: char| "x*.0-_".contains(first) && rest.chars().all(|c| c == first);
    PLACEHOLDERS.contains(&key.as_str())
        || key.contains("...")
        || key.starts_with('<')
        || (key.contains("your") && key.contains("key"))
        || rest.chars().next().is_none_or(is_one_letter)
}

/// What the beginning of a key tells, where it is not that of this server's.
fn foreign(key: &str, base: &BaseUrl) -> Option<String> {
    let host = base.host().to_ascii_lowercase();
    let is_at = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    match FORMS.iter().find(|(start, ..)| key.starts_with(start)) {
        Some((_, _, domain)) if is_at(domain) => None,
        Some((_, whose, _)) => Some(format!(
            "the key has the form of {whose}'s, and {host} is not {whose}'s: check that it is meant for it"
        )),
        None if is_openai(base) && !key.starts_with("sk-") => {
            Some("the key does not begin with sk- as OpenAI's do: check that it is whole".to_owned())
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(key: &str, url: &str) -> (State, String) {
        let (line, usable) = look(Ok(Some(("V".to_owned(), Secret::new(key)))), &url.parse().unwrap());
        assert_eq!(usable.is_some(), line.state != State::Failed, "what failed is not sent: {line:?}");
        (line.state, line.finding)
    }

    #[test]
    fn the_form_of_a_key_is_judged_for_the_server_that_is_to_get_it() {
        const OPENAI: &str = "https://api.openai.com/v1";
        const OTHER: &str = "https://models.example.com";
        const LOCAL: &str = "http://localhost:8080";
        let cases = [
            ("sk-proj-0123456789abcdef", OPENAI, State::Ok, "V holds one"),
            ("0123456789abcdef", OTHER, State::Ok, "V holds one"),
            ("\"sk-0123456789abcdef\"", OPENAI, State::Failed, "quotes"),
            ("“sk-0123456789abcdef”", OPENAI, State::Failed, "quotes"),
            ("Bearer sk-0123456789abcdef", OPENAI, State::Failed, "Bearer"),
            ("bearer sk-0123456789abcdef\n", OPENAI, State::Failed, "Bearer"),
            ("OPENAI_API_KEY=sk-0123456789abcdef", OPENAI, State::Failed, "behind the ="),
            ("export OPENAI_API_KEY=sk-0123456789", OPENAI, State::Failed, "behind the ="),
            ("c2VjcmV0LWtleQ==", OTHER, State::Ok, "V holds one"),
            ("$OPENAI_API_KEY", OPENAI, State::Failed, "fills it in"),
            ("sk-0123456789abcdef\n", OPENAI, State::Failed, "line break"),
            (" sk-0123456789abcdef", OPENAI, State::Failed, "white space"),
            ("sk-0123 456789abcdef", OPENAI, State::Failed, "a space"),
            ("sk-...", OPENAI, State::Failed, "stands for a key"),
            ("sk-xxxxxxxx", OPENAI, State::Failed, "stands for a key"),
            ("<your-api-key>", OTHER, State::Failed, "stands for a key"),
            ("YOUR_KEY_HERE", OTHER, State::Failed, "stands for a key"),
            ("EMPTY", OTHER, State::Failed, "stands for a key"),
            ("EMPTY", LOCAL, State::Ok, "V holds one"),
            ("sk-ant-0123456789abcdef", OPENAI, State::Warning, "Anthropic's, and api.openai.com"),
            ("sk-ant-0123456789abcdef", "https://api.anthropic.com/v1", State::Ok, "V holds one"),
            ("sk-ant-0123456789abcdef", "https://notanthropic.com", State::Warning, "Anthropic's"),
            ("gsk_0123456789abcdef", OTHER, State::Warning, "Groq's"),
            ("0123456789abcdef", OPENAI, State::Warning, "does not begin with sk-"),
        ];
        for (key, url, state, part) in cases {
            let (found, said) = found(key, url);
            assert_eq!(found, state, "{key} {url}: {said}");
            assert!(said.contains(part), "{key} {url}: {said}");
            assert!(!said.contains("0123"), "a key is never shown: {said}");
        }
    }
}
