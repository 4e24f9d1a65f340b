//! Asks a server what the plan says, one phase after the other, and ends where the server would be hurt.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use http::HeaderMap;
use kgas_http::openai::{ChatParams, chat_request, read_chat};
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Reply};
use tokio::time::{Instant, sleep};

use super::filler::Filler;
use super::findings::{Findings, Sample, Size, Told, Trouble};
use super::fit::Line;
use super::judge::{Because, Step, is_serial, judge, unsteadiness};
use super::plan::{Plan, Rung};
use super::purse::{Purse, is_refusal};
use super::report::presentable;

/// The part of a limit that kgas-http uses.
const USED_SHARE: f64 = 0.98;

/// A probe idles at most so many seconds before a step.
const MOST_ROOM: f64 = 60.0;

/// Some servers close a connection that was idle for five seconds.
const STAYS_OPEN: Duration = Duration::from_secs(4);

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The chat model.
    pub model: String,
    /// What is asked of it.
    pub plan: Plan,
    /// The seed of the prompts' words. With that of an earlier probe the server may know the prompts already.
    pub seed: u64,
}

/// Asks the server, and tells `note` what it is about to do.
///
/// # Errors
///
/// Why the very first request had no answer; nothing more is sent then. Later failures are part of what was found.
pub async fn ask(purse: &Purse, ask: &Ask, note: &mut (dyn FnMut(String) + Send)) -> Result<Findings, HttpError> {
    let mut probe = Probe::new(purse, ask);
    let first = probe.first().await?;
    if let Some(limit) = probe.told().requests_per_minute {
        note(format!("the server's headers tell {limit} requests per minute, which are kept to"));
    }
    note(format!("{} sizes of prompts, one request after the other", ask.plan.sizes.len()));
    let sizes = probe.sizes().await;
    let steps = probe.steps(&sizes, note).await;
    Ok(probe.findings(first, sizes, steps))
}

struct Probe<'a> {
    purse: &'a Purse,
    ask: &'a Ask,
    filler: Filler,
    begun: Instant,
    tokens: u64,
    headers: BTreeMap<String, String>,
    troubles: Vec<Trouble>,
}

/// A request that is over, and what the probe had come to then.
struct Answered {
    response: ApiResponse,
    /// Requests that were over.
    sent: u32,
    /// Seconds since the probe began.
    after: f64,
}

/// What came of one request.
enum Came {
    Sample(Sample),
    Refused,
    Failed,
    TimedOut,
    /// It wasn't sent: none was left.
    Unsent,
}

impl<'a> Probe<'a> {
    fn new(purse: &'a Purse, ask: &'a Ask) -> Self {
        Self {
            purse,
            ask,
            filler: Filler::new(ask.seed),
            begun: Instant::now(),
            tokens: 0,
            headers: BTreeMap::new(),
            troubles: Vec::new(),
        }
    }

    /// The request that connects, and has a model loaded where that is done when it is asked for. Its seconds.
    async fn first(&mut self) -> Result<f64, HttpError> {
        let prompt = self.filler.prompt(self.ask.plan.smallest());
        let answer = self.purse.send(self.question(prompt)).await;
        let seconds = answer.waited.wire.as_secs_f64();
        let (attempts, elapsed) = (answer.attempts, answer.elapsed);
        let sample = read(&answer.outcome?, self.ask.plan.smallest(), seconds, &mut self.headers);
        let sample = sample.map_err(|error| error.with_attempts(attempts).with_elapsed(elapsed))?;
        self.count(&sample);
        Ok(seconds)
    }

    /// All sizes in turn, and so round after round: what changes with time changes all of them. A size that failed
    /// isn't asked again, and neither is a larger one.
    async fn sizes(&mut self) -> Vec<Size> {
        let plan = &self.ask.plan;
        let mut sizes: Vec<Size> =
            plan.sizes.iter().map(|tokens| Size { wanted_tokens: *tokens, samples: Vec::new() }).collect();
        let mut usable = sizes.len();
        for _ in 0..plan.repeats {
            for at in 0..usable {
                let Some(size) = sizes.get_mut(at) else { break };
                match self.sample(size.wanted_tokens).await {
                    Came::Sample(sample) => size.samples.push(sample),
                    Came::Failed => {
                        usable = at;
                        break;
                    }
                    Came::TimedOut => {
                        usable = if self.settle().await { at } else { 0 };
                        break;
                    }
                    Came::Refused | Came::Unsent => return sizes,
                }
            }
        }
        sizes
    }

    async fn sample(&mut self, tokens: u32) -> Came {
        let prompt = self.filler.prompt(tokens);
        let answer = self.send(prompt).await;
        self.note(answer, tokens, &sized(tokens))
    }

    /// A server may go on working on a request that nobody waits for any more. A small one that isn't counted waits
    /// for it to be done; whether that was answered.
    async fn settle(&mut self) -> bool {
        matches!(self.sample(self.ask.plan.smallest()).await, Came::Sample(_))
    }

    /// More and more at a time, until something speaks against more.
    async fn steps(&mut self, sizes: &[Size], note: &mut (dyn FnMut(String) + Send)) -> Vec<Step> {
        let Some(alone) = sizes.first().and_then(alone) else { return Vec::new() };
        let mut steps = vec![alone];
        // A server that refuses, or fails with the smallest prompts alone, isn't asked for more at a time.
        let smallest = sized(self.ask.plan.smallest());
        let is_ill = |trouble: &Trouble| trouble.is_refusal || trouble.during == smallest;
        if self.troubles.iter().any(is_ill) {
            return steps;
        }
        for rung in &self.ask.plan.steps {
            let room = self.room(*rung);
            note(match room.is_zero() {
                true => format!("{} requests, {} at a time", rung.requests, rung.at_once),
                false => {
                    let wait = room.as_secs_f64();
                    format!(
                        "{} requests, {} at a time, in {wait:.0} s: the limits must have room",
                        rung.requests, rung.at_once
                    )
                }
            });
            sleep(room).await;
            // What a step has to connect for would count against more at a time, which kgas's own calls do once.
            let open = if room < STAYS_OPEN { steps.last().map_or(0, |below| below.at_once) } else { 0 };
            self.purse.connect(rung.at_once.min(rung.requests).saturating_sub(open)).await;
            let step = self.step(*rung).await;
            steps.push(step);
            if judge(&steps).because != Because::NoMoreTried {
                break;
            }
        }
        steps
    }

    /// How long to send nothing, so that the limits told have room for a step at once: else its pace would be theirs.
    /// Nothing where that would take longer than a minute.
    fn room(&self, rung: Rung) -> Duration {
        let told = self.told();
        let tokens = rung.requests.saturating_mul(self.ask.plan.smallest().saturating_add(self.ask.plan.max_tokens));
        let flows = |wanted: u32, limit: Option<u32>| {
            limit.map_or(0.0, |limit| 60.0 * f64::from(wanted) / (USED_SHARE * f64::from(limit)))
        };
        let seconds = flows(rung.requests, told.requests_per_minute).max(flows(tokens, told.tokens_per_minute));
        if seconds <= MOST_ROOM { Duration::from_secs_f64(seconds) } else { Duration::ZERO }
    }

    async fn step(&mut self, rung: Rung) -> Step {
        let at_once = usize::try_from(rung.at_once).unwrap_or(usize::MAX).max(1);
        let smallest = self.ask.plan.smallest();
        let prompts: Vec<String> = (0..rung.requests).map(|_| self.filler.prompt(smallest)).collect();
        let begun = Instant::now();
        let sends = prompts.into_iter().map(|prompt| self.send(prompt));
        let answers: Vec<Answered> = stream::iter(sends).buffer_unordered(at_once).collect().await;
        let seconds = begun.elapsed().as_secs_f64();
        let mut step = Step { at_once: rung.at_once, seconds, latencies: Vec::new(), held: 0.0, refused: 0, failed: 0 };
        let during = format!("{} at a time", rung.at_once);
        for answer in answers {
            step.held += answer.response.waited.queue.as_secs_f64();
            match self.note(answer, smallest, &during) {
                Came::Sample(sample) => step.latencies.push(sample.seconds),
                Came::Refused => step.refused += 1,
                Came::Failed | Came::TimedOut => step.failed += 1,
                Came::Unsent => {}
            }
        }
        step
    }

    fn question(&self, prompt: String) -> ApiRequest {
        chat_request(&ChatParams {
            model: self.ask.model.clone(),
            max_tokens: Some(self.ask.plan.max_tokens),
            // Not every model takes one, and here it changes nothing.
            temperature: None,
            ..ChatParams::prompt(prompt)
        })
    }

    async fn send(&self, prompt: String) -> Answered {
        let response = self.purse.send(self.question(prompt)).await;
        Answered { response, sent: self.purse.sent(), after: self.begun.elapsed().as_secs_f64() }
    }

    fn note(&mut self, answered: Answered, wanted: u32, during: &str) -> Came {
        let Answered { response: answer, sent, after } = answered;
        if answer.attempts == 0 && answer.error().is_some_and(|error| error.kind() == ErrorKind::Closed) {
            return Came::Unsent;
        }
        let seconds = answer.waited.wire.as_secs_f64();
        let sample = answer.outcome.and_then(|reply| read(&reply, wanted, seconds, &mut self.headers));
        match sample {
            Ok(sample) => {
                self.count(&sample);
                Came::Sample(sample)
            }
            Err(error) => {
                self.troubles.push(Trouble::of(&error, during.to_owned(), sent, after));
                match error.kind() {
                    _ if is_refusal(&error) => Came::Refused,
                    kind if kind.is_timeout() => Came::TimedOut,
                    _ => Came::Failed,
                }
            }
        }
    }

    fn count(&mut self, sample: &Sample) {
        let answer = sample.answer_tokens.unwrap_or(self.ask.plan.max_tokens);
        self.tokens += u64::from(sample.prompt_tokens) + u64::from(answer);
    }

    fn told(&self) -> Told {
        let learned = self.purse.learned();
        Told {
            requests_per_minute: learned.requests_per_minute.map(NonZeroU32::get),
            tokens_per_minute: learned.tokens_per_minute.map(NonZeroU32::get),
            headers: self.headers.clone(),
        }
    }

    fn findings(self, first_seconds: f64, sizes: Vec<Size>, steps: Vec<Step>) -> Findings {
        let points: Vec<(f64, f64)> = sizes
            .iter()
            .flat_map(|size| &size.samples)
            .map(|sample| (f64::from(sample.prompt_tokens), sample.seconds))
            .collect();
        Findings {
            server: self.purse.server(),
            model: self.ask.model.clone(),
            allowed: self.purse.allowed(),
            sent: self.purse.sent(),
            tokens: self.tokens,
            seconds: self.begun.elapsed().as_secs_f64(),
            first_seconds,
            latency: Line::through(&points),
            safe: judge(&steps),
            is_serial: is_serial(&steps),
            unsteadiness: sizes.iter().map(|size| unsteadiness(&size.latencies())).fold(1.0, f64::max),
            told: self.told(),
            sizes,
            steps,
            troubles: self.troubles,
        }
    }
}

/// What is being tried, in words.
fn sized(tokens: u32) -> String {
    format!("prompts of about {tokens} tokens")
}

/// What was seen of one request at a time, as the lowest step of the ladder.
fn alone(smallest: &Size) -> Option<Step> {
    let latencies = smallest.latencies();
    // What lay between them, such as another size, is no part of it.
    let seconds = latencies.iter().sum();
    (!latencies.is_empty()).then_some(Step { at_once: 1, seconds, latencies, held: 0.0, refused: 0, failed: 0 })
}

fn read(reply: &Reply, wanted: u32, seconds: f64, headers: &mut BTreeMap<String, String>) -> Result<Sample, HttpError> {
    headers.extend(about_limits(&reply.headers));
    let usage = read_chat(reply)?.usage;
    let told = usage.map(|usage| usage.prompt_tokens).filter(|tokens| *tokens > 0);
    Ok(Sample {
        prompt_tokens: told.unwrap_or(wanted),
        is_told: told.is_some(),
        answer_tokens: usage.map(|usage| usage.completion_tokens).filter(|tokens| *tokens > 0),
        seconds,
    })
}

fn about_limits(headers: &HeaderMap) -> impl Iterator<Item = (String, String)> {
    headers.iter().filter(|(name, _)| name.as_str().contains("ratelimit")).filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.to_string(), presentable(value)))
    })
}
