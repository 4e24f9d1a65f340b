//! The command that goes on where this one stopped, as it can be typed.

use std::ffi::OsString;

/// Flags whose values may hold a secret.
const SECRETS: [&str; 4] = ["--header", "--proxy", "--base-url", "--extra-body"];

/// What stands for a value that isn't shown.
const HIDDEN: &str = "…";

/// The command line in words for a shell; values that may be secret are left out.
pub(crate) fn command(arguments: &[OsString]) -> String {
    let mut words = vec!["kgas".to_owned()];
    let mut secret_of: Option<&str> = None;
    for argument in arguments.iter().skip(1) {
        let argument = argument.to_string_lossy();
        let flag = SECRETS.iter().find(|flag| argument.starts_with(**flag));
        words.push(match (secret_of, flag) {
            (Some(flag), _) => hide(flag, &argument),
            (None, Some(flag)) => match argument.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')) {
                Some(value) => format!("{flag}={}", hide(flag, value)),
                None => argument.clone().into_owned(),
            },
            (None, None) => quoted(&argument),
        });
        secret_of = flag.copied().filter(|flag| secret_of.is_none() && argument == *flag);
    }
    words.join(" ")
}

/// An address without a user is no secret, and neither is the name of a header. All else may hold one, in any place.
fn hide(flag: &str, value: &str) -> String {
    let is_address = matches!(flag, "--proxy" | "--base-url");
    match value.split_once('=') {
        _ if is_address && value.contains("://") && !value.contains('@') => quoted(value),
        _ if flag == "--proxy" && value.eq_ignore_ascii_case("none") => value.to_owned(),
        Some((name, _)) if flag == "--header" => format!("{}={HIDDEN}", quoted(name)),
        _ => HIDDEN.to_owned(),
    }
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> String {
        command(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_command_line_can_be_typed_again() {
        let cases = [
            (vec!["/bin/kgas", "extract", "my docs", "--out", "o"], "kgas extract 'my docs' --out o"),
            (vec!["kgas", "extract", "it's", ""], r"kgas extract 'it'\''s' ''"),
            (vec!["kgas", "embed", "--set", "a=b"], "kgas embed --set a=b"),
        ];
        for (words, expected) in cases {
            assert_eq!(of(&words), expected);
        }
    }

    #[test]
    fn what_may_be_secret_is_left_out() {
        let cases = [
            (vec!["kgas", "--header", "x-api-key=sk-1", "in"], "kgas --header x-api-key=… in"),
            (vec!["kgas", "--header=x-api-key=sk-1", "in"], "kgas --header=x-api-key=… in"),
            (vec!["kgas", "--proxy", "http://me:pw@host:1", "in"], "kgas --proxy … in"),
            (vec!["kgas", "--proxy", "http://me:c2VjcmV0=@host:1"], "kgas --proxy …"),
            (vec!["kgas", "--proxy=http://me:p=w@host:1"], "kgas --proxy=…"),
            (vec!["kgas", "--base-url", "http://me:p=w@localhost"], "kgas --base-url …"),
            (vec!["kgas", "--proxy=none"], "kgas --proxy=none"),
            (vec!["kgas", "--base-url", "http://localhost:1/v1"], "kgas --base-url http://localhost:1/v1"),
            (vec!["kgas", "--base-url", "http://me:pw@localhost"], "kgas --base-url …"),
            (vec!["kgas", "--extra-body", r#"{"user": "me=1"}"#], "kgas --extra-body …"),
            (vec!["kgas", "--extra-body", r#"{"hook": "http://h/sk-1"}"#], "kgas --extra-body …"),
            (vec!["kgas", "--header", "x-hook=http://h/sk-1"], "kgas --header x-hook=…"),
        ];
        for (words, expected) in cases {
            assert_eq!(of(&words), expected);
        }
    }
}
