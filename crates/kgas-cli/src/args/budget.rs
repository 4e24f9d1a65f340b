//! What was typed about money: limits, and what models cost.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use kgas_engine::budget::Usd;

use super::number::whole;

/// What may be spent, and what models cost.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Budget")]
pub(crate) struct BudgetArgs {
    /// The most dollars to spend; needs prices
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub(crate) max_usd: Option<Usd>,
    /// The most tokens to spend, on questions and answers
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub(crate) max_total_tokens: Option<u64>,
    /// The most requests to send, those sent again included
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub(crate) max_calls: Option<u64>,
    /// A file with what models cost, in the form of LiteLLM's `model_prices_and_context_window.json`
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// What a million tokens of questions cost, whatever a file says
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub(crate) price_in: Option<Usd>,
    /// What a million tokens of answers cost, whatever a file says
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub(crate) price_out: Option<Usd>,
}

fn usd(text: &str) -> Result<Usd, &'static str> {
    text.parse().map_err(|_no_amount| "give dollars, such as 5 or 0.50")
}
