//! The models that tools ask, and the switch that stops them.

use std::error::Error as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use kgas_core::{Embedder, ModelError, Need, ToolContext, Usage};
use kgas_engine::budget::Budget;
use kgas_engine::model::{Gate, KnownForms, OpenAiModel, Support};
use kgas_engine::plan::{Estimate, Estimator, Gauged};
use kgas_engine::{Folder, Interrupt};
use kgas_http::{HttpError, Transport};

use crate::args::BudgetArgs;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::form;
use crate::purse::{self, Bill};
use crate::record::{Nowhere, Record};
use crate::settings::{Equipped, needs};
use crate::show::Show;
use crate::telemetry::{Board, Traffic, Watched};

/// What tools are run with: models or none, and what may stop them.
#[derive(Debug)]
pub(crate) struct Models {
    pub(crate) context: ToolContext,
    pub(crate) interrupt: Interrupt,
    /// What was spent on finding out in which form the server takes schemas.
    pub(crate) asking: Usage,
    /// What was spent, where anything can be.
    pub(crate) budget: Option<Arc<Budget>>,
    /// What that costs.
    pub(crate) bill: Bill,
    /// Where the figures of what they do come together.
    pub(crate) board: Arc<Board>,
    /// What was estimated, where anything is bought.
    estimator: Option<Estimator>,
    chat: Option<OpenAiModel>,
    gate: Arc<Gate>,
    /// What leads to the server, where a model is asked.
    line: Option<Arc<dyn Transport>>,
    /// Where the answers are kept.
    record: Record,
}

impl Models {
    /// The models of an endpoint, where one was named. Nothing is connected yet; where nothing may be bought, nothing
    /// will be.
    pub(crate) fn of(
        endpoint: Option<&Endpoint>,
        tools: &[Equipped],
        money: &BudgetArgs,
        offline: bool,
    ) -> Result<Self, Failure> {
        let interrupt = Interrupt::default();
        match endpoint.filter(|_| are_asked(tools)) {
            Some(endpoint) => {
                let asked = endpoint.asked(tools)?;
                let prices = purse::prices(money, &asked)?;
                let bill = Bill::of(&prices, &asked);
                if offline {
                    return Ok(Self { bill, ..Self::behind(Arc::new(Nowhere), endpoint, tools, interrupt) });
                }
                let budget = purse::budget(money, &prices, &asked)?;
                let traffic = Traffic::default();
                let client = Arc::new(endpoint.client(&interrupt, budget.clone(), traffic.clone())?);
                let board = Arc::new(Board::of(traffic, client.limiter().clone(), Arc::clone(&budget)));
                let estimator = Estimator::new(Arc::new(endpoint.gauge(&asked, &prices)));
                let gauged = Arc::new(Gauged::new(client, estimator.clone()));
                let models = Self::behind(gauged, endpoint, tools, interrupt);
                Ok(Self { budget: Some(budget), bill, board, estimator: Some(estimator), ..models })
            }
            None => Self::none(tools, interrupt),
        }
    }

    /// The same, whose answers are kept by this record, and taken from it.
    pub(crate) fn keep(self, record: Record, endpoint: Option<&Endpoint>, tools: &[Equipped]) -> Self {
        let Some((endpoint, line)) = endpoint.zip(self.line.clone()) else { return self };
        if let Some(estimator) = &self.estimator {
            record.teach(estimator);
        }
        let line = record.around(line, &endpoint.base.to_string(), &self.interrupt);
        // Outside the journal, so that what it gives is seen too.
        let line = Arc::new(Watched::new(line, self.board.traffic.clone()));
        Self {
            record,
            budget: self.budget,
            bill: self.bill,
            board: self.board,
            estimator: self.estimator,
            ..Self::behind(line, endpoint, tools, self.interrupt)
        }
    }

    /// Whether a model is asked.
    pub(crate) const fn are_asked(&self) -> bool {
        self.line.is_some()
    }

    /// The embedder of these models that asks anew.
    pub(crate) fn embedder_anew(&self, endpoint: &Endpoint, tools: &[Equipped]) -> Option<Arc<dyn Embedder>> {
        let line = Arc::clone(self.line.as_ref()?);
        Some(Arc::new(endpoint.embedder(named(endpoint, tools), line, Arc::clone(&self.gate)).anew()))
    }

    /// The models of an endpoint, reached through this transport.
    pub(crate) fn behind(
        transport: Arc<dyn Transport>,
        endpoint: &Endpoint,
        tools: &[Equipped],
        interrupt: Interrupt,
    ) -> Self {
        let gate = Arc::new(Gate::new(interrupt.clone()));
        let chat = endpoint.chat_model(Arc::clone(&transport), Arc::clone(&gate));
        let embedder = endpoint.embedder(named(endpoint, tools), Arc::clone(&transport), Arc::clone(&gate));
        let context = ToolContext::offline()
            .with_chat(Arc::new(chat.clone()))
            .with_embedder(Arc::new(embedder))
            .with_stop(interrupt.stop())
            .with_parallelism(endpoint.limits.max_concurrent);
        let (asking, record) = Default::default();
        Self {
            context,
            interrupt,
            asking,
            budget: None,
            bill: Bill::default(),
            board: Arc::default(),
            estimator: None,
            chat: Some(chat),
            gate,
            line: Some(transport),
            record,
        }
    }

    /// Asks for answers in the form that the server takes, where that is left to it: found out before all else, unless
    /// an earlier run into this folder did.
    pub(crate) async fn settle_form(
        &mut self,
        endpoint: Option<&Endpoint>,
        tools: &[Equipped],
        out: &Folder,
        show: Show,
    ) {
        let open = endpoint.filter(|endpoint| form::is_open(endpoint, tools));
        let Some((model, endpoint)) = self.chat.as_ref().zip(open) else { return };
        let (found, spent) = tokio::select! {
            settled = form::settle(model, endpoint, &self.record, out, show) => settled,
            () = self.interrupt.aborted() => return,
        };
        self.asking = spent;
        if let Some(support) = found {
            self.ask_in(support);
        }
    }

    /// Takes the form that an earlier run has found; where none has, the one that is tried first, and says so.
    pub(crate) fn show_form(&mut self, endpoint: &Endpoint, tools: &[Equipped], out: &Path, show: Show) {
        let Some(model) = self.chat.as_ref().filter(|_| form::is_open(endpoint, tools)) else { return };
        let kept = form::known(out, show).of(&endpoint.base.to_string(), model.name());
        if kept.is_none() {
            show.note("how the server takes schemas is not known yet: json_schema is shown, which is asked for first");
        }
        self.ask_in(kept.unwrap_or(Support::JsonSchema));
    }

    /// Takes the form that an earlier run has found; where none has, asks for it, and keeps nothing. For a plan, where
    /// nobody is asked in truth.
    pub(crate) async fn plan_form(
        &self,
        endpoint: &Endpoint,
        tools: &[Equipped],
        out: &Path,
        show: Show,
    ) -> Option<Support> {
        let model = self.chat.as_ref().filter(|_| form::is_open(endpoint, tools))?;
        let address = endpoint.base.to_string();
        let begun = || KnownForms::begun(out).unwrap_or_default().of(&address, model.name());
        match form::known(out, show).of(&address, model.name()).or_else(begun) {
            Some(known) => Some(known),
            None => model.probe().await.ok().map(|finding| finding.support),
        }
    }

    /// Asks for answers in this form, where that is left to the server.
    pub(crate) fn ask_in(&mut self, form: Support) {
        if let Some(model) = self.chat.take() {
            let model = model.with_support(form);
            self.context = self.context.clone().with_chat(Arc::new(model.clone()));
            self.chat = Some(model);
        }
    }

    /// No models, for tools that ask none.
    fn none(tools: &[Equipped], interrupt: Interrupt) -> Result<Self, Failure> {
        let chat = needs(tools, Need::ChatModel).map(|tool| (tool, "a chat model"));
        let embedder = needs(tools, Need::Embedder).map(|tool| (tool, "an embedding model"));
        if let Some((tool, what)) = chat.or(embedder) {
            let to_do = "name one with --provider or --base-url";
            return Err(Failure::usage(format!("tool {tool} needs {what}: {to_do}")));
        }
        let gate = Arc::new(Gate::new(interrupt.clone()));
        let context = ToolContext::offline().with_stop(interrupt.stop());
        let (asking, record) = Default::default();
        Ok(Self {
            context,
            interrupt,
            asking,
            budget: None,
            bill: Bill::default(),
            board: Arc::default(),
            estimator: None,
            chat: None,
            gate,
            line: None,
            record,
        })
    }

    /// The error after which nothing could be bought, where there was one.
    pub(crate) fn fatal(&self) -> Option<String> {
        self.gate.fatal().map(with_flag).or_else(|| self.record.failure())
    }

    /// The record that these models' answers are kept by.
    pub(crate) const fn record(&self) -> &Record {
        &self.record
    }

    /// Why a call was not made for want of budget, where one was not.
    pub(crate) fn spent(&self) -> Option<String> {
        self.budget.as_ref().and_then(|budget| budget.spent()).map(|why| why.to_string())
    }

    /// How right the estimate of what was bought is so far.
    pub(crate) fn estimate(&self) -> Option<Estimate> {
        self.estimator.as_ref().and_then(Estimator::error)
    }

    /// The models that these tools ask, by provider and name.
    pub(crate) fn names(&self, tools: &[Equipped]) -> Vec<String> {
        let chat = self.context.chat("").ok().filter(|_| needs(tools, Need::ChatModel).is_some());
        let embedder = self.context.embedder("").ok().filter(|_| needs(tools, Need::Embedder).is_some());
        chat.map(|model| model.id()).into_iter().chain(embedder.map(|model| model.id())).map(str::to_owned).collect()
    }
}

/// An error, with the flag that does what it says is to be done.
fn with_flag(error: &ModelError) -> String {
    let http = error.source().and_then(|source| source.downcast_ref::<HttpError>());
    let flag =
        if http.is_some_and(HttpError::is_unknown_authority) { "; --ca-file FILE trusts its authority" } else { "" };
    format!("{error}{flag}")
}

/// The embedding model that was named.
fn named<'e>(endpoint: &'e Endpoint, tools: &[Equipped]) -> Option<&'e str> {
    endpoint.embedding_model(needs(tools, Need::ChatModel).is_some())
}

/// Whether any of the tools asks a model.
pub(crate) fn are_asked(tools: &[Equipped]) -> bool {
    needs(tools, Need::ChatModel).or(needs(tools, Need::Embedder)).is_some()
}

/// Documents in flight: enough that a call always waits for its turn, or that all cores and processes are busy.
pub(crate) fn in_flight(tools: &[Equipped], max_concurrent: NonZeroUsize) -> NonZeroUsize {
    let two = NonZeroUsize::MIN.saturating_add(1);
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let enough = match are_asked(tools) {
        true => max_concurrent.saturating_mul(two),
        false => cores.saturating_mul(two).saturating_mul(two),
    };
    tools.iter().filter_map(|equipped| equipped.processes).fold(enough, NonZeroUsize::max)
}
