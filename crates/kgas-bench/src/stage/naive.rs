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
    client: Client,
    wait: Duration,
}

impl FixedWait {
    pub(super) fn new(client: Client, wait: Duration) -> Self {
        Self { client, wait }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for FixedWait {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let mut attempts = 1;
        loop {
            let answer = self.client.send(request.clone()).await;
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
    clients: Mutex<VecDeque<Client>>,
}

impl NewConnections {
    pub(super) fn new(make: impl Fn() -> ClientBuilder, calls: usize) -> Result<Self, BuildError> {
        let clients = (0..calls).map(|_| make().build()).collect::<Result<_, _>>()?;
        Ok(Self { clients: Mutex::new(clients) })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for NewConnections {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let client = self.clients.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match client {
            Some(client) => client.send(request).await,
            None => ApiResponse::failed(HttpError::new(ErrorKind::Closed)),
        }
    }
}
