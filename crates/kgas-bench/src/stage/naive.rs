//! What clients do that kgas doesn't, to compare with.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use kgas_http::{ApiRequest, ApiResponse, BuildError, Client, ClientBuilder, ErrorKind, HttpError, Transport};
use tokio::time::sleep;

/// How often a call is tried before it is given up.
const MOST_ATTEMPTS: u32 = 10;

/// Waits a fixed time after each failure and tries again.
#[derive(Debug)]
pub(super) struct FixedWait {
    /// Each call has its own: those of one client wait together for a server that is away, and find it sooner.
    clients: Clients,
    wait: Duration,
}

impl FixedWait {
    pub(super) fn new(clients: Clients, wait: Duration) -> Self {
        Self { clients, wait }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for FixedWait {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let Some(client) = self.clients.next() else { return closed() };
        let mut attempts = 1;
        loop {
            let answer = client.send(request.clone()).await;
            if answer.outcome.is_ok() || attempts == MOST_ATTEMPTS {
                return answer;
            }
            attempts += 1;
            sleep(self.wait).await;
        }
    }
}

/// Sends each call through a client of its own, and so over a connection of its own.
#[derive(Debug)]
pub(super) struct NewConnections {
    clients: Clients,
}

impl NewConnections {
    pub(super) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for NewConnections {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        match self.clients.next() {
            Some(client) => client.send(request).await,
            None => closed(),
        }
    }
}

/// A client for each call.
#[derive(Debug)]
pub(super) struct Clients(Mutex<VecDeque<Client>>);

impl Clients {
    pub(super) fn new(make: impl Fn() -> ClientBuilder, calls: usize) -> Result<Self, BuildError> {
        let clients = (0..calls).map(|_| make().build()).collect::<Result<_, _>>()?;
        Ok(Self(Mutex::new(clients)))
    }

    fn next(&self) -> Option<Client> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

fn closed() -> ApiResponse {
    ApiResponse::failed(HttpError::new(ErrorKind::Closed))
}
