//! The two ways to take an answer: whole, or open, with its body still to come.

use std::future::Future;

use http::response::Parts;

use super::{Outgoing, ResponseBody, Wire};
use crate::{HttpError, Permit, Reply};

/// A way to take an answer with a status 2xx.
pub(crate) trait Taking: Copy + Send + Sync {
    type Answer: Send;

    /// Sends the request once. Dropping the future closes the connection it is on.
    fn take(
        self,
        wire: &Wire,
        outgoing: &Outgoing,
        permit: &Permit,
    ) -> impl Future<Output = Result<Self::Answer, HttpError>> + Send;

    fn status(answer: &Self::Answer) -> u16;

    /// The answer with its body, if that has come.
    fn reply(answer: &Self::Answer) -> Option<&Reply>;
}

/// With its whole body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole;

impl Taking for Whole {
    type Answer = Reply;

    fn take(
        self,
        wire: &Wire,
        outgoing: &Outgoing,
        permit: &Permit,
    ) -> impl Future<Output = Result<Reply, HttpError>> + Send {
        wire.attempt(outgoing, permit)
    }

    fn status(reply: &Reply) -> u16 {
        reply.status
    }

    fn reply(reply: &Reply) -> Option<&Reply> {
        Some(reply)
    }
}

/// With its head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open;

impl Taking for Open {
    type Answer = (Parts, ResponseBody);

    fn take(
        self,
        wire: &Wire,
        outgoing: &Outgoing,
        permit: &Permit,
    ) -> impl Future<Output = Result<(Parts, ResponseBody), HttpError>> + Send {
        wire.open(outgoing, permit)
    }

    fn status((head, _): &(Parts, ResponseBody)) -> u16 {
        head.status.as_u16()
    }

    fn reply(_: &(Parts, ResponseBody)) -> Option<&Reply> {
        None
    }
}
