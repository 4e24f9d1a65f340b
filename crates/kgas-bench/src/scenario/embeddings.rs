//! Embeddings: one text a call, and many.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::Limits;
use kgas_mock::MockServer;
use serde_json::json;

use super::{Entry, texts};
use crate::failure::Failure;
use crate::report::{Comparison, Run, Scenario, Unit};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};

const LATENCY: Duration = Duration::from_millis(300);
/// Characters of a chunk: about as many as a paragraph has.
const CHUNK: usize = 200;
/// Texts of a call.
const BATCH: usize = 64;

pub(super) const EMBEDDINGS: Entry = Entry {
    name: "embeddings",
    about: "the paragraphs of 50 documents at 300 requests per minute: one a call, and up to 64",
    promise: None,
    play,
};

fn play(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let mut random = fastrand::Rng::with_seed(stage.seed);
    let documents = texts::of_mixed_length(stage.documents(50), |below| random.usize(..below));
    let play = |batch: usize| {
        let settings = json!({ "chunk_size": CHUNK, "batch_size": batch });
        let limits = Limits {
            requests_per_minute: NonZeroU32::new(300),
            ..Limits::unlimited(const { NonZeroUsize::new(10).unwrap() })
        };
        let tools = vec![("T41_async", settings)];
        stage.perform(Setup {
            server: MockServer::builder().latency(LATENCY).requests_per_minute(300),
            network: Network::default(),
            limits,
            manner: Manner::default(),
            load: Load::Documents(Documents { texts: documents.clone(), tools, is_written: false }),
        })
    };
    let (single, batched) = (play(1)?, play(BATCH)?);
    let seconds = [single.wall.as_secs_f64(), batched.wall.as_secs_f64()];
    let [before, after] = [("one a call", seconds[0]), ("batches", seconds[1])];
    scenario.result = Some(Comparison::new("all paragraphs", Unit::Seconds, before, after));
    scenario.runs = vec![Run::of("one a call", single), Run::of("batches", batched)];
    Ok(())
}
