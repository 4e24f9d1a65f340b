//! How far a run is, in words, and how long it will go on.

use std::num::NonZeroU32;
use std::time::Duration;

use kgas_engine::budget::{Account, Caps, Usd};
use kgas_http::Snapshot;

use super::board::Figures;
use super::pace::{self, Pace};
use crate::words::counted;

/// What looks at a run again and again have shown of its pace.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outlook {
    pace: Pace,
    seconds: f64,
    bought: u64,
    replayed: u64,
}

impl Outlook {
    /// Looks, and says how long the rest will take, where that can be known. What a journal answers takes no time, and
    /// says nothing of the documents that it doesn't know.
    pub(crate) fn look(&mut self, figures: &Figures) -> Option<Duration> {
        let seen = &figures.seen;
        let (all, bought) = (seen.documents(), seen.documents().saturating_sub(seen.replayed));
        let took = Duration::try_from_secs_f64(figures.seconds - self.seconds).unwrap_or_default();
        let more = u32::try_from(bought.saturating_sub(self.bought)).unwrap_or(u32::MAX);
        if more > 0 || seen.replayed == self.replayed {
            self.pace.note(more, took);
        }
        (self.seconds, self.bought, self.replayed) = (figures.seconds, bought, seen.replayed);
        let to_do = figures.expected?.checked_sub(all).filter(|to_do| *to_do > 0)?;
        self.pace.left(to_do)
    }
}

/// How far a run is: one line, or nothing.
pub(crate) fn in_words(figures: &Figures, left: Option<Duration>) -> String {
    let done = figures.seen.documents();
    let documents = match figures.expected.filter(|all| *all >= done) {
        Some(all) => format!("{done} of {}", counted(all, "document", "documents")),
        None => counted(done, "document", "documents"),
    };
    // `kgas run` has no documents, and before the first there is nothing to say of them.
    let has_documents = done > 0 || figures.expected.is_some();
    let mut words = Vec::from_iter(has_documents.then_some(documents));
    let (calls, limiter) = (figures.line.calls(), figures.limiter.as_ref());
    let is_asked = calls > 0 || limiter.is_some_and(|limiter| limiter.under_way + limiter.queued > 0);
    if is_asked {
        let now = limiter.map(in_flight).unwrap_or_default();
        words.push(format!("{}{now}", counted(calls, "call", "calls")));
        words.extend(limiter.map(minute));
        words.extend(figures.spent.as_ref().and_then(|(account, caps)| spent(account, caps)));
    }
    words.extend(left.map(|left| format!("{} left", pace::in_words(left))));
    words.join(", ")
}

/// ` (5 in flight, 12 queued)`.
fn in_flight(limiter: &Snapshot) -> String {
    match (limiter.under_way, limiter.queued) {
        (0, 0) => String::new(),
        (wire, 0) => format!(" ({wire} in flight)"),
        (wire, queued) => format!(" ({wire} in flight, {queued} queued)"),
    }
}

/// `312 of 500 requests and 41230 of 60000 tokens in the last minute`.
fn minute(limiter: &Snapshot) -> String {
    let used = |used: u64, limit: Option<NonZeroU32>, what: &str| match limit {
        Some(limit) => format!("{used} of {limit} {what}"),
        None => format!("{used} {what}"),
    };
    let requests = used(limiter.requests, limiter.limits.requests_per_minute, "requests");
    let tokens = used(limiter.tokens, limiter.limits.tokens_per_minute, "tokens");
    format!("{requests} and {tokens} in the last minute")
}

/// `$1.24 of $5`, and the same of other limits of a budget.
fn spent(account: &Account, caps: &Caps) -> Option<String> {
    let of = |cap: Option<String>| cap.map(|cap| format!(" of {cap}")).unwrap_or_default();
    let usd = account.usd.filter(|usd| *usd > Usd::ZERO || caps.usd.is_some());
    let usd = usd.map(|usd| format!("{usd}{}", of(caps.usd.map(|cap| cap.to_string()))));
    let tokens = caps.tokens.map(|cap| format!("{} of {cap} tokens in all", account.tokens()));
    let calls = caps.calls.map(|cap| format!("{} of {cap} requests in all", account.attempts));
    let all: Vec<String> = usd.into_iter().chain(tokens).chain(calls).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use kgas_http::{Limiter, Limits};

    use super::*;
    use crate::telemetry::board::Board;

    fn figures() -> Figures {
        let mut figures = Board::default().figures();
        figures.seen.documents = [409, 2, 1];
        figures
    }

    fn asking(limits: Limits) -> Figures {
        let mut figures = figures();
        figures.line.calls = [(("chat", "bought"), 3000), (("chat", "replayed"), 120)].into();
        let mut limiter = Limiter::new(limits).snapshot();
        (limiter.requests, limiter.tokens, limiter.under_way, limiter.queued) = (312, 41_230, 12, 40);
        figures.limiter = Some(limiter);
        figures
    }

    #[test]
    fn a_line_says_what_is_known_and_nothing_else() {
        let per_minute = |requests, tokens| Limits {
            requests_per_minute: NonZeroU32::new(requests),
            tokens_per_minute: NonZeroU32::new(tokens),
            ..Limits::DEFAULT
        };
        let minutes = Some(Duration::from_secs(720));
        let mut rules = figures();
        rules.expected = Some(1000);
        let mut more_than_counted = figures();
        more_than_counted.expected = Some(3);
        let open = asking(per_minute(0, 0));
        let mut capped = asking(per_minute(500, 60_000));
        capped.expected = Some(1000);
        let mut account = Account::default();
        (account.usd, account.prompt_tokens, account.attempts) = (Some("1.24".parse().unwrap()), 9000, 137);
        let cap = Caps { usd: Some("5".parse().unwrap()), tokens: None, calls: None };
        capped.spent = Some((account, cap));
        let mut counted = capped.clone();
        account.usd = None;
        counted.spent = Some((account, Caps { usd: None, tokens: Some(10_000), calls: Some(500) }));
        let mut alone = asking(per_minute(500, 0));
        alone.seen.documents = [0; 3];
        let mut idle = asking(per_minute(500, 0));
        if let Some(limiter) = &mut idle.limiter {
            (limiter.under_way, limiter.queued) = (0, 0);
        }
        let lines = [
            in_words(&figures(), None),
            in_words(&rules, minutes),
            in_words(&more_than_counted, None),
            in_words(&open, None),
            in_words(&idle, None),
            in_words(&capped, minutes),
            in_words(&counted, None),
            in_words(&alone, None),
        ];
        assert_eq!(in_words(&Board::default().figures(), None), "");
        insta::assert_snapshot!(lines.join("\n"));
    }

    /// Looks each second at a run of which so many documents are done, and so many of them replayed.
    fn looks(done: impl Fn(u32) -> (u64, u64), seconds: u32, all: Option<u64>) -> Option<Duration> {
        let mut outlook = Outlook::default();
        let mut figures = Board::default().figures();
        figures.expected = all;
        let mut last = None;
        for second in 1..=seconds {
            let (documents, replayed) = done(second);
            figures.seconds = f64::from(second);
            (figures.seen.documents, figures.seen.replayed) = ([documents, 0, 0], replayed);
            last = outlook.look(&figures);
        }
        last
    }

    #[test]
    fn what_a_journal_answered_says_nothing_of_how_long_the_rest_takes() {
        // 5000 in ten seconds from the journal, and then one each second.
        let done = |second: u32| {
            let (replayed, bought) = (u64::from(second.min(10)) * 500, u64::from(second.saturating_sub(10)));
            (replayed + bought, replayed)
        };
        assert_eq!(looks(done, 10, Some(6000)), None);
        let left = looks(done, 110, Some(6000)).unwrap().as_secs_f64();
        assert!((left - 900.0).abs() < 10.0, "{left}");
    }

    #[test]
    fn nothing_is_said_of_a_rest_that_nobody_counted_or_that_is_over() {
        let done = |second: u32| (u64::from(second), 0);
        assert_eq!(looks(done, 60, None), None);
        assert_eq!(looks(done, 60, Some(60)), None);
        assert_eq!(looks(done, 60, Some(7)), None, "more than were counted");
        assert!(looks(done, 60, Some(100)).is_some());
    }
}
