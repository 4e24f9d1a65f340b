//! The two ways to take an answer: whole, or open, with its body still to come.

use super::{Outgoing, Wire};
use crate::{HttpError, Permit, Reply};

/// How an answer is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Whole,
}

/// An answer with a status 2xx.
#[derive(Debug)]
pub(crate) enum Answer {
    Whole(Reply),
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Whole(reply) => reply.status,
        }
    }
}

impl Wire {
    /// Sends the request once. Dropping the future closes the connection it is on.
    pub(crate) async fn send(&self, outgoing: &Outgoing, permit: &Permit, mode: Mode) -> Result<Answer, HttpError> {
        match mode {
            Mode::Whole => self.attempt(outgoing, permit).await.map(Answer::Whole),
        }
    }
}
