//! Connections that were opened before there was a request for them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::stream::Stream;

/// How long one is good for: some servers close after five seconds what nobody uses.
const KEPT: Duration = Duration::from_secs(4);

/// Those that wait for their first request.
#[derive(Clone, Default)]
pub(super) struct Ahead(Arc<Mutex<Vec<Ready>>>);

struct Ready {
    uri: Uri,
    since: Instant,
    stream: TokioIo<Stream>,
}

impl Ahead {
    /// Keeps a connection for the next request to the same server.
    pub(super) fn keep(&self, uri: Uri, stream: TokioIo<Stream>) {
        self.all().push(Ready { uri, since: Instant::now(), stream });
    }

    /// One that leads to this server.
    pub(super) fn take(&self, uri: &Uri) -> Option<TokioIo<Stream>> {
        let mut all = self.all();
        all.retain(|ready| ready.since.elapsed() < KEPT);
        let leads = |ready: &Ready| ready.uri.scheme() == uri.scheme() && ready.uri.authority() == uri.authority();
        let at = all.iter().position(leads)?;
        Some(all.swap_remove(at).stream)
    }

    fn all(&self) -> MutexGuard<'_, Vec<Ready>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ahead").field(&self.all().len()).finish()
    }
}
