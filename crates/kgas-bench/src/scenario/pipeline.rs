//! The whole pipeline: entities and relations of a thousand documents, merged and written.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::Limits;
use kgas_mock::MockServer;
use serde_json::Value;

use super::{Entry, texts};
use crate::failure::Failure;
use crate::report::{Run, Scenario};
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};

const LATENCY: Duration = Duration::from_secs(2);
const PER_MINUTE: u32 = 600;

pub(super) const PIPELINE: Entry = Entry {
    name: "pipeline",
    about: "entities and relations of 1 000 documents at 600 requests per minute, 20 at once, merged and written",
    promise: None,
    play,
};

fn play(stage: &Stage, scenario: &mut Scenario) -> Result<(), Failure> {
    let limits = Limits {
        requests_per_minute: NonZeroU32::new(PER_MINUTE),
        ..Limits::unlimited(const { NonZeroUsize::new(20).unwrap() })
    };
    let performance = stage.perform(Setup {
        server: MockServer::builder().latency(LATENCY).requests_per_minute(PER_MINUTE).answer(texts::model()),
        network: Network::default(),
        limits,
        manner: Manner::default(),
        load: Load::Documents(Documents {
            texts: texts::with_two_people(stage.documents(1000)),
            tools: vec![("T23c_async", Value::Null), ("T27_async", Value::Null)],
            is_written: true,
        }),
    })?;
    scenario.runs = vec![Run::of("concurrent", performance)];
    Ok(())
}
