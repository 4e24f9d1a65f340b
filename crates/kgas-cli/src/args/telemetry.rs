//! What was typed about telemetry: how the log looks, and where figures and spans go.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

/// How a command tells of itself.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct LogArgs {
    /// How stderr is written: text, or a JSON object on each line
    #[arg(long, value_enum, value_name = "FORM", global = true, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Send spans to the OpenTelemetry collector at this address, by OTLP over HTTP
    /// [default: OTEL_EXPORTER_OTLP_ENDPOINT]
    #[cfg(feature = "otlp")]
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) otlp: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// A JSON object on each line
    Json,
}

/// Where a command writes its figures.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "Telemetry")]
pub(crate) struct MetricsArgs {
    /// Write the run's figures to this file every few seconds, in Prometheus' text format
    #[arg(long, value_name = "PATH")]
    pub(crate) metrics_file: Option<PathBuf>,
}
