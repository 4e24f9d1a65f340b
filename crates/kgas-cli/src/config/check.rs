//! Whether a text is a value of an argument, by the argument's own definition.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};
use kgas_core::nearest;
use kgas_http::openai::base_url;

use crate::key::not_a_name;

/// What is wrong with a value, which isn't repeated: it may be secret.
pub(crate) fn problem(argument: &Arg, value: &str) -> Option<String> {
    // Not checked by its definition, whose errors repeat the value: it may hold a password.
    if argument.get_id() == "base_url"
        && let Err(error) = base_url(value)
    {
        return Some(error.to_string());
    }
    if argument.get_id() == "api_key_env"
        && let Some(problem) = not_a_name(value)
    {
        return Some(problem.to_owned());
    }
    let alone = Arg::new("value").value_parser(argument.get_value_parser().clone()).allow_hyphen_values(true);
    let command = Command::new("check").no_binary_name(true).disable_help_flag(true).arg(alone);
    let error = command.try_get_matches_from([value]).err()?;
    if error.kind() == ErrorKind::InvalidValue
        && let Some(ContextValue::Strings(known)) = error.get(ContextKind::ValidValue)
    {
        let hint = nearest(value, known.iter().map(String::as_str)).map(|near| format!("; did you mean {near}?"));
        return Some(format!("there are {}{}", known.join(", "), hint.unwrap_or_default()));
    }
    Some(error.source().map_or_else(|| "it can't be such a value".to_owned(), ToString::to_string))
}
