//! Very many that wait at once: what they weigh, and how often each is woken until it is through.

use std::error::Error;
use std::future::Future;
use std::num::{NonZeroU32, NonZeroUsize};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use cpu_time::ProcessTime;
use kgas_http::{Cost, Limiter, Limits};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The argument that makes this program measure one queue.
pub(crate) const TASK: &str = "queue";

/// The queues there are: behind taken slots, behind a pace that binds (on a paused clock), and tokio's own.
pub(crate) const NAMES: [&str; 3] = ["kgas-http-slots", "kgas-http-pace", "tokio-Semaphore"];

/// What is measured of each.
pub(crate) const COLUMNS: [&str; 5] = ["MB", "bytes/waiter", "drain ms CPU", "µs/waiter", "polls/waiter"];

const SLOTS: u32 = 64;

/// Far from any limit, also for a hundred times the waiters.
const HIGH: Option<NonZeroU32> = Some(NonZeroU32::MAX);

/// So many a minute that the pace binds: a thousand a second.
const PACE: Option<NonZeroU32> = NonZeroU32::new(60_000);

/// Measures the queue of this name, and gives the figures of [`COLUMNS`] as one line.
pub(crate) fn measure(name: &str, waiters: u32) -> Result<String, Box<dyn Error>> {
    let is_paced = name == "kgas-http-pace";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(is_paced).build()?;
    let figures = runtime.block_on(async {
        let limits = Limits {
            requests_per_minute: if is_paced { PACE } else { HIGH },
            tokens_per_minute: HIGH,
            max_concurrent: usize::try_from(SLOTS).ok().and_then(NonZeroUsize::new).ok_or("no slots")?,
            ..Limits::default()
        };
        match name {
            "kgas-http-slots" => ours_behind_slots(limits, waiters).await,
            "kgas-http-pace" => ours_behind_a_pace(limits, waiters).await,
            "tokio-Semaphore" => semaphore(waiters).await,
            _ => Err(format!("no queue {name}").into()),
        }
    })?;
    Ok(figures.map(|figure| figure.to_string()).join(" "))
}

type Figures = Result<[f64; COLUMNS.len()], Box<dyn Error>>;

async fn ours_behind_slots(limits: Limits, waiters: u32) -> Figures {
    let limiter = Limiter::new(limits);
    let mut held = Vec::new();
    for _ in 0..SLOTS {
        held.push(limiter.acquire(Cost::default()).await?);
    }
    let turn = || turn(limiter.clone());
    queue(waiters, turn, move || drop(held)).await
}

async fn ours_behind_a_pace(limits: Limits, waiters: u32) -> Figures {
    let limiter = Limiter::new(limits);
    let turn = || turn(limiter.clone());
    queue(waiters, turn, || {}).await
}

async fn semaphore(waiters: u32) -> Figures {
    let slots = Arc::new(Semaphore::new(usize::try_from(SLOTS)?));
    let held = Arc::clone(&slots).acquire_many_owned(SLOTS).await?;
    let turn = || {
        let slots = Arc::clone(&slots);
        async move { slots.acquire_owned().await.is_ok() }
    };
    queue(waiters, turn, move || drop(held)).await
}

async fn turn(limiter: Limiter) -> bool {
    match limiter.acquire(Cost::tokens(50)).await {
        Ok(mut permit) => {
            permit.written();
            permit.settle(40);
            true
        }
        Err(_) => false,
    }
}

/// Lets so many tasks wait, opens the door, and waits until all are through.
async fn queue<F>(waiters: u32, turn: impl Fn() -> F, open: impl FnOnce()) -> Figures
where
    F: Future<Output = bool> + Send + 'static,
{
    let polls = Arc::new(AtomicU64::new(0));
    let before = resident_bytes()?;
    let mut tasks = JoinSet::new();
    for _ in 0..waiters {
        tasks.spawn(Counted { inner: Box::pin(turn()), polls: Arc::clone(&polls) });
    }
    while polls.load(Ordering::Relaxed) < u64::from(waiters) {
        tokio::task::yield_now().await;
    }
    let weight = resident_bytes()? - before;
    let began = ProcessTime::now();
    open();
    let mut through = 0_u32;
    while let Some(done) = tasks.join_next().await {
        through += u32::from(done?);
    }
    let spent = began.elapsed().as_secs_f64();
    if through != waiters {
        return Err(format!("{through} of {waiters} came through").into());
    }
    let each = f64::from(waiters);
    let polls = polls.load(Ordering::Relaxed) as f64;
    Ok([weight / 1e6, weight / each, spent * 1e3, spent * 1e6 / each, polls / each])
}

/// A future that counts how often it is polled.
struct Counted<F> {
    inner: Pin<Box<F>>,
    polls: Arc<AtomicU64>,
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        self.inner.as_mut().poll(context)
    }
}

/// How much of this process is in memory.
fn resident_bytes() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS in /proc/self/status")?;
    Ok(kilobytes.parse::<f64>()? * 1024.0)
}
