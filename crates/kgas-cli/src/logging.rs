//! The log on stderr: what `-v` and `RUST_LOG` let through, as lines for people or as JSON.

use std::io;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, Targets, filter_fn};
use tracing_subscriber::fmt::format::{FmtSpan, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::args::LogFormat;

/// The crates that are ours.
const OWN: [&str; 7] =
    ["kgas_core", "kgas_ontology", "kgas_http", "kgas_tools", "kgas_engine", "kgas_export", "kgas_cli"];

/// Events and spans of kgas's own crates, down to this level.
#[cfg(feature = "otlp")]
pub(crate) fn own_at(level: LevelFilter) -> Targets {
    Targets::new().with_targets(OWN.map(|name| (name, level)))
}

/// Further layers that are given what kgas traces.
pub(crate) type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;

/// What the log lets through.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    targets: Targets,
    /// Whether what was asked for is more than what a run does in the whole.
    is_close: bool,
}

impl Filter {
    /// Warnings of kgas's own crates, and with each `-v` more. What `rust_log` names it decides, and a level that it
    /// names for all holds for kgas's crates in place of that of `-v`.
    ///
    /// # Errors
    /// What `rust_log` has wrong; it is for the caller to say so and to go on with none.
    pub(crate) fn new(verbose: u8, rust_log: Option<&str>) -> Result<Self, String> {
        let level = match verbose {
            0 => Level::WARN,
            1 => Level::INFO,
            2 => Level::DEBUG,
            _ => Level::TRACE,
        };
        let Some(directives) = rust_log.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Self {
                targets: Targets::new().with_targets(OWN.map(|name| (name, level))),
                is_close: verbose > 1,
            });
        };
        let said: Targets = directives.parse().map_err(|error| format!("{error}"))?;
        let for_all = said.default_level();
        let own = for_all.unwrap_or(LevelFilter::from_level(level));
        let targets = Targets::new().with_default(for_all.unwrap_or(LevelFilter::OFF));
        let targets = targets.with_targets(OWN.map(|name| (name, own))).with_targets(said);
        Ok(Self { targets, is_close: true })
    }

    /// Whether it lets such an event through.
    #[cfg(test)]
    fn lets(&self, target: &str, level: Level) -> bool {
        self.targets.would_enable(target, &level)
    }
}

/// Starts the log, and returns whether it is this one that is heard: another logger may be there already where kgas is
/// used as a library.
pub(crate) fn start(filter: Filter, format: LogFormat, mut layers: Layers) -> bool {
    layers.push(lines(filter, format));
    tracing_subscriber::registry().with(layers).try_init().is_ok()
}

/// Events as lines; where somebody looks closely also the ends of spans, with how long they took.
fn lines(filter: Filter, format: LogFormat) -> Box<dyn Layer<Registry> + Send + Sync> {
    let Filter { targets, is_close } = filter;
    let ends = if is_close { FmtSpan::CLOSE } else { FmtSpan::NONE };
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false).with_span_events(ends);
    match format {
        LogFormat::Text if is_close => layer.without_time().with_filter(targets).boxed(),
        // A line for people is about what happened, and not about all around it.
        LogFormat::Text => {
            let events = filter_fn(|metadata| metadata.is_event()).with_max_level_hint(LevelFilter::TRACE);
            layer.without_time().with_filter(targets.and(events)).boxed()
        }
        LogFormat::Json => layer.json().with_current_span(false).with_filter(targets).boxed(),
    }
}

/// A line of a command's own, in the form of the log's.
pub(crate) fn json_line(level: Level, message: &str) -> String {
    let mut time = String::new();
    // A clock before 1970 leaves the time out.
    let _told = SystemTime.format_time(&mut Writer::new(&mut time));
    serde_json::json!({
        "timestamp": time,
        "level": level.as_str(),
        "fields": {"message": message},
        "target": "kgas",
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_v_shows_more_of_what_is_ours_and_nothing_of_others() {
        for (verbose, most) in
            [(0, Level::WARN), (1, Level::INFO), (2, Level::DEBUG), (3, Level::TRACE), (9, Level::TRACE)]
        {
            let filter = Filter::new(verbose, None).unwrap();
            for level in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE] {
                assert_eq!(filter.lets("kgas_http::retry::run", level), level <= most, "{verbose} {level}");
                assert!(!filter.lets("hyper_util::client", level));
            }
        }
    }

    #[test]
    fn rust_log_decides_what_it_names_and_leaves_the_rest() {
        let cases = [
            ("kgas_http=trace", "kgas_http", Level::TRACE, true),
            ("kgas_http=trace", "kgas_engine", Level::INFO, false),
            ("kgas_http=trace", "kgas_engine", Level::WARN, true),
            ("kgas_http=trace", "hyper_util", Level::ERROR, false),
            ("debug", "kgas_engine", Level::DEBUG, true),
            ("debug", "hyper_util", Level::DEBUG, true),
            ("debug,hyper_util=off", "hyper_util", Level::ERROR, false),
            ("off", "kgas_engine", Level::ERROR, false),
            (" ", "kgas_engine", Level::WARN, true),
        ];
        for (rust_log, target, level, passes) in cases {
            let filter = Filter::new(0, Some(rust_log)).unwrap();
            assert_eq!(filter.lets(target, level), passes, "RUST_LOG={rust_log} {target} {level}");
        }
    }

    #[test]
    fn a_line_in_json_is_one_line_of_json_whatever_it_says() {
        let line = json_line(Level::WARN, "two\nlines and a \" and a \u{1b}[31m");
        assert!(!line.contains('\n'), "{line}");
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["fields"]["message"], "two\nlines and a \" and a \u{1b}[31m");
    }
}
