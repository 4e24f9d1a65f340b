//! `kgas-bench run` and `kgas-bench list`.

pub(crate) mod table;

use std::collections::BTreeSet;
use std::process::ExitCode;

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::report::Report;
use crate::scenario::{ALL, Entry};
use crate::show::Show;
use crate::stage::Stage;
use crate::{file, html};

/// Shows what can be measured.
pub(crate) fn list(show: Show) -> Result<ExitCode, Failure> {
    let width = ALL.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    for entry in ALL {
        show.result(&format!("{:width$}  {}", entry.name, entry.about))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures what was asked for.
pub(crate) fn run(args: &RunArgs, show: Show) -> Result<ExitCode, Failure> {
    let entries = chosen(args)?;
    file::check(&[("--json", args.json.as_deref()), ("--html", args.html.as_deref())], &[])?;
    let stage = Stage { mode: args.mode, seed: args.seed, pace: args.pace, documents: args.documents };
    let scenarios = entries.iter().map(|entry| entry.play(&stage)).collect::<Result<_, _>>()?;
    let version = env!("CARGO_PKG_VERSION");
    let (mode, seed, pace_percent, documents) = (args.mode, args.seed, args.pace.get(), args.documents);
    let report = Report { version, mode, seed, pace_percent, documents, scenarios };
    table::show(&report, show)?;
    if let Some(file) = &args.json {
        let json = serde_json::to_string_pretty(&report)?;
        file::write(file, &format!("{json}\n"))?;
    }
    if let Some(file) = &args.html {
        file::write(file, &html::page(&report))?;
        show.note(&format!("the report for a browser is in {}", file.display()));
    }
    Ok(ExitCode::SUCCESS)
}

fn chosen(args: &RunArgs) -> Result<Vec<&'static Entry>, Failure> {
    if args.all {
        return Ok(ALL.iter().collect());
    }
    if args.scenarios.is_empty() {
        let is_asked = |entry: &&Entry| entry.promise.is_some() || (args.documents.is_some() && entry.is_plain());
        return Ok(ALL.iter().filter(is_asked).collect());
    }
    let find = |name: &String| {
        let unknown = || Failure::usage(format!("no scenario is called {name:?}: kgas-bench list has them"));
        ALL.iter().find(|entry| entry.name == name).ok_or_else(unknown)
    };
    let entries = args.scenarios.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    // A report can't tell two of one name apart.
    let mut names = BTreeSet::new();
    match entries.iter().find(|entry| !names.insert(entry.name)) {
        Some(entry) => Err(Failure::usage(format!("{} is named twice: once is enough", entry.name))),
        None => Ok(entries),
    }
}
