//! `kgas plan`: what `kgas extract` with the same flags will take, before anything is bought.

mod otherwise;
mod screen;

use std::sync::Arc;

use kgas_core::{Examples, Need, Ontology};
use kgas_engine::budget::{Price, Prices};
use kgas_engine::journal::{Journal, JournalProblem};
use kgas_engine::model::Support;
use kgas_engine::plan::{Conditions, Gauge, JournalShelf, Learned, Plan, Shelf, Survey, SurveyedTool};
use kgas_engine::source::{Input, SourceOptions};
use kgas_engine::{Interrupt, Store, Tally};
use serde::Serialize;
use tokio::task::spawn_blocking;

use crate::Exit;
use crate::args::{ExtractArgs, Merge, PlanArgs};
use crate::corpus::Corpus;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::job::{Job, redo};
use crate::models::{Models, in_flight};
use crate::progress::{Meter, NAMED};
use crate::purse;
use crate::record::journal_of;
use crate::settings::{Equipped, needs};
use crate::show::Show;

/// Answers of a journal that are learned from, the newest first.
const RECENT: usize = 2000;

/// What is said of a tool outside this program.
const UNFORESEEN: &str =
    "runs outside kgas, and no document is shown to it for a plan: what it asks and finds comes on top";

/// What is the same for each way of doing it.
struct Ground<'a> {
    args: &'a PlanArgs,
    endpoint: &'a Endpoint,
    ontology: Arc<Ontology>,
    examples: Arc<Examples>,
    gauge: Arc<Gauge>,
    /// What earlier answers tell, once the survey has seen what all requests have in common.
    learned: Learned,
    prices: Prices,
    interrupt: Interrupt,
    show: Show,
}

/// What is told, as JSON.
#[derive(Debug, Serialize)]
struct Told<'a> {
    documents: u64,
    unreadable: u64,
    #[serde(flatten)]
    plan: &'a Plan,
    context_window: Option<u64>,
    otherwise: &'a [otherwise::Change],
    notes: &'a [String],
}

pub(crate) async fn main(args: &PlanArgs, show: Show) -> Result<Exit, Failure> {
    let typed = &args.extract;
    if typed.show_prompt {
        return Err(Failure::usage("--show-prompt: a plan has no prompt to show; kgas extract has"));
    }
    let job = Job::of(typed, show)?;
    let all = job.all_tools();
    let Job { endpoint, tools, ontology, examples, documents, .. } = job;
    let (tools, unforeseen) = foreseeable(tools);
    let Some(endpoint) = &endpoint else {
        return Err(Failure::usage(
            "without a provider no model is asked, and there is nothing to plan: name one with --provider or --base-url",
        ));
    };
    let asked = endpoint.asked(&all)?;
    let prices = purse::prices(&typed.budget, &asked)?;
    // What the run would refuse is refused now.
    let _not_spent = purse::budget(&typed.budget, &prices, &asked)?;
    let gauge = Arc::new(endpoint.gauge(&asked, &prices));
    let mut notes: Vec<String> = unforeseen.iter().map(|id| format!("{id} {UNFORESEEN}")).collect();
    let journal = journal(typed, &mut notes).await?;
    let interrupt = Interrupt::default();
    let listening = tokio::spawn(listen(interrupt.clone()));
    let learned = Learned::default();
    let ground = Ground { args, endpoint, ontology, examples, gauge, learned, prices, interrupt, show };
    let ended = ground.plan(tools, documents, journal, notes).await;
    listening.abort();
    ended
}

/// The tools that can be surveyed, and the ids of those that can't: they may do anything, not only ask.
fn foreseeable(tools: Vec<Equipped>) -> (Vec<Equipped>, Vec<String>) {
    let (outside, tools): (Vec<_>, Vec<_>) = tools.into_iter().partition(|equipped| equipped.processes.is_some());
    (tools, outside.iter().map(|equipped| equipped.tool.metadata().id.clone()).collect())
}

/// Nothing is lost by stopping at once.
async fn listen(interrupt: Interrupt) {
    if tokio::signal::ctrl_c().await.is_ok() {
        interrupt.abort();
    }
}

/// The journal of an earlier run, where there is one and nobody else has it open.
async fn journal(typed: &ExtractArgs, notes: &mut Vec<String>) -> Result<Option<Journal>, Failure> {
    if typed.journal.no_journal {
        return Ok(None);
    }
    let folder = typed.journal.cache.as_deref().map(journal_of).unwrap_or_else(|| typed.out.join(".kgas"));
    let opened = spawn_blocking(move || Journal::open_existing(&folder)).await.map_err(Failure::fatal)?;
    match opened {
        Ok(journal) => Ok(Some(journal)),
        Err(error) if *error.problem() == JournalProblem::Missing => Ok(None),
        Err(error) if *error.problem() == JournalProblem::Locked => {
            notes.push(format!("{error}; this plan is made without it, as if no call had been bought"));
            Ok(None)
        }
        Err(error) => Err(Failure::fatal(error)),
    }
}

async fn learned(journal: Option<&Journal>, gauge: &Arc<Gauge>) -> Result<Learned, Failure> {
    let Some(journal) = journal.cloned() else { return Ok(Learned::default()) };
    let gauge = Arc::clone(gauge);
    let learned = spawn_blocking(move || Learned::of(&journal, RECENT, &gauge)).await.map_err(Failure::fatal)?;
    learned.map_err(Failure::fatal)
}

impl Ground<'_> {
    async fn plan(
        mut self,
        tools: Vec<Equipped>,
        documents: (Vec<Input>, SourceOptions),
        journal: Option<Journal>,
        mut notes: Vec<String>,
    ) -> Result<Exit, Failure> {
        // With --refresh all is bought again.
        let shelf = journal.clone().filter(|_| !self.args.extract.journal.refresh);
        let address = self.endpoint.base.to_string();
        let shelf = shelf.map(|journal| -> Arc<dyn Shelf> { Arc::new(JournalShelf::new(journal, &address)) });
        let survey = Survey::new(Arc::clone(&self.gauge), shelf);
        let form = self.form(&survey, &tools).await;
        let tally = self.survey(&survey, &tools, documents.clone(), form, true).await?;
        if let Some(error) = journal.as_ref().and_then(Journal::failure) {
            return Err(Failure::fatal(error));
        }
        self.learned = learned(journal.as_ref(), &self.gauge).await?;
        let plan = survey.plan(&self.conditions(&|model| self.price(model)));
        let mut changes = self.at_other_times(&survey);
        changes.extend(self.in_other_chunks(&survey, &tools, &documents, &tally, &mut notes).await?);
        if self.interrupt.is_stopping() {
            return Ok(Exit::Interrupted);
        }
        self.note(&plan, &tools, &mut notes);
        let (documents, unreadable, window) = (tally.all_documents(), tally.unreadable, self.gauge.window());
        if self.args.json {
            let (otherwise, notes) = (&*changes, &*notes);
            self.show.json(&Told { documents, unreadable, plan: &plan, context_window: window, otherwise, notes })?;
        } else {
            let limits = self.endpoint.in_words();
            screen::show(
                &screen::Screen { plan: &plan, changes: &changes, notes: &notes, documents, window, limits },
                self.show,
            )?;
        }
        if unreadable > 0 {
            return Ok(Exit::WithFailures);
        }
        Ok(Exit::Complete)
    }

    /// The form in which answers will be asked for: what an earlier run has found, or what asking costs at least.
    async fn form(&self, survey: &Survey, tools: &[Equipped]) -> Option<Support> {
        let models = self.models(survey, tools);
        models.plan_form(self.endpoint, tools, &self.args.extract.out, self.show).await
    }

    fn models(&self, survey: &Survey, tools: &[Equipped]) -> Models {
        Models::behind(Arc::new(survey.clone()), self.endpoint, tools, self.interrupt.clone())
    }

    /// Takes documents through tools that ask nobody.
    async fn survey(
        &self,
        survey: &Survey,
        tools: &[Equipped],
        documents: (Vec<Input>, SourceOptions),
        form: Option<Support>,
        goes_on: bool,
    ) -> Result<Tally, Failure> {
        let mut models = self.models(survey, tools);
        if let Some(form) = form {
            models.ask_in(form);
        }
        // What --retry-failed asks about anew, it asks about in chunks as they were.
        let redo = match goes_on {
            true => redo(&self.args.extract, &models, Some(self.endpoint), (tools, self.show))?,
            false => Arc::default(),
        };
        let surveyed = |equipped: &Equipped| {
            let tool = Arc::new(SurveyedTool::new(Arc::clone(&equipped.tool), survey.clone()));
            Equipped { tool, config: equipped.config.clone(), processes: None }
        };
        let corpus = Corpus {
            documents,
            tools: tools.iter().map(surveyed).collect(),
            ontology: Arc::clone(&self.ontology),
            examples: Arc::clone(&self.examples),
            models,
            redo,
            again: String::new(),
            metrics: None,
            in_flight: in_flight(tools, self.endpoint.limits.max_concurrent),
        };
        // What is found lies here until the survey is over; nothing is written anywhere else.
        let scratch = std::env::temp_dir();
        let not_written =
            |error| Failure::fatal(format!("scratch files in {}: {error}", std::env::temp_dir().display()));
        let store = spawn_blocking(move || Store::create(&scratch)).await.map_err(Failure::fatal)?;
        let meter = Meter::new(self.show, NAMED, Arc::clone(&corpus.models.board));
        let finished = corpus.run(store.map_err(not_written)?, meter, not_written).await?;
        Ok(finished.tally)
    }

    fn price(&self, model: &str) -> Option<Price> {
        self.prices.of(model).ok()
    }

    fn conditions<'c>(&'c self, price: &'c dyn Fn(&str) -> Option<Price>) -> Conditions<'c> {
        Conditions { limits: self.endpoint.limits, learned: &self.learned, price }
    }

    /// What the figures rest on, and what they leave out.
    fn note(&self, plan: &Plan, tools: &[Equipped], notes: &mut Vec<String>) {
        if plan.to_buy > 0.0 && plan.cost.is_none() {
            notes.push("cost unknown: name a price file with --prices".to_owned());
        }
        if plan.to_buy > 0.0 && !plan.is_learned {
            let how = if plan.is_exact { "by the model's tokenizer" } else { "by characters" };
            notes.push(format!(
                "no earlier answers to such questions are known: prompts are counted {how}, and how long answers are is a \
                 guess; a run with --limit 20 into --out makes both known"
            ));
        }
        let told: Vec<_> = plan.tools.values().filter(|tool| tool.to_buy > 0.0).collect();
        if !told.is_empty() && told.iter().any(|tool| tool.growth.is_none()) {
            notes.push(
                "calls are those that are sure: what is asked again, in halves, or with what earlier answers found comes \
                 on top"
                    .to_owned(),
            );
        }
        if self.args.extract.merge == Merge::Similar && needs(tools, Need::ChatModel).is_some() {
            notes.push("--merge similar asks for vectors of names besides, as many as are found".to_owned());
        }
        notes.extend(self.ends(plan));
        if self.endpoint.limits.assumed {
            notes
                .push("the limits are assumed: the server's headers may allow more, or --rpm and --tpm say".to_owned());
        }
    }

    /// What will end the run before all is bought.
    fn ends(&self, plan: &Plan) -> Vec<String> {
        let typed = &self.args.extract;
        if typed.journal.offline && plan.to_buy > 0.0 {
            return vec!["--offline buys nothing: what is not in the journal will be skipped".to_owned()];
        }
        let tokens = plan.prompt_tokens.plus(plan.completion_tokens).value;
        let is_below = |most: Option<u64>, planned: f64| most.is_some_and(|most| (most as f64) < planned);
        let usd = typed.budget.max_usd.zip(plan.cost);
        let limits = [
            ("--max-calls", is_below(typed.budget.max_calls, plan.to_buy)),
            ("--max-total-tokens", is_below(typed.budget.max_total_tokens, tokens)),
            ("--max-usd", usd.is_some_and(|(most, cost)| most.dollars() < cost.value)),
        ];
        let met = limits.into_iter().filter(|(_, is_met)| *is_met);
        met.map(|(limit, _)| format!("{limit} is less than that: it will stop the run before all is bought")).collect()
    }
}
