//! Everything that is traced, on stderr, where the environment asks for it.

use std::sync::Once;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Set, everything that any crate traces in a test is written down: `.ci/run` looks for keys in it.
const VARIABLE: &str = "KGAS_TEST_TRACE";

/// Starts writing; from the second time on it does nothing.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        if std::env::var_os(VARIABLE).is_some() {
            // A binary may have this file twice: one writer is enough.
            let _started_before = tracing_subscriber::fmt()
                .with_max_level(LevelFilter::TRACE)
                .with_span_events(FmtSpan::NEW)
                .with_writer(std::io::stderr)
                .with_ansi(false)
                .try_init();
        }
    });
}
