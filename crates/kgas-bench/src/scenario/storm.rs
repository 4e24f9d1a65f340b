//! A server that refuses: because it allows less than was said, or says nothing of what it allows.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::Limits;
use kgas_http::openai::{ChatParams, chat_request};
use kgas_mock::{Algorithm, Builder, Hint, MockServer};

use super::{Entry, texts};
use crate::failure::Failure;
use crate::figures::Figures;
use crate::report::{Comparison, Run, Scenario, Unit};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};
use crate::trace::Performance;

const LATENCY: Duration = Duration::from_secs(1);
/// Requests per minute: what the server allows, and what the client believes.
const ALLOWED: u32 = 120;
const BELIEVED: u32 = 600;

pub(super) const STORM: Entry = Entry {
    name: "storm_429",
    about: "300 calls at 120 requests per minute where the client was told 600, and no header corrects it",
    promise: None,
    play: storm,
};

pub(super) const NO_HEADERS: Entry = Entry {
    name: "no_headers",
    about: "300 documents at 120 requests per minute; the server has no limit headers, and no hint in a 429",
    promise: None,
    play: no_headers,
};

fn storm(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let count = stage.documents(300);
    let play = |algorithm, told| {
        let prompts = (0..count).map(|number| chat_request(&ChatParams::prompt(format!("Letter {number}"))));
        play(stage, Load::Calls(prompts.collect()), server().algorithm(algorithm), told)
    };
    let right = play(Algorithm::SecondBucket, ALLOWED)?;
    let wrong = play(Algorithm::SecondBucket, BELIEVED)?;
    let log = play(Algorithm::SlidingLog, BELIEVED)?;
    let wall = |performance: &Performance| performance.wall.as_secs_f64();
    scenario.is_bounded = false;
    scenario.result = Some(Comparison::new(
        format!("{count} calls"),
        Unit::Seconds,
        ("told the truth", wall(&right)),
        ("told five times as much", wall(&wrong)),
    ));
    scenario.runs = vec![
        Run::of("told the truth", right),
        Run::of("told five times as much", wrong),
        Run::of("the same, by a log", log),
    ];
    scenario.notes.extend(scenario.runs.iter().map(refusals));
    scenario.notes.push(
        "the server counts in a bucket of one second, and by a log of the last minute; a refusal that says when to come \
         again is waited for, ten times in a call, and counts as no attempt"
            .to_owned(),
    );
    Ok(())
}

/// How often it was refused, and what it made of the true quota.
fn refusals(run: &Run) -> String {
    let Figures { refused, calls, answered, requests_used, terms, .. } = &run.figures;
    let told = f64::from(terms.requests_per_minute.unwrap_or(ALLOWED));
    let used = requests_used.unwrap_or_default() * told / f64::from(ALLOWED) * 100.0;
    let lost = calls.saturating_sub(*answered);
    format!("{}: {refused} refused, {used:.0} % of the true quota used, {lost} of {calls} calls lost", run.name)
}

fn no_headers(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let documents = Load::Documents(Documents::for_entities(texts::with_one_person(stage.documents(300))));
    let performance = play(stage, documents, server().hint(Hint::Nothing), ALLOWED)?;
    scenario.runs = vec![Run::of("concurrent", performance)];
    Ok(())
}

fn server() -> Builder {
    MockServer::builder().latency(LATENCY).requests_per_minute(ALLOWED).limit_headers(false).answer(texts::model())
}

fn play(stage: &Stage, load: Load, server: Builder, told: u32) -> Result<Performance, Failure> {
    let limits = Limits {
        requests_per_minute: NonZeroU32::new(told),
        ..Limits::unlimited(const { NonZeroUsize::new(20).unwrap() })
    };
    stage.perform(Setup { server, network: Network::default(), limits, manner: Manner::default(), load })
}
