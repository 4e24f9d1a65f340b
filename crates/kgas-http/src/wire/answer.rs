//! The two ways to take an answer: whole, or open, with its body still to come.

use http::response::Parts;

use super::{Outgoing, ResponseBody, Wire};
use crate::{HttpError, Permit, Reply};

/// How an answer is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Whole,
    Open,
}

/// An answer with a status 2xx.
pub(crate) enum Answer {
    Whole(Reply),
    Open(Parts, ResponseBody),
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Whole(reply) => reply.status,
            Self::Open(head, _) => head.status.as_u16(),
        }
    }
}

impl Wire {
    /// Sends the request once. Dropping the future closes the connection it is on.
    pub(crate) async fn send(&self, outgoing: &Outgoing, permit: &Permit, mode: Mode) -> Result<Answer, HttpError> {
        match mode {
            Mode::Whole => self.attempt(outgoing, permit).await.map(Answer::Whole),
            Mode::Open => self.open(outgoing, permit).await.map(|(head, body)| Answer::Open(head, body)),
        }
    }
}
