//! Servers that speak as OpenAI does: where they are, how they take a key, and what is assumed of them.

use std::borrow::Cow;
use std::num::NonZeroU32;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::base_url;
use crate::{ApiRequest, BaseUrl, BaseUrlError, ClientBuilder};

/// A provider, or a program that serves models.
///
/// ```
/// use kgas_http::openai::Profile;
///
/// let profile = Profile::named("openrouter").unwrap();
/// let base = profile.address(None, None)?.unwrap();
/// assert_eq!(base.to_string(), "https://openrouter.ai/api/v1");
/// assert_eq!(Profile::of(&base).and_then(|own| own.key_variable), Some("OPENROUTER_API_KEY"));
/// let builder = profile.builder(&base, None).api_key("sk-or-example".into());
/// # drop(builder);
/// # Ok::<_, kgas_http::BaseUrlError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// What it is called by programs, in lower case.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its address; none where each customer has another.
    pub base_url: Option<&'static str>,
    /// Hosts that are its own, to which alone its key goes. One that begins with a dot stands for all below it.
    pub hosts: &'static [&'static str],
    /// How it takes a key.
    pub key_header: KeyHeader,
    /// The environment variable that holds its key by custom.
    pub key_variable: Option<&'static str>,
    /// Whether it refuses requests without a key.
    pub needs_key: bool,
    /// How many requests per minute are assumed until its headers say otherwise.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Whether a deployment stands in the path and a version in the query, where a version is given.
    pub has_deployments: bool,
}

/// How a key is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyHeader {
    /// As `Authorization: Bearer KEY`.
    Bearer,
    /// As `api-key: KEY`.
    ApiKey,
}

impl KeyHeader {
    /// The header's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "authorization",
            Self::ApiKey => "api-key",
        }
    }
}

/// A program on this machine, which wants no key.
const fn local(name: &'static str, title: &'static str, base_url: &'static str) -> Profile {
    Profile {
        name,
        title,
        base_url: Some(base_url),
        hosts: &[],
        key_header: KeyHeader::Bearer,
        key_variable: None,
        needs_key: false,
        requests_per_minute: None,
        has_deployments: false,
    }
}

/// A provider with a host of its own, which wants a key.
const fn hosted(
    name: &'static str,
    title: &'static str,
    base_url: &'static str,
    hosts: &'static [&'static str],
    key_variable: &'static str,
) -> Profile {
    Profile { hosts, key_variable: Some(key_variable), needs_key: true, ..local(name, title, base_url) }
}

const OPENAI: Profile = Profile {
    requests_per_minute: super::LIMITS.requests_per_minute,
    ..hosted("openai", "OpenAI", super::BASE_URL, &["api.openai.com"], "OPENAI_API_KEY")
};

const AZURE: Profile = Profile {
    base_url: None,
    key_header: KeyHeader::ApiKey,
    has_deployments: true,
    ..hosted(
        "azure",
        "Azure OpenAI",
        "",
        &[".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"],
        "AZURE_OPENAI_API_KEY",
    )
};

impl Profile {
    /// All that are known.
    pub const ALL: &[Self] = &[
        OPENAI,
        AZURE,
        hosted("anthropic", "Anthropic", "https://api.anthropic.com/v1", &["api.anthropic.com"], "ANTHROPIC_API_KEY"),
        hosted("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", &["openrouter.ai"], "OPENROUTER_API_KEY"),
        local("ollama", "Ollama", "http://localhost:11434/v1"),
        local("vllm", "vLLM", "http://localhost:8000/v1"),
        local("llama.cpp", "llama.cpp", "http://localhost:8080/v1"),
        local("lmstudio", "LM Studio", "http://localhost:1234/v1"),
    ];

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|profile| profile.name == name)
    }

    /// The provider whose own host this is.
    #[must_use]
    pub fn of(base: &BaseUrl) -> Option<&'static Self> {
        Self::ALL.iter().find(|profile| profile.owns(base))
    }

    /// Whether this is one of its own hosts.
    #[must_use]
    pub fn owns(&self, base: &BaseUrl) -> bool {
        let host = base.host().to_ascii_lowercase();
        self.hosts.iter().any(|own| match own.strip_prefix('.') {
            Some(_) => host.strip_suffix(own).is_some_and(|resource| !resource.is_empty()),
            None => host == *own,
        })
    }

    /// The address that requests go below: the one that is given, or else its own; none where there is neither.
    ///
    /// An address without a path is completed as this server has it. Azure's is `/openai/v1`, or with a version
    /// `/openai`, below which the deployments are.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the text; the person who wrote it must change it.
    pub fn address(&self, given: Option<&str>, version: Option<&str>) -> Result<Option<BaseUrl>, BaseUrlError> {
        let Some(text) = given.or(self.base_url) else { return Ok(None) };
        let plain: BaseUrl = text.parse()?;
        let path = match version {
            _ if !plain.path().is_empty() => return Ok(Some(plain)),
            Some(_) if self.has_deployments => "openai",
            None if self.has_deployments => "openai/v1",
            _ => return base_url(text).map(Some),
        };
        plain.with_path(path).map(Some)
    }

    /// Starts building a client of such a server at this address, with the limits that are assumed and the settings of
    /// [`builder`](super::builder). The version is sent with each request where one is given.
    pub fn builder(&self, base: &BaseUrl, version: Option<&str>) -> ClientBuilder {
        let limits = crate::Limits {
            requests_per_minute: self.requests_per_minute,
            assumed: self.requests_per_minute.is_some(),
            ..super::LIMITS
        };
        let mut builder = super::builder(&base.to_string()).limits(limits);
        if self.key_header != KeyHeader::Bearer {
            builder = builder.key_header(self.key_header.name());
        }
        if let Some(version) = version {
            builder = builder.query("api-version", version);
        }
        // Where the path names a deployment or is the newer form, nothing is missing in it.
        let is_whole = base.path().contains("/deployments/") || base.path().ends_with("/v1");
        if self.has_deployments && version.is_some() && !is_whole {
            builder = builder.path_of(below_deployment);
        }
        builder
    }
}

/// What a name may have in a path as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of a request below the deployment that its body names as the model.
fn below_deployment(request: &ApiRequest) -> String {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        model: Cow<'a, str>,
    }
    let named = request.body.as_deref().and_then(|body| serde_json::from_slice::<Named<'_>>(body).ok());
    match named {
        Some(Named { model }) => {
            let path = request.path.trim_start_matches('/');
            format!("deployments/{}/{path}", utf8_percent_encode(&model, IN_PATH))
        }
        None => request.path.clone(),
    }
}
