//! How much of a quota is used, and how often the server says no: our client beside governor, in simulated time.
//!
//! `cargo bench -p kgas-http --bench quota -- [--minutes N] [--per-minute N] [--only NAME] [--jitter MS] [--limit-headers]`
//!
//! Each contender has a backlog for so many minutes of quota and meets each kind of server. The share is that of the
//! allowed rate, by the server's own account: 1.00 is an even pace at the limit, and a burst can be above it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

mod contest;
mod governors;
mod ours;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use contest::{Allowance, Contender, Failure, Outcome, SERVERS, Setting, meet};
use governors::Governor;
use ours::Kgas;
use support::{Arguments, print_table};

/// The limits at which all meet.
const ALLOWANCES: [Allowance; 7] = [
    Allowance::Requests(5),
    Allowance::Requests(60),
    Allowance::Requests(600),
    Allowance::Requests(10_000),
    Allowance::Tokens(5_000),
    Allowance::Tokens(60_000),
    Allowance::Tokens(600_000),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quota: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut arguments = Arguments::of_this_process();
    let setting = Setting {
        minutes: arguments.value("--minutes", 10)?,
        jitter: Duration::from_millis(arguments.value("--jitter", 0)?),
        has_limit_headers: arguments.has("--limit-headers"),
    };
    let per_minute: u32 = arguments.value("--per-minute", 0)?;
    let only: String = arguments.value("--only", String::new())?;
    arguments.end()?;

    let contenders: [&dyn Contender; 3] = [&Governor::FullBurst, &Governor::NoBurst, &Kgas];
    let contenders: Vec<_> = contenders.into_iter().filter(|contender| contender.name().contains(&only)).collect();
    let mut rows = Vec::new();
    for allowance in ALLOWANCES.into_iter().filter(|a| per_minute == 0 || a.per_minute() == per_minute) {
        for server in SERVERS {
            let mut row = vec![allowance.to_string(), format!("{server:?}")];
            for contender in &contenders {
                let outcome = meet(*contender, server, allowance, &setting)?;
                row.extend(cells(&outcome));
            }
            rows.push(row);
        }
    }
    let (minutes, jitter) = (setting.minutes, setting.jitter);
    println!(
        "{minutes} minutes of quota wait from the start, jitter ± {jitter:?}: share used, 429s, calls lost, seconds"
    );
    let mut head = vec!["a minute", "server"];
    for contender in &contenders {
        head.extend([contender.name(), "429s", "lost", "s"]);
    }
    print_table(&head, &rows);
    Ok(())
}

fn cells(outcome: &Outcome) -> [String; 4] {
    [
        format!("{:.3}", outcome.share),
        outcome.n_429.to_string(),
        outcome.lost.to_string(),
        format!("{:.1}", outcome.wall.as_secs_f64()),
    ]
}
