//! What goes out after the head: a whole answer, one that breaks half way, or a stream of events.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// A body of known steps.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    steps: VecDeque<Step>,
    length: Option<u64>,
}

#[derive(Debug)]
enum Step {
    Data(Bytes),
    /// Gives the connection a chance to send what it has.
    Flush,
    Break,
}

impl Outgoing {
    pub(crate) fn whole(body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let length = length(&body);
        let steps = if body.is_empty() { VecDeque::new() } else { VecDeque::from([Step::Data(body)]) };
        Self { steps, length: Some(length) }
    }

    /// Announces the whole length, sends half and breaks the connection.
    pub(crate) fn broken(body: impl Into<Bytes>) -> Self {
        let mut body = body.into();
        let length = length(&body);
        body.truncate(body.len() / 2);
        Self { steps: VecDeque::from([Step::Data(body), Step::Flush, Step::Break]), length: Some(length) }
    }

    /// Half of it, sent as if it were all.
    pub(crate) fn half(body: impl Into<Bytes>) -> Self {
        let mut body = body.into();
        body.truncate(body.len() / 2);
        Self::whole(body)
    }

    /// Server-sent events, ended as OpenAI ends them.
    pub(crate) fn events(events: impl IntoIterator<Item = String>) -> Self {
        let mut steps: VecDeque<Step> =
            events.into_iter().map(|event| Step::Data(Bytes::from(format!("data: {event}\n\n")))).collect();
        steps.push_back(Step::Data(Bytes::from_static(b"data: [DONE]\n\n")));
        Self { steps, length: None }
    }
}

fn length(body: &Bytes) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Severed;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Severed>>> {
        match self.steps.pop_front() {
            None => Poll::Ready(None),
            Some(Step::Data(data)) => {
                self.length = self.length.map(|left| left.saturating_sub(length(&data)));
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
