//! A load for a model API: many chat completions, and one line of JSON that says what became of them.
//!
//! `cargo run --release -p kgas-http --example load -- --base-url http://127.0.0.1:8080/v1 --requests 1000 --rpm 600`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

mod settings;
mod tally;

use std::error::Error;
use std::process::ExitCode;

use futures_util::{StreamExt as _, stream};
use kgas_http::{Client, Transport as _};

use settings::{Settings, USAGE};
use tally::{Refusals, Tally};

/// How many calls are in hand for each that can be on the wire: the limiter's queue must never be empty, whatever
/// part of the calls backs off.
const DEPTH: usize = 4;

/// The fewest calls in hand.
const FEWEST: usize = 64;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(words) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(words: Vec<String>) -> Result<String, Box<dyn Error>> {
    let settings = Settings::parse(words)?;
    let key = std::env::var("KGAS_API_KEY").ok().filter(|key| !key.is_empty());
    let refusals = Refusals::default();
    let client = settings.client(key, &refusals)?;
    // One thread: what a client costs is clearest there, and it does tens of thousands of calls a second.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(load(&settings, &client, Tally::begin(refusals))).line())
}

/// Sends all calls. Each is made when there is room for it, so that their number costs no memory.
async fn load(settings: &Settings, client: &Client, mut tally: Tally) -> Tally {
    let in_hand = settings.max_concurrent.get().saturating_mul(DEPTH).max(FEWEST);
    let calls = (0..settings.requests).map(|number| client.send(settings.request(number)));
    let mut answers = stream::iter(calls).buffer_unordered(in_hand);
    while let Some(answer) = answers.next().await {
        tally.add(&answer);
    }
    tally
}
