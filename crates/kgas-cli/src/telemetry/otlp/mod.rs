//! Spans for a collector, by OTLP over HTTP.

mod account;
mod line;

use std::sync::Arc;
use std::time::Duration;

use kgas_http::BaseUrl;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::{Layer, Registry};

use self::account::{Account, Counted, Recorded};
use self::line::Line;
use crate::logging::own_at;
use crate::show::Show;
use crate::words::counted;

/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long the last spans are waited for when a command has ended.
const END: Duration = Duration::from_secs(5);
/// Spans that wait to be sent at most: those of some minutes of a busy run.
const QUEUE: usize = 16_384;

/// What sends spans, until it is told that there will be no more.
#[derive(Debug)]
pub(crate) struct Otlp {
    provider: SdkTracerProvider,
    line: Arc<Line>,
    account: Arc<Account>,
    place: String,
}

/// A layer of the log that all spans of kgas pass.
type Spans = Box<dyn Layer<Registry> + Send + Sync>;

/// Where spans go to: where the command line says, or else the environment, by OpenTelemetry's own names. `variable`
/// reads the environment.
pub(crate) fn place(flag: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let set = |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let below = |base: &str| {
        let base = base.trim_end_matches('/');
        if base.ends_with("/v1/traces") { base.to_owned() } else { format!("{base}/v1/traces") }
    };
    if let Some(flag) = flag {
        return Some(below(flag));
    }
    let is_off = set("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"))
        || set("OTEL_TRACES_EXPORTER").is_some_and(|text| text == "none");
    if is_off {
        return None;
    }
    set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        .or_else(|| set("OTEL_EXPORTER_OTLP_ENDPOINT").map(|base| format!("{}/v1/traces", base.trim_end_matches('/'))))
}

/// Prepares to send spans to this place. Nothing is connected yet.
///
/// # Errors
/// What is wrong with the place, or with what the environment says about it.
pub(crate) fn start(place: &str) -> Result<(Otlp, Spans), String> {
    let base: BaseUrl = place.parse().map_err(|error| format!("{error}"))?;
    let line = Arc::new(Line::new(&base)?);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_shared_http_client(Arc::<Line>::clone(&line))
        .with_endpoint(base.to_string())
        .with_protocol(protocol(|name| std::env::var(name).ok())?)
        .with_timeout(PATIENCE)
        // The line tries again by itself.
        .with_retry_policy(RetryPolicy::disabled())
        .build()
        .map_err(|error| error.to_string())?;
    let account = Arc::new(Account::default());
    let batches = BatchConfigBuilder::default().with_max_queue_size(QUEUE).build();
    let processor = BatchSpanProcessor::builder(Recorded::new(exporter, &account)).with_batch_config(batches).build();
    let provider = SdkTracerProvider::builder()
        .with_resource(resource())
        .with_span_processor(Counted::new(processor, &account))
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("kgas"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false);
    // Events may have a server's words, and those may be anybody's.
    let spans = own_at(LevelFilter::DEBUG).and(filter_fn(|metadata| metadata.is_span()));
    Ok((Otlp { provider, line, account, place: base.to_string() }, layer.with_filter(spans).boxed()))
}

/// The form in which spans are sent.
fn protocol(variable: impl Fn(&str) -> Option<String>) -> Result<Protocol, String> {
    let names = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
    let said = names.iter().find_map(|name| Some((name, variable(name).filter(|said| !said.trim().is_empty())?)));
    match said.as_ref().map_or("http/protobuf", |(_, said)| said.trim()) {
        "http/protobuf" => Ok(Protocol::HttpBinary),
        "http/json" => Ok(Protocol::HttpJson),
        _ => {
            let name = said.map_or("", |(name, _)| *name);
            Err(format!("{name} is neither http/protobuf nor http/json, and these are what kgas speaks"))
        }
    }
}

/// Who sends them; the environment may name it otherwise.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    match std::env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => resource.build(),
        None => resource.with_service_name("kgas").build(),
    }
}

impl Otlp {
    /// Sends what is left, for some seconds at most, and says so where not all came there. It must not be called where
    /// an async runtime drives this thread.
    pub(crate) fn end(self, show: Show) {
        let ended = self.provider.shutdown_with_timeout(END);
        let (lost, all) = self.account.lost();
        if lost == 0 {
            return;
        }
        let late = ended.err().map(|_| format!("the rest was not taken within {} s", END.as_secs()));
        let why = self.line.problem().or(late).unwrap_or_else(|| "they came faster than they were taken".to_owned());
        show.warning(&format!(
            "--otlp {}: {lost} of {} did not arrive: {why}",
            self.place,
            counted(all, "span", "spans")
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_comes_before_the_environment_and_traces_before_all_signals() {
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318/");
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces/x");
        let off = ("OTEL_SDK_DISABLED", "TRUE");
        let none = ("OTEL_TRACES_EXPORTER", "none");
        let blank = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", " ");
        type Case<'c> = (Option<&'c str>, &'c [(&'c str, &'c str)], Option<&'c str>);
        let cases: [Case<'_>; 9] = [
            (None, &[], None),
            (None, &[all], Some("http://all:4318/v1/traces")),
            (None, &[all, traces], Some("http://traces/x")),
            (None, &[all, blank], Some("http://all:4318/v1/traces")),
            (None, &[all, off], None),
            (None, &[all, none], None),
            (Some("http://flag:4318"), &[all, traces], Some("http://flag:4318/v1/traces")),
            (Some("http://flag/otlp/v1/traces/"), &[], Some("http://flag/otlp/v1/traces")),
            (Some("http://flag"), &[off], Some("http://flag/v1/traces")),
        ];
        for (flag, variables, expected) in cases {
            let variable =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(place(flag, variable).as_deref(), expected, "{flag:?} {variables:?}");
        }
    }

    #[test]
    fn protobuf_is_sent_where_nothing_else_is_said_and_what_is_not_spoken_is_told() {
        let told = |said: Option<&str>| {
            let said = said.map(str::to_owned);
            protocol(|name| said.clone().filter(|_| name == "OTEL_EXPORTER_OTLP_PROTOCOL"))
        };
        assert_eq!(told(None), Ok(Protocol::HttpBinary));
        assert_eq!(told(Some(" ")), Ok(Protocol::HttpBinary));
        assert_eq!(told(Some("http/json")), Ok(Protocol::HttpJson));
        assert!(told(Some("grpc")).unwrap_err().contains("OTEL_EXPORTER_OTLP_PROTOCOL"));
    }
}
