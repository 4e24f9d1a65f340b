//! A quota that holds the run back: requests per minute.

use std::num::NonZeroU32;
use std::time::Duration;

use kgas_http::Limits;
use kgas_http::openai::{ChatParams, chat_request};
use kgas_mock::MockServer;

use super::{Entry, texts};
use crate::failure::Failure;
use crate::report::{Run, Scenario};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};

const LATENCY: Duration = Duration::from_millis(1500);

pub(super) const FIVE_PER_MINUTE: Entry = Entry {
    name: "rate_limit",
    about: "10 requests at once where 5 per minute are allowed",
    promise: None,
    play: five_per_minute,
};

pub(super) const REQUEST_LIMITED: Entry = Entry {
    name: "request_limited",
    about: "600 documents at 60 requests per minute",
    promise: None,
    play: request_limited,
};

fn per_minute(requests: u32) -> Limits {
    Limits { requests_per_minute: NonZeroU32::new(requests), ..Limits::DEFAULT }
}

fn five_per_minute(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let prompts = (0..10).map(|number| ChatParams::prompt(format!("Test prompt {number}")));
    let performance = stage.perform(Setup {
        server: MockServer::builder().latency(LATENCY).requests_per_minute(5),
        network: Network::default(),
        limits: per_minute(5),
        manner: Manner::default(),
        load: Load::Calls(prompts.map(|prompt| chat_request(&prompt)).collect()),
    })?;
    scenario.runs = vec![Run::of("concurrent", performance)];
    Ok(())
}

fn request_limited(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let documents = stage.documents(600);
    let performance = stage.perform(Setup {
        server: MockServer::builder().latency(LATENCY).requests_per_minute(60).answer(texts::model()),
        network: Network::default(),
        limits: per_minute(60),
        manner: Manner::default(),
        load: Load::Documents(Documents::for_entities(texts::with_one_person(documents))),
    })?;
    scenario.runs = vec![Run::of("concurrent", performance)];
    Ok(())
}
