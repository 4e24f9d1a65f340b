//! The run: documents stream in, many are in flight, none waits for another.

mod crew;
mod desk;
mod document;
mod interrupt;
mod span;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_core::{Examples, KgasTool, Ontology, ToolContext};
use tokio::task::{JoinHandle, spawn_blocking};

pub use interrupt::Interrupt;
pub use span::execute_tool;

use crate::ledger::DocumentRow;
use crate::redo::Redo;
use crate::sink::Store;
use crate::source::Sourced;
use crate::tally::Tally;
use crew::Crew;
use desk::Desk;
use document::Form;

/// Documents read at a time, off the async threads.
const BATCH: usize = 256;
/// Bytes of text after which a batch is handed over, however few documents it has.
const BATCH_BYTES: usize = 1 << 20;

/// What is done with each document.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The tools, in the order in which they see it.
    pub tools: Vec<Arc<dyn KgasTool>>,
    /// What may be said.
    pub ontology: Arc<Ontology>,
    /// What is wanted, shown in other texts.
    pub examples: Arc<Examples>,
    /// What is asked about anew; nothing, where answers that were kept are good enough.
    pub redo: Arc<Redo>,
    /// Models, and how many calls at once. Tools see the run's own stop.
    pub context: ToolContext,
    /// Tasks that work on documents at once. Where no tool asks a model, a task takes several documents, one after
    /// the other.
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
/// an abort is, they are dropped and listed as failed. A tool that panics fails its document only.
///
/// # Errors
/// Where the records can't be written.
pub async fn run(
    documents: Documents,
    mut pipeline: Pipeline,
    mut store: Store,
    interrupt: &Interrupt,
    progress: &mut dyn Progress,
) -> io::Result<Finished> {
    // One switch for both: a tool that saw another would go on asking when the run has stopped.
    pipeline.context = pipeline.context.with_stop(interrupt.stop());
    let mut reader = Some(read(documents));
    store.judge_by(&pipeline.ontology);
    let (offsets, aliases) = store.form();
    let mut crew = Crew::new(pipeline, Form { offsets, aliases });
    let mut desk = Desk::new(store);
    let mut waiting = Vec::new().into_iter();
    loop {
        let stopping = interrupt.is_stopping();
        if !stopping {
            crew.begin(&mut waiting);
        }
        let wants_more = !stopping && waiting.len() == 0 && crew.has_room();
        if crew.is_empty() && (stopping || (waiting.len() == 0 && reader.is_none())) {
            break;
        }
        tokio::select! {
            biased;
            () = interrupt.aborted() => {
                desk.take(crew.abort(), progress).await?;
                break;
            }
            batch = next_batch(&mut reader), if wants_more && reader.is_some() => {
                let (rest, batch) = batch?;
                reader = rest.map(read);
                waiting = batch.into_iter();
            }
            Some(outcomes) = crew.ended(), if !crew.is_empty() => desk.take(outcomes, progress).await?,
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
