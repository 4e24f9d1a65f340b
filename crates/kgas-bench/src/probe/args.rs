//! What was typed about a probe, and what it may spend.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use super::plan::Allowance;

/// Which server to ask, and how much.
#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// The OpenAI-compatible server to ask
    #[arg(long, value_name = "URL")]
    pub(super) base_url: String,
    /// The chat model to ask
    #[arg(long, value_name = "NAME", required_unless_present = "list_models")]
    pub(super) model: Option<String>,
    /// Ask the server for its models too, which is one request more; without --model only for them
    #[arg(long)]
    pub(super) list_models: bool,
    /// The environment variable with the API key
    /// [default: KGAS_API_KEY, for OpenAI also OPENAI_API_KEY]
    #[arg(long, value_name = "NAME")]
    pub(super) api_key_env: Option<String>,
    /// The most requests to send, whatever becomes of them
    #[arg(long, value_name = "N", default_value = "30")]
    pub(super) max_requests: NonZeroU32,
    /// The longest answer, in tokens
    #[arg(long, value_name = "N", default_value = "16")]
    pub(super) max_tokens: NonZeroU32,
    /// Sizes of prompts, in tokens
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_value = "50,500,2000", value_parser = size)]
    pub(super) prompt_tokens: Vec<NonZeroU32>,
    /// The most requests at a time
    #[arg(long, value_name = "N", default_value = "8", value_parser = at_once)]
    pub(super) max_concurrent: NonZeroU32,
    /// Seconds for one request
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(super) timeout: f64,
    /// The seed of the prompts' words
    /// [default: another each time, so that no server remembers them]
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Write all that was seen to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// A PEM file with authorities to trust besides the system's
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// Send the key unencrypted to another machine
    #[arg(long)]
    pub(super) insecure_http: bool,
}

impl ProbeArgs {
    /// What is left for the model when its name has been asked for.
    pub(super) fn allowance(&self, spent: u32) -> Option<Allowance> {
        Some(Allowance {
            max_requests: NonZeroU32::new(self.max_requests.get().saturating_sub(spent))?,
            prompt_tokens: self.prompt_tokens.clone(),
            max_tokens: self.max_tokens,
            max_concurrent: self.max_concurrent,
        })
    }
}

/// No model takes more, and a prompt is held in memory.
const MOST_TOKENS: u32 = 2_000_000;

/// More connections of one client help nobody.
const MOST_AT_ONCE: u32 = 1024;

fn size(text: &str) -> Result<NonZeroU32, String> {
    within(text, MOST_TOKENS)
}

fn at_once(text: &str) -> Result<NonZeroU32, String> {
    within(text, MOST_AT_ONCE)
}

fn within(text: &str, most: u32) -> Result<NonZeroU32, String> {
    match text.parse::<NonZeroU32>() {
        Ok(number) if number.get() <= most => Ok(number),
        _ => Err(format!("give a whole number from 1 to {most}")),
    }
}

fn seconds(text: &str) -> Result<f64, &'static str> {
    match text.parse() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("give seconds, from 0.001 to 86400"),
    }
}
