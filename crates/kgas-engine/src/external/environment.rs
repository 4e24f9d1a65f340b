//! Which variables of the environment a tool is given: all but those that look like secrets.

use std::ffi::OsStr;

/// What begins so is kgas's own: addresses and keys of the provider.
const OWN: &str = "KGAS_";

/// Words that a name of a secret has.
const WHOLE: [&str; 5] = ["AUTH", "AUTHORIZATION", "COOKIE", "PASS", "PAT"];

/// Endings of words that a name of a secret has.
const ENDINGS: [&str; 7] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"];

/// Whether a variable is kept from tools: by its name, or because it is an address with a user in it.
pub(super) fn is_secret(name: &OsStr, value: &OsStr) -> bool {
    let name = name.to_string_lossy().to_uppercase();
    let is_word = |word: &str| {
        let one = word.strip_suffix('S').unwrap_or(word);
        WHOLE.contains(&word) || ENDINGS.iter().any(|ending| word.ends_with(ending) || one.ends_with(ending))
    };
    name.starts_with(OWN) || name.split(['_', '-', '.']).any(is_word) || has_user(&value.to_string_lossy())
}

/// Whether an address in it names a user: `postgres://me:secret@host/db`.
fn has_user(value: &str) -> bool {
    let authorities = value.split("://").skip(1).filter_map(|rest| rest.split(['/', '?', '#']).next());
    authorities.into_iter().any(|authority| authority.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_kept_back(name: &str, value: &str) -> bool {
        is_secret(OsStr::new(name), OsStr::new(value))
    }

    #[test]
    fn what_is_called_a_secret_is_kept_from_tools() {
        let names = [
            "KGAS_API_KEY",
            "KGAS_BASE_URL",
            "OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "AZURE_OPENAI_KEY",
            "openrouter_api_key",
            "MYAPIKEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SESSION_TOKEN",
            "GITHUB_TOKENS",
            "HF_TOKEN",
            "PGPASSWORD",
            "DB_PASSWD",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "CLIENT_SECRET",
            "SSH_AUTH_SOCK",
            "SMTP_PASS",
            "GITHUB_PAT",
        ];
        for name in names {
            assert!(is_kept_back(name, "x"), "{name}");
        }
    }

    #[test]
    fn an_address_with_a_user_is_kept_from_tools_whatever_it_is_called() {
        for value in ["postgres://me:pw@host/db", "http://me@proxy:3128", "a=1 amqp://u:p@h"] {
            assert!(is_kept_back("DATABASE_URL", value), "{value}");
        }
        for value in ["http://proxy:3128", "https://host/@handle", "me@host.example", "http://host/?to=a@b"] {
            assert!(!is_kept_back("SOME_URL", value), "{value}");
        }
    }

    #[test]
    fn what_programs_need_to_start_is_handed_on() {
        let names = ["PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR", "NODE_PATH", "PWD"];
        for name in names.into_iter().chain(["TOKENIZERS_PARALLELISM", "KEYBOARD", "XDG_CONFIG_HOME", "AUTHOR"]) {
            assert!(!is_kept_back(name, "/usr/bin:/bin"), "{name}");
        }
    }
}
