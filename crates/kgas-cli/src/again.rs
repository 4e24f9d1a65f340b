//! The command that goes on where this one stopped, as it can be typed.

use std::ffi::OsString;

/// Flags whose values may hold a secret.
const SECRETS: [&str; 4] = ["--header", "--proxy", "--base-url", "--extra-body"];

/// What stands for a value that isn't shown.
const HIDDEN: &str = "…";

/// The command line in words for a shell; values that may be secret are left out.
pub(crate) fn command(arguments: &[OsString]) -> String {
    let mut words = vec!["kgas".to_owned()];
    let mut secret_follows = false;
    for argument in arguments.iter().skip(1) {
        let argument = argument.to_string_lossy();
        let flag = SECRETS.iter().find(|flag| argument.starts_with(**flag));
        words.push(match flag {
            _ if secret_follows => hide(&argument),
            Some(flag) => match argument.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')) {
                Some(value) => format!("{flag}={}", hide(value)),
                None => argument.clone().into_owned(),
            },
            None => quoted(&argument),
        });
        secret_follows = !secret_follows && flag.is_some_and(|flag| argument == *flag);
    }
    words.join(" ")
}

/// An address without a user is no secret, and neither is the name of a header.
fn hide(value: &str) -> String {
    if value.contains("://") && !value.contains('@') {
        return quoted(value);
    }
    match value.split_once('=') {
        Some((name, _)) if !name.contains(['{', '"', '@']) => format!("{}={HIDDEN}", quoted(name)),
        _ if value.eq_ignore_ascii_case("none") => value.to_owned(),
        _ => HIDDEN.to_owned(),
    }
}

fn quoted(word: &str) -> String {
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
            (vec!["kgas", "--proxy=none"], "kgas --proxy=none"),
            (vec!["kgas", "--base-url", "http://localhost:1/v1"], "kgas --base-url http://localhost:1/v1"),
            (vec!["kgas", "--base-url", "http://me:pw@localhost"], "kgas --base-url …"),
            (vec!["kgas", "--extra-body", r#"{"user": "me=1"}"#], "kgas --extra-body …"),
        ];
        for (words, expected) in cases {
            assert_eq!(of(&words), expected);
        }
    }
}
