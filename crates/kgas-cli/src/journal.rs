//! `kgas journal`: what was asked and answered, and what is kept of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kgas_engine::journal::{Call, CallState, Journal, JournalError, JournalProblem, Order, Prune};

use crate::Exit;
use crate::args::{JournalCommand, PruneArgs, ShowArgs};
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

/// The characters of a key that are enough to tell it from others.
const SHORT: usize = 12;

pub(crate) fn main(folder: &Path, command: Option<&JournalCommand>, show: Show) -> Result<Exit, Failure> {
    let journal = open(folder)?;
    match command.unwrap_or(&JournalCommand::Stats { json: false }) {
        JournalCommand::Stats { json } => stats(&journal, *json, show)?,
        JournalCommand::Show(args) => list(&journal, args, show)?,
        JournalCommand::Export => export(&journal, show)?,
        JournalCommand::Prune(args) => prune(&journal, args, show)?,
    }
    Ok(Exit::Complete)
}

/// The journal of an output, or the one in a folder that outputs share.
fn open(folder: &Path) -> Result<Journal, Failure> {
    let is_missing = |error: &JournalError| *error.problem() == JournalProblem::Missing;
    let places: [PathBuf; 2] = [folder.join(".kgas"), folder.to_owned()];
    match Journal::open_existing(&places[0]) {
        Err(error) if is_missing(&error) => Journal::open_existing(&places[1]),
        opened => opened,
    }
    .map_err(Failure::fatal)
}

fn stats(journal: &Journal, json: bool, show: Show) -> Result<(), Failure> {
    let stats = journal.stats().map_err(Failure::fatal)?;
    if json {
        return show.json(&stats);
    }
    let per_call = stats.bytes.checked_div(stats.calls).unwrap_or_default();
    let rows = [
        ("file", journal.path().display().to_string()),
        ("calls", stats.calls.to_string()),
        ("answered", stats.answered.to_string()),
        ("perhaps paid", stats.perhaps_paid.to_string()),
        ("in flight", stats.in_flight.to_string()),
        ("prompt tokens", stats.prompt_tokens.to_string()),
        ("completion tokens", stats.completion_tokens.to_string()),
        ("bytes", format!("{} ({per_call} for each call)", stats.bytes)),
    ];
    show.table(&rows.map(|(name, value)| vec![name.to_owned(), value]))
}

/// The latest calls in a table, or one with all that is kept of it.
fn list(journal: &Journal, args: &ShowArgs, show: Show) -> Result<(), Failure> {
    let calls = journal.calls(Order::Newest);
    if let Some(key) = &args.key {
        let mut found = calls.filter(|call| call.as_ref().map_or(true, |call| call.key.to_string().starts_with(key)));
        return match found.next() {
            Some(call) => show.json(&call.map_err(Failure::fatal)?),
            None => Err(Failure::fatal(format!(
                "no call has a key that begins with {key}: kgas journal OUT show lists the latest"
            ))),
        };
    }
    let heads = ["number", "key", "state", "attempts", "prompt", "completion", "seconds", "model"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for call in calls.take(args.limit.get()) {
        rows.push(row(&call.map_err(Failure::fatal)?));
    }
    show.table(&rows)
}

fn row(call: &Call) -> Vec<String> {
    let of_answer =
        |of: fn(&kgas_engine::journal::Answered) -> String| call.answer.as_ref().map(of).unwrap_or_default();
    let request: Option<serde_json::Value> = serde_json::from_slice(&call.request).ok();
    let model = request.as_ref().and_then(|body| body.get("model")?.as_str());
    let state = match call.state {
        CallState::Answered => "answered",
        CallState::PerhapsPaid => "perhaps paid",
        CallState::InFlight => "in flight",
    };
    vec![
        call.number.to_string(),
        call.key.to_string().chars().take(SHORT).collect(),
        state.to_owned(),
        of_answer(|answer| answer.attempts.to_string()),
        of_answer(|answer| answer.prompt_tokens.to_string()),
        of_answer(|answer| answer.completion_tokens.to_string()),
        of_answer(|answer| format!("{:.1}", answer.seconds)),
        model.unwrap_or_default().to_owned(),
    ]
}

/// All calls in the order in which they were made, a line of JSON each.
fn export(journal: &Journal, show: Show) -> Result<(), Failure> {
    for call in journal.calls(Order::Oldest) {
        let line = serde_json::to_string(&call.map_err(Failure::fatal)?);
        show.result(&line.map_err(|error| Failure::fatal(format!("a call can't be written as JSON: {error}")))?)?;
    }
    Ok(())
}

fn prune(journal: &Journal, args: &PruneArgs, show: Show) -> Result<(), Failure> {
    let before = args.older_than.map(|days| {
        let age = Duration::from_secs_f64(days * 86_400.0);
        let moment = SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        moment.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    });
    let pruned = journal.prune(&Prune { before, key: args.key.clone() }).map_err(Failure::fatal)?;
    show.result(&format!("{} taken out, {} bytes less", counted(pruned.calls, "call", "calls"), pruned.bytes))
}
