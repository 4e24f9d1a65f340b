//! What was typed about the model: whom to ask, how fast, and how to get there.

use std::convert::Infallible;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args as ClapArgs;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kgas_http::Secret;
use kgas_http::openai::Profile;

use super::name_value;
use super::number::{above_zero, whole};

/// Whom to ask, and how fast.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelArgs {
    /// Ask this provider's models, or those of a program that serves them here
    #[arg(long, value_name = "NAME", value_parser = provider())]
    pub(crate) provider: Option<&'static Profile>,
    /// Ask the OpenAI-compatible server at this address
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The chat model, or where no tool chats the embedding model
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// The embedding model [default: for `embed` that of --model; else text-embedding-3-small]
    #[arg(long, value_name = "NAME")]
    pub(crate) embedding_model: Option<String>,
    /// For Azure OpenAI: the version of the API, which puts the deployment that --model names into the path
    #[arg(long, value_name = "DATE")]
    pub(crate) api_version: Option<String>,
    /// The environment variable with the API key
    /// [default: KGAS_API_KEY, for a provider's own host also its own, such as OPENAI_API_KEY]
    #[arg(long, value_name = "NAME")]
    pub(crate) api_key_env: Option<String>,
    /// The organisation that pays
    #[arg(long, value_name = "ID")]
    pub(crate) organization: Option<String>,
    /// Requests per minute [default: for OpenAI 60 until its headers say otherwise;
    /// else none]
    #[arg(long, value_name = "N|none")]
    pub(crate) rpm: Option<Limit>,
    /// Tokens per minute [default: none]
    #[arg(long, value_name = "N|none")]
    pub(crate) tpm: Option<Limit>,
    /// Requests that may go one right after the other, if the server is known to allow it
    /// [default: a second's worth, or up to ten]
    #[arg(long, value_name = "N", value_parser = above_zero::<NonZeroU32>)]
    pub(crate) burst: Option<NonZeroU32>,
    /// Requests at a time
    #[arg(long, value_name = "N", default_value = "5", value_parser = above_zero::<NonZeroUsize>)]
    pub(crate) max_concurrent: NonZeroUsize,
    /// The most tokens that the model takes, prompt and answer together
    /// [default: as the price file says; else not known]
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub(crate) context_window: Option<u64>,
    /// Seconds for one attempt
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) timeout: f64,
    /// Seconds for a call in all, its time in the queue and all its attempts [default: no end]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) total_timeout: Option<f64>,
    /// Times to try again after a failed attempt
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = whole::<u32>)]
    pub(crate) max_retries: u32,
    /// Seconds to wait for a server that was there and went away
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub(crate) outage_patience: f64,
    /// A header to send with each request
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_value)]
    pub(crate) header: Vec<(String, String)>,
    /// Fields to put into each request's body
    #[arg(long, value_name = "JSON")]
    pub(crate) extra_body: Option<String>,
    /// A PEM file with authorities to trust besides the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Go through this proxy, as in http://user:password@host:port
    /// [default: HTTPS_PROXY or ALL_PROXY, unless NO_PROXY has the server]
    #[arg(long, value_name = "URL|none")]
    pub(crate) proxy: Option<Proxy>,
    /// Send the key unencrypted to another machine
    #[arg(long)]
    pub(crate) insecure_http: bool,
    /// Why nothing may be sent, where a configuration file asks for more than it may
    #[arg(skip)]
    pub(crate) withheld: Option<String>,
}

/// A limit per minute, or expressly none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<NonZeroU32>);

impl FromStr for Limit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self(None));
        }
        match text.parse() {
            Ok(limit) => Ok(Self(Some(limit))),
            Err(_not_a_count) => Err("give a whole number above 0, or none"),
        }
    }
}

/// The address of a proxy, or expressly none.
#[derive(Clone, Debug)]
pub(crate) struct Proxy(pub(crate) Option<Secret>);

impl FromStr for Proxy {
    // Whoever refuses a value here has it shown, and this one may hold a password.
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self((!text.eq_ignore_ascii_case("none")).then(|| Secret::from(text))))
    }
}

fn provider() -> impl TypedValueParser<Value = &'static Profile> {
    let names = Profile::ALL.iter().map(|profile| PossibleValue::new(profile.name).help(profile.title));
    PossibleValuesParser::new(names).try_map(|name| Profile::named(&name).ok_or("there is no such provider"))
}

fn seconds(text: &str) -> Result<f64, &'static str> {
    match text.parse() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("give seconds, from 0.001 to 86400"),
    }
}
