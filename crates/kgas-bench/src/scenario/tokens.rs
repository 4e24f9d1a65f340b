//! A quota of tokens, which long prompts use up sooner than short ones.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::Limits;
use kgas_mock::{Answer, ChatCall, MockServer};
use serde_json::json;

use super::{Entry, texts};
use crate::failure::Failure;
use crate::report::{Run, Scenario};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};

const LATENCY: Duration = Duration::from_millis(1500);
/// How long the model reads at one character of the prompt.
const PER_CHARACTER: Duration = Duration::from_micros(500);
/// The longest answer.
const MAX_TOKENS: u32 = 500;

pub(super) const TOKEN_LIMITED: Entry = Entry {
    name: "token_limited",
    about: "300 documents at 60 000 tokens per minute",
    promise: None,
    play: |stage, scenario| {
        let documents = texts::with_one_person(stage.documents(300));
        play(stage, scenario, documents, 60_000, Duration::ZERO)
    },
};

pub(super) const MIXED_PROMPTS: Entry = Entry {
    name: "mixed_prompts",
    about: "200 documents of one to sixteen paragraphs at 100 000 tokens per minute; longer prompts take longer",
    promise: None,
    play: |stage, scenario| {
        let mut random = fastrand::Rng::with_seed(stage.seed);
        let documents = texts::of_mixed_length(stage.documents(200), |below| random.usize(..below));
        play(stage, scenario, documents, 100_000, PER_CHARACTER)
    },
};

fn play(
    stage: &Stage,
    scenario: &mut Scenario,
    documents: Vec<String>,
    tokens_per_minute: u32,
    per_character: Duration,
) -> Result<(), Failure> {
    let model = texts::model();
    let answer = move |call: &ChatCall| {
        let prompt = call.prompt().len();
        let characters = u32::try_from(prompt).unwrap_or(u32::MAX);
        model.answer(call).after(per_character * characters).usage(prompt / 4, MAX_TOKENS as usize)
    };
    let tools = vec![("T23c_async", json!({ "max_tokens": MAX_TOKENS }))];
    let limits = Limits {
        tokens_per_minute: NonZeroU32::new(tokens_per_minute),
        ..Limits::unlimited(const { NonZeroUsize::new(10).unwrap() })
    };
    let performance = stage.perform(Setup {
        server: MockServer::builder().latency(LATENCY).tokens_per_minute(tokens_per_minute).answer(answer),
        network: Network::default(),
        limits,
        manner: Manner::default(),
        load: Load::Documents(Documents { texts: documents, tools, is_written: false }),
    })?;
    scenario.runs = vec![Run::of("concurrent", performance)];
    Ok(())
}
