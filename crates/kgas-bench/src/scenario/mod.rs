//! What is measured: each scenario's name, what it is, and how it is played.

mod embeddings;
mod faults;
mod pipeline;
mod plain;
mod promise;
mod quota;
mod single;
mod storm;
mod tail;
mod texts;
mod tokens;

pub(crate) use texts::model;

use crate::failure::Failure;
use crate::report::{Comparison, Promise, Run, Scenario, Unit};
use crate::stage::Stage;
use crate::trace::Performance;

/// A scenario that can be asked for by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// What was promised for it.
    pub(crate) promise: Option<Promise>,
    play: fn(&Stage, &mut Scenario) -> Result<(), Failure>,
}

/// All scenarios, in the order in which they are shown.
pub(crate) const ALL: &[Entry] = &[
    single::SINGLE_CALL,
    promise::BATCH,
    promise::RECOVERY,
    promise::AT_ONCE,
    plain::DOCUMENTS,
    plain::LATENCY_BOUND,
    quota::FIVE_PER_MINUTE,
    quota::REQUEST_LIMITED,
    tokens::TOKEN_LIMITED,
    tokens::MIXED_PROMPTS,
    embeddings::EMBEDDINGS,
    pipeline::PIPELINE,
    tail::HEAVY_TAIL,
    faults::FAULTS,
    faults::OUTAGE,
    storm::STORM,
    storm::NO_HEADERS,
];

impl Entry {
    /// Whether it is what somebody means who only says how many documents.
    pub(crate) fn is_plain(&self) -> bool {
        self.name == plain::DOCUMENTS.name
    }

    /// Plays it, and says what came of it.
    pub(crate) fn play(&self, stage: &Stage) -> Result<Scenario, Failure> {
        let Self { name, about, promise, play } = *self;
        let mut scenario = Scenario {
            name,
            about,
            promise,
            result: None,
            is_bounded: true,
            parts: Vec::new(),
            notes: Vec::new(),
            runs: Vec::new(),
        };
        play(stage, &mut scenario)?;
        Ok(scenario)
    }
}

impl Scenario {
    /// Compares how long two runs took, and keeps both.
    fn compare_walls(&mut self, of: &str, sequential: Performance, concurrent: Performance) {
        let wall = |performance: &Performance| performance.wall.as_secs_f64();
        let (before, after) = (wall(&sequential), wall(&concurrent));
        self.result = Some(Comparison::new(of, Unit::Seconds, ("sequential", before), ("concurrent", after)));
        self.runs = vec![Run::of("sequential", sequential), Run::of("concurrent", concurrent)];
    }
}
