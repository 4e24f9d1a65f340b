//! Whom to ask, with which key, how fast: from what was typed and the environment.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use kgas_engine::Interrupt;
use kgas_engine::model::{Gate, OpenAiEmbedder, OpenAiModel};
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
    key: Option<Secret>,
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
        let base = openai::base_url(url).map_err(|error| Failure::usage(format!("--base-url: {error}")))?;
        let is_openai = base.host().eq_ignore_ascii_case(OPENAI_HOST);
        let key = api_key(args, is_openai)?;
        if key.is_none() && is_openai {
            let to_do = "set OPENAI_API_KEY or KGAS_API_KEY, or name another variable with --api-key-env";
            return Err(Failure::fatal(format!("no API key for {OPENAI_HOST}: {to_do}")));
        }
        let default_rpm = if is_openai { openai::LIMITS.requests_per_minute } else { None };
        let limits = Limits {
            requests_per_minute: args.rpm.map_or(default_rpm, |limit| limit.0),
            tokens_per_minute: args.tpm.and_then(|limit| limit.0),
            max_concurrent: args.max_concurrent,
        };
        let attempts = NonZeroU32::MIN.saturating_add(args.max_retries);
        let endpoint = Self {
            base,
            limits,
            model: args.model.clone(),
            timeouts: Timeouts { attempt: Duration::from_secs_f64(args.timeout), ..openai::TIMEOUTS },
            retry: RetryPolicy { attempts, ..RetryPolicy::DEFAULT },
            key,
            organization: args.organization.clone(),
            headers: args.header.clone(),
            extra: extra_body(args.extra_body.as_deref())?,
            insecure_http: args.insecure_http,
        };
        Ok(Some(endpoint))
    }

    /// A client of it, which turns away what only queues when the run is stopped. Nothing is connected yet.
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
            .limits(self.limits)
            .timeouts(self.timeouts)
            .retry(self.retry)
            .allow_insecure_http(self.insecure_http);
        if let Some(key) = &self.key {
            builder = builder.api_key(key.clone());
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

    /// The limits in force, in words.
    pub(crate) fn limits_in_words(&self) -> String {
        let per_minute = |limit: Option<NonZeroU32>, what: &str| match limit {
            Some(limit) => format!("{limit} {what} per minute"),
            None => format!("no limit of {what} per minute"),
        };
        let requests = per_minute(self.limits.requests_per_minute, "requests");
        let tokens = per_minute(self.limits.tokens_per_minute, "tokens");
        format!("{requests}, {tokens}, {} at a time", self.limits.max_concurrent)
    }
}

fn api_key(args: &ModelArgs, is_openai: bool) -> Result<Option<Secret>, Failure> {
    if let Some(name) = &args.api_key_env {
        return match variable(name) {
            Some(key) => Ok(Some(key)),
            None => Err(Failure::fatal(format!("--api-key-env {name}: there is no such variable, or it is empty"))),
        };
    }
    // OpenAI's key is for OpenAI: no other host is sent it.
    let openai_key = || if is_openai { variable("OPENAI_API_KEY") } else { None };
    Ok(variable("KGAS_API_KEY").or_else(openai_key))
}

fn variable(name: &str) -> Option<Secret> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty()).map(|value| Secret::from(value.as_str()))
}

fn extra_body(json: Option<&str>) -> Result<Map<String, Value>, Failure> {
    let Some(json) = json else { return Ok(Map::new()) };
    serde_json::from_str(json).map_err(|error| Failure::usage(format!("--extra-body is not a JSON object: {error}")))
}
