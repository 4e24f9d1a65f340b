//! A request on its way into the books, where it is judged the moment it arrives.

use std::mem::take;

use crate::account::{Received, Ticket};
use crate::limits::Judgement;
use crate::openai::Refusal;
use crate::script::ChatCall;
use crate::service::Desk;
use crate::strict::EmbeddingsCall;
use crate::transit::Trip;

/// A call that passed all checks.
pub(crate) enum Call {
    Chat(ChatCall),
    Embeddings(EmbeddingsCall),
}

/// A body as read: what the limits and the account want of it, and what came out of the checks.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) prompt: String,
    pub(crate) cost: u64,
    pub(crate) request: Option<Received>,
    /// None: not a call, or not let in by its head.
    pub(crate) call: Option<Result<Call, Refusal>>,
}

/// A request on its way to the books. Dropped before it got there it still arrives, and counts: the client has
/// left, but what it sent is sent.
pub(crate) struct Arrival<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) connection: usize,
    pub(crate) path: &'a str,
    pub(crate) is_call: bool,
    pub(crate) is_limited: bool,
    pub(crate) reading: Reading,
    pub(crate) has_arrived: bool,
}

impl Arrival<'_> {
    /// Writes it down and judges it, in one step.
    pub(crate) fn arrive(&mut self) -> (Ticket, Option<Judgement>) {
        self.has_arrived = true;
        let Desk { book, limits, .. } = self.desk;
        book.arrive(self.connection, self.path, self.is_call, |now| {
            let judgement = match limits {
                Some(limits) if self.is_limited => Some(limits.judge(now, self.reading.cost)),
                Some(_) | None => None,
            };
            let charged = judgement.as_ref().map_or(0, |judgement| judgement.charged);
            (judgement, charged)
        })
    }

    /// Goes the way there with its body read.
    pub(crate) async fn travel(mut self, trip: &Trip, reading: Reading) -> (Ticket, Option<Judgement>, Reading) {
        self.reading = reading;
        trip.there().await;
        let (ticket, judgement) = self.arrive();
        (ticket, judgement, take(&mut self.reading))
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        if !self.has_arrived {
            let (ticket, _) = self.arrive();
            ticket.note(&self.reading.prompt, self.reading.request.take());
        }
    }
}
