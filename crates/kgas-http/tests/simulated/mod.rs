//! A client and the simulated provider, connected in memory.
#![allow(dead_code, reason = "each test binary uses its part of this")]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

#[path = "../support/trace.rs"]
#[allow(clippy::duplicate_mod, reason = "some test binaries have `support` beside this")]
mod trace;

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use kgas_http::openai::{ChatParams, chat_request};
use kgas_http::{ApiRequest, ApiResponse, Client, ClientBuilder, Transport as _, memory};
use kgas_mock::{Builder, MockServer};

/// The server, and a builder of clients that connect to it.
pub(crate) fn provider(server: Builder) -> (Arc<MockServer>, ClientBuilder) {
    let (connector, listener) = memory::connector();
    provider_by(server, connector, listener)
}

/// The same by a connector of one's own.
pub(crate) fn provider_by(
    server: Builder,
    connector: memory::Connector,
    mut listener: memory::Listener,
) -> (Arc<MockServer>, ClientBuilder) {
    trace::start();
    let server = Arc::new(server.in_memory().unwrap());
    let far_end = Arc::downgrade(&server);
    tokio::spawn(async move {
        while let Some(pipe) = listener.accept().await {
            let Some(server) = far_end.upgrade() else { return };
            server.serve_stream(pipe);
        }
    });
    let client = Client::builder(server.url()).connector(connector).seed(14);
    (server, client)
}

/// The call with this number.
pub(crate) fn call(number: usize) -> ApiRequest {
    chat_request(&ChatParams { max_tokens: Some(100), ..ChatParams::prompt(format!("[[doc:{number}]] hello")) })
}

/// Sends calls with these numbers, so many in hand at a time, and answers in their order.
pub(crate) async fn send_all(client: &Client, count: usize, in_hand: usize) -> Vec<ApiResponse> {
    let sends = (0..count).map(|number| async move { (number, client.send(call(number)).await) });
    let mut answers: Vec<_> = stream::iter(sends).buffer_unordered(in_hand).collect().await;
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
