//! A request for the account, without its keys.

use hyper::HeaderMap;

use crate::account::Received;

/// What a name has in it where its value may be a key, or tell who somebody is.
const SECRET_NAMES: [&str; 8] = ["auth", "key", "token", "secret", "cookie", "password", "credential", "session"];
/// How a value begins that is one, whatever its name.
const SECRET_VALUES: [&str; 4] = ["bearer ", "basic ", "sk-", "eyj"];
/// A shorter value, such as the `EMPTY` of a server without keys, may be any word of a text.
const SHORTEST_KEY: usize = 8;

/// The request as sent: headers with keys are left out, and where such a key stands elsewhere, `[key]` stands instead.
pub(crate) fn received(headers: &HeaderMap, body: &[u8]) -> Received {
    let texts = headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    let (secret, open): (Vec<_>, Vec<_>) = texts.partition(|(name, value)| is_secret(name, value));
    let keys: Vec<&str> = secret.iter().flat_map(|(_, value)| keys(value)).collect();
    let without = |text: &str| keys.iter().fold(text.to_owned(), |text, key| text.replace(key, "[key]"));
    Received {
        headers: open.iter().map(|(name, value)| ((*name).to_owned(), without(value))).collect(),
        body: without(&String::from_utf8_lossy(body)),
    }
}

fn is_secret(name: &str, value: &str) -> bool {
    let value = value.trim_start().to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| name.contains(part)) || SECRET_VALUES.iter().any(|start| value.starts_with(start))
}

/// The words of a secret value that are long enough, without the scheme before them.
fn keys(value: &str) -> impl Iterator<Item = &str> {
    value.split_whitespace().filter(|word| word.len() >= SHORTEST_KEY)
}
