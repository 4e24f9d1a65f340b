//! Whom to ask, with which key, how fast: from what was typed and the environment.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kgas_core::Need;
use kgas_engine::Interrupt;
use kgas_engine::budget::Prices;
use kgas_engine::model::{Gate, OpenAiEmbedder, OpenAiModel, has_form, is_final};
use kgas_engine::plan::{Counter, Gauge};
use kgas_http::openai::{self, CHAT_MODEL, EMBEDDING_MODEL, Profile};
use kgas_http::{
    BaseUrl, BaseUrlError, BuildError, Client, ClientBuilder, Limits, Purse, RetryPolicy, Secret, Timeouts, Transport,
};
use serde_json::{Map, Value};

use crate::args::{ModelArgs, Proxy};
use crate::failure::Failure;
use crate::input;
use crate::key::{self, KeyError, is_openai, key_for};
use crate::purse::Asked;
use crate::settings::{Equipped, needs};
use crate::telemetry::Traffic;

/// The one provider whose models are assumed where none is named.
const OPENAI: &str = "openai";

/// A server that may be asked.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) base: BaseUrl,
    pub(crate) limits: Limits,
    pub(crate) model: Option<String>,
    embedding_model: Option<String>,
    /// What is known of such a server, by the name that was given or else by its host.
    profile: Option<&'static Profile>,
    api_version: Option<String>,
    /// The most tokens that the chat model takes, where somebody said.
    pub(crate) context_window: Option<u64>,
    timeouts: Timeouts,
    retry: RetryPolicy,
    key_variable: Option<String>,
    organization: Option<String>,
    headers: Vec<(String, String)>,
    extra: Map<String, Value>,
    ca_file: Option<PathBuf>,
    proxy: Option<Proxy>,
    insecure_http: bool,
    withheld: Option<String>,
    /// Whether the provider was named, and not told by its host.
    is_named: bool,
}

impl Endpoint {
    /// The endpoint that was asked for; none where neither provider nor address was named. A key alone is no
    /// consent.
    pub(crate) fn from_args(args: &ModelArgs) -> Result<Option<Self>, Failure> {
        if args.provider.is_none() && args.base_url.is_none() {
            return Ok(None);
        }
        let (profile, base) = address(args)?;
        let limits = limits(args, profile.filter(|profile| profile.owns(&base)))?;
        let attempt = Duration::from_secs_f64(args.timeout);
        let timeouts = Timeouts {
            attempt,
            // Who allows an answer more time allows it more silence too: there is no other flag to raise.
            read: openai::TIMEOUTS.read.max(attempt),
            total: args.total_timeout.map(Duration::from_secs_f64),
            ..openai::TIMEOUTS
        };
        let outage_patience = Duration::from_secs_f64(args.outage_patience);
        let endpoint = Self {
            base,
            limits,
            model: args.model.clone(),
            embedding_model: args.embedding_model.clone(),
            profile,
            api_version: args.api_version.clone(),
            context_window: args.context_window,
            timeouts,
            retry: RetryPolicy { outage_patience, ..retries(args.max_retries) },
            key_variable: args.api_key_env.clone(),
            organization: args.organization.clone(),
            headers: args.header.clone(),
            extra: extra_body(args.extra_body.as_deref())?,
            ca_file: args.ca_file.clone(),
            proxy: args.proxy.clone(),
            insecure_http: args.insecure_http,
            withheld: args.withheld.clone(),
            is_named: args.provider.is_some(),
        };
        Ok(Some(endpoint))
    }

    /// A client of it, which asks the purse before each attempt, and turns away what only queues when the run is
    /// stopped, and has its attempts counted. Nothing is connected yet.
    ///
    /// Only now is a key looked for: whoever sends nothing needs none.
    pub(crate) fn client(
        &self,
        interrupt: &Interrupt,
        purse: Arc<dyn Purse>,
        traffic: Traffic,
    ) -> Result<Client, Failure> {
        self.allowed()?;
        let key = key_for(&self.base, self.key_variable.as_deref()).map_err(Failure::fatal)?;
        let builder = self.builder(purse, key).close_on(is_final).on_attempt(move |attempt| traffic.attempt(attempt));
        let client = builder.build().map_err(|error| self.unbuilt(&error))?;
        let (limiter, interrupt) = (client.limiter().clone(), interrupt.clone());
        // It waits as long as the process lives, and nobody waits for it.
        tokio::spawn(async move {
            interrupt.stopped().await;
            limiter.close();
        });
        Ok(client)
    }

    /// A client that asks once, and goes on after a refusal: for who looks where the way ends.
    pub(crate) fn diagnosing_client(&self, purse: Arc<dyn Purse>, key: Option<Secret>) -> Result<Client, Failure> {
        self.allowed()?;
        self.builder(purse, key).retry(RetryPolicy::never()).build().map_err(|error| self.unbuilt(&error))
    }

    /// Refuses what a file that nobody has trusted would do.
    pub(crate) fn allowed(&self) -> Result<(), Failure> {
        self.withheld.as_ref().map_or(Ok(()), |why| Err(Failure::usage(why)))
    }

    /// The variable with the key, and what it holds, whether that can be a key or not.
    pub(crate) fn key(&self) -> Result<Option<(String, Secret)>, KeyError> {
        key::found(&self.base, self.key_variable.as_deref())
    }

    fn builder(&self, purse: Arc<dyn Purse>, key: Option<Secret>) -> ClientBuilder {
        let version = self.api_version.as_deref();
        let builder = match self.profile {
            Some(profile) => profile.builder(&self.base, version),
            None => openai::builder(&self.base.to_string()),
        };
        let mut builder = builder
            .purse(purse)
            .limits(self.limits)
            .timeouts(self.timeouts)
            .retry(self.retry)
            .allow_insecure_http(self.insecure_http);
        if let Some(key) = key {
            builder = builder.api_key(key);
        }
        if let Some(organization) = &self.organization {
            builder = builder.organization(organization);
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        if let Some(file) = &self.ca_file {
            builder = builder.ca_file(file);
        }
        match &self.proxy {
            None => builder,
            Some(Proxy(None)) => builder.no_proxy(),
            Some(Proxy(Some(address))) => builder.proxy(address.expose()),
        }
    }

    /// The sentence for a setting that the client refuses; it names the flag or the file.
    fn unbuilt(&self, error: &BuildError) -> Failure {
        match error {
            BuildError::InsecureKey { .. } => Failure::usage(format!("{error} with --insecure-http")),
            BuildError::CaUnreadable { file, source } => {
                Failure::fatal(format!("CA file {file}: {}", input::problem(source)))
            }
            BuildError::Ca { .. } => Failure::fatal(format!("CA file {error}")),
            BuildError::Proxy { reason, .. } if self.proxy.is_some() => Failure::usage(format!("--proxy: {reason}")),
            BuildError::Proxy { setting, reason } => {
                Failure::fatal(format!("{setting}: {reason}; change it, or go without it with --proxy none"))
            }
            BuildError::Header { name } if name == "openai-organization" => {
                Failure::usage("--organization: it has a character that headers cannot have, remove it")
            }
            BuildError::Header { name } => Failure::usage(format!(
                "--header {name:?}: its name or value has a character that headers cannot have, remove it"
            )),
            error => Failure::usage(error),
        }
    }

    /// Whether those fields say which form an answer is to have.
    pub(crate) fn sets_form(&self) -> bool {
        has_form(&self.extra)
    }

    /// The models that these tools ask. The name that was given is the chat model's; it is the
    /// embedding model's where no tool chats.
    ///
    /// Fields for a chat request are refused where no tool chats: passed over in silence, they would seem to hold.
    pub(crate) fn asked(&self, tools: &[Equipped]) -> Result<Vec<Asked>, Failure> {
        let (chats, embeds) = (needs(tools, Need::ChatModel).is_some(), needs(tools, Need::Embedder).is_some());
        if !chats && !self.extra.is_empty() {
            return Err(Failure::usage("--extra-body: none of the tools asks a chat model, leave it out"));
        }
        let is_known = self.model.is_some() || (!chats && self.embedding_model.is_some());
        if let Some(profile) = self.profile.filter(|profile| !is_known && profile.name != OPENAI && self.is_named) {
            return Err(Failure::usage(format!("--provider {}: name the model with --model", profile.name)));
        }
        let chat = self.model.as_deref().unwrap_or(CHAT_MODEL).to_owned();
        let chat = chats.then_some(Asked { name: chat, chats: true });
        let embedding = self.embedding_model(chats).unwrap_or(EMBEDDING_MODEL).to_owned();
        Ok(chat.into_iter().chain(embeds.then_some(Asked { name: embedding, chats: false })).collect())
    }

    /// The embedding model that was named: by its own flag, or where no tool chats by the other.
    pub(crate) fn embedding_model(&self, chats: bool) -> Option<&str> {
        let other = self.model.as_deref().filter(|_| !chats);
        self.embedding_model.as_deref().or(other)
    }

    /// What counts tokens before they are sent, for the chat model among those that are asked.
    ///
    /// A server that was named without a model may have any: only OpenAI's own is known to have the one that is assumed.
    pub(crate) fn gauge(&self, asked: &[Asked], prices: &Prices) -> Gauge {
        let chats = asked.iter().find(|model| model.chats);
        let window = self.context_window.or_else(|| prices.context_window(&chats?.name));
        let is_named = self.model.is_some() || is_openai(&self.base);
        let gauge = if is_named { Gauge::by_name() } else { Gauge::with(Counter::Characters) };
        gauge.with_window(window)
    }

    pub(crate) fn chat_model(&self, transport: Arc<dyn Transport>, gate: Arc<Gate>) -> OpenAiModel {
        let model = self.model.as_deref().unwrap_or(CHAT_MODEL);
        OpenAiModel::new(self.base.host(), model, self.extra.clone(), transport, gate).at(&self.base)
    }

    pub(crate) fn embedder(
        &self,
        model: Option<&str>,
        transport: Arc<dyn Transport>,
        gate: Arc<Gate>,
    ) -> OpenAiEmbedder {
        let model = model.unwrap_or(EMBEDDING_MODEL);
        OpenAiEmbedder::new(self.base.host(), model, transport, gate).at(&self.base)
    }

    /// The address, and the limits in force.
    pub(crate) fn in_words(&self) -> String {
        let per_minute = |limit: Option<NonZeroU32>, what: &str| match limit {
            Some(limit) => format!("{limit} {what} per minute"),
            None => format!("no limit of {what} per minute"),
        };
        let mut requests = per_minute(self.limits.requests_per_minute, "requests");
        if self.limits.assumed {
            requests += " until its headers say otherwise";
        }
        let tokens = per_minute(self.limits.tokens_per_minute, "tokens");
        format!("{}: {requests}, {tokens}, {} at a time", self.base, self.limits.max_concurrent)
    }
}

/// What is known of the server, and where it is.
fn address(args: &ModelArgs) -> Result<(Option<&'static Profile>, BaseUrl), Failure> {
    // The address isn't repeated: it may hold a password.
    let wrong = |error: BaseUrlError| Failure::usage(format!("--base-url: {error}"));
    let given = args.base_url.as_deref();
    let by_host = given.map(str::parse::<BaseUrl>).transpose().map_err(wrong)?.and_then(|base| Profile::of(&base));
    let profile = args.provider.or(by_host);
    let version = args.api_version.as_deref();
    if version.is_some() && profile.is_none_or(|profile| !profile.has_deployments) {
        return Err(Failure::usage("--api-version: only Azure OpenAI takes one: say --provider azure"));
    }
    let base = match profile {
        Some(profile) => profile.address(given, version).map_err(wrong)?,
        None => given.map(openai::base_url).transpose().map_err(wrong)?,
    };
    let base = base.ok_or_else(|| {
        let name = args.provider.map(|profile| profile.name).unwrap_or_default();
        Failure::usage(format!("--provider {name} has no address of its own: name your resource's with --base-url"))
    })?;
    Ok((profile, base))
}

/// How fast it may go. How many requests a provider allows an account is a guess until its headers tell. What a person
/// said holds: a server may lower it, but not raise it.
fn limits(args: &ModelArgs, own: Option<&Profile>) -> Result<Limits, Failure> {
    let guess = own.and_then(|profile| profile.requests_per_minute);
    let limits = Limits {
        requests_per_minute: args.rpm.map_or(guess, |limit| limit.0),
        tokens_per_minute: args.tpm.and_then(|limit| limit.0),
        max_concurrent: args.max_concurrent,
        burst: args.burst,
        assumed: guess.is_some() && args.rpm.is_none(),
    };
    match (limits.burst, limits.requests_per_minute) {
        (Some(burst), Some(limit)) if burst > limit && !limits.assumed => Err(Failure::usage(format!(
            "--burst {burst} is more than the {limit} requests of a minute: lower it, or raise --rpm"
        ))),
        _ => Ok(limits),
    }
}

/// As many retries as were asked for, however long each attempt takes.
fn retries(count: u32) -> RetryPolicy {
    RetryPolicy { attempts: NonZeroU32::MIN.saturating_add(count), window: Duration::MAX, ..RetryPolicy::DEFAULT }
}

fn extra_body(json: Option<&str>) -> Result<Map<String, Value>, Failure> {
    let Some(json) = json else { return Ok(Map::new()) };
    let value: Value =
        serde_json::from_str(json).map_err(|error| Failure::usage(format!("--extra-body: not JSON: {error}")))?;
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(Failure::usage("--extra-body: it is JSON, but no object: give fields, as in {\"top_p\": 0.9}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use kgas_http::{ErrorKind, HttpError, Verdict};

    use super::*;
    use crate::args::{Args, Command};

    fn endpoint(more: &[&str]) -> Endpoint {
        let args = [&["kgas", "embed", "in", "--out", "v"], more].concat();
        let Command::Embed(args) = Args::try_parse_from(args).unwrap().command else { unreachable!() };
        Endpoint::from_args(&args.model).unwrap().unwrap()
    }

    #[test]
    fn openai_s_requests_are_a_guess_as_long_as_nothing_was_said() {
        let cases: [(&[&str], Option<u32>, bool); 6] = [
            (&["--provider", "openai"], Some(60), true),
            (&["--provider", "openai", "--tpm", "none"], Some(60), true),
            (&["--provider", "openai", "--tpm", "9"], Some(60), true),
            (&["--provider", "openai", "--rpm", "60"], Some(60), false),
            (&["--provider", "openai", "--rpm", "none"], None, false),
            (&["--base-url", "http://localhost"], None, false),
        ];
        for (more, requests, assumed) in cases {
            let limits = endpoint(more).limits;
            let found = (limits.requests_per_minute.map(NonZeroU32::get), limits.assumed);
            assert_eq!(found, (requests, assumed), "{more:?}");
        }
    }

    #[test]
    fn more_time_for_an_attempt_is_more_time_for_silence_in_it() {
        for (timeout, expected) in [("5", 60), ("300", 300)] {
            let timeouts = endpoint(&["--base-url", "http://localhost", "--timeout", timeout]).timeouts;
            assert_eq!(timeouts.read, Duration::from_secs(expected));
        }
    }

    #[test]
    fn slow_attempts_leave_time_for_every_retry() {
        let hung = HttpError::new(ErrorKind::AttemptTimeout);
        let policy = retries(9);
        let left = policy.window.saturating_sub(Duration::from_secs(9 * 86_400));
        assert!(matches!(policy.decide(&hung, 9, true, Some(left), 1.0), Verdict::Retry { .. }));
        assert_eq!(policy.decide(&hung, 10, true, Some(left), 1.0), Verdict::GiveUp);
    }
}
