//! A strict simulated OpenAI-compatible server for tests and measurements.
//!
//! It depends on no other crate of the workspace, so that a bug in the client is not also a bug in its
//! examiner. It listens on a local port ([`Builder::start`]) or on streams handed to it
//! ([`Builder::in_memory`]), measures all time with Tokio's clock, and keeps an [`Account`] of each attempt
//! that reached it.
//!
//! ```
//! use kgas_mock::{Fault, MockServer};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let server = MockServer::builder()
//!     .script(["first answer"])
//!     .fault(Fault::status(503).times(1))
//!     .in_memory()?;
//!
//! let body = r#"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#;
//! let request = format!(
//!     "POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\
//!      content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
//!     body.len(),
//! );
//! for expected in ["HTTP/1.1 503", "HTTP/1.1 200"] {
//!     let mut stream = server.connect();
//!     stream.write_all(request.as_bytes()).await?;
//!     let mut answer = String::new();
//!     stream.read_to_string(&mut answer).await?;
//!     assert!(answer.starts_with(expected));
//! }
//! assert_eq!(server.account().calls_answered(), 1);
//! assert_eq!(server.account().attempts().len(), 2);
//! # Ok(())
//! # }
//! ```

mod account;
mod arrival;
mod body;
mod builder;
mod closing;
mod dice;
mod dirty;
mod embed;
mod endpoint;
mod faults;
mod forms;
mod gazetteer;
mod kept;
mod latency;
mod limits;
mod lines;
mod openai;
mod response;
mod schema;
mod script;
mod server;
mod service;
mod statistics;
mod strict;
mod transit;

pub use account::{Account, Attempt, Received, Usage};
pub use builder::Builder;
pub use dirty::{Dirt, Dirty};
pub use faults::Fault;
pub use forms::Forms;
pub use gazetteer::{Gazetteer, RelationTable};
pub use latency::Latency;
pub use limits::{Algorithm, HeaderStyle, Hint};
pub use lines::{Lines, LinesError};
pub use script::{Answer, ChatCall, FinishReason, Message, Reply, Rules, Script};
pub use server::MockServer;
pub use statistics::{Statistics, TokenSums};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks even after a panic elsewhere: a failing test's account is still worth reading.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
