//! What a call costs the client's processor, side by side with other clients.
//!
//! `cargo bench -p kgas-http --bench cpu -- [--requests N] [--rounds N] [--only NAME] [--json value] [--limit-headers]`
//!
//! The server is a child process, so that its work is not counted. All clients run on one thread of one runtime,
//! take turns, keep their connections from round to round, and ask 64 at a time. Machines differ: the ratios count.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

mod chat;
mod clients;
mod server;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cpu_time::ProcessTime;
use tokio::task::JoinSet;
use tokio::time::Instant;

use chat::Shape;
use clients::{Ask, Failure, Kgas, Raw, Reqwest};
use server::ServerProcess;
use support::{Arguments, median, print_table};

/// How many calls are under way at a time.
const AT_ONCE: usize = 64;

struct Settings {
    requests: usize,
    rounds: usize,
    only: String,
    shape: Shape,
    has_limit_headers: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cpu: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    let arguments = Arguments::of_this_process();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if arguments.task() == Some(server::TASK) {
        let has_limit_headers = arguments.rest().any(|word| word == server::LIMIT_HEADERS);
        return Ok(runtime.block_on(server::serve(has_limit_headers))?);
    }
    let settings = settings(arguments)?;
    let server = ServerProcess::start(settings.has_limit_headers)?;
    runtime.block_on(compare(&settings, &server))
}

fn settings(mut arguments: Arguments) -> Result<Settings, String> {
    let settings = Settings {
        requests: arguments.value("--requests", 20_000)?,
        rounds: arguments.value("--rounds", 9)?,
        only: arguments.value("--only", String::new())?,
        shape: arguments.value("--json", Shape::Typed)?,
        has_limit_headers: arguments.has(server::LIMIT_HEADERS),
    };
    arguments.end()?;
    Ok(settings)
}

async fn compare(settings: &Settings, server: &ServerProcess) -> Result<(), Failure> {
    let (raw, reqwest, kgas) = (
        Arc::new(Raw::new(server.port(), settings.shape)?),
        Arc::new(Reqwest::new(server.port(), settings.shape)?),
        Arc::new(Kgas::new(server.port(), AT_ONCE)?),
    );
    let mut figures = [Figures::of(Raw::NAME), Figures::of(Reqwest::NAME), Figures::of(Kgas::NAME)];
    // Round 0 warms up: connections, caches, the allocator.
    for round in 0..=settings.rounds {
        for figures in figures.iter_mut().filter(|f| f.name.contains(&settings.only)) {
            let requests = settings.requests;
            let spent = match figures.name {
                Raw::NAME => spend(&raw, requests).await?,
                Reqwest::NAME => spend(&reqwest, requests).await?,
                _ => spend(&kgas, requests).await?,
            };
            if round > 0 {
                figures.add(&spent);
            }
        }
    }
    let base = figures.first().map(|raw| raw.micros.clone()).unwrap_or_default();
    println!(
        "{} calls a round, {} rounds, {AT_ONCE} at a time, prompt of {} bytes; medians",
        settings.requests,
        settings.rounds,
        chat::prompt(0).len()
    );
    let rows: Vec<_> = figures.iter().filter(|f| !f.micros.is_empty()).map(|f| f.row(&base)).collect();
    print_table(&["client", "µs CPU/call", "lowest", "ratio", "calls/s"], &rows);
    Ok(())
}

/// What one round took.
struct Spent {
    cpu_micros: f64,
    calls_per_second: f64,
}

/// Asks so many questions, and says what one took of this process's processor time.
async fn spend<A: Ask>(client: &Arc<A>, requests: usize) -> Result<Spent, Failure> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut askers = JoinSet::new();
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    for _ in 0..AT_ONCE {
        let (client, next) = (Arc::clone(client), Arc::clone(&next));
        askers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= requests {
                    return Ok::<_, Failure>(());
                }
                let tokens = client.ask(chat::prompt(number)).await?;
                if tokens != chat::USED_TOKENS {
                    return Err(format!("{} misread an answer", A::NAME).into());
                }
            }
        });
    }
    while let Some(asker) = askers.join_next().await {
        asker??;
    }
    let per = |seconds: f64| seconds / requests as f64;
    Ok(Spent {
        cpu_micros: per(cpu.elapsed().as_secs_f64()) * 1e6,
        calls_per_second: per(wall.elapsed().as_secs_f64()).recip(),
    })
}

/// What the rounds of one client took.
struct Figures {
    name: &'static str,
    micros: Vec<f64>,
    per_second: Vec<f64>,
}

impl Figures {
    fn of(name: &'static str) -> Self {
        Self { name, micros: Vec::new(), per_second: Vec::new() }
    }

    fn add(&mut self, spent: &Spent) {
        self.micros.push(spent.cpu_micros);
        self.per_second.push(spent.calls_per_second);
    }

    /// Compares round by round: what else the machine does then burdens both alike.
    fn row(&self, base: &[f64]) -> Vec<String> {
        let lowest = self.micros.iter().copied().fold(f64::INFINITY, f64::min);
        let ratios: Vec<f64> = self.micros.iter().zip(base).map(|(own, base)| own / base).collect();
        vec![
            self.name.to_owned(),
            format!("{:.1}", median(&self.micros)),
            format!("{lowest:.1}"),
            format!("{:.2}", median(&ratios)),
            format!("{:.0}", median(&self.per_second)),
        ]
    }
}
