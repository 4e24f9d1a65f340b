//! What goes out after the head: a whole answer, one that breaks half way, or a stream of events.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::closing::Closing;

/// A body of known steps.
#[derive(Default)]
pub(crate) struct Outgoing {
    steps: VecDeque<Step>,
    length: Option<u64>,
    pace: Option<Pacing>,
    closing: Option<Closing>,
}

/// One event of a stream.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) text: String,
    /// The share of the answer that is said with it, from 0 to 1.
    pub(crate) done: f64,
}

/// The clock of a stream, which begins when the head is out.
#[derive(Debug, Default)]
struct Pacing {
    begun: Option<Instant>,
    wait: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
enum Step {
    Data(Bytes),
    /// Waits until so long after the begin: no rounding by timers adds up.
    Until(Duration),
    /// Gives the connection a chance to send what it has.
    Flush,
    Break,
}

impl Outgoing {
    pub(crate) fn whole(body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let length = length(&body);
        let steps = if body.is_empty() { VecDeque::new() } else { VecDeque::from([Step::Data(body)]) };
        Self { steps, length: Some(length), ..Self::default() }
    }

    /// Announces the whole length, sends half and breaks the connection.
    pub(crate) fn broken(body: impl Into<Bytes>) -> Self {
        let mut body = body.into();
        let length = length(&body);
        body.truncate(body.len() / 2);
        let steps = VecDeque::from([Step::Data(body), Step::Flush, Step::Break]);
        Self { steps, length: Some(length), ..Self::default() }
    }

    /// Half of it, sent as if it were all.
    pub(crate) fn half(body: impl Into<Bytes>) -> Self {
        let mut body = body.into();
        body.truncate(body.len() / 2);
        Self::whole(body)
    }

    /// Server-sent events, ended as OpenAI ends them, spread over this time.
    pub(crate) fn events(events: impl IntoIterator<Item = Event>, over: Duration) -> Self {
        let mut steps = VecDeque::new();
        for Event { text, done } in events {
            if !over.is_zero() && done > 0.0 {
                steps.push_back(Step::Until(over.mul_f64(done.min(1.0))));
            }
            steps.push_back(Step::Data(Bytes::from(format!("data: {text}\n\n"))));
        }
        steps.push_back(Step::Data(Bytes::from_static(b"data: [DONE]\n\n")));
        let pace = (!over.is_zero()).then(Pacing::default);
        Self { steps, pace, ..Self::default() }
    }

    /// Whether it takes its time after the head.
    pub(crate) fn is_paced(&self) -> bool {
        self.pace.is_some()
    }

    /// Closes this when the last step is done; a body dropped before then leaves it open.
    pub(crate) fn close_at_end(&mut self, closing: Closing) {
        self.closing = Some(closing);
    }
}

impl Pacing {
    fn poll(&mut self, after: Duration, cx: &mut Context<'_>) -> Poll<()> {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        let due = begun.checked_add(after).unwrap_or(begun);
        let wait = self.wait.get_or_insert_with(|| Box::pin(sleep_until(due)));
        ready!(wait.as_mut().poll(cx));
        self.wait = None;
        Poll::Ready(())
    }
}

fn length(body: &Bytes) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Severed;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Severed>>> {
        let this = &mut *self;
        if let (Some(Step::Until(after)), Some(pace)) = (this.steps.front(), &mut this.pace) {
            ready!(pace.poll(*after, cx));
            this.steps.pop_front();
        }
        match this.steps.pop_front() {
            None | Some(Step::Until(_)) => Poll::Ready(None),
            Some(Step::Data(data)) => {
                this.length = this.length.map(|left| left.saturating_sub(length(&data)));
                if this.steps.is_empty()
                    && let Some(closing) = this.closing.take()
                {
                    closing.close();
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Some(Step::Flush) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Step::Break) => Poll::Ready(Some(Err(Severed))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

/// The connection is to be cut here.
#[derive(Debug)]
pub(crate) struct Severed;

impl fmt::Display for Severed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("connection cut on purpose")
    }
}

impl std::error::Error for Severed {}
