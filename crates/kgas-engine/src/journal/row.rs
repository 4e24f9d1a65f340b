//! How requests and answers lie in their rows: packed, with a checksum that ties them to their call.

use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::Key;
use super::packer::{Packer, Shared, unpack};
use crate::usage::reported;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
}

/// A request as a row: its key, its checksum, what it shares with which base, and the rest.
pub(super) fn request(packer: &mut Packer, shared: &Shared, key: &Key, number: u64, body: &[u8]) -> Vec<u8> {
    let &Shared { base, prefix, suffix } = shared;
    let end = body.len().saturating_sub(suffix);
    let middle = body.get(prefix..end).unwrap_or_default();
    let mut row = Vec::with_capacity(KEY + CHECK + 20 + middle.len() / 2);
    row.extend(key.bytes());
    row.extend(check(&[], key, number, body));
    row.extend(base.to_le_bytes());
    for length in [prefix, suffix, middle.len()] {
        row.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }
    packer.pack(middle, &mut row);
    row
}

/// The key of a request, and the number of its base; 0 is none.
pub(super) fn head_of_request(row: &[u8]) -> Option<(Key, u64)> {
    let mut rest = row;
    let key = Key::from_bytes(take(&mut rest)?);
    let _: [u8; CHECK] = take(&mut rest)?;
    Some((key, u64::from_le_bytes(take(&mut rest)?)))
}

/// The body of a request, whose base was looked up; none where either is damaged.
pub(super) fn read_request(number: u64, row: &[u8], base: &[u8]) -> Option<Bytes> {
    let mut rest = row;
    let key = Key::from_bytes(take(&mut rest)?);
    let expected: [u8; CHECK] = take(&mut rest)?;
    let _: [u8; 8] = take(&mut rest)?;
    let [prefix, suffix, middle] = [length(&mut rest)?, length(&mut rest)?, length(&mut rest)?];
    let mut body = base.get(..prefix)?.to_vec();
    body.extend(unpack(rest, middle)?);
    body.extend(base.get(base.len().checked_sub(suffix)?..)?);
    (check(&[], &key, number, &body) == expected).then(|| Bytes::from(body))
}

/// A base as a row. Whoever reads it checks what is made of it.
pub(super) fn base(packer: &mut Packer, body: &[u8]) -> Vec<u8> {
    let mut row = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    packer.pack(body, &mut row);
    row
}

/// The body of a base.
pub(super) fn read_base(row: &[u8]) -> Option<Bytes> {
    let mut rest = row;
    let length = length(&mut rest)?;
    unpack(rest, length).map(Bytes::from)
}

/// An answer as a row, and what it says was used.
pub(super) fn answer(packer: &mut Packer, key: &Key, number: u64, answer: &Answer) -> (Vec<u8>, Used) {
    let (prompt_tokens, completion_tokens) = reported(&answer.body);
    let used = Used { prompt_tokens, completion_tokens };
    let mut row = Vec::with_capacity(FACTS + CHECK + 4 + answer.body.len() / 2);
    row.extend(answer.status.to_le_bytes());
    row.extend(answer.attempts.to_le_bytes());
    row.extend(u64::try_from(answer.took.as_micros()).unwrap_or(u64::MAX).to_le_bytes());
    row.extend(answer.at.to_le_bytes());
    row.extend(used.prompt_tokens.to_le_bytes());
    row.extend(used.completion_tokens.to_le_bytes());
    row.extend(check(&row, key, number, &answer.body));
    row.extend(u32::try_from(answer.body.len()).unwrap_or(u32::MAX).to_le_bytes());
    packer.pack(&answer.body, &mut row);
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
    let (head, mut rest) = row.split_at_checked(FACTS)?;
    let expected: [u8; CHECK] = take(&mut rest)?;
    let length = length(&mut rest)?;
    let body = Bytes::from(unpack(rest, length)?);
    (check(head, key, number, &body) == expected).then_some((Answer { number, body, ..answer }, used))
}

/// Ties a body, and what stands before it, to its call.
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

fn length(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(take(rest)?)).ok()
}
