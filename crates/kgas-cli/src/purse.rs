//! What a run may spend and what it spent: from what was typed, and in words.

use std::sync::Arc;

use kgas_core::{Need, Usage};
use kgas_engine::Cost;
use kgas_engine::budget::{Account, Budget, BudgetError, Caps, Price, Prices, PricesError, Usd};

use crate::args::BudgetArgs;
use crate::failure::Failure;
use crate::input;
use crate::words::counted;

/// A model of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) name: String,
    /// Whether its answers have tokens.
    pub(crate) chats: bool,
}

/// What tokens of a run cost, as far as the prices are known.
#[derive(Debug, Default)]
pub(crate) struct Bill {
    chat: Option<Price>,
    embedder: Option<Price>,
}

impl Bill {
    /// By the prices of the models that are asked.
    pub(crate) fn of(prices: &Prices, models: &[Asked]) -> Self {
        let price = |chats: bool| prices.of(&models.iter().find(|model| model.chats == chats)?.name).ok();
        Self { chat: price(true), embedder: price(false) }
    }

    /// What a tool with these needs has cost, and would have without the journal; nothing is known without a price.
    pub(crate) fn cost(&self, needs: &[Need], usage: Usage) -> Cost {
        let price = match needs {
            needs if needs.contains(&Need::ChatModel) => self.chat.as_ref(),
            needs if needs.contains(&Need::Embedder) => self.embedder.as_ref(),
            _ => None,
        };
        let (bought, saved) = (usage.bought(), usage.saved);
        let dollars = |prompt, completion| price.map(|price| price.cost(prompt, completion, 0).dollars());
        match bought.calls + saved.calls {
            0 => Cost { usd: self.is_known().then_some(0.0), usd_saved: self.is_known().then_some(0.0) },
            _ => Cost {
                usd: dollars(bought.prompt_tokens, bought.completion_tokens),
                usd_saved: dollars(saved.prompt_tokens, saved.completion_tokens),
            },
        }
    }

    const fn is_known(&self) -> bool {
        self.chat.is_some() || self.embedder.is_some()
    }
}

/// The budget for calls to these models, of which the first is the one that was named.
///
/// Without limits it only counts.
pub(crate) fn budget(args: &BudgetArgs, prices: &Prices, models: &[Asked]) -> Result<Arc<Budget>, Failure> {
    let caps = Caps { usd: args.max_usd, tokens: args.max_total_tokens, calls: args.max_calls };
    let budget = Budget::new(caps, prices, models.iter().map(|model| model.name.as_str()));
    budget.map(Arc::new).map_err(|error| match error {
        BudgetError::NoPrice { model, source: PricesError::Untold { .. } } => Failure::usage(format!(
            "--max-usd needs to know what {model} costs: name a price file with --prices, or --price-in and --price-out"
        )),
        BudgetError::NoPrice { model, source } => Failure::usage(format!(
            "--max-usd needs to know what {model} costs: {source}; say it with --price-in and --price-out"
        )),
        error => Failure::usage(error),
    })
}

/// What models cost, by a file and by what was typed. That is about the model that was named; and about others of the
/// run where no file knows them.
pub(crate) fn prices(args: &BudgetArgs, models: &[Asked]) -> Result<Prices, Failure> {
    let prices = match &args.prices {
        Some(file) => Prices::read(file).map_err(|error| match error {
            PricesError::Unreadable { source, .. } => {
                Failure::fatal(format!("price file {}: {}", file.display(), input::problem(&source)))
            }
            error => Failure::fatal(error),
        })?,
        None => Prices::default(),
    };
    let Some(input) = args.price_in else {
        return match args.price_out {
            Some(_) => Err(Failure::usage("--price-out: say with --price-in what a million tokens of questions cost")),
            None => Ok(prices),
        };
    };
    if args.price_out.is_none() && models.iter().any(|model| model.chats) {
        return Err(Failure::usage("--price-in: say with --price-out what a million tokens of answers cost"));
    }
    let output = args.price_out.unwrap_or_default();
    let given = |(at, model): &(usize, &Asked)| *at == 0 || prices.of(&model.name).is_err();
    let given: Vec<_> = models.iter().enumerate().filter(given).map(|(_, model)| model.name.clone()).collect();
    Ok(given.into_iter().fold(prices, |prices, model| prices.with(model, input.of_a_million(), output.of_a_million())))
}

/// `137 calls, 41230 tokens, $0.02`.
pub(crate) fn in_words(account: &Account) -> String {
    let calls = counted(account.attempts, "call", "calls");
    let mut words = format!("{calls}, {}", counted(account.tokens(), "token", "tokens"));
    if let Some(usd) = account.usd.filter(|usd| *usd > Usd::ZERO) {
        words += &format!(", {usd}");
    }
    if account.maybe_paid > 0 {
        words += &format!(" ({} without an answer may be paid)", account.maybe_paid);
    }
    words
}
