//! An answer whose head has come, and whose body is read piece by piece.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use http::response::Parts;

#[cfg(doc)]
use crate::ErrorKind;
use crate::retry::{Call, classify};
use crate::wire::ResponseBody;
use crate::{HttpError, Permit, Refusal, Waited};

/// An answer with a status 2xx whose body is still to come: see
/// [`Client::open`](crate::Client::open).
///
/// It keeps its place among the requests in flight until its body ends, or it is dropped or
/// [settled](Self::settle). Dropped before the end of the body, it closes its connection.
pub struct Opened {
    status: u16,
    headers: HeaderMap,
    /// Gone after an error.
    body: Option<ResponseBody>,
    permit: Option<Permit>,
    call: Call,
    url: String,
    /// What must not come back in the server's words.
    sent: HeaderMap,
}

impl Opened {
    pub(crate) fn new(
        (head, body): (Parts, ResponseBody),
        permit: Option<Permit>,
        call: Call,
        url: String,
        sent: HeaderMap,
    ) -> Self {
        Self { status: head.status.as_u16(), headers: head.headers, body: Some(body), permit, call, url, sent }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How many requests went out for it.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.call.attempts
    }

    /// Where the time until the head of the answer went.
    #[must_use]
    pub fn waited(&self) -> Waited {
        self.call.waited()
    }

    /// The next piece of the body, as it came; `None` at its end. Dropping the future loses
    /// nothing. After an error there is nothing more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Body`] if the answer broke off, [`ErrorKind::IdleTimeout`] if nothing came
    /// for too long, [`ErrorKind::Deadline`] if the call's time is over, and
    /// [`ErrorKind::TooLarge`] beyond the cap. None is tried again: what was read was read.
    pub async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        let piece = self.call.in_time(self.body.as_mut()?.next()).await;
        let piece = piece.unwrap_or_else(|| Some(Err(self.call.too_late(true))));
        match piece {
            None => {
                // The charge stays, the place is for somebody else.
                self.permit = None;
                None
            }
            Some(Err(error)) => {
                (self.body, self.permit) = (None, None);
                let error = error.with_request_id(classify::request_id(&self.headers));
                Some(Err(self.sign(error)))
            }
            other => other,
        }
    }

    /// Says how many tokens the request used in the end, and frees its place among those in
    /// flight. Without it the estimate stays charged.
    pub fn settle(&mut self, tokens: u32) {
        if let Some(permit) = self.permit.take() {
            permit.settle(tokens);
        }
    }

    /// Tells the limiter of an error that the body reports.
    pub(crate) fn refused(&self, error: &HttpError) {
        if let (Some(permit), Some(refusal)) = (&self.permit, Refusal::of(error)) {
            permit.refused(refusal, error.hint());
        }
    }

    /// Adds the facts of this call to an error about its body, and takes what was secret in the
    /// request out of the server's words.
    pub(crate) fn sign(&self, error: HttpError) -> HttpError {
        let shown = error.message().map(|said| classify::presentable(said, &self.sent));
        let error = self.call.sign(error, &self.url);
        match shown {
            Some(said) => error.with_message(said),
            None => error,
        }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("status", &self.status)
            .field("url", &self.url)
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}
