//! What a command tells of itself while it works: its log, its figures, its spans.

mod board;
mod file;
mod outlook;
mod pace;
mod prometheus;
mod traffic;
mod watch;

pub(crate) use board::Board;
pub(crate) use file::MetricsFile;
pub(crate) use traffic::{Traffic, Watched};
pub(crate) use watch::{Watch, bar};

use crate::args::LogArgs;
use crate::logging::{self, Filter, Layers};
use crate::show::Show;

/// Starts what the command line and the environment ask for.
pub(crate) fn start(verbose: u8, args: &LogArgs, show: Show) {
    let rust_log = std::env::var("RUST_LOG").ok();
    let filter = Filter::new(verbose, rust_log.as_deref()).or_else(|problem| {
        show.warning(&format!("RUST_LOG: {problem}; it is passed over, write it like RUST_LOG=kgas_http=debug"));
        Filter::new(verbose, None)
    });
    if let Ok(filter) = filter {
        logging::start(filter, args.log_format, Layers::new());
    }
}
