//! From what a server says of its quota to what the books hold.

use std::num::NonZeroU32;

use tokio::time::Instant;
use tracing::{debug, warn};

use super::Limits;
use super::books::{Books, Sent, USED_SHARE};
use super::bucket::Bucket;
use super::headers::{self, Standing, Told};

/// Differences in level below this part of the limit are nobody's doing.
const TOLERANCE: f64 = 0.01;

/// What the server has said of its limits so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Learned {
    /// Requests per minute.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Tokens per minute.
    pub tokens_per_minute: Option<NonZeroU32>,
    /// Whether the limit of requests is surely one for a minute.
    is_sure: bool,
}

impl Books {
    /// Reads the quota in the head of the answer to a request that was `sent` like this. Returns
    /// whether a limit was lowered.
    pub(super) fn observe(&mut self, told: &Told, sent: Sent, now: Instant) -> bool {
        let before = self.limits;
        let was = self.learned;
        self.learned.requests_per_minute = per_minute(&told.requests).or(was.requests_per_minute);
        self.learned.tokens_per_minute = per_minute(&told.tokens).or(was.tokens_per_minute);
        self.learned.is_sure |= told.requests.window == headers::Window::Minute;
        if self.learned != was {
            let limits = self.believed();
            if limits != before {
                self.hold_to(limits, now);
                debug!(?limits, "limits as the server says");
            }
        }
        self.correct_levels(told, sent, now);
        let configured = self.configured;
        // What nobody configured is no news.
        let less = |ours: Option<NonZeroU32>, now: Option<NonZeroU32>| ours.is_some() && lowered(ours, now);
        let requests = !configured.assumed && less(configured.requests_per_minute, self.limits.requests_per_minute);
        let tokens = less(configured.tokens_per_minute, self.limits.tokens_per_minute);
        if (requests || tokens) && !self.has_warned {
            self.has_warned = true;
            let (requests, tokens) = (self.limits.requests_per_minute, self.limits.tokens_per_minute);
            warn!(?requests, ?tokens, "the server allows less per minute than configured, and is believed");
        }
        lowered(before.requests_per_minute, self.limits.requests_per_minute)
            || lowered(before.tokens_per_minute, self.limits.tokens_per_minute)
    }

    /// The configured limits, lowered by what the server said, or raised where one was only
    /// assumed.
    fn believed(&self) -> Limits {
        let configured = self.configured;
        let choose = |ours: Option<NonZeroU32>, theirs: Option<NonZeroU32>, assumed: bool| match (ours, theirs) {
            (Some(ours), Some(theirs)) if !assumed => Some(ours.min(theirs)),
            (ours, theirs) => theirs.or(ours),
        };
        Limits {
            requests_per_minute: choose(
                configured.requests_per_minute,
                self.learned.requests_per_minute,
                configured.assumed && self.learned.is_sure,
            ),
            tokens_per_minute: choose(configured.tokens_per_minute, self.learned.tokens_per_minute, false),
            ..configured
        }
    }

    /// What remains at the server is the level of a bucket there. Ours comes down to it, for
    /// others may use the same key; and it goes up to it, which is the evidence that a larger
    /// burst wants.
    fn correct_levels(&mut self, told: &Told, sent: Sent, now: Instant) {
        let (total, pending) = (self.window.total(), self.window.pending());
        let may_rise = !self.is_strict && self.limits.burst.is_none();
        let since = now.saturating_duration_since(sent.at).as_secs_f64();
        if let (Some(bucket), Some(limit)) = (&mut self.requests, self.limits.requests_per_minute) {
            let unseen = (total.requests - sent.after.requests) + pending.requests;
            let view = View { limit, unseen, since, may_rise };
            view.correct(bucket, &told.requests, now);
        }
        if let (Some(bucket), Some(limit)) = (&mut self.tokens, self.limits.tokens_per_minute) {
            let unseen = (total.tokens - sent.after.tokens) + pending.tokens;
            let view = View { limit, unseen, since, may_rise };
            view.correct(bucket, &told.tokens, now);
        }
    }
}

/// Where we stand with a limit, as seen from the answer to one request.
struct View {
    limit: NonZeroU32,
    /// Units written after that request, or about to be: the server had not counted them.
    unseen: u64,
    /// Seconds since that request was written.
    since: f64,
    may_rise: bool,
}

impl View {
    fn correct(&self, bucket: &mut Bucket, standing: &Standing, now: Instant) {
        let Some(remaining) = standing.remaining.filter(|_| standing.window != headers::Window::Other) else { return };
        let limit = f64::from(self.limit.get());
        let unseen = f64::from(u32::try_from(self.unseen).unwrap_or(u32::MAX));
        let flowed = f64::from(remaining) + self.since * limit / 60.0;
        let theirs = flowed.min(limit) - unseen;
        let at_most = (flowed - unseen).min(limit);
        let ours = bucket.level(now);
        let slack = (limit * TOLERANCE).max(1.0);
        if at_most + slack < ours {
            bucket.set_level(at_most, now);
        } else if self.may_rise && standing.window == headers::Window::Minute {
            let level = (theirs * USED_SHARE - slack).floor();
            if level > ours {
                bucket.set_capacity(bucket.capacity().max(limit), now);
                bucket.set_level(level, now);
            }
        }
    }
}

fn per_minute(standing: &Standing) -> Option<NonZeroU32> {
    standing.limit_per_minute().and_then(NonZeroU32::new)
}

fn lowered(before: Option<NonZeroU32>, after: Option<NonZeroU32>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => after < before,
        (None, Some(_)) => true,
        _ => false,
    }
}
