//! A line that leads nowhere: it counts what would be asked, and gives the answers that are there already.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Reply, Transport};

use super::gauge::{Gauge, Size};
use super::learned::Load;
use super::question::{Kind, empty_answer};
use crate::usage::reported;

/// Calls of which each is remembered for itself: of more, as many are drawn.
const SAMPLE: usize = 4096;

/// What stands for a tool where none asks.
const OUTSIDE: &str = "(no tool)";

/// The answers that were bought already.
#[async_trait]
pub trait Shelf: Send + Sync + fmt::Debug {
    /// The answer to a request, where there is one.
    ///
    /// # Errors
    /// Where nobody can tell; the plan ends with it.
    async fn find(&self, request: &ApiRequest) -> Result<Option<Reply>, HttpError>;
}

tokio::task_local! {
    /// On whose behalf a call is made.
    static PLACE: Arc<Place>;
}

/// A tool at work on a document.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) tool: String,
    pub(super) document: String,
    /// Whether only empty answers are given, and nothing is counted but here.
    pub(super) is_blank: bool,
    pub(super) done: Mutex<Done>,
}

/// What was asked in one place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Done {
    pub(super) all: Load,
    pub(super) held: u64,
}

/// What a survey has counted of one tool.
#[derive(Clone, Debug, Default)]
pub(super) struct Surveyed {
    /// Calls, those with an answer on the shelf included.
    pub(super) calls: u64,
    /// Those with one.
    pub(super) held: u64,
    /// Those that are the same as another that is to be bought: one answer serves both.
    pub(super) repeated: u64,
    /// What those on the shelf reported.
    pub(super) held_prompt: u64,
    pub(super) held_completion: u64,
    /// The most calls about one document that are to be bought.
    pub(super) most: u64,
    /// What is to be bought, by kind of request.
    pub(super) loads: BTreeMap<Kind, Load>,
    /// What was asked in documents whose answers are all there, and what would have been asked on empty answers.
    pub(super) told: Load,
    pub(super) blank: Load,
}

/// Requests that don't fit into the model's window.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TooLong {
    /// How many.
    pub calls: u64,
    /// The tokens of the largest, with those of the longest answer.
    pub largest: u64,
    /// The document that it is about.
    pub document: String,
}

/// One call to be bought, for a rehearsal.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) kind: Arc<Kind>,
    pub(super) prompt: u32,
    pub(super) own: u32,
    /// What the limiter will be told.
    pub(super) cost: u32,
}

/// What was counted so far.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) tools: BTreeMap<String, Surveyed>,
    pub(super) too_long: TooLong,
    /// Calls to be bought, in their order; a sample where they are many.
    pub(super) calls: Vec<Call>,
    pub(super) seen: u64,
    dice: fastrand::Rng,
    kinds: BTreeMap<Kind, Arc<Kind>>,
    /// Eight bytes for each call to be bought: among a million, two collide once in thirty million surveys.
    asked: HashSet<u64>,
}

/// A transport that sends nothing. What is on the shelf is given, and what isn't is answered with nothing found.
#[derive(Clone, Debug)]
pub struct Survey {
    pub(super) gauge: Arc<Gauge>,
    shelf: Option<Arc<dyn Shelf>>,
    counts: Arc<Mutex<Counts>>,
}

impl Survey {
    /// A survey in which nothing was asked yet.
    #[must_use]
    pub fn new(gauge: Arc<Gauge>, shelf: Option<Arc<dyn Shelf>>) -> Self {
        let counts = Counts {
            tools: BTreeMap::new(),
            too_long: TooLong::default(),
            calls: Vec::new(),
            seen: 0,
            dice: fastrand::Rng::with_seed(0),
            kinds: BTreeMap::new(),
            asked: HashSet::new(),
        };
        Self { gauge, shelf, counts: Arc::new(Mutex::new(counts)) }
    }

    /// Runs what asks on behalf of a place.
    pub(super) async fn on_behalf<F: Future>(place: Arc<Place>, work: F) -> F::Output {
        PLACE.scope(place, work).await
    }

    pub(super) fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn on_shelf(&self, request: &ApiRequest) -> Result<Option<Reply>, HttpError> {
        match &self.shelf {
            // Whoever asks anew wants another answer than the one that is there.
            Some(shelf) if !request.anew => shelf.find(request).await,
            _ => Ok(None),
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for Survey {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let place = PLACE.try_with(Arc::clone).ok();
        let is_blank = place.as_ref().is_some_and(|place| place.is_blank);
        let body = request.body.clone().unwrap_or_default();
        let size = self.gauge.size(&body);
        let held = if is_blank { Ok(None) } else { self.on_shelf(&request).await };
        let held = match held {
            Ok(held) => held,
            Err(error) => return ApiResponse::failed(error),
        };
        if let (Some(place), Some(size)) = (&place, &size) {
            let mut done = place.done.lock().unwrap_or_else(PoisonError::into_inner);
            done.all.add(size);
            done.held += u64::from(held.is_some());
        }
        if !is_blank && let Some(size) = &size {
            let excess = self.gauge.excess(size);
            let place = place.as_deref().map_or((OUTSIDE, ""), |place| (&*place.tool, &*place.document));
            self.counts().take(place, size, &request, held.as_ref(), excess);
        }
        if let Some(reply) = held {
            return ApiResponse::replayed(reply);
        }
        match empty_answer(&request.path, &body).and_then(|answer| serde_json::to_vec(&answer).ok()) {
            Some(answer) => ApiResponse::replayed(Reply::new(200, HeaderMap::new(), Bytes::from(answer))),
            None => ApiResponse::failed(HttpError::new(ErrorKind::Closed)),
        }
    }
}

impl Counts {
    fn take(
        &mut self,
        (tool, document): (&str, &str),
        size: &Size,
        request: &ApiRequest,
        held: Option<&Reply>,
        excess: Option<u64>,
    ) {
        let surveyed = self.tools.entry(tool.to_owned()).or_default();
        surveyed.calls += 1;
        if let Some(reply) = held {
            let (prompt, completion) = reported(&reply.body);
            surveyed.held += 1;
            surveyed.held_prompt = surveyed.held_prompt.saturating_add(prompt);
            surveyed.held_completion = surveyed.held_completion.saturating_add(completion);
            return;
        }
        if !self.asked.insert(fingerprint(request)) {
            surveyed.repeated += 1;
            return;
        }
        if excess.is_some() {
            let whole = size.prompt.saturating_add(size.max_tokens.unwrap_or_default());
            self.too_long.calls += 1;
            if whole > self.too_long.largest {
                (self.too_long.largest, self.too_long.document) = (whole, document.to_owned());
            }
        }
        surveyed.loads.entry(size.kind.clone()).or_default().add(size);
        self.remember(size, request.cost.tokens);
    }

    /// Keeps each call with the same chance, in whatever order they come.
    fn remember(&mut self, size: &Size, cost: u32) {
        self.seen += 1;
        let kind = match self.kinds.get(&size.kind) {
            Some(kind) => Arc::clone(kind),
            None => Arc::clone(self.kinds.entry(size.kind.clone()).or_insert_with(|| Arc::new(size.kind.clone()))),
        };
        let call = Call { kind, prompt: small(size.prompt), own: small(size.own), cost };
        if self.calls.len() < SAMPLE {
            self.calls.push(call);
            return;
        }
        let place = usize::try_from(self.dice.u64(0..self.seen)).unwrap_or(usize::MAX);
        if let Some(kept) = self.calls.get_mut(place) {
            *kept = call;
        }
    }

    /// Takes note of how many calls about one document are to be bought.
    pub(super) fn finish(&mut self, tool: &str, calls: u64) {
        let surveyed = self.tools.entry(tool.to_owned()).or_default();
        surveyed.most = surveyed.most.max(calls);
    }

    /// Takes note of a document whose answers are all there.
    pub(super) fn compare(&mut self, tool: &str, told: &Load, blank: &Load) {
        let surveyed = self.tools.entry(tool.to_owned()).or_default();
        surveyed.told.extend(told);
        surveyed.blank.extend(blank);
    }
}

impl Surveyed {
    /// By how much more is asked, and in longer prompts, than on empty answers: calls, prompt, own text.
    pub(super) fn growth(&self) -> Option<(f64, f64, f64)> {
        let Self { told, blank, .. } = self;
        let ratio = |told: f64, blank: f64| if blank > 0.0 { told / blank } else { 1.0 };
        (blank.calls > 0.0)
            .then(|| (ratio(told.calls, blank.calls), ratio(told.prompt, blank.prompt), ratio(told.own, blank.own)))
    }
}

fn fingerprint(request: &ApiRequest) -> u64 {
    let mut hasher = DefaultHasher::new();
    (request.path.trim_matches('/'), request.body.as_deref()).hash(&mut hasher);
    hasher.finish()
}

fn small(tokens: u64) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
