//! The run: documents stream in, many are in flight, none waits for another.

mod document;
mod interrupt;

use std::collections::HashMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_core::{KgasTool, Ontology, ToolContext};
use tokio::task::{Id, JoinError, JoinHandle, JoinSet, spawn_blocking};

pub use interrupt::Interrupt;

use crate::ledger::DocumentRow;
use crate::sink::{Record, Store, records};
use crate::source::Sourced;
use crate::tally::Tally;
use document::Outcome;

/// Documents read at a time, off the async threads.
const BATCH: usize = 64;
/// Code points after which a batch is handed over, however few documents it has.
const BATCH_BYTES: usize = 1 << 20;
/// Bytes of records that are written at a time.
const WRITE_BYTES: usize = 1 << 20;

/// What is done with each document.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The tools, in the order in which they see it.
    pub tools: Vec<Arc<dyn KgasTool>>,
    /// What may be said.
    pub ontology: Arc<Ontology>,
    /// Models, and how many calls at once.
    pub context: ToolContext,
    /// Documents in flight.
    pub in_flight: NonZeroUsize,
}

/// Told of each document that has ended.
pub trait Progress: Send {
    /// What has been done so far.
    fn advanced(&mut self, tally: &Tally);
    /// A document that isn't complete, as it will stand in the ledger.
    fn incomplete(&mut self, row: &DocumentRow);
}

/// A run that has ended: what it did, and the records that it left.
#[derive(Debug)]
pub struct Finished {
    /// What was done.
    pub tally: Tally,
    /// What is to be written.
    pub store: Store,
}

type Documents = Box<dyn Iterator<Item = Sourced> + Send>;

/// Takes all documents through the pipeline.
///
/// When a stop is requested, no further document is begun and those in flight are finished with what they have; when
/// an abort is, they are dropped and listed as failed.
///
/// # Errors
/// Where the records can't be written.
pub async fn run(
    documents: Documents,
    pipeline: Pipeline,
    store: Store,
    interrupt: &Interrupt,
    progress: &mut dyn Progress,
) -> io::Result<Finished> {
    let mut reader = Some(read(documents));
    let mut crew = Crew { pipeline: Arc::new(pipeline), tasks: JoinSet::new(), aboard: HashMap::new(), next: 0 };
    let mut desk = Desk { store: Some(store), records: Vec::new(), bytes: 0, tally: Tally::default() };
    let mut waiting = Vec::new().into_iter();
    loop {
        let stopping = crew.pipeline.context.is_stopping();
        while !stopping && crew.has_room() {
            let Some(document) = waiting.next() else { break };
            crew.begin(document);
        }
        let wants_more = !stopping && waiting.len() == 0 && crew.has_room();
        if crew.is_empty() && (stopping || (waiting.len() == 0 && reader.is_none())) {
            break;
        }
        tokio::select! {
            biased;
            () = interrupt.aborted() => {
                desk.take(crew.abort(), progress)?;
                break;
            }
            Some(joined) = crew.tasks.join_next_with_id(), if !crew.is_empty() => {
                let outcome = crew.end(joined);
                desk.take(outcome, progress)?;
                desk.write_some().await?;
            }
            batch = next_batch(&mut reader), if wants_more && reader.is_some() => {
                let (rest, batch) = batch?;
                reader = rest.map(read);
                waiting = batch.into_iter();
            }
            () = interrupt.stopped(), if !stopping => {}
        }
    }
    desk.close().await
}

type Batch = (Option<Documents>, Vec<Sourced>);

/// Reads the next documents on a blocking thread; it ends by itself, so that a paused clock isn't held for long.
fn read(mut documents: Documents) -> JoinHandle<Batch> {
    spawn_blocking(move || {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Some(document) = documents.next() else { return (None, batch) };
            bytes += document.text.as_ref().map_or(0, String::len);
            batch.push(document);
        }
        (Some(documents), batch)
    })
}

async fn next_batch(reader: &mut Option<JoinHandle<Batch>>) -> io::Result<Batch> {
    match reader {
        Some(handle) => handle.await.map_err(io::Error::other),
        None => Ok((None, Vec::new())),
    }
}

/// The documents in flight.
struct Crew {
    pipeline: Arc<Pipeline>,
    tasks: JoinSet<Written>,
    /// Those begun and not ended, so that each can be accounted for whatever becomes of its task.
    aboard: HashMap<Id, (u64, Sourced)>,
    next: u64,
}

impl Crew {
    fn has_room(&self) -> bool {
        self.tasks.len() < self.pipeline.in_flight.get()
    }

    fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    fn begin(&mut self, document: Sourced) {
        let sequence = self.next;
        self.next += 1;
        let stub = Sourced { id: document.id.clone(), source: document.source.clone(), text: Ok(String::new()) };
        let pipeline = Arc::clone(&self.pipeline);
        let task = self.tasks.spawn(async move {
            let mut outcome = document::process(&pipeline, document).await;
            let results = std::mem::take(&mut outcome.results);
            let tally = Tally::of(&outcome.row, &results);
            let records = records(sequence, &outcome.row, &outcome.graph, results)?;
            outcome.tally = tally;
            Ok((outcome, records))
        });
        self.aboard.insert(task.id(), (sequence, stub));
    }

    /// The outcome of a task; one that panicked or could not be written down is a failed document.
    fn end(&mut self, joined: Result<(Id, Written), JoinError>) -> Ended {
        let (id, problem) = match joined {
            Ok((id, Ok(ended))) => {
                self.aboard.remove(&id);
                return vec![ended];
            }
            Ok((id, Err(error))) => (id, format!("its results can't be written as JSON: {error}")),
            Err(error) => (error.id(), "a tool panicked".to_owned()),
        };
        self.aboard.remove(&id).into_iter().map(|(sequence, stub)| failed(sequence, &stub, problem.clone())).collect()
    }

    fn abort(&mut self) -> Ended {
        self.tasks.abort_all();
        let mut aboard: Vec<(u64, Sourced)> = self.aboard.drain().map(|(_, started)| started).collect();
        aboard.sort_by_key(|(sequence, _)| *sequence);
        aboard
            .iter()
            .map(|(sequence, stub)| failed(*sequence, stub, "interrupted before it was done".to_owned()))
            .collect()
    }
}

/// What became of a document, with its records.
type Written = serde_json::Result<(Outcome, Vec<Record>)>;
type Ended = Vec<(Outcome, Vec<Record>)>;

fn failed(sequence: u64, document: &Sourced, problem: String) -> (Outcome, Vec<Record>) {
    let mut outcome = Outcome::unread(document, problem);
    outcome.row.sha256 = None;
    outcome.row.characters = None;
    outcome.tally = Tally::of(&outcome.row, &[]);
    let records = records(sequence, &outcome.row, &outcome.graph, Vec::new()).unwrap_or_default();
    (outcome, records)
}

/// Where outcomes are counted and their records gathered.
struct Desk {
    store: Option<Store>,
    records: Vec<Record>,
    bytes: usize,
    tally: Tally,
}

impl Desk {
    fn take(&mut self, ended: Ended, progress: &mut dyn Progress) -> io::Result<()> {
        for (outcome, records) in ended {
            self.tally += outcome.tally;
            self.bytes += records.iter().map(|record| record.payload.len()).sum::<usize>();
            self.records.extend(records);
            if outcome.row.state != crate::ledger::DocumentState::Complete {
                progress.incomplete(&outcome.row);
            }
            progress.advanced(&self.tally);
        }
        Ok(())
    }

    async fn write_some(&mut self) -> io::Result<()> {
        if self.bytes < WRITE_BYTES {
            return Ok(());
        }
        self.write_all().await
    }

    async fn write_all(&mut self) -> io::Result<()> {
        let records = std::mem::take(&mut self.records);
        self.bytes = 0;
        let Some(mut store) = self.store.take() else { return Err(io::Error::other("the store is gone")) };
        let written = spawn_blocking(move || {
            records.into_iter().try_for_each(|record| store.push(record))?;
            Ok::<Store, io::Error>(store)
        });
        self.store = Some(written.await.map_err(io::Error::other)??);
        Ok(())
    }

    async fn close(mut self) -> io::Result<Finished> {
        self.write_all().await?;
        let store = self.store.ok_or_else(|| io::Error::other("the store is gone"))?;
        Ok(Finished { tally: self.tally, store })
    }
}
