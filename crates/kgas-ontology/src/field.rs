//! Fields of a JSON object, each with the place to name where it is wrong.

use serde_json::{Map, Value};

use crate::ReadError;

/// A JSON object and where it stands: `entities.Person`.
pub(crate) struct Fields<'v> {
    place: String,
    object: Option<&'v Map<String, Value>>,
}

impl<'v> Fields<'v> {
    /// Null counts as an object without fields.
    pub(crate) fn of(value: &'v Value, place: String) -> Result<Self, ReadError> {
        match value {
            Value::Null => Ok(Self { place, object: None }),
            Value::Object(object) => Ok(Self { place, object: Some(object) }),
            _ => Err(ReadError::Field { place, expected: "an object" }),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'v str> {
        self.object.into_iter().flat_map(|object| object.keys().map(String::as_str))
    }

    pub(crate) fn place_of(&self, name: &str) -> String {
        format!("{}.{name}", self.place)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, ReadError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(name, "a string")),
        }
    }

    /// A list of names: an array of strings, one string, or the keys of an object.
    pub(crate) fn names_in(&self, name: &str) -> Result<Vec<String>, ReadError> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(one)) => Ok(vec![one.clone()]),
            Some(Value::Object(object)) => Ok(object.keys().cloned().collect()),
            Some(Value::Array(many)) => many
                .iter()
                .map(|one| one.as_str().map(str::to_owned).ok_or_else(|| self.wrong(name, "a list of strings")))
                .collect(),
            Some(_) => Err(self.wrong(name, "a list of strings")),
        }
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.object?.get(name).filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, expected: &'static str) -> ReadError {
        ReadError::Field { place: self.place_of(name), expected }
    }
}
