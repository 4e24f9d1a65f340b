//! What a journal holds, to show, export and prune it.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use redb::ReadTransaction;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::row::{self, Used};
use super::store;
use super::tables::{self, ANSWERS, BASES, LOST, OPEN, REQUESTS};
use super::{Answer, Journal, JournalError, Key};

/// How many calls are read, or removed, at a time.
const BATCH: usize = 128;

/// What a journal holds, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Calls, whatever their state.
    pub calls: u64,
    /// Those with an answer.
    pub answered: u64,
    /// Those that were perhaps paid and have no answer.
    pub perhaps_paid: u64,
    /// Those whose end isn't known: in flight now, or when a process ended.
    pub in_flight: u64,
    /// Requests that went out for the answers.
    pub attempts: u64,
    /// Prompt tokens that the answers report.
    pub prompt_tokens: u64,
    /// Completion tokens that they report.
    pub completion_tokens: u64,
    /// The size of the file.
    pub bytes: u64,
}

/// The order of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By falling number.
    Newest,
    /// By growing number.
    Oldest,
}

/// A call as it is recorded.
#[derive(Clone, Serialize)]
pub struct Call {
    /// Its number.
    pub number: u64,
    /// What makes it the same as another.
    pub key: Key,
    /// How it stands.
    pub state: CallState,
    /// What was asked: the body, as JSON where it is.
    #[serde(serialize_with = "as_json")]
    pub request: Bytes,
    /// When its intent was recorded, in seconds since 1970; not kept for one with an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intended: Option<u64>,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answered>,
}

/// How a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// It has an answer.
    Answered,
    /// It was perhaps paid, and has none.
    PerhapsPaid,
    /// Its end isn't known.
    InFlight,
}

/// An answer as it is recorded.
#[derive(Clone, Serialize)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// When it came, in seconds since 1970.
    pub at: u64,
    /// How many requests went out for it.
    pub attempts: u32,
    /// How long the server took, in seconds.
    pub seconds: f64,
    /// The prompt tokens that it reports.
    pub prompt_tokens: u64,
    /// The completion tokens that it reports.
    pub completion_tokens: u64,
    /// The body, as JSON where it is.
    #[serde(serialize_with = "as_json")]
    pub body: Bytes,
}

/// What to take out of a journal: all that fits each of its conditions.
#[derive(Clone, Debug, Default)]
pub struct Prune {
    /// Only what came, or was intended, before this moment, in seconds since 1970.
    pub before: Option<u64>,
    /// Only keys that begin like this, in hex digits.
    pub key: Option<String>,
}

/// What was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Calls.
    pub calls: u64,
    /// By how much the file became smaller.
    pub bytes: u64,
}

impl Journal {
    /// What it holds, in numbers. Blocks, for a moment.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn stats(&self) -> Result<Stats, JournalError> {
        let (totals, in_flight) = self.writer.store.read(store::totals)?;
        Ok(Stats {
            calls: totals.answered + totals.lost + in_flight,
            answered: totals.answered,
            perhaps_paid: totals.lost,
            in_flight,
            attempts: totals.attempts,
            prompt_tokens: totals.prompt_tokens,
            completion_tokens: totals.completion_tokens,
            bytes: self.bytes(),
        })
    }

    /// All calls, read as they are asked for. Blocks.
    #[must_use]
    pub fn calls(&self, order: Order) -> Calls {
        Calls { journal: self.clone(), order, read: VecDeque::new(), rest: Some((0, u64::MAX)) }
    }

    /// The last so many calls with an answer, the newest first. Blocks.
    ///
    /// # Errors
    /// Where they can't be read.
    pub fn recent(&self, answered: usize) -> Result<Vec<Call>, JournalError> {
        let calls = self.calls(Order::Newest);
        calls.filter(|call| call.as_ref().map_or(true, |call| call.answer.is_some())).take(answered).collect()
    }

    /// Takes calls out for ever, and gives the room back to the disk. What is in flight stays. Blocks, for long where
    /// there is much.
    ///
    /// # Errors
    /// Where it can't be read or written. What was taken out until then stays out.
    pub fn prune(&self, what: &Prune) -> Result<Pruned, JournalError> {
        let before = self.bytes();
        let mut calls = 0;
        let mut condemned = Vec::with_capacity(BATCH);
        for call in self.calls(Order::Oldest) {
            let call = call?;
            if what.takes(&call) {
                condemned.push((call.number, call.key));
            }
            if condemned.len() == BATCH {
                calls += self.remove(&mut condemned)?;
            }
        }
        calls += self.remove(&mut condemned)?;
        self.writer.prune_bases()?;
        self.writer.store.compact()?;
        Ok(Pruned { calls, bytes: before.saturating_sub(self.bytes()) })
    }

    fn remove(&self, condemned: &mut Vec<(u64, Key)>) -> Result<u64, JournalError> {
        self.writer.store.write(|transaction| tables::remove(transaction, condemned))?;
        let removed = u64::try_from(condemned.len()).unwrap_or(u64::MAX);
        condemned.clear();
        Ok(removed)
    }

    fn bytes(&self) -> u64 {
        std::fs::metadata(self.path()).map_or(0, |metadata| metadata.len())
    }
}

impl Prune {
    fn takes(&self, call: &Call) -> bool {
        let moment = call.answer.as_ref().map(|answer| answer.at).or(call.intended).unwrap_or_default();
        let old = self.before.is_none_or(|before| moment < before);
        let named = self.key.as_deref().is_none_or(|key| call.key.to_string().starts_with(key));
        old && named && call.state != CallState::InFlight
    }
}

/// Calls one after the other. See [`Journal::calls`].
#[derive(Debug)]
pub struct Calls {
    journal: Journal,
    order: Order,
    read: VecDeque<Call>,
    /// The first and the last number that may come, while any may.
    rest: Option<(u64, u64)>,
}

impl Iterator for Calls {
    type Item = Result<Call, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.is_empty()
            && let Some((first, last)) = self.rest.take()
        {
            let order = self.order;
            match self.journal.writer.store.read(|transaction| read(transaction, order, first, last)) {
                Ok(calls) => self.read = calls.into(),
                Err(error) => return Some(Err(error)),
            }
            // A batch that isn't full is the last.
            self.rest = self.read.back().filter(|_| self.read.len() == BATCH).and_then(|end| match order {
                Order::Oldest => Some((end.number.checked_add(1)?, last)),
                Order::Newest => Some((first, end.number.checked_sub(1)?)),
            });
        }
        self.read.pop_front().map(Ok)
    }
}

/// The next batch of calls within these numbers.
fn read(transaction: &ReadTransaction, order: Order, first: u64, last: u64) -> Result<Vec<Call>, redb::Error> {
    let requests = transaction.open_table(REQUESTS)?;
    let range = requests.range(first..=last)?;
    let rows: Box<dyn Iterator<Item = _>> = match order {
        Order::Oldest => Box::new(range),
        Order::Newest => Box::new(range.rev()),
    };
    let (answers, lost, open) =
        (transaction.open_table(ANSWERS)?, transaction.open_table(LOST)?, transaction.open_table(OPEN)?);
    let bases = transaction.open_table(BASES)?;
    let mut known: HashMap<u64, Bytes> = HashMap::new();
    let mut calls = Vec::new();
    for row in rows.take(BATCH) {
        let (number, row) = row?;
        let number = number.value();
        let unreadable = || tables::unreadable("request", number);
        let (key, base) = row::head_of_request(row.value()).ok_or_else(unreadable)?;
        if base > 0 && !known.contains_key(&base) {
            let row = bases.get(base)?;
            known.insert(base, row.and_then(|row| row::read_base(row.value())).ok_or_else(unreadable)?);
        }
        let base = known.get(&base).map(Bytes::as_ref).unwrap_or_default();
        let request = row::read_request(number, row.value(), base).ok_or_else(unreadable)?;
        let mut call = Call { number, key, state: CallState::Answered, request, intended: None, answer: None };
        if let Some(row) = answers.get(number)? {
            let read = row::read_answer(&key, number, row.value());
            call.answer = Some(read.ok_or_else(|| tables::unreadable("answer", number))?.into());
        } else if let Some(row) = lost.get(number)? {
            call.state = CallState::PerhapsPaid;
            call.intended = Some(row.value().0);
        } else {
            call.state = CallState::InFlight;
            call.intended = open.get(number)?.map(|at| at.value());
        }
        calls.push(call);
    }
    Ok(calls)
}

impl From<(Answer, Used)> for Answered {
    fn from((answer, used): (Answer, Used)) -> Self {
        Self {
            status: answer.status,
            at: answer.at,
            attempts: answer.attempts,
            seconds: answer.took.as_secs_f64(),
            prompt_tokens: used.prompt_tokens,
            completion_tokens: used.completion_tokens,
            body: answer.body,
        }
    }
}

// Bodies are people's documents.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("number", &self.number).field("state", &self.state).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answered").field("status", &self.status).field("at", &self.at).finish_non_exhaustive()
    }
}

fn as_json<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => value.serialize(serializer),
        Err(_) if body.is_empty() => serializer.serialize_none(),
        Err(_) => serializer.serialize_str(&String::from_utf8_lossy(body)),
    }
}
