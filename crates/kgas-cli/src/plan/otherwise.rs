//! What other settings would change: chunks of another size, more or fewer calls at a time.

use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_engine::Tally;
use kgas_engine::plan::{Conditions, Expected, Plan, Survey, Time};
use kgas_engine::source::{Input, SourceOptions};
use serde::Serialize;

use super::{Ground, foreseeable};
use crate::failure::Failure;
use crate::job::tools;
use crate::settings::Equipped;

/// Documents of which more are not taken through the tools for each other size of chunks.
const SAMPLE: usize = 500;

/// A change of settings, and what comes of it.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    /// The flag and its value.
    pub(super) change: String,
    pub(super) to_buy: f64,
    pub(super) prompt_tokens: Expected,
    pub(super) completion_tokens: Expected,
    pub(super) cost: Option<Expected>,
    pub(super) time: Time,
}

impl Change {
    fn new(change: String, plan: &Plan) -> Self {
        Self {
            change,
            to_buy: plan.to_buy,
            prompt_tokens: plan.prompt_tokens,
            completion_tokens: plan.completion_tokens,
            cost: plan.cost,
            time: plan.time,
        }
    }
}

impl Ground<'_> {
    /// With half as many calls at a time, and with twice as many.
    pub(super) fn at_other_times(&self, survey: &Survey) -> Vec<Change> {
        let now = self.endpoint.limits.max_concurrent;
        let with = |at_once: NonZeroUsize| {
            let price = |model: &str| self.price(model);
            let mut conditions: Conditions<'_> = self.conditions(&price);
            conditions.limits.max_concurrent = at_once;
            Change::new(format!("--max-concurrent {at_once}"), &survey.plan(&conditions))
        };
        either_side(now).into_iter().map(with).collect()
    }

    /// With chunks half as long, and twice as long; over a sample where there are many documents.
    pub(super) async fn in_other_chunks(
        &self,
        whole: &Survey,
        tools: &[Equipped],
        documents: &(Vec<Input>, SourceOptions),
        tally: &Tally,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Change>, Failure> {
        let Some(size) = chunk_size(tools) else { return Ok(Vec::new()) };
        let (inputs, options) = documents;
        // A pipe can be read only once.
        if inputs.iter().any(|input| matches!(input, Input::Stdin(_))) {
            return Ok(Vec::new());
        }
        let mut options = options.clone();
        let is_part = tally.all_documents() > SAMPLE as u64;
        if is_part {
            options = match options.limit {
                Some(_) => SourceOptions { limit: Some(SAMPLE), ..options },
                None => SourceOptions { sample: Some((SAMPLE, self.args.extract.source.seed)), ..options },
            };
            notes.push(format!("what other chunk sizes would change is told by {SAMPLE} documents"));
        }
        let part = self.part(tools, (inputs.clone(), options.clone())).await?;
        let mut changes = Vec::new();
        for size in either_side(size) {
            // An overlap may be too long for smaller chunks.
            let Ok(tools) = self.tools_with(size) else { continue };
            let survey = self.part(&tools, (inputs.clone(), options.clone())).await?;
            let price = |model: &str| self.price(model);
            let plan = survey.plan_otherwise(&part, whole, &self.conditions(&price));
            changes.push(Change::new(format!("--chunk-size {size}"), &plan));
        }
        Ok(changes)
    }

    async fn part(&self, tools: &[Equipped], documents: (Vec<Input>, SourceOptions)) -> Result<Survey, Failure> {
        let survey = Survey::new(Arc::clone(&self.gauge), None);
        // Asked here too, so that it counts in a part as in the whole.
        let form = self.form(&survey, tools).await;
        self.survey(&survey, tools, documents, form, false).await?;
        Ok(survey)
    }

    fn tools_with(&self, size: NonZeroUsize) -> Result<Vec<Equipped>, Failure> {
        let mut typed = self.args.extract.tools.clone();
        typed.chunk_size = Some(size);
        typed.set.retain(|(key, _)| key.rsplit('.').next() != Some("chunk_size"));
        tools(&self.args.extract, &typed, true).map(|tools| foreseeable(tools).0)
    }
}

/// The longest chunk of all tools, where it is the same for all that cut documents.
fn chunk_size(tools: &[Equipped]) -> Option<NonZeroUsize> {
    let size = |tool: &Equipped| NonZeroUsize::new(usize::try_from(tool.config.get("chunk_size")?.as_u64()?).ok()?);
    let mut sizes = tools.iter().filter_map(size);
    let first = sizes.next()?;
    sizes.all(|size| size == first).then_some(first)
}

/// Half of a number and twice of it.
fn either_side(number: NonZeroUsize) -> Vec<NonZeroUsize> {
    let half = NonZeroUsize::new(number.get() / 2);
    let two = NonZeroUsize::MIN.saturating_add(1);
    half.into_iter().chain([number.saturating_mul(two)]).collect()
}
