//! Whom to ask, with which key, how fast: from what was typed and the environment.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use kgas_engine::Interrupt;
use kgas_engine::model::{Gate, OpenAiEmbedder, OpenAiModel, is_final};
use kgas_http::openai::{self, CHAT_MODEL, EMBEDDING_MODEL};
use kgas_http::{BaseUrl, BuildError, Client, Limits, RetryPolicy, Secret, Timeouts, Transport};
use serde_json::{Map, Value};

use crate::args::ModelArgs;
use crate::failure::Failure;

const OPENAI_HOST: &str = "api.openai.com";

/// A server that may be asked.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) base: BaseUrl,
    pub(crate) limits: Limits,
    pub(crate) model: Option<String>,
    timeouts: Timeouts,
    retry: RetryPolicy,
    key_variable: Option<String>,
    organization: Option<String>,
    headers: Vec<(String, String)>,
    extra: Map<String, Value>,
    insecure_http: bool,
}

impl Endpoint {
    /// The endpoint that was asked for; none where neither provider nor address was named. A key alone is no
    /// consent.
    pub(crate) fn from_args(args: &ModelArgs) -> Result<Option<Self>, Failure> {
        if args.provider.is_none() && args.base_url.is_none() {
            return Ok(None);
        }
        let url = args.base_url.as_deref().unwrap_or(openai::BASE_URL);
        // The address isn't repeated: it may hold a password.
        let base = openai::base_url(url).map_err(|error| Failure::usage(format!("--base-url: {error}")))?;
        let default_rpm = if is_openai(&base) { openai::LIMITS.requests_per_minute } else { None };
        let limits = Limits {
            requests_per_minute: args.rpm.map_or(default_rpm, |limit| limit.0),
            tokens_per_minute: args.tpm.and_then(|limit| limit.0),
            max_concurrent: args.max_concurrent,
            ..Limits::default()
        };
        let attempt = Duration::from_secs_f64(args.timeout);
        let endpoint = Self {
            base,
            limits,
            model: args.model.clone(),
            timeouts: Timeouts { attempt, ..openai::TIMEOUTS },
            retry: retries(args.max_retries, attempt),
            key_variable: args.api_key_env.clone(),
            organization: args.organization.clone(),
            headers: args.header.clone(),
            extra: extra_body(args.extra_body.as_deref())?,
            insecure_http: args.insecure_http,
        };
        Ok(Some(endpoint))
    }

    /// A client of it, which turns away what only queues when the run is stopped. Nothing is connected yet.
    ///
    /// Only now is a key looked for: whoever sends nothing needs none.
    pub(crate) fn client(&self, interrupt: &Interrupt) -> Result<Client, Failure> {
        let client = self.build()?;
        let (limiter, interrupt) = (client.limiter().clone(), interrupt.clone());
        // It waits as long as the process lives, and nobody waits for it.
        tokio::spawn(async move {
            interrupt.stopped().await;
            limiter.close();
        });
        Ok(client)
    }

    fn build(&self) -> Result<Client, Failure> {
        let mut builder = openai::builder(&self.base.to_string())
            .close_on(is_final)
            .limits(self.limits)
            .timeouts(self.timeouts)
            .retry(self.retry)
            .allow_insecure_http(self.insecure_http);
        if let Some(key) = self.api_key()? {
            builder = builder.api_key(key);
        }
        if let Some(organization) = &self.organization {
            builder = builder.organization(organization);
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        builder.build().map_err(|error| match error {
            BuildError::InsecureKey { .. } => Failure::usage(format!("{error} with --insecure-http")),
            error => Failure::usage(error),
        })
    }

    /// Whether fields were given that only the bodies of chat requests take.
    pub(crate) fn has_chat_fields(&self) -> bool {
        !self.extra.is_empty()
    }

    pub(crate) fn chat_model(&self, transport: Arc<dyn Transport>, gate: Arc<Gate>) -> OpenAiModel {
        let model = self.model.as_deref().unwrap_or(CHAT_MODEL);
        OpenAiModel::new(self.base.host(), model, self.extra.clone(), transport, gate)
    }

    pub(crate) fn embedder(
        &self,
        model: Option<&str>,
        transport: Arc<dyn Transport>,
        gate: Arc<Gate>,
    ) -> OpenAiEmbedder {
        OpenAiEmbedder::new(self.base.host(), model.unwrap_or(EMBEDDING_MODEL), transport, gate)
    }

    /// The address, and the limits in force.
    pub(crate) fn in_words(&self) -> String {
        let per_minute = |limit: Option<NonZeroU32>, what: &str| match limit {
            Some(limit) => format!("{limit} {what} per minute"),
            None => format!("no limit of {what} per minute"),
        };
        let requests = per_minute(self.limits.requests_per_minute, "requests");
        let tokens = per_minute(self.limits.tokens_per_minute, "tokens");
        format!("{}: {requests}, {tokens}, {} at a time", self.base, self.limits.max_concurrent)
    }

    fn api_key(&self) -> Result<Option<Secret>, Failure> {
        if let Some(name) = &self.key_variable {
            let missing = || Failure::fatal(format!("--api-key-env {name}: there is no such variable, or it is empty"));
            return variable(name)?.ok_or_else(missing).map(Some);
        }
        if let Some(key) = variable("KGAS_API_KEY")? {
            return Ok(Some(key));
        }
        // OpenAI's key is for OpenAI: no other host is sent it.
        if !is_openai(&self.base) {
            return Ok(None);
        }
        let to_do = "set OPENAI_API_KEY or KGAS_API_KEY, or name another variable with --api-key-env";
        let missing = || Failure::fatal(format!("no API key for {OPENAI_HOST}: {to_do}"));
        variable("OPENAI_API_KEY")?.ok_or_else(missing).map(Some)
    }
}

fn is_openai(base: &BaseUrl) -> bool {
    base.host().eq_ignore_ascii_case(OPENAI_HOST)
}

/// The key in an environment variable; none where it is not set or blank.
fn variable(name: &str) -> Result<Option<Secret>, Failure> {
    // What is not UTF-8 is no key, and the check says so.
    let value = std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let Some(value) = value.filter(|value| !value.trim().is_empty()) else { return Ok(None) };
    let key = Secret::from(value);
    key.check().map_err(|error| Failure::fatal(format!("{name}: {error}")))?;
    Ok(Some(key))
}

/// As many retries as were asked for, however long each attempt takes.
fn retries(count: u32, attempt: Duration) -> RetryPolicy {
    let default = RetryPolicy::DEFAULT;
    let attempts = NonZeroU32::MIN.saturating_add(count);
    let longest = attempt.saturating_add(default.max_step).saturating_mul(attempts.get());
    RetryPolicy { attempts, window: longest.max(default.window), ..default }
}

fn extra_body(json: Option<&str>) -> Result<Map<String, Value>, Failure> {
    let Some(json) = json else { return Ok(Map::new()) };
    serde_json::from_str(json).map_err(|error| Failure::usage(format!("--extra-body is not a JSON object: {error}")))
}

#[cfg(test)]
mod tests {
    use kgas_http::{ErrorKind, HttpError, Verdict};

    use super::*;

    #[test]
    fn slow_attempts_leave_time_for_every_retry() {
        let attempt = Duration::from_secs(600);
        let policy = retries(2, attempt);
        let hung = HttpError::new(ErrorKind::AttemptTimeout);
        for ended in 1..=2 {
            let left = policy.window.saturating_sub((attempt + policy.max_step) * ended);
            assert!(matches!(policy.decide(&hung, ended, true, Some(left), 1.0), Verdict::Retry { .. }), "{ended}");
        }
        assert_eq!(policy.decide(&hung, 3, true, None, 1.0), Verdict::GiveUp);
    }
}
