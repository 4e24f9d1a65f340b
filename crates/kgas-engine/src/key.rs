//! Ids and sort keys: what makes entities and edges the same between documents and runs.

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
    sha256_of(text.as_bytes())
}

/// The SHA-256 of bytes, in hex digits.
pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// What an edge leads to, as outputs write it, and whether that is a value.
pub(crate) fn object_text(object: &Object) -> (String, bool) {
    match object {
        Object::Entity(key) => (entity_id(key), false),
        Object::Value(value) => (value.clone(), true),
    }
}

/// A key that sorts by its parts in turn, then by the numbers.
///
/// A zero byte ends a part. One within a part, which would sort before all but the end, is written as 1 and 1, and a
/// one as 1 and 2.
pub(crate) fn sort_key(parts: &[&str], numbers: &[u64]) -> Vec<u8> {
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum::<usize>() + numbers.len() * 8);
    for part in parts {
        for byte in part.bytes() {
            match byte {
                0 | 1 => key.extend([1, byte + 1]),
                _ => key.push(byte),
            }
        }
        key.push(0);
    }
    for number in numbers {
        key.extend(number.to_be_bytes());
    }
    key
}

/// The parts of a sort key without numbers.
pub(crate) fn sorted_parts(key: &[u8]) -> impl Iterator<Item = String> + '_ {
    key.split_inclusive(|byte| *byte == 0).map(|part| {
        let mut bytes = part.iter().copied();
        let mut text = Vec::with_capacity(part.len());
        while let Some(byte) = bytes.next().filter(|byte| *byte != 0) {
            text.push(if byte == 1 { bytes.next().unwrap_or_default().saturating_sub(1) } else { byte });
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// The bytes of the first so many parts of a sort key, and those after them.
pub(crate) fn split_parts(key: &[u8], parts: usize) -> (&[u8], &[u8]) {
    let ends = key.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at + 1);
    let end = ends.take(parts).last().unwrap_or_default();
    key.split_at_checked(end).unwrap_or((key, &[]))
}

/// 16 hex digits of SHA-256 over the parts.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part.as_bytes());
        sha.update([0]);
    }
    let mut id = hex(&sha.finalize());
    id.truncate(16);
    id
}

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |number: u8| char::from_digit(number.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_sort_as_their_parts_do_and_give_them_back(
            one in ("[\0\u{1}\u{2}aé]{0,4}", "[\0\u{1}\u{2}aé]{0,4}"),
            other in ("[\0\u{1}\u{2}aé]{0,4}", "[\0\u{1}\u{2}aé]{0,4}"),
            numbers in any::<(u64, u64)>(),
        ) {
            let key = |parts: &(String, String), number| sort_key(&[&parts.0, &parts.1], &[number]);
            let (left, right) = (key(&one, numbers.0), key(&other, numbers.1));
            prop_assert_eq!(left.cmp(&right), (&one, numbers.0).cmp(&(&other, numbers.1)));
            let parts: Vec<String> = sorted_parts(&sort_key(&[&one.0, &one.1], &[])).collect();
            prop_assert_eq!(parts, [one.0, one.1]);
        }
    }
}
