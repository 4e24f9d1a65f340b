//! What makes two calls one: all that determines the answer, and nothing else.

use std::borrow::Cow;
use std::fmt;

use kgas_http::{ApiRequest, BaseUrl};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// The name of a call: SHA-256 over the endpoint, the method, the path, the query and the body.
///
/// The fields of a JSON body may come in any order. What is within them counts as it is written: models read the order
/// of a schema's properties. Headers, API keys, limits and expected costs make no difference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a request to a base URL.
    #[must_use]
    pub fn of(endpoint: &str, request: &ApiRequest) -> Self {
        let mut parts = Parts(Sha256::new());
        parts.add(b"kgas call 1");
        parts.add(identity(endpoint).as_bytes());
        parts.add(request.method.as_str().as_bytes());
        parts.add(request.path.trim_start_matches('/').as_bytes());
        parts.count(request.query.len());
        for (name, value) in &request.query {
            parts.add(name.as_bytes());
            parts.add(value.as_bytes());
        }
        let body = request.body.as_deref();
        match body.and_then(|body| serde_json::from_slice::<Fields<'_>>(body).ok()) {
            Some(Fields(mut fields)) => {
                parts.add(b"fields");
                // Stable, so that a field that is there twice keeps its order.
                fields.sort_by(|(one, _), (other, _)| one.cmp(other));
                parts.count(fields.len());
                for (name, value) in fields {
                    parts.add(name.as_bytes());
                    parts.add(value.get().as_bytes());
                }
            }
            None => {
                parts.add(if body.is_some() { b"bytes" } else { b"none" });
                parts.add(body.unwrap_or_default());
            }
        }
        Self(parts.0.finalize().into())
    }

    pub(super) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Parts one after the other, each with its length, so that no two lists of parts are the same bytes.
struct Parts(Sha256);

impl Parts {
    fn count(&mut self, number: usize) {
        self.0.update(u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes());
    }

    fn add(&mut self, part: &[u8]) {
        self.count(part.len());
        self.0.update(part);
    }
}

/// An endpoint as one text, however its host and port are written.
fn identity(endpoint: &str) -> String {
    match endpoint.parse::<BaseUrl>() {
        Ok(url) => {
            let (scheme, usual) = if url.is_https() { ("https", 443) } else { ("http", 80) };
            let (host, port) = (url.host().to_ascii_lowercase(), url.port().unwrap_or(usual));
            format!("{scheme}://{host}:{port}{}", url.path())
        }
        Err(_) => endpoint.to_owned(),
    }
}

/// The fields of a JSON object, in the order in which they are written, with their values as they are written.
struct Fields<'b>(Vec<(Cow<'b, str>, &'b RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}
