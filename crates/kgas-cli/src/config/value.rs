//! What a file says behind a key: as the text an argument would be given, or as JSON.

use serde_json::{Map, Number, Value};
use toml::de::{DeInteger, DeValue};

use super::table::Kind;

/// A value as an argument takes it: a text for each time it is given. `None` where it is of another kind.
pub(crate) fn texts(value: &DeValue<'_>, kind: Kind) -> Option<Vec<String>> {
    match (kind, value) {
        (Kind::Text | Kind::Secret | Kind::Path | Kind::Paths | Kind::Names, DeValue::String(text)) => {
            Some(vec![text.to_string()])
        }
        (Kind::Paths | Kind::Names, DeValue::Array(items)) => {
            items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        }
        (Kind::Count | Kind::Limit | Kind::Number, DeValue::Integer(number)) => Some(vec![whole(number)?.to_string()]),
        (Kind::Limit, DeValue::String(text)) if text.eq_ignore_ascii_case("none") => Some(vec![text.to_string()]),
        // Its own digits, so that an amount of money stays exact.
        (Kind::Number, DeValue::Float(number)) => Some(vec![number.as_str().to_owned()]),
        (Kind::Switch, DeValue::Boolean(on)) => Some(vec![on.to_string()]),
        (Kind::Pairs, DeValue::Table(pairs)) => {
            pairs.iter().map(|(name, text)| Some(format!("{}={}", name.get_ref(), text.get_ref().as_str()?))).collect()
        }
        (Kind::Fields, DeValue::Table(_)) => Some(vec![json(value)?.to_string()]),
        _ => None,
    }
}

/// A value as JSON; `None` for what JSON has no form for.
pub(crate) fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => Value::Number(whole(number)?.into()),
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(on) => Value::Bool(*on),
        DeValue::Datetime(_) => return None,
        DeValue::Array(items) => Value::Array(items.iter().map(|item| json(item.get_ref())).collect::<Option<_>>()?),
        DeValue::Table(fields) => {
            let field = |(name, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
                let name: &std::borrow::Cow<'_, str> = name.get_ref();
                Some((name.to_string(), json(value.get_ref())?))
            };
            Value::Object(fields.iter().map(field).collect::<Option<Map<_, _>>>()?)
        }
    })
}

fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// What a value is called in a sentence.
pub(crate) const fn in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
