//! What the limiter alone costs: uncontended, with a hundred thousand waiting, and while the pace binds.
//!
//! `cargo bench -p kgas-http --bench limiter -- [--operations N] [--waiters N] [--rounds N]`
//!
//! Each queue is measured in a process of its own, so that no memory is counted that an earlier one left behind.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

mod one;
mod queue;
#[path = "../support/mod.rs"]
mod support;

use std::error::Error;
use std::process::{Command, ExitCode, Stdio};

use support::{Arguments, median, print_table};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("limiter: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = Arguments::of_this_process();
    if arguments.task() == Some(queue::TASK) {
        let words: Vec<_> = arguments.rest().collect();
        let [name, waiters] = words.as_slice() else { return Err("queue wants a name and a number".into()) };
        println!("{}", queue::measure(name, waiters.parse()?)?);
        return Ok(());
    }
    let operations = arguments.value("--operations", 200_000)?;
    let waiters = arguments.value("--waiters", 100_000)?;
    let rounds = arguments.value("--rounds", 7)?;
    arguments.end()?;
    uncontended(operations, rounds)?;
    println!();
    queued(waiters, rounds)
}

/// One after the other, nobody else there.
fn uncontended(operations: u32, rounds: u32) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut figures = vec![Vec::new(); one::CONTENDERS.len()];
    // Round 0 warms up.
    for round in 0..=rounds {
        for (contender, figures) in one::CONTENDERS.iter().zip(&mut figures) {
            let nanos = runtime.block_on((contender.run)(operations))?;
            if round > 0 {
                figures.push(nanos);
            }
        }
    }
    println!("uncontended: {operations} turns a round, {rounds} rounds; medians");
    let row = |(contender, nanos): (&one::Contender, &Vec<f64>)| {
        let lowest = nanos.iter().copied().fold(f64::INFINITY, f64::min);
        vec![contender.name.to_owned(), format!("{:.0}", median(nanos)), format!("{lowest:.0}")]
    };
    let rows: Vec<_> = one::CONTENDERS.iter().zip(&figures).map(row).collect();
    print_table(&["limiter", "ns CPU/turn", "lowest"], &rows);
    Ok(())
}

/// All wait at once, then all are let through.
fn queued(waiters: u32, rounds: u32) -> Result<(), Box<dyn Error>> {
    let mut rows = Vec::new();
    for name in queue::NAMES {
        let mut columns = vec![Vec::new(); queue::COLUMNS.len()];
        for _ in 0..rounds {
            for (figure, column) in child(name, waiters)?.into_iter().zip(&mut columns) {
                column.push(figure);
            }
        }
        let cells = columns.iter().map(|column| format!("{:.2}", median(column)));
        rows.push(std::iter::once(name.to_owned()).chain(cells).collect());
    }
    println!("{waiters} tasks wait, then leave; {rounds} rounds; medians");
    let head: Vec<_> = std::iter::once("limiter").chain(queue::COLUMNS).collect();
    print_table(&head, &rows);
    Ok(())
}

/// Measures one queue in a child process, which prints its figures in one line.
fn child(name: &str, waiters: u32) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([queue::TASK, name, &waiters.to_string()]).stderr(Stdio::inherit());
    let output = String::from_utf8(command.output()?.stdout)?;
    let figures: Result<Vec<f64>, _> = output.split_whitespace().map(str::parse).collect();
    match figures {
        Ok(figures) if figures.len() == queue::COLUMNS.len() => Ok(figures),
        _ => Err(format!("the measuring of {name} printed {output:?}").into()),
    }
}
