//! The span of a call to a model, with the names of OpenTelemetry's conventions for generative AI.

use kgas_core::Usage;
use kgas_http::openai::FinishReason;
use kgas_http::{ApiResponse, BaseUrl, HttpError};
use tracing::field::Empty;
use tracing::{Span, info_span};

/// The ends of hosts, and what the conventions call who is behind them.
const PROVIDERS: [(&str, &str); 12] = [
    ("api.openai.com", "openai"),
    (".openai.azure.com", "azure.ai.openai"),
    (".services.ai.azure.com", "azure.ai.inference"),
    ("api.anthropic.com", "anthropic"),
    ("api.mistral.ai", "mistral_ai"),
    ("api.groq.com", "groq"),
    ("api.deepseek.com", "deepseek"),
    ("api.perplexity.ai", "perplexity"),
    ("api.cohere.ai", "cohere"),
    ("api.cohere.com", "cohere"),
    ("api.x.ai", "x_ai"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
];

/// The longest name of a model that is taken from an answer.
const LONGEST_NAME: usize = 100;

/// Whom a model's calls go to.
#[derive(Clone, Debug)]
pub(super) struct Server {
    provider: String,
    address: Option<String>,
    port: Option<u16>,
}

impl Server {
    /// A server of which only this name is known.
    pub(super) fn named(provider: &str) -> Self {
        Self { provider: provider.to_owned(), address: None, port: None }
    }

    pub(super) fn at(base: &BaseUrl) -> Self {
        let host = base.host();
        let known = PROVIDERS.iter().find(|(end, _)| host.ends_with(end) || end.strip_prefix('.') == Some(host));
        let port = base.port().unwrap_or(if base.is_https() { 443 } else { 80 });
        Self {
            provider: known.map_or(host, |(_, provider)| provider).to_owned(),
            address: Some(host.trim_start_matches('[').trim_end_matches(']').to_owned()),
            port: Some(port),
        }
    }
}

/// What is known of a call before it is made.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) operation: &'static str,
    pub(super) model: &'a str,
    pub(super) max_tokens: Option<u64>,
    pub(super) temperature: Option<f64>,
    /// What is to come back, where that is said.
    pub(super) output: Option<&'static str>,
}

/// The span of a call that is about to be made. What is asked and what is answered is never in it.
pub(super) fn begin(server: &Server, asked: &Asked<'_>) -> Span {
    info_span!(
        "model_call",
        "otel.name" = format!("{} {}", asked.operation, asked.model),
        "otel.kind" = "client",
        "otel.status_code" = Empty,
        "gen_ai.operation.name" = asked.operation,
        "gen_ai.provider.name" = server.provider,
        "gen_ai.request.model" = asked.model,
        "gen_ai.request.max_tokens" = asked.max_tokens,
        "gen_ai.request.temperature" = asked.temperature,
        "gen_ai.output.type" = asked.output,
        "gen_ai.response.model" = Empty,
        "gen_ai.response.finish_reasons" = Empty,
        "gen_ai.usage.input_tokens" = Empty,
        "gen_ai.usage.output_tokens" = Empty,
        "gen_ai.embeddings.dimension.count" = Empty,
        "server.address" = server.address,
        "server.port" = server.port,
        "error.type" = Empty,
        "kgas.attempts" = Empty,
        "kgas.replayed" = Empty,
        "kgas.waited.queue" = Empty,
        "kgas.waited.backoff" = Empty,
        "kgas.maybe_paid" = Empty,
        "kgas.saved.input_tokens" = Empty,
        "kgas.saved.output_tokens" = Empty,
    )
}

/// Takes down what the call took.
pub(super) fn took(span: &Span, response: &ApiResponse) {
    span.record("kgas.attempts", response.attempts);
    span.record("kgas.replayed", response.replayed);
    span.record("kgas.waited.queue", response.waited.queue.as_secs_f64());
    span.record("kgas.waited.backoff", response.waited.backoff.as_secs_f64());
    if response.maybe_paid > 0 {
        span.record("kgas.maybe_paid", response.maybe_paid);
    }
}

/// Takes down the tokens. Those of an answer that a journal gave were counted when it was bought.
pub(super) fn used(span: &Span, usage: Usage) {
    let bought = usage.bought();
    if bought.calls > 0 {
        span.record("gen_ai.usage.input_tokens", bought.prompt_tokens);
        span.record("gen_ai.usage.output_tokens", bought.completion_tokens);
    } else {
        span.record("kgas.saved.input_tokens", usage.saved.prompt_tokens);
        span.record("kgas.saved.output_tokens", usage.saved.completion_tokens);
    }
}

/// Takes down who answered and why it stopped.
pub(super) fn said(span: &Span, model: &str, finish: &FinishReason) {
    if !model.is_empty() && !span.is_disabled() {
        span.record("gen_ai.response.model", model.chars().take(LONGEST_NAME).collect::<String>());
    }
    let reason = match finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::ToolCalls => "tool_calls",
        // A server may put anything there.
        _ => "other",
    };
    span.record("gen_ai.response.finish_reasons", reason);
}

/// Takes down how long the vectors are.
pub(super) fn embedded(span: &Span, vectors: &[Vec<f32>]) {
    if let Some(vector) = vectors.first() {
        span.record("gen_ai.embeddings.dimension.count", vector.len());
    }
}

/// Takes down why there is no answer.
pub(super) fn failed(span: &Span, error: &HttpError) {
    span.record("otel.status_code", "ERROR");
    match error.status().filter(|status| *status >= 400) {
        Some(status) => span.record("error.type", status.to_string()),
        None => span.record("error.type", error.kind().as_str()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_its_host_and_by_nothing_that_only_looks_like_it() {
        let cases = [
            ("https://api.openai.com/v1", "openai", "api.openai.com", 443),
            ("https://mine.openai.azure.com", "azure.ai.openai", "mine.openai.azure.com", 443),
            ("https://openai.azure.com.evil.test", "openai.azure.com.evil.test", "openai.azure.com.evil.test", 443),
            ("http://localhost:11434/v1", "localhost", "localhost", 11434),
            ("http://[::1]/v1", "[::1]", "::1", 80),
        ];
        for (url, provider, address, port) in cases {
            let server = Server::at(&url.parse().unwrap());
            let told = (server.provider.as_str(), server.address.as_deref(), server.port);
            assert_eq!(told, (provider, Some(address), Some(port)), "{url}");
        }
    }
}
