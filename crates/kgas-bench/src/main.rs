//! The benchmark of kgas: what concurrency is worth, on a server that keeps its own account.

#![forbid(unsafe_code)]

mod report;
mod scenario;

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
// Registers the tools that are measured.
use kgas_tools as _;

use report::Comparison;
use scenario::{Setup, measure};

/// Measures kgas on a simulated server; needs no key and no network.
#[derive(Debug, Parser)]
#[command(name = "kgas-bench", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run T23c_async on the same documents one call at a time, then many at a time
    Run(RunArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// How many documents, one call each
    #[arg(long, default_value = "10", value_name = "N")]
    documents: NonZeroUsize,
    /// How many calls at a time in the concurrent run
    #[arg(long, default_value = "10", value_name = "N")]
    max_concurrent: NonZeroUsize,
    /// What the server takes to answer, in milliseconds
    #[arg(long, default_value_t = 250, value_name = "MS")]
    latency_ms: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let Command::Run(args) = Cli::parse().command;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let compared = match runtime {
        Ok(runtime) => runtime.block_on(compare(&args)),
        Err(error) => Err(error.into()),
    };
    match compared {
        Ok(comparison) => report::print(&comparison, args.json),
        Err(error) => report::fail(&*error),
    }
}

async fn compare(args: &RunArgs) -> Result<Comparison, scenario::Failure> {
    let latency = Duration::from_millis(args.latency_ms);
    let setup = |max_concurrent| Setup { documents: args.documents, max_concurrent, latency };
    let sequential = measure(setup(NonZeroUsize::MIN)).await?;
    let concurrent = measure(setup(args.max_concurrent)).await?;
    Ok(Comparison { documents: args.documents.get(), latency, sequential, concurrent })
}
