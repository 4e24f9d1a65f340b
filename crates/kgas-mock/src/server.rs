//! The server: started on a port or on streams, asked for its account, stopped.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem::take;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::Poll;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep_until};

use crate::account::Account;
use crate::builder::Builder;
use crate::locked;
use crate::service::Desk;
use crate::statistics::Statistics;

const PIPE_BYTES: usize = 64 * 1024;

/// A running simulated provider. Dropping it stops it and cuts its connections.
///
/// Each answer carries an `x-request-id`: `req_` and the index of its attempt in the [`Account`].
///
/// `GET /statistics` (not below `/v1`, without a key) gives the [`Statistics`] as JSON, and with `?attempts=true`
/// the whole [`Account`] too, as their field `account`. Such a request meets no limit and no fault and is in no
/// account; only its connection is counted.
///
/// ```
/// use kgas_mock::MockServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let server = MockServer::builder().requests_per_minute(60).start().await?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// assert!(server.url().ends_with("/v1"));
/// server.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct MockServer {
    url: String,
    desk: Arc<Desk>,
    // The accept loop holds it weakly, so that dropping the server drops the tasks.
    tasks: Arc<Mutex<JoinSet<()>>>,
}

impl MockServer {
    /// A server that takes any key and model, has no limit, no latency and no faults, and answers `ok`.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A server whose connections come from its streams alone.
    pub(crate) fn open(url: String, desk: Desk) -> Self {
        Self { url, desk: Arc::new(desk), tasks: Arc::default() }
    }

    /// Serves what comes to this port too.
    pub(crate) fn listen(&self, listener: TcpListener) {
        spawn(&self.tasks, listen(listener, Arc::clone(&self.desk), Arc::downgrade(&self.tasks)));
    }

    /// The base address to give to a client: `http://127.0.0.1:PORT/v1`, or `http://mock.invalid/v1` in memory.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What has happened so far. It may be asked for after [`MockServer::shutdown`] as well.
    #[must_use]
    pub fn account(&self) -> Account {
        self.desk.book.snapshot()
    }

    /// The same in sums.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.desk.statistics()
    }

    /// Serves one connection over any stream, for as long as the server lives.
    ///
    /// It must be called inside a Tokio runtime.
    pub fn serve_stream<I>(&self, stream: I)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        take_in(&self.desk, &self.tasks, stream, drop);
    }

    /// Opens an in-memory connection and returns the client's end. While a fault refuses connections, the other
    /// end is closed already.
    ///
    /// It must be called inside a Tokio runtime.
    #[must_use]
    pub fn connect(&self) -> DuplexStream {
        let (client, server) = duplex(PIPE_BYTES);
        self.serve_stream(server);
        client
    }

    /// The same, but says at once that there is no connection, as TCP does where nobody listens.
    ///
    /// It must be called inside a Tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails with [`io::ErrorKind::ConnectionRefused`] while [`Fault::refuse_connections`] applies.
    ///
    /// [`Fault::refuse_connections`]: crate::Fault::refuse_connections
    pub fn try_connect(&self) -> io::Result<DuplexStream> {
        if self.desk.refuses_connections() {
            self.desk.book.refused_connection();
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(self.connect())
    }

    /// Stops listening, cuts all connections and waits until they are gone.
    pub async fn shutdown(&self) {
        let mut tasks = take(&mut *locked(&self.tasks));
        tasks.shutdown().await;
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MockServer").field("url", &self.url).finish_non_exhaustive()
    }
}

fn spawn(tasks: &Mutex<JoinSet<()>>, task: impl Future<Output = ()> + Send + 'static) {
    let mut tasks = locked(tasks);
    while tasks.try_join_next().is_some() {}
    tasks.spawn(task);
}

/// Accepts until the server is gone. A failed accept concerns that one connection only.
async fn listen(listener: TcpListener, desk: Arc<Desk>, tasks: Weak<Mutex<JoinSet<()>>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let Some(tasks) = tasks.upgrade() else { return };
        // Small answers must not wait for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        take_in(&desk, &tasks, stream, reset);
    }
}

/// Begins to serve a connection, or cuts it if connections are refused.
fn take_in<I>(desk: &Arc<Desk>, tasks: &Mutex<JoinSet<()>>, stream: I, cut: fn(I))
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if desk.refuses_connections() {
        desk.book.refused_connection();
        return cut(stream);
    }
    let connection = desk.book.connected();
    spawn(tasks, converse(Arc::clone(desk), connection, stream, cut));
}

/// Serves one connection to its end; if a fault cuts it, `cut` ends the stream.
async fn converse<I>(desk: Arc<Desk>, connection: usize, stream: I, cut: fn(I))
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut outage: Option<Pin<Box<Sleep>>> = desk.next_outage().map(|at| Box::pin(sleep_until(at)));
    let service = service_fn(move |request| Box::pin(Arc::clone(&desk).serve(connection, request)));
    let mut conversation = http1::Builder::new()
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let is_cut = poll_fn(|cx| {
        if outage.as_mut().is_some_and(|outage| outage.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(true);
        }
        conversation.poll_without_shutdown(cx).map(|end| end.is_err_and(|error| error.is_user()))
    })
    .await;
    if is_cut {
        cut(conversation.into_parts().io.into_inner());
    }
}

/// Closes so that the client sees a reset, not an end.
fn reset(stream: TcpStream) {
    // Without the option it is an ordinary close, which is still the end of the answer.
    let _ = stream.set_zero_linger();
    drop(stream);
}
