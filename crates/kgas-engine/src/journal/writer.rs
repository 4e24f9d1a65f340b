//! Writing in groups: what is told while a commit is under way goes into the next one.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::ballast::Ballast;
use super::packer::Packer;
use super::store::Store;
use super::tables::{self, Op};
use super::{Answer, JournalError, JournalProblem, Key};

type Told = Result<(), JournalError>;

/// Who writes to a store: whoever tells something while nobody does.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) store: Store,
    ballast: Ballast,
    packer: Mutex<Packer>,
    queue: Mutex<Queue>,
}

#[derive(Debug)]
struct Queue {
    waiting: Vec<Entry>,
    /// Whether somebody is to take what waits.
    committing: bool,
    next: u64,
    /// The calls in flight that were begun here.
    open: HashMap<u64, Key>,
    /// The keys of answers that were told and are not durable yet.
    settling: HashMap<Key, u32>,
    state: State,
    closed: bool,
    /// Answers that were told and could not be kept.
    lost: u64,
}

/// What is still done.
#[derive(Debug)]
enum State {
    /// All.
    Open,
    /// The disk was full: no more calls are begun, and those in flight are recorded.
    Full(JournalError),
    /// Nothing, because of an error.
    Broken(JournalError),
}

#[derive(Debug)]
struct Entry {
    op: Op,
    /// Who waits for it; nobody where they were answered already.
    told: Option<oneshot::Sender<Told>>,
}

impl Writer {
    pub(super) fn new(store: Store, ballast: Ballast, next: u64) -> Self {
        let (waiting, committing, open, settling, closed, lost) = Default::default();
        let queue = Queue { waiting, committing, next, open, settling, state: State::Open, closed, lost };
        Self { store, ballast, packer: Mutex::default(), queue: Mutex::new(queue) }
    }

    pub(super) fn next(&self) -> u64 {
        self.queue().next
    }

    /// The error that ended the writing, where one did.
    pub(super) fn failure(&self) -> Option<JournalError> {
        let queue = self.queue();
        match &queue.state {
            State::Full(error) | State::Broken(error) => Some(error.clone().losing(queue.lost)),
            State::Open => None,
        }
    }

    /// Tells that a call is about to be made; gives its number.
    pub(super) fn intend(self: &Arc<Self>, key: &Key, body: Bytes, at: u64) -> Result<(u64, Pending), JournalError> {
        let mut queue = self.queue();
        match &queue.state {
            State::Full(error) | State::Broken(error) => return Err(error.clone().losing(queue.lost)),
            State::Open if queue.closed => return Err(self.error(JournalProblem::Closed)),
            State::Open => {}
        }
        let number = queue.next;
        queue.next += 1;
        queue.open.insert(number, *key);
        Ok((number, self.push(queue, Op::Intend { number, key: *key, at, body })))
    }

    pub(super) fn answered(self: &Arc<Self>, number: u64, answer: Answer) -> Result<Pending, JournalError> {
        let mut queue = self.queue();
        let key = queue.open.remove(&number).ok_or_else(|| self.error(JournalProblem::NoSuchCall(number)))?;
        if let Err(error) = self.takes(&queue) {
            queue.lost += 1;
            return Err(error.losing(queue.lost));
        }
        *queue.settling.entry(key).or_default() += 1;
        Ok(self.push(queue, Op::Answered { number, key, answer }))
    }

    /// Tells that a call has ended without an answer.
    pub(super) fn ended(self: &Arc<Self>, number: u64, maybe_paid: u32) -> Result<Pending, JournalError> {
        let mut queue = self.queue();
        queue.open.remove(&number).ok_or_else(|| self.error(JournalProblem::NoSuchCall(number)))?;
        let op = if maybe_paid == 0 { Op::Withdrawn { number } } else { Op::Unanswered { number, maybe_paid } };
        self.takes(&queue)?;
        Ok(self.push(queue, op))
    }

    /// Waits for answers to a key that were told and are not durable yet, so that they are found.
    pub(super) fn settled(self: &Arc<Self>, key: &Key) -> Result<Option<Pending>, JournalError> {
        let queue = self.queue();
        if !queue.settling.contains_key(key) {
            return Ok(None);
        }
        self.takes(&queue)?;
        Ok(Some(self.push(queue, Op::Flush)))
    }

    /// All that was told is durable when this is, and nothing more is taken.
    pub(super) fn close(self: &Arc<Self>) -> Result<Pending, JournalError> {
        let mut queue = self.queue();
        queue.closed = true;
        match &queue.state {
            // Closed again as well: whoever closed it first may still wait, or have left.
            State::Open | State::Full(_) => Ok(self.push(queue, Op::Flush)),
            State::Broken(error) => Err(error.clone().losing(queue.lost)),
        }
    }

    /// Whether what ends a call is still recorded.
    fn takes(&self, queue: &Queue) -> Result<(), JournalError> {
        match &queue.state {
            State::Broken(error) => Err(error.clone().losing(queue.lost)),
            _ if queue.closed => Err(self.error(JournalProblem::Closed)),
            State::Open | State::Full(_) => Ok(()),
        }
    }

    fn push(self: &Arc<Self>, mut queue: MutexGuard<'_, Queue>, op: Op) -> Pending {
        let (told, came) = oneshot::channel();
        queue.waiting.push(Entry { op, told: Some(told) });
        let begin = !mem::replace(&mut queue.committing, true);
        drop(queue);
        if begin {
            self.begin();
        }
        Pending { writer: Arc::clone(self), came }
    }

    /// Starts somebody who commits until nothing waits. Whoever told something waits for it, and `close` for all.
    fn begin(self: &Arc<Self>) {
        let duty = Duty { writer: Arc::clone(self), taken: false };
        // Outside of a runtime the next to tell something takes it along.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            drop(runtime.spawn_blocking(move || duty.fulfil()));
        }
    }

    fn commit_all(&self) {
        loop {
            let batch = {
                let mut queue = self.queue();
                if queue.waiting.is_empty() {
                    queue.committing = false;
                    return;
                }
                mem::take(&mut queue.waiting)
            };
            self.commit(batch);
        }
    }

    fn commit(&self, mut batch: Vec<Entry>) {
        // Some may have waited since before the disk was full, or before a write failed.
        self.queue().turn_away(&mut batch);
        let mut outcome = match self.write(&batch) {
            Err(error) if error.is_full() => self.make_room(&error, &mut batch),
            written => written,
        };
        let mut queue = self.queue();
        for entry in &batch {
            if let Op::Answered { key, .. } = &entry.op {
                queue.lost += u64::from(outcome.is_err());
                queue.settle(key);
            }
        }
        if let Err(error) = outcome {
            queue.state = State::Broken(error.clone());
            outcome = Err(error.losing(queue.lost));
        }
        drop(queue);
        for waiter in batch.into_iter().filter_map(|entry| entry.told) {
            // Whoever has left doesn't want to know.
            let _ = waiter.send(outcome.clone());
        }
    }

    /// Writes again what could not be written because the disk is full, but for the calls that were to begin.
    fn make_room(&self, full: &JournalError, batch: &mut [Entry]) -> Told {
        let had_ballast = self.ballast.release();
        {
            let mut queue = self.queue();
            if matches!(queue.state, State::Open) {
                queue.state = State::Full(full.clone());
            }
            queue.turn_away(batch);
        }
        tracing::warn!(had_ballast, "the disk is full: no more calls are made");
        self.store.reopen()?;
        self.write(batch)
    }

    fn write(&self, batch: &[Entry]) -> Told {
        if batch.iter().all(|entry| matches!(entry.op, Op::Flush)) {
            return Ok(());
        }
        let mut packer = self.packer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut write = || {
            let ops = batch.iter().map(|entry| &entry.op);
            let written = self.store.write(|transaction| tables::apply(transaction, &mut packer, ops));
            if written.is_err() {
                packer.forget();
            }
            written
        };
        match write() {
            // What failed then was told to nobody, and will be told now.
            Err(error) if error.is_stale() => self.store.reopen().and_then(|()| write()),
            written => written,
        }
    }

    /// Takes out what no request needs any more.
    pub(super) fn prune_bases(&self) -> Told {
        // Held, so that nobody who writes meanwhile needs one of them.
        let mut packer = self.packer.lock().unwrap_or_else(PoisonError::into_inner);
        packer.forget();
        self.store.write(tables::remove_bases)
    }

    fn error(&self, problem: JournalProblem) -> JournalError {
        JournalError::new(self.store.path(), problem)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Turns away the calls that were to begin, where their answers may find no room, or can't be recorded.
    fn turn_away(&mut self, batch: &mut [Entry]) {
        let why = match &self.state {
            State::Open => return,
            State::Full(error) | State::Broken(error) => error.clone().losing(self.lost),
        };
        for entry in batch {
            if let Op::Intend { number, .. } = entry.op {
                self.open.remove(&number);
                // A failed commit of it may have reached the disk.
                entry.op = Op::Withdrawn { number };
                if let Some(waiter) = entry.told.take() {
                    let _ = waiter.send(Err(why.clone()));
                }
            }
        }
    }

    fn settle(&mut self, key: &Key) {
        if let Some(answers) = self.settling.get_mut(key) {
            *answers -= 1;
            if *answers == 0 {
                self.settling.remove(key);
            }
        }
    }
}

/// The duty to commit, which goes back where the runtime ends before it is taken up.
struct Duty {
    writer: Arc<Writer>,
    taken: bool,
}

impl Duty {
    fn fulfil(mut self) {
        self.taken = true;
        self.writer.commit_all();
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        if !self.taken {
            self.writer.queue().committing = false;
        }
    }
}

/// What was told and is not durable yet. Dropping it takes nothing back.
#[derive(Debug)]
pub(super) struct Pending {
    writer: Arc<Writer>,
    came: oneshot::Receiver<Told>,
}

impl Pending {
    pub(super) async fn durable(self) -> Told {
        match self.came.await {
            Ok(told) => told,
            // The runtime ended before anybody wrote it.
            Err(_dropped) => Err(self.writer.error(JournalProblem::Closed)),
        }
    }
}
