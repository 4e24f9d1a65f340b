//! Where a run takes place: a server, a client and their work, in a time of their own.

mod load;
mod machine;
mod naive;
mod record;
mod server;

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use kgas_http::{Client, Hedge, Limits, RetryPolicy, Transport, openai};
use tokio::time::Instant;

pub(crate) use load::{Documents, KNOWS, Load};
use machine::Watch;
use record::{Recorder, Traced};
pub(crate) use server::Place;

use crate::bound::Terms;
use crate::failure::Failure;
use crate::report::Mode;
use crate::trace::Performance;

/// How runs are made: what the command line says, and no scenario decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) mode: Mode,
    pub(crate) seed: u64,
    /// The percentage of each limit per minute that the client is told.
    pub(crate) pace: NonZeroU32,
    /// How many documents there are, where a scenario leaves it open.
    pub(crate) documents: Option<NonZeroUsize>,
}

/// One run to be made.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The server, without its network.
    pub(crate) server: kgas_mock::Builder,
    pub(crate) network: Network,
    /// What the client is told, before the pace of the command line.
    pub(crate) limits: Limits,
    pub(crate) manner: Manner,
    pub(crate) load: Load,
}

/// What lies between client and server.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Network {
    /// How long a request or an answer is under way.
    pub(crate) one_way: Duration,
    /// By how much that differs from call to call.
    pub(crate) jitter: Duration,
}

impl Network {
    /// There and back as often as TCP and TLS 1.3 need before the first request can go.
    fn handshake(self) -> Duration {
        self.one_way * 4
    }
}

/// How the client behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manner {
    /// As kgas does.
    Kgas { retry: RetryPolicy, hedge: Option<Hedge> },
    /// After a failure it waits so long, whatever failed, and tries again.
    FixedWait(Duration),
    /// As kgas does, but with a new connection for each call.
    NewConnections,
}

impl Default for Manner {
    fn default() -> Self {
        Self::Kgas { retry: openai::RETRY, hedge: None }
    }
}

impl Stage {
    /// The number of documents, where a scenario leaves it open.
    pub(crate) fn documents(&self, otherwise: usize) -> usize {
        self.documents.map_or(otherwise, NonZeroUsize::get)
    }

    /// Makes a run: in a runtime of its own, whose clock is simulated or real.
    pub(crate) fn perform(&self, setup: Setup) -> Result<Performance, Failure> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(self.mode == Mode::Simulated).build()?;
        runtime.block_on(self.play(setup))
    }

    #[expect(clippy::future_not_send, reason = "the time of a thread is asked for on that thread")]
    async fn play(&self, setup: Setup) -> Result<Performance, Failure> {
        let Setup { server, network, limits, manner, load } = setup;
        let server = server.transit(network.one_way, network.jitter, self.seed);
        let place = Place::open(self.mode, server, network.handshake()).await?;
        let limits = self.paced(limits);
        let recorder = Arc::new(Recorder::begin());
        let client = self.client(&place, limits, manner, &recorder)?;
        let line = self.line(&place, &client, manner, &recorder, load.calls())?;
        let traced = Arc::new(Traced::new(line, Arc::clone(&recorder), client.limiter().clone()));
        let watch = (self.mode != Mode::Simulated).then(Watch::start);
        let begun = Instant::now();
        let kept = load.run(traced, limits.max_concurrent).await?;
        let wall = begun.elapsed();
        let machine = watch.map(Watch::stop);
        let (calls, bursts) = recorder.end();
        let snapshot = client.limiter().snapshot();
        let terms = Terms {
            requests_per_minute: snapshot.limits.requests_per_minute.map(NonZeroU32::get),
            tokens_per_minute: snapshot.limits.tokens_per_minute.map(NonZeroU32::get),
            max_concurrent: limits.max_concurrent.get(),
            burst: bursts.requests,
            token_burst: bursts.tokens,
        };
        let (network, waits) = (network.one_way * 2, snapshot.waits);
        let account = place.close().await;
        Ok(Performance { wall, calls, network, account, terms, waits, kept, machine })
    }

    /// The client, or what stands in for one that behaves otherwise.
    fn line(
        &self,
        place: &Place,
        client: &Client,
        manner: Manner,
        recorder: &Arc<Recorder>,
        calls: usize,
    ) -> Result<Arc<dyn Transport>, Failure> {
        let make = || self.builder(place, manner, recorder).limiter(client.limiter().clone());
        let clients = || naive::Clients::new(make, calls);
        Ok(match manner {
            Manner::Kgas { .. } => Arc::new(client.clone()),
            Manner::FixedWait(wait) => Arc::new(naive::FixedWait::new(clients()?, wait)),
            Manner::NewConnections => Arc::new(naive::NewConnections::new(clients()?)),
        })
    }

    fn paced(&self, limits: Limits) -> Limits {
        let part = |limit: Option<NonZeroU32>| {
            let part = u64::from(limit?.get()) * u64::from(self.pace.get()) / 100;
            Some(NonZeroU32::new(u32::try_from(part).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN))
        };
        let (requests_per_minute, tokens_per_minute) =
            (part(limits.requests_per_minute), part(limits.tokens_per_minute));
        Limits { requests_per_minute, tokens_per_minute, ..limits }
    }

    fn client(
        &self,
        place: &Place,
        limits: Limits,
        manner: Manner,
        recorder: &Arc<Recorder>,
    ) -> Result<Client, Failure> {
        Ok(self.builder(place, manner, recorder).limits(limits).build()?)
    }

    fn builder(&self, place: &Place, manner: Manner, recorder: &Arc<Recorder>) -> kgas_http::ClientBuilder {
        let builder = place.client().seed(self.seed).on_attempt(recorder.listener());
        match manner {
            Manner::Kgas { retry, hedge: None } => builder.retry(retry),
            Manner::Kgas { retry, hedge: Some(hedge) } => builder.retry(retry).hedge(hedge),
            Manner::FixedWait(_) => builder.retry(RetryPolicy::never()),
            Manner::NewConnections => builder,
        }
    }
}
