//! What `-v` shows: events of kgas's own crates, on stderr.

use std::io;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts the log: warnings, and with each `-v` more.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let own = ["kgas_core", "kgas_ontology", "kgas_http", "kgas_tools", "kgas_engine", "kgas_cli"];
    let targets = Targets::new().with_targets(own.map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false).without_time();
    // Another logger may be there already where this is used as a library.
    let _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
}
