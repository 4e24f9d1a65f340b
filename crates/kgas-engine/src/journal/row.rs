//! How requests and answers lie in their rows: packed, with a checksum that ties them to their call.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Key;

/// The bytes of a checksum: enough to notice damage, and a row that belongs to another call.
const CHECK: usize = 8;
const KEY: usize = 32;
/// Status, attempts, time taken, moment, prompt tokens, completion tokens.
const FACTS: usize = 2 + 4 + 8 + 8 + 8 + 8;

/// An answer as it was bought.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The number of its call; what is recorded gets that of the call it is told for.
    pub number: u64,
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Bytes,
    /// How many requests went out for it.
    pub attempts: u32,
    /// How long the server took, to the microsecond.
    pub took: Duration,
    /// When it came, in seconds since 1970.
    pub at: u64,
}

impl std::fmt::Debug for Answer {
    // A body is made of somebody's text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("number", &self.number)
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .field("took", &self.took)
            .field("at", &self.at)
            .finish()
    }
}

/// The tokens that an answer says it has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Used {
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
}

impl Used {
    fn of(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Told {
            usage: Option<Used>,
        }
        serde_json::from_slice(body).ok().and_then(|told: Told| told.usage).unwrap_or_default()
    }
}

/// A request as a row: its key, then its body.
pub(super) fn request(key: &Key, number: u64, body: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(KEY + CHECK + 4 + body.len() / 2);
    row.extend(key.bytes());
    pack(&mut row, key, number, body);
    row
}

/// The key of a row of a request.
pub(super) fn key_of(row: &[u8]) -> Option<Key> {
    row.first_chunk::<KEY>().map(|key| Key::from_bytes(*key))
}

/// The body of a request; none where the row is damaged.
pub(super) fn read_request(number: u64, row: &[u8]) -> Option<(Key, Bytes)> {
    let key = key_of(row)?;
    Some((key, unpack(row, KEY, &key, number)?))
}

/// An answer as a row, and what it says was used.
pub(super) fn answer(key: &Key, number: u64, answer: &Answer) -> (Vec<u8>, Used) {
    let used = Used::of(&answer.body);
    let mut row = Vec::with_capacity(FACTS + CHECK + 4 + answer.body.len() / 2);
    row.extend(answer.status.to_le_bytes());
    row.extend(answer.attempts.to_le_bytes());
    row.extend(u64::try_from(answer.took.as_micros()).unwrap_or(u64::MAX).to_le_bytes());
    row.extend(answer.at.to_le_bytes());
    row.extend(used.prompt_tokens.to_le_bytes());
    row.extend(used.completion_tokens.to_le_bytes());
    pack(&mut row, key, number, &answer.body);
    (row, used)
}

/// The facts of an answer's row; none where it is too short.
pub(super) fn facts(row: &[u8]) -> Option<(Answer, Used)> {
    let mut rest = row;
    let answer = Answer {
        number: 0,
        status: u16::from_le_bytes(take(&mut rest)?),
        attempts: u32::from_le_bytes(take(&mut rest)?),
        took: Duration::from_micros(u64::from_le_bytes(take(&mut rest)?)),
        at: u64::from_le_bytes(take(&mut rest)?),
        body: Bytes::new(),
    };
    let prompt_tokens = u64::from_le_bytes(take(&mut rest)?);
    let completion_tokens = u64::from_le_bytes(take(&mut rest)?);
    Some((answer, Used { prompt_tokens, completion_tokens }))
}

/// An answer, and what it says was used; none where the row is damaged, or is another call's.
pub(super) fn read_answer(key: &Key, number: u64, row: &[u8]) -> Option<(Answer, Used)> {
    let (answer, used) = facts(row)?;
    let body = unpack(row, FACTS, key, number)?;
    Some((Answer { number, body, ..answer }, used))
}

/// Appends a body after the head that is there: the checksum over both and over whose they are, the length, the body.
fn pack(row: &mut Vec<u8>, key: &Key, number: u64, body: &[u8]) {
    let check = check(row, key, number, body);
    row.extend(check);
    row.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    let mut encoder = DeflateEncoder::new(std::mem::take(row), Compression::fast());
    // Writing into memory can't fail.
    let _ = encoder.write_all(body);
    *row = encoder.finish().unwrap_or_default();
}

fn unpack(row: &[u8], head: usize, key: &Key, number: u64) -> Option<Bytes> {
    let (head, mut rest) = row.split_at_checked(head)?;
    let expected: [u8; CHECK] = take(&mut rest)?;
    let length = u32::from_le_bytes(take(&mut rest)?);
    // A damaged length must not claim memory.
    let mut body = Vec::with_capacity(usize::try_from(length).ok()?.min(rest.len().saturating_mul(16)));
    DeflateDecoder::new(rest).take(u64::from(length) + 1).read_to_end(&mut body).ok()?;
    (check(head, key, number, &body) == expected).then(|| Bytes::from(body))
}

fn check(head: &[u8], key: &Key, number: u64, body: &[u8]) -> [u8; CHECK] {
    let mut sha = Sha256::new();
    sha.update(key.bytes());
    sha.update(number.to_le_bytes());
    sha.update(head);
    sha.update(body);
    let digest: [u8; 32] = sha.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*first)
}
