//! A heavy tail of latency, with and without a second attempt beside a slow one.

use std::num::NonZeroUsize;
use std::time::Duration;

use kgas_http::{Hedge, Limits, openai};
use kgas_mock::{Latency, MockServer};

use super::{Entry, texts};
use crate::failure::Failure;
use crate::figures::Percentiles;
use crate::report::{Comparison, Run, Scenario, Unit};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};
use crate::trace::{Call, Doing, Performance};

const LATENCY: Duration = Duration::from_secs(1);
const SPREAD: f64 = 0.3;
/// Three calls in a hundred take ten times as long.
const OUTLIERS: (f64, f64) = (0.03, 10.0);
/// Ninety-five calls in a hundred take less.
const P95: Duration = Duration::from_millis(1850);

pub(super) const HEAVY_TAIL: Entry = Entry {
    name: "heavy_tail",
    about: "300 documents of calls of about 1 s, of which three in a hundred take 10 s: p99 of a call, hedged and not",
    promise: None,
    play,
};

fn play(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let documents = stage.documents(300);
    let (single, hedged) = both(stage, documents, const { NonZeroUsize::new(10).unwrap() })?;
    let runs = vec![Run::of("not hedged", single), Run::of("hedged", hedged)];
    scenario.is_bounded = false;
    if let [single, hedged] = runs.as_slice() {
        let p99 = |run: &Run| slowest(&run.performance).p99;
        let wall = |run: &Run| run.figures.seconds;
        let compare = |of: &str, figure: fn(&Run) -> f64| {
            Comparison::new(of, Unit::Seconds, (&single.name, figure(single)), (&hedged.name, figure(hedged)))
        };
        scenario.result = Some(compare("p99 of a call on the wire", p99));
        scenario.parts.push(compare(&format!("{documents} documents"), wall));
        let extra = hedged.figures.attempts.saturating_sub(hedged.figures.answered);
        scenario.notes.push(format!(
            "hedging after {} s (p95) sent {extra} second attempts for {documents} calls: each is paid for, and queues",
            P95.as_secs_f64(),
        ));
    }
    scenario.runs = runs;
    Ok(())
}

/// So many documents without hedging, and with it.
pub(super) fn both(
    stage: &Stage,
    documents: usize,
    max_concurrent: NonZeroUsize,
) -> Result<(Performance, Performance), Failure> {
    let play = |hedge| {
        let (share, factor) = OUTLIERS;
        let latency = Latency::fixed(LATENCY).spread(SPREAD).outliers(share, factor).seed(stage.seed);
        stage.perform(Setup {
            server: MockServer::builder().latency_model(latency).answer(texts::model()),
            network: Network::default(),
            limits: Limits::unlimited(max_concurrent),
            manner: Manner::Kgas { retry: openai::RETRY, hedge },
            load: Load::Documents(Documents::for_entities(texts::with_one_person(documents))),
        })
    };
    Ok((play(None)?, play(Some(Hedge::after(P95)))?))
}

/// How long calls were on the wire: a hedged one from the first attempt's begin to the answer.
fn slowest(performance: &Performance) -> Percentiles {
    Percentiles::of(performance.calls.iter().map(|call: &Call| call.time(Doing::Wire)).collect())
}
