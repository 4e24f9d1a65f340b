//! How long to wait for what.

use std::time::Duration;

use tokio::time::Instant;

/// How long to wait for what. Each that passes has an [error kind](crate::ErrorKind) of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the address of the host and a TCP connection, and a proxy's tunnel where there is
    /// one: [`ConnectTimeout`](crate::ErrorKind::ConnectTimeout).
    pub connect: Duration,
    /// For the TLS handshake after that: [`TlsTimeout`](crate::ErrorKind::TlsTimeout).
    pub tls: Duration,
    /// For one attempt, from its start on the wire to the last byte of the answer:
    /// [`AttemptTimeout`](crate::ErrorKind::AttemptTimeout).
    pub attempt: Duration,
    /// For the head of an answer, from the attempt's start on the wire:
    /// [`FirstByteTimeout`](crate::ErrorKind::FirstByteTimeout). `None`: as long as the attempt.
    pub first_byte: Option<Duration>,
    /// For the next piece of an answer's body: [`IdleTimeout`](crate::ErrorKind::IdleTimeout).
    pub read: Duration,
    /// For a call in all, queueing and retries included, unless its request says otherwise:
    /// [`Deadline`](crate::ErrorKind::Deadline). `None`: no end.
    pub total: Option<Duration>,
    /// How long an unused connection is kept.
    pub keep_alive: Duration,
}

impl Timeouts {
    /// 10 s to connect and 10 s for TLS, 30 s for an attempt, 60 s of silence within a body,
    /// no end to a call, connections kept for 50 s.
    pub const DEFAULT: Self = Self {
        connect: Duration::from_secs(10),
        tls: Duration::from_secs(10),
        attempt: Duration::from_secs(30),
        first_byte: None,
        read: Duration::from_secs(60),
        total: None,
        // Below the 60 s after which many servers hang up themselves.
        keep_alive: Duration::from_secs(50),
    };

    /// Whether one of them leaves no time at all.
    pub(crate) fn has_zero(&self) -> bool {
        let always = [self.connect, self.tls, self.attempt, self.read];
        let sometimes = [self.first_byte, self.total].into_iter().flatten();
        always.into_iter().chain(sometimes).any(|allowed| allowed.is_zero())
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// So far from now; a time beyond the end of the clock is one that nobody will see.
pub(super) fn from_now(allowed: Duration) -> Instant {
    const YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    Instant::now() + allowed.min(YEARS)
}
