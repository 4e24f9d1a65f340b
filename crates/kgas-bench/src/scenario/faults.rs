//! A server that fails: now and then, or for half a minute.

use std::num::NonZeroUsize;
use std::time::Duration;

use kgas_http::Limits;
use kgas_http::openai::{ChatParams, chat_request};
use kgas_mock::{Builder, Fault, MockServer};

use super::{Entry, texts};
use crate::failure::Failure;
use crate::figures::Figures;
use crate::report::{Comparison, Run, Scenario, Unit};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};
use crate::trace::Performance;

const LATENCY: Duration = Duration::from_secs(1);
/// What the baseline waits after a failure.
const FIXED_WAIT: Duration = Duration::from_secs(15);
/// Of each of four faults: one attempt in ten meets one of them, for 1 − 0.974⁴ = 0.1.
const CHANCE: f64 = 0.026;
/// When the server is away, and for how long. Its end lies half way between two attempts of the baseline: elsewhere
/// that would be lucky or unlucky.
const GONE: Duration = Duration::from_secs(20);
const AWAY: Duration = Duration::from_millis(37_500);

pub(super) const FAULTS: Entry = Entry {
    name: "faults_10",
    about: "300 calls where one attempt in ten fails: 500, 503, connection cut, answer cut",
    promise: None,
    play: faults,
};

pub(super) const OUTAGE: Entry = Entry {
    name: "outage",
    about: "600 documents and a server that is away for 37.5 s: the time lost beside that",
    promise: None,
    play: outage,
};

fn faults(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let count = stage.documents(300);
    // Not documents: where each call has three attempts one in a thousand fails in all of them.
    let calls = || {
        let prompts = (0..count).map(|number| chat_request(&ChatParams::prompt(format!("Letter {number}"))));
        Load::Calls(prompts.collect())
    };
    let failing = |busy: u16, manner| {
        let faults = [Fault::status(500), Fault::status(busy), Fault::reset(), Fault::truncated()];
        let chance = |(fault, number): (Fault, u64)| fault.with_chance(CHANCE, stage.seed.wrapping_add(number));
        play(stage, calls(), faults.into_iter().zip(0..).map(chance), manner)
    };
    let sound = play(stage, calls(), [], Manner::default())?;
    let fixed = failing(503, Manner::FixedWait(FIXED_WAIT))?;
    let kgas = failing(503, Manner::default())?;
    let never_busy = failing(502, Manner::default())?;
    let walls = |of: &str, before: (&str, &Performance), after: (&str, &Performance)| {
        let side = |(name, performance): (_, &Performance)| (name, performance.wall.as_secs_f64());
        Comparison::new(format!("{count} calls{of}"), Unit::Seconds, side(before), side(after))
    };
    scenario.result = Some(walls("", ("waits a fixed 15 s", &fixed), ("kgas", &kgas)));
    scenario.parts.push(walls(" with faults", ("no faults", &sound), ("faults", &kgas)));
    scenario.parts.push(walls(" with 502 for 503", ("no faults", &sound), ("faults, 502 for 503", &never_busy)));
    scenario.notes.push("each 503 says that the server is too busy, and halves how many go at once".to_owned());
    scenario.runs = vec![
        Run::of("no faults", sound),
        Run::of("waits a fixed 15 s", fixed),
        Run::of("kgas", kgas),
        Run::of("502 for 503", never_busy),
    ];
    scenario.notes.extend(scenario.runs.iter().skip(1).map(losses));
    Ok(())
}

fn losses(run: &Run) -> String {
    let Figures { calls, attempts, answered, .. } = &run.figures;
    let lost = calls.saturating_sub(*answered);
    format!(
        "{}: {lost} of {calls} calls lost, {} of {attempts} attempts failed",
        run.name,
        attempts.saturating_sub(*answered)
    )
}

fn outage(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let count = stage.documents(600);
    let documents = || Load::Documents(Documents::for_entities(texts::with_one_person(count)));
    let away = || [Fault::refuse_connections().between(GONE, GONE + AWAY)];
    let sound = play(stage, documents(), [], Manner::default())?;
    let fixed = play(stage, documents(), away(), Manner::FixedWait(FIXED_WAIT))?;
    let kgas = play(stage, documents(), away(), Manner::default())?;
    let lost =
        |performance: &Performance| performance.wall.saturating_sub(sound.wall).saturating_sub(AWAY).as_secs_f64();
    let tried = |performance: &Performance| performance.account.connections_refused();
    scenario.is_bounded = false;
    scenario.result = Some(Comparison::new(
        "time lost beside the outage",
        Unit::Seconds,
        ("waits a fixed 15 s", lost(&fixed)),
        ("kgas", lost(&kgas)),
    ));
    scenario.notes.push(format!(
        "while the server was away kgas tried {} connections, the fixed wait {}; no document is lost",
        tried(&kgas),
        tried(&fixed),
    ));
    scenario.runs = vec![Run::of("no outage", sound), Run::of("waits a fixed 15 s", fixed), Run::of("kgas", kgas)];
    Ok(())
}

fn play(
    stage: &Stage,
    load: Load,
    faults: impl IntoIterator<Item = Fault>,
    manner: Manner,
) -> Result<Performance, Failure> {
    let server = MockServer::builder().latency(LATENCY).answer(texts::model());
    stage.perform(Setup {
        server: faults.into_iter().fold(server, Builder::fault),
        network: Network::default(),
        limits: Limits::unlimited(const { NonZeroUsize::new(10).unwrap() }),
        manner,
        load,
    })
}
