//! What the values of a property are: through references, choices and lists.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use super::schemas::{Schemas, Target, has_type, is_object};
use crate::vocabulary as v;

/// What a property may have.
#[derive(Debug, Default)]
pub(crate) struct Values<'v> {
    /// It says nothing, or something that lets everything pass.
    pub(crate) anything: bool,
    /// Ids of classes and IRIs of datatypes.
    pub(crate) range: Vec<String>,
    pub(crate) listed: Vec<String>,
    /// Objects that are defined here.
    pub(crate) inner: Vec<&'v Value>,
    pub(crate) is_many: bool,
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
    pub(crate) is_nullable: bool,
    in_range: HashSet<String>,
    in_listed: HashSet<String>,
}

impl<'v> Values<'v> {
    pub(crate) fn of(schemas: &mut Schemas<'v>, schema: &'v Value, id: &str) -> Self {
        let mut values = Self::default();
        let mut seen: HashSet<*const Value> = HashSet::new();
        // With each, whether it is within a list.
        let mut waiting = VecDeque::from([(schema, false)]);
        while let Some((schema, is_item)) = waiting.pop_front() {
            if seen.insert(schema) {
                if !schemas.step() {
                    values.anything = true;
                    break;
                }
                values.read(schemas, (schema, is_item), id, &mut waiting);
            }
        }
        if values.range.is_empty() && values.listed.is_empty() {
            values.anything = true;
        }
        values
    }

    fn read(
        &mut self,
        schemas: &mut Schemas<'v>,
        (schema, is_item): (&'v Value, bool),
        id: &str,
        waiting: &mut VecDeque<(&'v Value, bool)>,
    ) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            match schemas.follow(reference) {
                Target::Class(class) => self.add(class),
                Target::Nowhere(name) => self.add(name),
                Target::Schema(schema) => waiting.push_back((schema, is_item)),
                Target::Deprecated => {}
            }
            return;
        }
        if let Some(listed) = schema.get("enum").and_then(Value::as_array) {
            listed.iter().take_while(|_| schemas.step()).for_each(|value| self.list(value, is_item));
            return;
        }
        if let Some(value) = schema.get("const") {
            self.list(value, is_item);
            return;
        }
        if is_object(schema) && (schema.get("properties").is_some() || schema.get("title").is_some()) {
            let (class, is_new) = schemas.name(schema, id);
            self.inner.extend(is_new.then_some(schema));
            self.add(class);
            return;
        }
        let mut says = false;
        for choice in ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()) {
            waiting.extend(choice.iter().map(|one| (one, is_item)));
            says = true;
        }
        if has_type(schema, "array") || schema.get("items").is_some() || schema.get("prefixItems").is_some() {
            self.many(schema);
            let lists = ["items", "prefixItems"].iter().filter_map(|key| schema.get(key));
            let items = lists.flat_map(|items| match items {
                Value::Array(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            });
            waiting.extend(items.map(|item| (item, true)));
            says = true;
        }
        if let Some(inner) = schema.get("additionalProperties").filter(|inner| inner.is_object()) {
            self.many(schema);
            waiting.push_back((inner, true));
            says = true;
        }
        self.is_nullable |= !is_item && has_type(schema, "null");
        says |= self.scalar(schema);
        self.anything |= !says && !has_type(schema, "null") && schema != &Value::Bool(false);
    }

    /// Whether it is one, or several.
    fn scalar(&mut self, schema: &Value) -> bool {
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        let text = match format {
            "date" => v::XSD_DATE,
            "date-time" => v::XSD_DATE_TIME,
            "time" => v::XSD_TIME,
            "year" => v::XSD_GYEAR,
            "duration" => v::XSD_DURATION,
            "uri" | "iri" | "url" | "uri-reference" | "iri-reference" => v::XSD_ANY_URI,
            _ => v::XSD_STRING,
        };
        let kinds =
            [("string", text), ("integer", v::XSD_INTEGER), ("number", v::XSD_DECIMAL), ("boolean", v::XSD_BOOLEAN)];
        let mut is_one = false;
        for (_, datatype) in kinds.into_iter().filter(|(kind, _)| has_type(schema, kind)) {
            self.add(datatype.to_owned());
            is_one = true;
        }
        is_one
    }

    fn many(&mut self, schema: &Value) {
        let number = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
        self.is_many = true;
        self.min = self.min.max(number("minItems").or_else(|| number("minProperties")).unwrap_or_default());
        self.max = self.max.or_else(|| number("maxItems").or_else(|| number("maxProperties")));
    }

    fn add(&mut self, name: String) {
        if self.in_range.insert(name.clone()) {
            self.range.push(name);
        }
    }

    fn list(&mut self, value: &Value, is_item: bool) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null => {
                self.is_nullable |= !is_item;
                return;
            }
            Value::Array(_) | Value::Object(_) => return,
        };
        if self.in_listed.insert(text.clone()) {
            self.listed.push(text);
        }
    }
}
