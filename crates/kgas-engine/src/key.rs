//! Ids and sort keys: what makes entities and edges the same between documents and runs.

use std::fmt::Write as _;

use kgas_core::fact::{EntityKey, Object};
use sha2::{Digest, Sha256};

/// The id of an entity: 16 hex digits of SHA-256 over its type and normal form.
pub(crate) fn entity_id(key: &EntityKey) -> String {
    digest(&[key.entity_type(), key.name()])
}

/// The id of an edge: 16 hex digits of SHA-256 over its type, its subject's id, and its object's id or value.
pub(crate) fn relation_id(relation_type: &str, subject: &str, object: &str, is_value: bool) -> String {
    digest(&[relation_type, subject, if is_value { "value" } else { "object" }, object])
}

/// The SHA-256 of a text, in hex digits.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// What an edge leads to, as outputs write it, and whether that is a value.
pub(crate) fn object_text(object: &Object) -> (String, bool) {
    match object {
        Object::Entity(key) => (entity_id(key), false),
        Object::Value(value) => (value.clone(), true),
    }
}

/// A key that sorts by its parts in turn: none of them may hold a zero byte that counts.
pub(crate) fn sort_key(parts: &[&str], numbers: &[u64]) -> Vec<u8> {
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum::<usize>() + numbers.len() * 8);
    for part in parts {
        key.extend(part.bytes().map(|byte| byte.max(1)));
        key.push(0);
    }
    for number in numbers {
        key.extend(number.to_be_bytes());
    }
    key
}

fn digest(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part.as_bytes());
        sha.update([0]);
    }
    let mut id = hex(&sha.finalize());
    id.truncate(16);
    id
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
