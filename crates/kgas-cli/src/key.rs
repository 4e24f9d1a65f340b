//! Which key goes to which server: one rule for all commands that send one.

use kgas_http::openai::Profile;
use kgas_http::{BaseUrl, Secret, SecretError};

/// The key for a server: that of the variable that was named; else `KGAS_API_KEY`; else, for a provider's own host
/// alone, that provider's, such as `OPENAI_API_KEY`. None where no key is needed, as far as one can tell: the host is no
/// provider's.
///
/// # Errors
///
/// If the named variable is missing, if a provider's host would get no key, or if what a variable holds can't be one. The
/// person who set the environment must change it; no text of the error holds the key.
pub fn key_for(base: &BaseUrl, named: Option<&str>) -> Result<Option<Secret>, KeyError> {
    let Some((name, key)) = found(base, named)? else { return Ok(None) };
    key.check().map_err(|reason| KeyError::NotAKey { name, reason })?;
    Ok(Some(key))
}

/// The variable with the key for a server, and what it holds: nobody has looked whether that can be a key.
pub(crate) fn found(base: &BaseUrl, named: Option<&str>) -> Result<Option<(String, Secret)>, KeyError> {
    if let Some(name) = named {
        if let Some(problem) = not_a_name(name) {
            return Err(KeyError::NotAName { problem });
        }
        return variable(name).ok_or_else(|| KeyError::NoVariable { name: name.to_owned() }).map(Some);
    }
    if let Some(own) = variable("KGAS_API_KEY") {
        return Ok(Some(own));
    }
    // A provider's key is for that provider: no other host is sent it.
    let Some((profile, own)) = Profile::of(base).and_then(|profile| Some((profile, profile.key_variable?))) else {
        return Ok(None);
    };
    match variable(own) {
        None if profile.needs_key => Err(KeyError::NoKey { host: base.host().to_owned(), variable: own }),
        key => Ok(key),
    }
}

/// Why a text can't be the name of the variable with the key, where it can't. It isn't repeated: mostly it is the key.
pub(crate) fn not_a_name(text: &str) -> Option<&'static str> {
    const SHORTEST_KEY: usize = 20;
    let is_name =
        text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !text.starts_with(|c: char| c.is_ascii_digit());
    let is_mixed = text.contains(|c: char| c.is_ascii_lowercase()) && text.contains(|c: char| c.is_ascii_digit());
    let is_key = text.len() >= SHORTEST_KEY && is_mixed;
    (!is_name || is_key)
        .then_some("it is no name of an environment variable: put the key into one, as KGAS_API_KEY, and name that")
}

/// Whether this is OpenAI's own host.
pub(crate) fn is_openai(base: &BaseUrl) -> bool {
    Profile::of(base).is_some_and(|profile| profile.name == "openai")
}

/// Why there is no key to send.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The variable that was named isn't there.
    #[error("--api-key-env {name}: there is no such variable, or it is empty")]
    NoVariable {
        /// Its name.
        name: String,
    },
    /// What was named is no variable, and perhaps the key itself.
    #[error("--api-key-env: {problem}")]
    NotAName {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The provider wants a key, and there is none.
    #[error("no API key for {host}: set {variable} or KGAS_API_KEY, or name another variable with --api-key-env")]
    NoKey {
        /// Its host.
        host: String,
        /// The variable that holds its keys by custom.
        variable: &'static str,
    },
    /// A variable holds what can't be a key.
    #[error("{name}: {reason}")]
    NotAKey {
        /// The variable's name.
        name: String,
        /// What is wrong with it.
        reason: SecretError,
    },
}

/// An environment variable and what it holds; none where it is not set or blank.
fn variable(name: &str) -> Option<(String, Secret)> {
    // What is not UTF-8 is no key, and the check says so.
    let value = std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let value = value.filter(|value| !value.trim().is_empty())?;
    Some((name.to_owned(), Secret::from(value)))
}
