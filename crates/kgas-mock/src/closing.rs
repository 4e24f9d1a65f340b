//! What is left to do when an answer is handed to the wire.

use std::sync::Arc;
use std::time::Duration;

use crate::account::Ticket;
use crate::service::Desk;

/// The end of an attempt. Dropped before it closes, the attempt has no answer.
pub(crate) struct Closing {
    pub(crate) desk: Arc<Desk>,
    pub(crate) ticket: Ticket,
    pub(crate) settlement: Option<Settlement>,
    /// How long ago, when it closes, the answer was handed to the wire.
    pub(crate) ago: Duration,
}

/// What a call was charged, and what it used.
pub(crate) struct Settlement {
    pub(crate) charged: u64,
    pub(crate) used: u64,
}

impl Closing {
    pub(crate) fn close(self) {
        let arrived = self.ticket.arrived();
        self.ticket.answered(self.ago, |now| {
            if let (Some(limits), Some(Settlement { charged, used })) = (&self.desk.limits, self.settlement) {
                limits.settle(now, arrived, charged, used);
            }
        });
    }
}
