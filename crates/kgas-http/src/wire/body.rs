//! Bodies: one that tells when it is being sent, and one that arrives piece by piece.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::timeouts::from_now;
use crate::limit::Mark;
use crate::{ErrorKind, HttpError};

/// How much room is made at once on the server's word.
const TRUSTED_BYTES: u64 = 1024 * 1024;

/// A request's body. A connection looks at it when it writes the request's head and not before,
/// so that look is the moment from which the server may see the request.
pub(super) struct MarkedBody {
    inner: Full<Bytes>,
    mark: Mark,
}

impl MarkedBody {
    pub(super) fn new(bytes: Bytes, mark: Mark) -> Self {
        Self { inner: Full::new(bytes), mark }
    }
}

/// Whoever paid for the request took the money back before its head was sent. A connection that has taken the request
/// up in that instant gives up, with the head still in its buffer.
#[derive(Debug, thiserror::Error)]
#[error("the request was withdrawn")]
pub(super) struct Withdrawn;

impl Body for MarkedBody {
    type Data = Bytes;
    type Error = Withdrawn;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Withdrawn>>> {
        if !self.mark.written() {
            return Poll::Ready(Some(Err(Withdrawn)));
        }
        Pin::new(&mut self.inner).poll_frame(cx).map_err(|never| match never {})
    }

    // An empty body is asked for nothing else. What must not be written has an end that never comes.
    fn is_end_stream(&self) -> bool {
        self.mark.written() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The body of an answer whose head has come.
pub(crate) struct ResponseBody {
    incoming: Incoming,
    /// How many bytes may still come.
    room: usize,
    max: usize,
    read: Duration,
    silence: Silence,
    status: StatusCode,
}

impl ResponseBody {
    pub(super) fn new(incoming: Incoming, max: usize, read: Duration, status: StatusCode) -> Self {
        Self { incoming, room: max, max, read, silence: Silence::Unmeasured, status }
    }

    /// The next piece, not empty; `None` at the end. Dropping the future loses nothing; dropping
    /// the body before its end closes the connection. After an error there is nothing more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Body`] if the answer broke off, [`ErrorKind::IdleTimeout`] if it stalled, and
    /// [`ErrorKind::TooLarge`] beyond the cap; who has the answer's head adds the request's id.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// All that is still to come.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next).
    pub(super) async fn collect(&mut self) -> Result<Vec<u8>, HttpError> {
        let announced = self.incoming.size_hint().lower();
        if usize::try_from(announced).map_or(true, |n| n > self.room) {
            return Err(self.too_large());
        }
        let room = usize::try_from(announced.min(TRUSTED_BYTES)).unwrap_or_default();
        let mut bytes = Vec::with_capacity(room);
        while let Some(piece) = self.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(bytes)
    }

    /// What comes until the body ends, breaks off, or is longer than allowed.
    pub(super) async fn what_comes(&mut self, bytes: &mut Vec<u8>) {
        while let Some(Ok(piece)) = self.next().await {
            bytes.extend_from_slice(&piece);
        }
    }

    /// An error about this answer; who has its head adds the request's id.
    pub(super) fn fault(&self, kind: ErrorKind) -> HttpError {
        HttpError::new(kind).with_status(self.status.as_u16()).with_request_written(true)
    }

    /// Whether an answer of this status has a body at all.
    pub(super) fn is_due(&self) -> bool {
        !matches!(self.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT)
    }

    pub(super) fn too_large(&self) -> HttpError {
        self.fault(ErrorKind::TooLarge).with_message(format!("more than {} bytes", self.max))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, HttpError>>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(cx) else {
                ready!(self.silence.poll_end(self.read, cx));
                let message = format!("nothing came for {:?}", self.read);
                return Poll::Ready(Some(Err(self.fault(ErrorKind::IdleTimeout).with_message(message))));
            };
            self.silence.broken();
            let data = match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(self.fault(ErrorKind::Body).with_source(error)))),
                // Trailers are of no use here.
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            };
            let Some(room) = self.room.checked_sub(data.len()) else {
                return Poll::Ready(Some(Err(self.too_large())));
            };
            self.room = room;
            if !data.is_empty() {
                return Poll::Ready(Some(Ok(data)));
            }
        }
    }
}

/// How long nothing has come. Most answers are there at once, so a timer is made only when
/// something must be waited for, and moved only when it rings.
enum Silence {
    Unmeasured,
    Since(Instant, Pin<Box<Sleep>>),
}

impl Silence {
    fn broken(&mut self) {
        if let Self::Since(began, _) = self {
            *began = Instant::now();
        }
    }

    /// Ready once the silence has lasted so long.
    fn poll_end(&mut self, allowed: Duration, cx: &mut Context<'_>) -> Poll<()> {
        if let Self::Unmeasured = self {
            *self = Self::Since(Instant::now(), Box::pin(sleep_until(from_now(allowed))));
        }
        let Self::Since(began, timer) = self else { return Poll::Pending };
        loop {
            ready!(timer.as_mut().poll(cx));
            let left = allowed.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(from_now(left));
        }
    }
}
