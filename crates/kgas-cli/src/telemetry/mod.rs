//! What a command tells of itself while it works: its log, its figures, its spans.

mod board;
mod file;
#[cfg(feature = "otlp")]
mod otlp;
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
use crate::failure::Failure;
use crate::logging::{self, Filter, Layers};
use crate::show::Show;

/// What has to be ended when a command has.
#[derive(Debug, Default)]
pub(crate) struct Telemetry {
    #[cfg(feature = "otlp")]
    otlp: Option<otlp::Otlp>,
}

/// Starts what the command line and the environment ask for.
pub(crate) fn start(verbose: u8, args: &LogArgs, show: Show) -> Result<Telemetry, Failure> {
    let rust_log = std::env::var("RUST_LOG").ok();
    let filter = Filter::new(verbose, rust_log.as_deref()).or_else(|problem| {
        show.warning(&format!("RUST_LOG: {problem}; it is passed over, write it like RUST_LOG=kgas_http=debug"));
        Filter::new(verbose, None)
    });
    let (telemetry, layers) = spans(args, show)?;
    let is_heard = filter.is_ok_and(|filter| logging::start(filter, args.log_format, layers));
    Ok(if is_heard { telemetry } else { Telemetry::default() })
}

#[cfg(not(feature = "otlp"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it may fail")]
fn spans(_: &LogArgs, _: Show) -> Result<(Telemetry, Layers), Failure> {
    Ok((Telemetry::default(), Layers::new()))
}

/// What sends spans away, where that was asked for. What the environment has wrong is told, and no reason to do nothing.
#[cfg(feature = "otlp")]
fn spans(args: &LogArgs, show: Show) -> Result<(Telemetry, Layers), Failure> {
    let Some(place) = otlp::place(args.otlp.as_deref(), |name| std::env::var(name).ok()) else {
        return Ok((Telemetry::default(), Layers::new()));
    };
    match otlp::start(&place) {
        Ok((otlp, layer)) => Ok((Telemetry { otlp: Some(otlp) }, vec![layer])),
        // The address isn't repeated: it may hold a password.
        Err(problem) if args.otlp.is_some() => Err(Failure::usage(format!("--otlp: {problem}"))),
        Err(problem) => {
            show.warning(&format!("OTEL_EXPORTER_OTLP_ENDPOINT: {problem}; no spans are sent"));
            Ok((Telemetry::default(), Layers::new()))
        }
    }
}

impl Telemetry {
    /// Ends what was started, and says what went wrong with it.
    #[cfg_attr(
        not(feature = "otlp"),
        expect(clippy::unused_self, reason = "without the feature there is nothing to end")
    )]
    pub(crate) fn end(self, #[cfg_attr(not(feature = "otlp"), expect(unused, reason = "as above"))] show: Show) {
        #[cfg(feature = "otlp")]
        if let Some(otlp) = self.otlp {
            otlp.end(show);
        }
    }
}
