//! Nothing but latency: the same documents one at a time, and many.

use std::num::NonZeroUsize;
use std::time::Duration;

use kgas_http::Limits;
use kgas_mock::MockServer;

use super::{Entry, texts};
use crate::failure::Failure;
use crate::report::Scenario;
use crate::stage::{Documents, Load, Manner, Network, Setup, Stage};

const LATENCY: Duration = Duration::from_millis(250);

const TEN: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9);
const SIXTEEN: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

pub(super) const DOCUMENTS: Entry = Entry {
    name: "documents",
    about: "10 documents of one call of 0.25 s each, one at a time and 10 at once",
    promise: None,
    play: |stage, scenario| compare(stage, scenario, 10, TEN),
};

pub(super) const LATENCY_BOUND: Entry = Entry {
    name: "latency_bound",
    about: "160 documents of one call of 0.25 s each, 16 at once, no limit",
    promise: None,
    play: |stage, scenario| compare(stage, scenario, 160, SIXTEEN),
};

fn compare(
    stage: &Stage,
    scenario: &mut Scenario,
    documents: usize,
    max_concurrent: NonZeroUsize,
) -> Result<(), Failure> {
    let documents = stage.documents(documents);
    let play = |max_concurrent| {
        stage.perform(Setup {
            server: MockServer::builder().latency(LATENCY).answer(texts::model()),
            network: Network::default(),
            limits: Limits::unlimited(max_concurrent),
            manner: Manner::default(),
            load: Load::Documents(Documents::for_entities(texts::with_one_person(documents))),
        })
    };
    let (sequential, concurrent) = (play(NonZeroUsize::MIN)?, play(max_concurrent)?);
    scenario.compare_walls(&format!("{documents} documents"), sequential, concurrent);
    Ok(())
}
