//! `kgas-bench compare`: whether a later report is worse than an earlier one.

mod figure;
mod judge;
mod read;
mod table;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use crate::args::CompareArgs;
use crate::failure::Failure;
use crate::report::Mode;
use crate::show::Show;
use judge::{Finding, Tolerance, Verdict, judge};
use read::{Circumstances, read};

/// Compares two reports: 1 where the later is worse beyond the tolerance, or lacks what the earlier has.
pub(crate) fn compare(args: &CompareArgs, show: Show) -> Result<ExitCode, Failure> {
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let notes = fitting(args, &before.circumstances, &after.circumstances)?;
    notes.iter().for_each(|note| show.note(note));
    let tolerance = tolerance(args, before.circumstances.mode, after.circumstances.mode);
    let findings = judge(&before.scenarios, &after.scenarios, &tolerance);
    let is_shown = |finding: &&Finding<'_>| args.all || finding.verdict != Verdict::Same;
    let rows = table::rows(&findings.iter().filter(is_shown).collect::<Vec<_>>());
    show.table(&rows)?;
    if !rows.is_empty() {
        show.result("")?;
    }
    show.result(&table::sentence(&findings, &tolerance))?;
    // On standard output too: whoever keeps the result must see what it is the result of.
    if before.circumstances.pace_percent != after.circumstances.pace_percent {
        let paces = (before.circumstances.pace_percent, after.circumstances.pace_percent);
        show.result(&format!("the client was told {} % of each limit before and {} % after", paces.0, paces.1))?;
    }
    let is_bad = findings.iter().any(|finding| finding.verdict.is_bad());
    Ok(ExitCode::from(u8::from(is_bad)))
}

/// What should be known of two reports that can be compared; an error for those that can't.
fn fitting(args: &CompareArgs, before: &Circumstances, after: &Circumstances) -> Result<Vec<String>, Failure> {
    let (a, b) = (args.before.display(), args.after.display());
    if before.mode != after.mode && !args.across_modes {
        let (was, is) = (word(before.mode), word(after.mode));
        return Err(Failure::usage(format!(
            "{a} was measured with --mode {was} and {b} with {is}: --across-modes asks whether they agree"
        )));
    }
    if before.documents != after.documents {
        let given = |documents: Option<NonZeroUsize>| match documents {
            Some(number) => format!("with --documents {number}"),
            None => "without --documents".to_owned(),
        };
        let (was, is) = (given(before.documents), given(after.documents));
        return Err(Failure::usage(format!("{a} was measured {was}, {b} {is}: measure both alike")));
    }
    let differing = [
        ("--pace", u64::from(before.pace_percent), u64::from(after.pace_percent)),
        ("--seed", before.seed, after.seed),
    ];
    let differing = differing.iter().filter(|(_, was, is)| was != is);
    let differing = differing.map(|(option, was, is)| format!("{a} was measured with {option} {was}, {b} with {is}"));
    let failed = [(&a, before), (&b, after)]
        .into_iter()
        .flat_map(|(name, report)| report.failed.iter().map(move |failed| format!("{name}: {failed}")));
    Ok(differing.chain(failed).collect())
}

fn tolerance(args: &CompareArgs, before: Mode, after: Mode) -> Tolerance {
    // In simulated time nothing but kgas itself makes a figure change.
    let (percent, seconds) = match (before, after) {
        (Mode::Simulated, Mode::Simulated) => (2.0, 0.001),
        _ => (10.0, 0.02),
    };
    Tolerance {
        percent: args.tolerance.unwrap_or(percent),
        machine_percent: args.machine_tolerance,
        seconds,
        either_way: args.across_modes,
        lacks_machine: (before == Mode::Simulated) != (after == Mode::Simulated),
    }
}

fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Simulated => "simulated",
        Mode::Loopback => "loopback",
        Mode::Tls => "tls",
    }
}
