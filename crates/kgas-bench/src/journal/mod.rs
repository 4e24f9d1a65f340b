//! `kgas-bench journal`: what the record of paid calls costs, in pairs of runs with and without it.

mod args;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use kgas_engine::journal::{Journal, Journaled};
use kgas_http::{Limits, Transport};
use kgas_mock::MockServer;
use tokio::time::Instant;

pub(crate) use args::JournalArgs;

use crate::failure::Failure;
use crate::report::Mode;
use crate::scenario::model;
use crate::show::Show;
use crate::stage::{Documents, Load, Place};

/// A sentence of each text; so many of them are about what a chunk of 3 000 characters holds.
const SENTENCE: &str = "Ada Abbott met the others in the old harbour and spoke about ships, letters and the weather. ";
const SENTENCES: usize = 30;

/// What was measured at one latency.
#[derive(Debug)]
struct Row {
    latency_ms: u64,
    calls: usize,
    max_concurrent: usize,
    /// Medians, in seconds.
    without: f64,
    with: f64,
    /// The median of the pairs' ratios.
    ratio: f64,
    bytes_per_call: u64,
}

pub(crate) fn main(args: &JournalArgs, show: Show) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rows: Vec<Row> =
        args.latency_ms.iter().map(|latency| runtime.block_on(pairs(args, *latency))).collect::<Result<_, _>>()?;
    let heads = ["latency", "calls", "at a time", "without", "with the journal", "ratio", "bytes per call"];
    let mut table = vec![heads.map(str::to_owned).to_vec()];
    table.extend(rows.iter().map(cells));
    show.table(&table)?;
    show.result(&format!(
        "medians of {} pairs, one after the other; journals in {}",
        args.pairs,
        args.folder.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn cells(row: &Row) -> Vec<String> {
    vec![
        format!("{} ms", row.latency_ms),
        row.calls.to_string(),
        row.max_concurrent.to_string(),
        format!("{:.3} s", row.without),
        format!("{:.3} s", row.with),
        format!("{:.3}", row.ratio),
        row.bytes_per_call.to_string(),
    ]
}

/// Pairs of runs, the first of each in turn without and with.
async fn pairs(args: &JournalArgs, latency_ms: u64) -> Result<Row, Failure> {
    let latency = Duration::from_millis(latency_ms);
    let (mut without, mut with, mut ratios, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    // One of each beforehand, so that nobody pays for what is done once.
    for pair in 0..=args.pairs.get() {
        let mut seconds = [0.0; 2];
        let order = if pair % 2 == 0 { [false, true] } else { [true, false] };
        for is_kept in order {
            let (took, size) = run(args, latency, is_kept).await?;
            let [plain, kept] = &mut seconds;
            *if is_kept { kept } else { plain } = took.as_secs_f64();
            bytes = bytes.max(size);
        }
        let [plain, kept] = seconds;
        if pair > 0 {
            without.push(plain);
            with.push(kept);
            ratios.push(kept / plain);
        }
    }
    Ok(Row {
        latency_ms,
        calls: args.calls.get(),
        max_concurrent: args.max_concurrent.get(),
        without: median(without),
        with: median(with),
        ratio: median(ratios),
        bytes_per_call: bytes / args.calls.get() as u64,
    })
}

/// One run over loopback, and the size of the journal that it left.
async fn run(args: &JournalArgs, latency: Duration, is_kept: bool) -> Result<(Duration, u64), Failure> {
    let server = MockServer::builder().latency(latency).answer(model());
    let place = Place::open(Mode::Loopback, server, Duration::ZERO).await?;
    let client = Arc::new(place.client().limits(Limits::unlimited(args.max_concurrent)).build()?);
    let load = Load::Documents(Documents::for_entities(texts(args.calls.get())));
    let folder = tempfile::Builder::new().prefix("kgas-bench-").tempdir_in(&args.folder)?;
    let begun = Instant::now();
    let took = if is_kept {
        let journal = Journal::open(folder.path())?;
        let line: Arc<dyn Transport> = Arc::new(Journaled::new(client, journal.clone(), "bench"));
        load.run(line, args.max_concurrent).await?;
        journal.close().await?;
        begun.elapsed()
    } else {
        load.run(client, args.max_concurrent).await?;
        begun.elapsed()
    };
    let account = place.close().await;
    if account.calls_answered() != args.calls.get() {
        return Err(format!("{} calls were answered instead of {}", account.calls_answered(), args.calls).into());
    }
    Ok((took, size(folder.path())?))
}

/// Texts of a chunk each, no two alike: what is asked twice is bought once.
fn texts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{}This is letter {number}.", SENTENCE.repeat(SENTENCES))).collect()
}

/// The bytes of the database alone.
fn size(folder: &Path) -> Result<u64, Failure> {
    let file = folder.join("journal.redb");
    Ok(if file.exists() { file.metadata()?.len() } else { 0 })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
