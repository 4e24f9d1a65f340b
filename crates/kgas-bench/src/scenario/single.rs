//! The row of the promise that concurrency can't keep: a single call, and what can shorten it.

use std::num::NonZeroUsize;
use std::time::Duration;

use kgas_http::Limits;
use kgas_mock::{Builder, Latency, MockServer};

use super::promise::{CALL, TEN};
use super::{Entry, tail, texts};
use crate::failure::Failure;
use crate::report::{Comparison, Promise, Run, Scenario, Unit};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};
use crate::trace::Performance;

/// Documents of each run.
const DOCUMENTS: usize = 20;
/// The same where few calls in a hundred make the difference.
const TAIL_DOCUMENTS: usize = 300;
/// A network of 50 ms there and back.
const NETWORK: Network = Network { one_way: Duration::from_millis(25), jitter: Duration::ZERO };
/// What a model takes that writes a hundred tokens per second.
const THINKS: Duration = Duration::from_millis(500);
const PER_TOKEN: Duration = Duration::from_millis(10);

pub(super) const SINGLE_CALL: Entry = Entry {
    name: "openai_single_call",
    about: "one call of 2.5 s: what can shorten it, each by itself",
    promise: Some(Promise { baseline: 2.5, target: 1.5 }),
    play: single_call,
};

fn single_call(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let play = |max_concurrent| {
        let server = MockServer::builder().latency(CALL).answer(texts::model());
        let setup = one_by_one(server, Network::default(), Manner::default());
        stage.perform(Setup { limits: Limits::unlimited(max_concurrent), ..setup })
    };
    let (sequential, concurrent) = (play(NonZeroUsize::MIN)?, play(TEN)?);
    let [before, after] = [mean(&sequential), mean(&concurrent)];
    let of = "a call on the wire, on average";
    scenario.is_bounded = false;
    scenario.result = Some(Comparison::new(of, Unit::Seconds, ("sequential", before), ("concurrent", after)));
    scenario.notes.push(
        "more at a time bring all calls to their end sooner, and make none shorter; what does is measured above, each by \
         itself"
            .to_owned(),
    );
    scenario.runs = vec![Run::of("sequential", sequential), Run::of("concurrent", concurrent)];
    connections(stage, scenario)?;
    answers(stage, scenario)?;
    tail(stage, scenario)
}

/// What a new connection costs each call.
fn connections(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let play =
        |manner| stage.perform(one_by_one(MockServer::builder().latency(CALL).answer(texts::model()), NETWORK, manner));
    let (new, kept) = (play(Manner::NewConnections)?, play(Manner::default())?);
    compare("handshakes saved", scenario, ("new connections", new), ("kept connection", kept));
    Ok(())
}

/// What an answer costs that is as long as models make it unasked.
fn answers(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let play = |answer: fn(&[&str]) -> String| {
        let latency = Latency::fixed(THINKS).per_completion_token(PER_TOKEN);
        let server = MockServer::builder().latency_model(latency).answer(texts::people_as(answer));
        stage.perform(one_by_one(server, Network::default(), Manner::default()))
    };
    let (indented, compact) = (play(texts::indented)?, play(texts::compact)?);
    compare("shorter answers", scenario, ("indented JSON", indented), ("compact JSON", compact));
    Ok(())
}

/// What a second attempt beside a slow one saves on average; it is paid for.
fn tail(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let (single, hedged) = tail::both(stage, TAIL_DOCUMENTS, TEN)?;
    compare("a heavy tail hedged", scenario, ("not hedged", single), ("hedged", hedged));
    Ok(())
}

fn one_by_one(server: Builder, network: Network, manner: Manner) -> Setup {
    let documents = texts::with_all_people(DOCUMENTS);
    Setup {
        server,
        network,
        limits: Limits::unlimited(NonZeroUsize::MIN),
        manner,
        load: Load::Documents(Documents::for_entities(documents)),
    }
}

fn mean(performance: &Performance) -> f64 {
    performance.mean_wire().as_secs_f64()
}

/// Compares how long calls took, as a part of the scenario.
fn compare(of: &str, scenario: &mut Scenario, before: (&str, Performance), after: (&str, Performance)) {
    let times = [(before.0, mean(&before.1)), (after.0, mean(&after.1))];
    scenario.parts.push(Comparison::new(of, Unit::Seconds, times[0], times[1]));
    scenario.runs.extend([Run::of(before.0, before.1), Run::of(after.0, after.1)]);
}
