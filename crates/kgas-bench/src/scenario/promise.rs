//! Three rows of the promise: a batch, recovery from an error, calls at once.

use std::num::NonZeroUsize;
use std::time::Duration;

use kgas_http::Limits;
use kgas_mock::{Fault, MockServer};

use super::{Entry, texts};
use crate::failure::Failure;
use crate::report::{Comparison, Promise, Run, Scenario, Unit};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};
use crate::trace::Performance;

/// What one call takes.
pub(super) const CALL: Duration = Duration::from_millis(2500);
/// What one call takes where recovery is measured.
const SHORT_CALL: Duration = Duration::from_millis(300);
/// How long the fault lasts, and when it begins.
const FAULT: Duration = Duration::from_secs(1);
const BEFORE_THE_FAULT: Duration = Duration::from_secs(2);
/// What the baseline waits after a failure.
const FIXED_WAIT: Duration = Duration::from_secs(15);
/// Calls in which a hundred entities are found.
const BATCH_CALLS: usize = 18;

pub(super) const TEN: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9);

pub(super) const BATCH: Entry = Entry {
    name: "batch_100_entities",
    about: "100 entities in 18 calls of 2.5 s, 60 per minute, 10 at once",
    promise: Some(Promise { baseline: 45.0, target: 20.0 }),
    play: batch,
};

pub(super) const RECOVERY: Entry = Entry {
    name: "error_recovery",
    about: "from the first failure to the first success after a fault of 1 s, calls of 0.3 s",
    promise: Some(Promise { baseline: 15.0, target: 2.0 }),
    play: recovery,
};

pub(super) const AT_ONCE: Entry = Entry {
    name: "concurrent_limit",
    about: "how many calls the server has at once",
    promise: Some(Promise { baseline: 1.0, target: 10.0 }),
    play: at_once,
};

fn batch(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let play = |max_concurrent| {
        let performance = stage.perform(batch_setup(max_concurrent))?;
        match performance.kept {
            100 => Ok(performance),
            kept => Err(Failure::from(format!("{kept} entities were found, not 100"))),
        }
    };
    let (sequential, concurrent) = (play(NonZeroUsize::MIN)?, play(TEN)?);
    scenario.compare_walls("100 entities", sequential, concurrent);
    Ok(())
}

fn batch_setup(max_concurrent: NonZeroUsize) -> Setup {
    let limits = Limits { max_concurrent, ..Limits::DEFAULT };
    Setup {
        server: MockServer::builder().latency(CALL).requests_per_minute(60).answer(texts::model()),
        network: Network::default(),
        limits,
        manner: Manner::default(),
        load: Load::Documents(Documents::for_entities(texts::with_all_people(BATCH_CALLS))),
    }
}

fn recovery(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let play = |max_concurrent, manner| {
        let fault = Fault::status(503).between(BEFORE_THE_FAULT, BEFORE_THE_FAULT + FAULT);
        stage.perform(Setup {
            server: MockServer::builder().latency(SHORT_CALL).fault(fault).answer(texts::model()),
            network: Network::default(),
            limits: Limits::unlimited(max_concurrent),
            manner,
            load: Load::Documents(Documents::for_entities(texts::with_one_person(100))),
        })
    };
    let sequential = play(NonZeroUsize::MIN, Manner::FixedWait(FIXED_WAIT))?;
    let concurrent = play(TEN, Manner::default())?;
    let seconds = |performance: &Performance| match performance.recovery() {
        Some(time) => Ok(time.as_secs_f64()),
        None => Err(Failure::from("nothing failed, or nothing succeeded after it")),
    };
    scenario.is_bounded = false;
    scenario.result = Some(Comparison::new(
        "first failure to first success",
        Unit::Seconds,
        ("waits a fixed 15 s", seconds(&sequential)?),
        ("kgas", seconds(&concurrent)?),
    ));
    scenario.notes.push("there is no bound: nobody knows when a server returns".to_owned());
    scenario.runs = vec![Run::of("sequential", sequential), Run::of("concurrent", concurrent)];
    Ok(())
}

fn at_once(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let play = |max_concurrent| stage.perform(batch_setup(max_concurrent));
    let (sequential, concurrent) = (play(NonZeroUsize::MIN)?, play(TEN)?);
    let most = |performance: &Performance| performance.account.max_in_flight() as f64;
    scenario.is_bounded = false;
    scenario.result = Some(Comparison::new(
        "calls in the server",
        Unit::AtOnce,
        ("sequential", most(&sequential)),
        ("concurrent", most(&concurrent)),
    ));
    scenario.runs = vec![Run::of("sequential", sequential), Run::of("concurrent", concurrent)];
    Ok(())
}
