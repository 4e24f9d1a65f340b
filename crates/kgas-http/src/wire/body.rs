//! Bodies: one that tells when it is being sent, and the collecting of one that arrives.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::limit::Mark;

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

impl Body for MarkedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.mark.written();
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    // An empty body is asked for nothing else.
    fn is_end_stream(&self) -> bool {
        self.mark.written();
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// How an answer's body ended.
#[derive(Debug)]
pub(super) enum End {
    Whole,
    TooLarge,
    Lost(hyper::Error),
}

/// Reads a body up to `cap` bytes; what has come is returned in any case.
pub(super) async fn collect(mut body: Incoming, cap: usize) -> (Vec<u8>, End) {
    let expected = body.size_hint().lower();
    if usize::try_from(expected).map_or(true, |n| n > cap) {
        return (Vec::new(), End::TooLarge);
    }
    let room = usize::try_from(expected.min(TRUSTED_BYTES)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(room);
    while let Some(frame) = body.frame().await {
        let data = match frame {
            Ok(frame) => frame.into_data().unwrap_or_default(),
            Err(error) => return (bytes, End::Lost(error)),
        };
        if data.len() > cap.saturating_sub(bytes.len()) {
            return (bytes, End::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    (bytes, End::Whole)
}
