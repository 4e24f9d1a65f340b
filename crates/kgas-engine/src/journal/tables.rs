//! The tables of a journal, and what one transaction does to them.

use std::collections::BTreeSet;

use bytes::Bytes;
use redb::{ReadTransaction, ReadableTable as _, Table, TableDefinition, WriteTransaction};

use super::packer::Packer;
use super::row::{self, Used};
use super::{Answer, Key};

/// The form of the tables. Another number is another form, which this code can't read.
pub(super) const FORM: u32 = 1;

/// What was asked, by number: rows only ever come after the last, so that they lie one after the other.
pub(super) const REQUESTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("requests");
/// What requests share with each other, by the number of the first that had it.
pub(super) const BASES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("bases");
/// What was answered, by number.
pub(super) const ANSWERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("answers");
/// The numbers of answered calls, by key and by how often that key was answered before.
pub(super) const INDEX: TableDefinition<'_, (&[u8; 32], u32), u64> = TableDefinition::new("index");
/// The calls in flight, with the moment of the intent.
pub(super) const OPEN: TableDefinition<'_, u64, u64> = TableDefinition::new("open");
/// The calls that were perhaps paid and have no answer: the moment of the intent, and how many attempts were perhaps paid.
pub(super) const LOST: TableDefinition<'_, u64, (u64, u32)> = TableDefinition::new("lost");
/// Two rows: the form, and the totals.
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const FORM_ROW: &str = "form";
const TOTALS_ROW: &str = "totals";

/// What is told to a journal.
#[derive(Debug)]
pub(super) enum Op {
    /// A call is about to be made.
    Intend { number: u64, key: Key, at: u64, body: Bytes },
    /// It was answered.
    Answered { number: u64, key: Key, answer: Answer },
    /// It was not made, or turned away.
    Withdrawn { number: u64 },
    /// It was perhaps paid, and there is no answer.
    Unanswered { number: u64, maybe_paid: u32 },
    /// Nothing: what was told before is done when this is.
    Flush,
}

/// What a journal holds, kept in every transaction so that nothing has to be counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// The number that the next call gets, at least.
    pub(super) next: u64,
    pub(super) answered: u64,
    pub(super) attempts: u64,
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
    pub(super) lost: u64,
    /// The sum of [`digest`] over the index.
    pub(super) digest: u128,
}

impl Totals {
    fn to_bytes(self) -> [u8; 64] {
        let Self { next, answered, attempts, prompt_tokens, completion_tokens, lost, digest } = self;
        let mut bytes = [0; 64];
        let numbers = [next, answered, attempts, prompt_tokens, completion_tokens, lost].map(u64::to_le_bytes);
        for (place, byte) in bytes.iter_mut().zip(numbers.as_flattened().iter().chain(&digest.to_le_bytes())) {
            *place = *byte;
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, digest) = bytes.split_last_chunk::<16>()?;
        let (numbers, []) = numbers.as_chunks::<8>() else { return None };
        let &[next, answered, attempts, prompt_tokens, completion_tokens, lost] = numbers else { return None };
        Some(Self {
            next: u64::from_le_bytes(next),
            answered: u64::from_le_bytes(answered),
            attempts: u64::from_le_bytes(attempts),
            prompt_tokens: u64::from_le_bytes(prompt_tokens),
            completion_tokens: u64::from_le_bytes(completion_tokens),
            lost: u64::from_le_bytes(lost),
            digest: u128::from_le_bytes(*digest),
        })
    }

    /// Counts an answer in, or out.
    fn count(&mut self, used: Used, attempts: u32, entry: u128, add: bool) {
        // A server may report any number.
        let step = |total: &mut u64, by: u64| {
            *total = if add { total.saturating_add(by) } else { total.saturating_sub(by) };
        };
        step(&mut self.answered, 1);
        step(&mut self.attempts, attempts.into());
        step(&mut self.prompt_tokens, used.prompt_tokens);
        step(&mut self.completion_tokens, used.completion_tokens);
        self.digest = if add { self.digest.wrapping_add(entry) } else { self.digest.wrapping_sub(entry) };
    }
}

/// Mixes an entry of the index into one number. The sum over all tells whether any is missing or was changed.
pub(super) fn digest(key: &[u8; 32], count: u32, number: u64) -> u128 {
    // Keys are SHA-256, so only their ties to the numbers have to be mixed.
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let (low, high) = (key.first_chunk::<16>(), key.last_chunk::<16>());
    let half = |chunk: Option<&[u8; 16]>| chunk.map_or(0, |chunk| u128::from_le_bytes(*chunk));
    let tie = (u128::from(number) << 32) | u128::from(count);
    (half(low) ^ tie.wrapping_mul(ODD)).wrapping_mul(ODD ^ half(high).rotate_left(32) | 1)
}

/// All tables, open for writing.
struct Tables<'t> {
    requests: Table<'t, u64, &'static [u8]>,
    bases: Table<'t, u64, &'static [u8]>,
    answers: Table<'t, u64, &'static [u8]>,
    index: Table<'t, (&'static [u8; 32], u32), u64>,
    open: Table<'t, u64, u64>,
    lost: Table<'t, u64, (u64, u32)>,
    meta: Table<'t, &'static str, &'static [u8]>,
}

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            requests: transaction.open_table(REQUESTS)?,
            bases: transaction.open_table(BASES)?,
            answers: transaction.open_table(ANSWERS)?,
            index: transaction.open_table(INDEX)?,
            open: transaction.open_table(OPEN)?,
            lost: transaction.open_table(LOST)?,
            meta: transaction.open_table(META)?,
        })
    }

    fn totals(&self) -> Result<Totals, redb::Error> {
        let row = self.meta.get(TOTALS_ROW)?;
        row.and_then(|row| Totals::from_bytes(row.value())).ok_or_else(|| corrupted("its totals are missing"))
    }

    fn write_totals(&mut self, totals: Totals) -> Result<(), redb::Error> {
        self.meta.insert(TOTALS_ROW, totals.to_bytes().as_slice())?;
        Ok(())
    }

    /// Does what was told. What is done already is left as it is, so that it may be done again after a failure.
    fn apply(&mut self, op: &Op, packer: &mut Packer, totals: &mut Totals) -> Result<(), redb::Error> {
        match op {
            Op::Intend { number, key, at, body } => {
                let shared = packer.share(*number, body);
                if shared.base == *number {
                    self.bases.insert(number, row::base(packer, body).as_slice())?;
                }
                self.requests.insert(number, row::request(packer, &shared, key, *number, body).as_slice())?;
                self.open.insert(number, at)?;
                totals.next = totals.next.max(number + 1);
            }
            Op::Answered { number, key, answer } => {
                self.open.remove(number)?;
                let (row, used) = row::answer(packer, key, *number, answer);
                if self.answers.insert(number, row.as_slice())?.is_none() {
                    let count = self.answers_of(key)?;
                    self.index.insert((key.bytes(), count), number)?;
                    totals.count(used, answer.attempts, digest(key.bytes(), count, *number), true);
                }
            }
            Op::Withdrawn { number } => {
                self.open.remove(number)?;
                self.requests.remove(number)?;
            }
            Op::Unanswered { number, maybe_paid } => {
                self.give_up(*number, *maybe_paid, totals)?;
            }
            Op::Flush => {}
        }
        Ok(())
    }

    fn give_up(&mut self, number: u64, maybe_paid: u32, totals: &mut Totals) -> Result<(), redb::Error> {
        let at = self.open.remove(number)?.map(|at| at.value());
        if let Some(at) = at {
            self.lost.insert(number, (at, maybe_paid))?;
            totals.lost += 1;
        }
        Ok(())
    }

    /// How often a key was answered, as far as the index counts.
    fn answers_of(&self, key: &Key) -> Result<u32, redb::Error> {
        let last = self.index.range(range_of(key))?.next_back().transpose()?;
        Ok(last.map_or(0, |(entry, _)| entry.value().1.saturating_add(1)))
    }

    /// Takes a call out, whatever its state.
    fn remove(&mut self, number: u64, key: &Key, totals: &mut Totals) -> Result<(), redb::Error> {
        self.requests.remove(number)?;
        if self.lost.remove(number)?.is_some() {
            totals.lost = totals.lost.saturating_sub(1);
        }
        let row = self.answers.remove(number)?.map(|row| row::facts(row.value()));
        let Some(facts) = row else { return Ok(()) };
        let (answer, used) = facts.ok_or_else(|| corrupted("an answer is too short"))?;
        let mut count = None;
        for entry in self.index.range(range_of(key))? {
            let (place, of) = entry?;
            if of.value() == number {
                count = Some(place.value().1);
            }
        }
        let count = count.ok_or_else(|| corrupted("an answer isn't in the index"))?;
        self.index.remove((key.bytes(), count))?;
        totals.count(used, answer.attempts, digest(key.bytes(), count, number), false);
        Ok(())
    }
}

/// All entries of a key.
fn range_of(key: &Key) -> std::ops::RangeInclusive<(&[u8; 32], u32)> {
    (key.bytes(), 0)..=(key.bytes(), u32::MAX)
}

pub(super) fn corrupted(what: impl Into<String>) -> redb::Error {
    redb::Error::Corrupted(what.into())
}

/// Makes the tables of an empty journal.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    let mut tables = Tables::open(transaction)?;
    tables.meta.insert(FORM_ROW, FORM.to_le_bytes().as_slice())?;
    tables.write_totals(Totals { next: 1, ..Totals::default() })
}

/// Does all that was told.
pub(super) fn apply<'o>(
    transaction: &WriteTransaction,
    packer: &mut Packer,
    ops: impl Iterator<Item = &'o Op>,
) -> Result<(), redb::Error> {
    let mut tables = Tables::open(transaction)?;
    let mut totals = tables.totals()?;
    for op in ops {
        tables.apply(op, packer, &mut totals)?;
    }
    tables.write_totals(totals)
}

/// Takes calls out.
pub(super) fn remove(transaction: &WriteTransaction, calls: &[(u64, Key)]) -> Result<(), redb::Error> {
    let mut tables = Tables::open(transaction)?;
    let mut totals = tables.totals()?;
    for (number, key) in calls {
        tables.remove(*number, key, &mut totals)?;
    }
    tables.write_totals(totals)
}

/// Takes out the bases that no request needs any more.
pub(super) fn remove_bases(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    let mut tables = Tables::open(transaction)?;
    let mut needed = BTreeSet::new();
    for row in tables.requests.iter()? {
        needed.extend(row::head_of_request(row?.1.value()).map(|(_, base)| base));
    }
    tables.bases.retain(|number, _| needed.contains(&number))?;
    Ok(())
}

/// Counts what is in flight among what was perhaps paid.
pub(super) fn give_up_open(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    let mut tables = Tables::open(transaction)?;
    let mut totals = tables.totals()?;
    let open: Vec<u64> =
        tables.open.iter()?.map(|row| row.map(|(number, _)| number.value())).collect::<Result<_, _>>()?;
    for number in open {
        tables.give_up(number, 1, &mut totals)?;
    }
    tables.write_totals(totals)
}

/// The form of a journal, where it has one.
pub(super) fn form(transaction: &ReadTransaction) -> Result<Option<u32>, redb::Error> {
    let meta = transaction.open_table(META)?;
    let row = meta.get(FORM_ROW)?;
    Ok(row.and_then(|row| row.value().first_chunk().map(|form| u32::from_le_bytes(*form))))
}

/// The totals.
pub(super) fn totals(transaction: &ReadTransaction) -> Result<Totals, redb::Error> {
    let meta = transaction.open_table(META)?;
    let row = meta.get(TOTALS_ROW)?;
    row.and_then(|row| Totals::from_bytes(row.value())).ok_or_else(|| corrupted("its totals are missing"))
}

/// The latest answer of a key.
pub(super) fn find(transaction: &ReadTransaction, key: &Key) -> Result<Option<Answer>, redb::Error> {
    let index = transaction.open_table(INDEX)?;
    let Some(entry) = index.range(range_of(key))?.next_back() else { return Ok(None) };
    let number = entry?.1.value();
    let answers = transaction.open_table(ANSWERS)?;
    let row = answers.get(number)?;
    let answer = row.and_then(|row| row::read_answer(key, number, row.value()));
    Ok(Some(answer.ok_or_else(|| unreadable("answer", number))?.0))
}

/// An error about a row that is there no longer as it was written.
pub(super) fn unreadable(what: &str, number: u64) -> redb::Error {
    corrupted(format!("the {what} of call {number} isn't as it was written"))
}
