//! `kgas-bench run` and `kgas-bench list`.

pub(crate) mod table;

use std::collections::BTreeSet;
use std::panic::{RefUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::report::{Failed, Report};
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

/// Measures what was asked for: 1 where a scenario failed.
pub(crate) fn run(args: &RunArgs, show: Show) -> Result<ExitCode, Failure> {
    let entries = chosen(args)?;
    file::check(&[("--json", args.json.as_deref()), ("--html", args.html.as_deref())], &[])?;
    let stage = Stage { mode: args.mode, seed: args.seed, pace: args.pace, documents: args.documents };
    let (scenarios, failed) = measured(&entries, |entry| entry.name, |entry| entry.play(&stage), show);
    let version = env!("CARGO_PKG_VERSION");
    let (mode, seed, pace_percent, documents) = (args.mode, args.seed, args.pace.get(), args.documents);
    told(args, &Report { version, mode, seed, pace_percent, documents, scenarios, failed }, show)
}

/// What came of each, and of which nothing did: one that fails, or panics, takes none of the others with it.
fn measured<E: RefUnwindSafe, S>(
    entries: &[E],
    name: impl Fn(&E) -> &'static str,
    play: impl Fn(&E) -> Result<S, Failure> + RefUnwindSafe,
    show: Show,
) -> (Vec<S>, Vec<Failed>) {
    let (mut scenarios, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let played = catch_unwind(|| play(entry)).unwrap_or_else(|_panic| Err("it panicked".into()));
        match played {
            Ok(scenario) => scenarios.push(scenario),
            Err(failure) => {
                let one = Failed { name: name(entry).to_owned(), problem: failure.to_string() };
                // At once: the others may take long.
                show.note(&format!("kgas-bench: {one}"));
                failed.push(one);
            }
        }
    }
    (scenarios, failed)
}

/// Shows the report and writes its files, each of them whatever becomes of the others.
fn told(args: &RunArgs, report: &Report, show: Show) -> Result<ExitCode, Failure> {
    let shown = table::show(report, show);
    let json = args.json.as_ref().map(|file| {
        let json = serde_json::to_string_pretty(report)?;
        file::write(file, &format!("{json}\n"))
    });
    let html = args.html.as_ref().map(|file| {
        file::write(file, &html::page(report))?;
        show.note(&format!("the report for a browser is in {}", file.display()));
        Ok(())
    });
    [Some(shown), json, html].into_iter().flatten().collect::<Result<(), Failure>>()?;
    Ok(ExitCode::from(u8::from(!report.failed.is_empty())))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_or_panics_is_named_and_loses_no_other() {
        let play = |entry: &&'static str| match *entry {
            "fails" => Err(Failure::from("no place to play")),
            "panics" => panic!("on purpose"),
            name => Ok(name),
        };
        let (scenarios, failed) = measured(&["one", "fails", "two", "panics", "three"], |entry| *entry, play, Show);
        assert_eq!(scenarios, ["one", "two", "three"]);
        let said: Vec<String> = failed.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["scenario fails failed: no place to play", "scenario panics failed: it panicked"]);
    }

    #[test]
    fn a_report_with_a_failure_is_written_and_ends_with_1() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Some(folder.path().join(name));
        let args = RunArgs {
            scenarios: Vec::new(),
            all: false,
            documents: None,
            mode: crate::report::Mode::Simulated,
            seed: 1,
            pace: 100.try_into().unwrap(),
            json: at("report.json"),
            html: at("report.html"),
        };
        let failed = vec![Failed { name: "outage".to_owned(), problem: "no place to play".to_owned() }];
        let (version, mode, scenarios) = ("0", args.mode, Vec::new());
        let report = Report { version, mode, seed: 1, pace_percent: 100, documents: None, scenarios, failed };
        let code = told(&args, &report, Show).unwrap();
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(1)));
        for (file, words) in [(args.json, r#""problem": "no place to play""#), (args.html, "scenario outage failed")] {
            let text = std::fs::read_to_string(file.unwrap()).unwrap();
            assert!(text.contains(words), "{text}");
        }
    }
}
