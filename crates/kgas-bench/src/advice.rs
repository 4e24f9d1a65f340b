//! What would make a run faster, as far as its figures say so.

use std::time::Duration;

use crate::bound::{Binding, Terms, Work, least};
use crate::figures::{Figures, Percentiles};
use crate::trace::{Attempt, Performance, Tokens};

/// From which share of the time on something is worth a sentence.
const WORTHWHILE: f64 = 0.05;
/// From which share on a quota is used up.
const USED_UP: f64 = 0.97;
/// Shorter runs don't tell what a server lets through in a minute.
const MINUTE: Duration = Duration::from_secs(60);
/// From which factor on calls reserve too many tokens.
const TOO_MANY_RESERVED: f64 = 1.5;
/// From which factor between the slowest call in a hundred and the middle one on a tail is heavy, and of how many
/// calls that can be said.
const HEAVY_TAIL: f64 = 3.0;
const ENOUGH_CALLS: usize = 100;

/// One sentence, with its numbers, for each change that the figures say would help; none where there is no such.
#[must_use]
pub fn advice(performance: &Performance, figures: &Figures) -> Vec<String> {
    let run = Run { performance, figures };
    let all = [
        run.more_places(),
        run.larger_quota(),
        run.burst(),
        run.fewer_reserved_tokens(),
        run.slower_pace(),
        run.hedge(),
        run.patience(),
    ];
    all.into_iter().flatten().collect()
}

struct Run<'a> {
    performance: &'a Performance,
    figures: &'a Figures,
}

impl Run<'_> {
    /// As many places as the quota keeps busy, by Little's law: calls a second × seconds of a call.
    fn more_places(&self) -> Option<String> {
        // After signs of overload there are fewer places than were asked for, and more would not help.
        if self.figures.attribution.concurrency < WORTHWHILE || self.has_status(&[503, 529]) {
            return None;
        }
        let terms = &self.performance.terms;
        let (places, calls) = (terms.max_concurrent, self.figures.calls);
        let mean = self.mean_wire()?;
        let Some(per_second) = self.allowed_per_second() else { return self.twice_the_places() };
        // Nothing is beyond all calls at once.
        let needed = ceil(per_second * mean, calls);
        let (rate, mean) = (number(per_second * 60.0), number(mean));
        (needed > places).then(|| {
            format!(
                "raise max_concurrent from {places} to {needed}: \
                 the quota allows it ({rate} calls per minute of {mean} s each)"
            )
        })
    }

    /// Where no quota is known, nothing says how many places are enough.
    fn twice_the_places(&self) -> Option<String> {
        let terms = self.performance.terms;
        let twice = terms.max_concurrent.saturating_mul(2).min(self.figures.calls);
        let latencies: Vec<Duration> = self.successes().map(|attempt| attempt.wire).collect();
        let work = Work { tokens: vec![0; latencies.len()], latencies };
        let within = |places| least(&work, &Terms { max_concurrent: places, ..terms }).seconds;
        let (now, then) = (within(terms.max_concurrent), within(twice));
        (twice > terms.max_concurrent && then < now * (1.0 - WORTHWHILE)).then(|| {
            format!(
                "raise max_concurrent from {} to {twice}: no quota forbids it, and if the server keeps up \
                 the least time of all {} calls together falls from {} s to {} s",
                terms.max_concurrent,
                self.figures.calls,
                number(now),
                number(then),
            )
        })
    }

    fn larger_quota(&self) -> Option<String> {
        let Figures { attribution, terms, requests_used, tokens_used, .. } = self.figures;
        let said = |share: f64, limit: Option<u32>, used: &Option<f64>, what: &str, fewer: &str| {
            let (limit, used) = (limit?, used.filter(|used| *used >= USED_UP)?);
            (share >= WORTHWHILE).then(|| {
                let used = number(used.min(1.0) * 100.0);
                format!("the {limit} {what} per minute are used up ({used} %): a larger quota or {fewer} would help")
            })
        };
        let requests = said(
            attribution.requests,
            terms.requests_per_minute,
            requests_used,
            "requests",
            "fewer calls (larger chunks)",
        );
        let tokens =
            || said(attribution.tokens, terms.tokens_per_minute, tokens_used, "tokens", "fewer tokens in each call");
        requests.or_else(tokens)
    }

    /// What a whole minute's allowance at once would save at most.
    fn burst(&self) -> Option<String> {
        let Figures { terms, bound, full_burst_bound, seconds, .. } = self.figures;
        let saved = seconds - full_burst_bound.seconds;
        let is_shorter = full_burst_bound.seconds < bound.seconds && saved >= seconds * WORTHWHILE;
        // A server that refuses what goes out now has no room for more at once.
        if !is_shorter || self.has_status(&[429]) {
            return None;
        }
        let burst = match bound.binding {
            Binding::Latency => return None,
            Binding::Requests => terms.requests_per_minute?,
            // It is counted in requests, and means as many of the largest.
            Binding::Tokens => {
                let largest = self.tokens().map(|tokens| tokens.reserved).max()?;
                terms.tokens_per_minute? / largest.max(1)
            }
        };
        let (saved, seconds) = (number(saved), number(*seconds));
        let at_once = "if the server lets a whole minute's allowance go at once";
        Some(format!("{at_once}, burst = {burst} saves up to {saved} s of {seconds} s"))
    }

    fn fewer_reserved_tokens(&self) -> Option<String> {
        if self.figures.attribution.tokens < WORTHWHILE {
            return None;
        }
        let told = || self.tokens().filter_map(|Tokens { reserved, used }| Some((reserved, used?)));
        let sums =
            told().fold((0.0, 0.0), |sum, (reserved, used)| (sum.0 + f64::from(reserved), sum.1 + f64::from(used)));
        let factor = sums.0 / sums.1;
        // So much less is too little for none of these calls.
        let spare = told().map(|(reserved, used)| reserved.saturating_sub(used)).min()?;
        (factor >= TOO_MANY_RESERVED && spare > 0).then(|| {
            format!(
                "lower max_tokens by about {spare}: calls reserve {} times the tokens that they use, and none needed more",
                number(factor)
            )
        })
    }

    /// After many 429s: what came through.
    fn slower_pace(&self) -> Option<String> {
        let attempts = self.attempts().count();
        let refused = self.attempts().filter(|attempt| attempt.status == Some(429)).count();
        let share = ratio(refused, attempts);
        if share < WORTHWHILE && self.figures.attribution.pause < WORTHWHILE {
            return None;
        }
        let through = self.through_per_minute()?;
        let refused = format!("the server refused {} % of requests (429)", number(share * 100.0));
        match self.performance.terms.requests_per_minute {
            Some(limit) if through >= f64::from(limit) * (1.0 - WORTHWHILE) => {
                Some(format!("{refused} although about {limit} per minute came through: its bursts may be smaller"))
            }
            Some(limit) => Some(format!(
                "{refused} and let about {} per minute through, not {limit}: \
                 lower requests_per_minute to that or a little more, or find out who else uses the key",
                through.floor()
            )),
            None => Some(format!("{refused}: set requests_per_minute to {}, which came through", through.floor())),
        }
    }

    fn hedge(&self) -> Option<String> {
        let Percentiles { p50, p95, p99 } = self.figures.wire;
        // A hedged attempt and its second are one in the trace.
        if self.figures.attempts > self.attempts().count() {
            return None;
        }
        let is_heavy = self.successes().count() >= ENOUGH_CALLS && p50 > 0.0 && p99 >= p50 * HEAVY_TAIL;
        is_heavy.then(|| {
            format!(
                "one call in a hundred takes {} s or more, and half of them {} s or less: \
                 hedge after {} s, if a second request may be paid for",
                number(p99),
                number(p50),
                number(p95),
            )
        })
    }

    fn patience(&self) -> Option<String> {
        let Figures { attribution, seconds, .. } = self.figures;
        (attribution.back_off >= WORTHWHILE).then(|| {
            let waited = number(attribution.back_off * seconds);
            format!(
                "for {waited} s there was nothing to do but wait for a server that failed: no setting shortens that"
            )
        })
    }

    /// How many calls the quota allows each second, with as many tokens as these calls had; `None` without a quota.
    fn allowed_per_second(&self) -> Option<f64> {
        let Terms { requests_per_minute, tokens_per_minute, .. } = self.performance.terms;
        let (sum, count) = self.tokens().fold((0.0, 0.0), |(sum, count), tokens| {
            (sum + f64::from(tokens.used.unwrap_or(tokens.reserved)), count + 1.0)
        });
        let by_requests = requests_per_minute.map(f64::from);
        let by_tokens = tokens_per_minute.filter(|_| sum > 0.0).map(|limit| f64::from(limit) * count / sum);
        Some(by_requests.into_iter().chain(by_tokens).reduce(f64::min)? / 60.0)
    }

    /// The calls that were let through per minute: between the first and the last, or, where that is less, in the
    /// fullest minute. The former counts a bucket that was full at the start, the latter two minutes that meet.
    fn through_per_minute(&self) -> Option<f64> {
        let mut began: Vec<Duration> = self.successes().map(|attempt| attempt.began).collect();
        began.sort_unstable();
        let span = *began.last()? - *began.first()?;
        if span < MINUTE {
            return None;
        }
        let fullest = (0..began.len()).filter_map(|from| {
            let minute = began.get(from..)?;
            let end = *minute.first()? + MINUTE;
            Some(minute.partition_point(|at| *at < end))
        });
        // The first opens the time that is measured.
        let mean = (float(began.len()) - 1.0) * 60.0 / span.as_secs_f64();
        Some(mean.min(float(fullest.max()?)))
    }

    /// Seconds of a successful attempt on the wire.
    fn mean_wire(&self) -> Option<f64> {
        let sum: Duration = self.successes().map(|attempt| attempt.wire).sum();
        let count = self.successes().count();
        (count > 0).then(|| sum.as_secs_f64() / float(count))
    }

    fn has_status(&self, these: &[u16]) -> bool {
        self.attempts().any(|attempt| attempt.status.is_some_and(|status| these.contains(&status)))
    }

    fn successes(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts().filter(|attempt| attempt.is_success())
    }

    fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.performance.calls.iter().flat_map(|call| &call.attempts)
    }

    /// The tokens of the answered calls.
    fn tokens(&self) -> impl Iterator<Item = Tokens> {
        self.performance.calls.iter().filter(|call| call.is_answered).map(|call| call.tokens)
    }
}

/// With one decimal below ten, and none above.
fn number(value: f64) -> String {
    if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}

/// The whole number from here on up, but no more than `most`.
fn ceil(value: f64, most: usize) -> usize {
    (0..most).find(|number| float(*number) >= value).unwrap_or(most)
}

fn float(number: usize) -> f64 {
    // Exact up to 2^53, which no run reaches.
    number as f64
}
