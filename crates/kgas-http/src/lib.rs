//! A rate-limited HTTP client for model APIs: as fast as the quota allows, never over it.
//!
//! [`Client`] sends [`ApiRequest`]s to one base URL and answers each with an [`ApiResponse`],
//! which is a record of what happened and never a bare error. Underneath are a [`Limiter`]
//! (requests and tokens per minute, requests in flight) and a [`RetryPolicy`] (back-off,
//! `Retry-After`). [`Transport`] is the seam: whatever wraps a client, or stands in for one in a
//! test, implements it. With the feature `openai` (on by default) the module `openai` speaks
//! chat completions and embeddings through any transport.
//!
//! ```
//! use kgas_http::{ApiStatus, Client};
//! # async fn listen(mut listener: kgas_http::memory::Listener) {
//! #     use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! #     let mut pipe = listener.accept().await.unwrap();
//! #     let mut head = [0; 1024];
//! #     let _ = pipe.read(&mut head).await.unwrap();
//! #     let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"data\": []}";
//! #     pipe.write_all(answer).await.unwrap();
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (connector, listener) = kgas_http::memory::connector();
//! # let (answer, ()) = tokio::join!(async {
//! let client = Client::builder("https://api.example.com/v1")
//!     .api_key("sk-example".into())
//! #   .connector(connector)
//!     .build()?;
//! let answer = client.get("models").query("limit", "5").await;
//! assert_eq!(answer.status(), ApiStatus::Success);
//! assert_eq!(answer.retry_count(), 0);
//! # Ok::<_, kgas_http::BuildError>(answer)
//! # }, listen(listener));
//! # answer?;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod base_url;
mod builder;
mod client;
mod error;
mod flight;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod limit;
pub mod memory;
mod open;
#[cfg(feature = "openai")]
pub mod openai;
mod placing;
mod purse;
mod report;
mod request;
mod response;
mod retry;
mod secret;
#[cfg_attr(not(feature = "openai"), allow(dead_code, reason = "only model APIs have answers of known shapes"))]
mod shape;
mod spelled;
#[cfg(feature = "openai")]
mod sse;
mod transport;
mod wire;

pub use self::base_url::{BaseUrl, BaseUrlError};
pub use self::builder::{BuildError, ClientBuilder};
pub use self::client::{Call, Client};
pub use self::error::{ErrorKind, HttpError};
pub use self::limit::{Cause, Cost, Learned, Limiter, Limits, Permit, Queued, Refusal, Rehearsal, Snapshot};
pub use self::open::Opened;
pub use self::purse::{Purse, Spending, Unaffordable};
pub use self::report::Attempt;
pub use self::request::ApiRequest;
pub use self::response::{ApiResponse, ApiStatus, Reply, Waited};
pub use self::retry::{Hedge, RetryPolicy, Verdict, retry_after};
pub use self::secret::{Secret, SecretError};
pub use self::transport::Transport;
pub use self::wire::{Diagnosis, Handshake, OnTheWay, ProxyError, Timeouts};
