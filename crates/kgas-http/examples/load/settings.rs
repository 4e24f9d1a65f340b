//! What is to be sent, and how: from the words of the command line to a client and its requests.

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use kgas_http::openai::{ChatParams, TIMEOUTS, builder, chat_request};
use kgas_http::{ApiRequest, Client, Limits, RetryPolicy, Timeouts};

use crate::tally::Refusals;

/// What `--help` shows.
pub(crate) const USAGE: &str = "\
Sends chat completions and prints one line of JSON: n, ok, failed, by_status, attempts,
n_429, retries, wall_s, client_cpu_s, queue_s, backoff_s, first_error.

  --base-url URL       the API, as in http://127.0.0.1:8080/v1 (required)
  --requests N         how many calls (required)
  --rpm R              requests a minute at most; without it, any number
  --tpm T              tokens a minute at most; without it, any number
  --max-concurrent C   calls on the wire at a time (10)
  --timeout S          seconds for one attempt (60)
  --max-retries K      attempts after the first (2)
  --total-timeout S    seconds for one call, queue and retries included; without it, any time
  --prompt-tokens P    length of a prompt, at four characters a token (100)
  --max-tokens M       the longest answer allowed (100)
  --ca FILE            a PEM file with a certificate authority to trust besides the usual
  --http2              speak HTTP/2 where the server does

KGAS_API_KEY, if set, is sent as the key.";

/// What prompts are filled with.
const FILLER: &str = "The mill in Odense was sold to a bank from Aarhus, which let its old owners run it. ";

const CHARS_A_TOKEN: usize = 4;

/// All that the command line can say.
#[derive(Debug)]
pub(crate) struct Settings {
    base_url: String,
    pub(crate) requests: u64,
    rpm: Option<NonZeroU32>,
    tpm: Option<NonZeroU32>,
    pub(crate) max_concurrent: NonZeroUsize,
    timeout: Duration,
    max_retries: u32,
    total_timeout: Option<Duration>,
    prompt_tokens: usize,
    max_tokens: u32,
    ca: Option<PathBuf>,
    http2: bool,
}

impl Settings {
    /// Reads the words of a command line; an error is one sentence that names the word to change.
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut words = words.into_iter();
        let mut base_url = None;
        let mut requests = None;
        let mut settings = Self {
            base_url: String::new(),
            requests: 0,
            rpm: None,
            tpm: None,
            max_concurrent: Limits::DEFAULT.max_concurrent,
            timeout: TIMEOUTS.attempt,
            max_retries: RetryPolicy::DEFAULT.attempts.get().saturating_sub(1),
            total_timeout: None,
            prompt_tokens: 100,
            max_tokens: 100,
            ca: None,
            http2: false,
        };
        while let Some(word) = words.next() {
            // Both `--rpm 60` and `--rpm=60`.
            let (name, inline) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            if name == "--http2" {
                if inline.is_some() {
                    return Err(format!("{name} is not an option with a value"));
                }
                settings.http2 = true;
                continue;
            }
            let mut value = Value { name, text: inline, words: &mut words };
            match name {
                "--base-url" => base_url = Some(value.text()?),
                "--requests" => requests = Some(value.number("a whole number")?),
                "--rpm" => settings.rpm = Some(value.number("a whole number above 0")?),
                "--tpm" => settings.tpm = Some(value.number("a whole number above 0")?),
                "--max-concurrent" => settings.max_concurrent = value.number("a whole number above 0")?,
                "--timeout" => settings.timeout = value.seconds()?,
                "--max-retries" => settings.max_retries = value.number("a whole number")?,
                "--total-timeout" => settings.total_timeout = Some(value.seconds()?),
                "--prompt-tokens" => settings.prompt_tokens = value.number("a whole number")?,
                "--max-tokens" => settings.max_tokens = value.number("a whole number")?,
                "--ca" => settings.ca = Some(OsString::from(value.text()?).into()),
                _ => return Err(format!("{name} is not an option; --help shows all")),
            }
        }
        settings.base_url = base_url.ok_or("--base-url is missing: say where the API is")?;
        settings.requests = requests.ok_or("--requests is missing: say how many calls to send")?;
        Ok(settings)
    }

    /// The client that sends the calls.
    pub(crate) fn client(&self, key: Option<String>, refusals: &Refusals) -> Result<Client, String> {
        let limits = Limits {
            requests_per_minute: self.rpm,
            tokens_per_minute: self.tpm,
            ..Limits::unlimited(self.max_concurrent)
        };
        let retry = RetryPolicy {
            attempts: NonZeroU32::MIN.saturating_add(self.max_retries),
            // As many retries as were asked for, however long each attempt takes.
            window: Duration::MAX,
            ..RetryPolicy::DEFAULT
        };
        let timeouts = Timeouts { attempt: self.timeout, total: self.total_timeout, ..TIMEOUTS };
        let mut client = builder(&self.base_url).limits(limits).retry(retry).timeouts(timeouts).http2(self.http2);
        client = client.on_attempt(refusals.listener());
        if let Some(key) = key {
            client = client.api_key(key.into());
        }
        if let Some(file) = &self.ca {
            client = client.ca_file(file);
        }
        client.build().map_err(|error| error.to_string())
    }

    /// The call with this number, from 0.
    pub(crate) fn request(&self, number: u64) -> ApiRequest {
        let params = ChatParams { max_tokens: Some(self.max_tokens), ..ChatParams::prompt(self.prompt(number)) };
        chat_request(&params)
    }

    fn prompt(&self, number: u64) -> String {
        let mut prompt = format!("[[doc:{number}]] ");
        let length = self.prompt_tokens.saturating_mul(CHARS_A_TOKEN);
        let missing = length.saturating_sub(prompt.len());
        prompt.reserve(missing);
        prompt.extend(FILLER.chars().cycle().take(missing));
        prompt
    }
}

/// The value after an option's name.
struct Value<'a, W> {
    name: &'a str,
    text: Option<String>,
    words: &'a mut W,
}

impl<W: Iterator<Item = String>> Value<'_, W> {
    fn text(&mut self) -> Result<String, String> {
        let next = || self.words.next().filter(|word| !word.starts_with("--"));
        self.text.take().or_else(next).ok_or_else(|| format!("{} wants a value after it", self.name))
    }

    fn number<T: FromStr>(&mut self, wanted: &str) -> Result<T, String> {
        let text = self.text()?;
        text.parse().map_err(|_not_one| format!("{} wants {wanted}, not {text:?}", self.name))
    }

    fn seconds(&mut self) -> Result<Duration, String> {
        let seconds = self.number("seconds above 0")?;
        let wanted = Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero());
        wanted.ok_or_else(|| format!("{} wants seconds above 0, not {seconds}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Settings, String> {
        Settings::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_wrong_word_is_named_in_one_sentence() {
        let cases = [
            ("", "--base-url is missing: say where the API is"),
            ("--base-url=u", "--requests is missing: say how many calls to send"),
            ("--base-url", "--base-url wants a value after it"),
            ("--requests --rpm 5", "--requests wants a value after it"),
            ("--requests -1", "--requests wants a whole number, not \"-1\""),
            ("--max-concurrent=0", "--max-concurrent wants a whole number above 0, not \"0\""),
            ("--total-timeout inf", "--total-timeout wants seconds above 0, not inf"),
            ("--http2=yes", "--http2 is not an option with a value"),
            ("--frob 3", "--frob is not an option; --help shows all"),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).unwrap_err(), expected, "{line}");
        }
    }

    #[test]
    fn both_spellings_of_a_value_are_read() {
        let settings = parse("--base-url=http://a/v1?b=c --requests 7 --rpm=60 --timeout 2.5 --http2").unwrap();
        assert_eq!(settings.base_url, "http://a/v1?b=c");
        assert_eq!((settings.requests, settings.rpm), (7, NonZeroU32::new(60)));
        assert_eq!((settings.timeout, settings.http2), (Duration::from_millis(2500), true));
    }

    #[test]
    fn a_prompt_names_its_document_and_has_four_characters_a_token() {
        let settings = parse("--base-url http://a --requests 1 --prompt-tokens 50").unwrap();
        let prompt = settings.prompt(12);
        assert!(prompt.starts_with("[[doc:12]] "), "{prompt}");
        assert_eq!(prompt.len(), 200);
    }
}
