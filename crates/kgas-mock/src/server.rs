//! The server: built, started on a port or on streams, asked for its account, stopped.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem::take;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::account::{Account, Book};
use crate::faults::{Fault, Faults};
use crate::limits::RequestLimit;
use crate::locked;
use crate::script::{Answer, Reply, Script};
use crate::service::Desk;

const PIPE_BYTES: usize = 64 * 1024;
const DEFAULT_DIMENSIONS: usize = 64;

/// A running simulated provider. Dropping it stops it and cuts its connections.
///
/// Each answer carries an `x-request-id`: `req_` and the index of its attempt in the [`Account`].
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
        Builder {
            latency: Duration::ZERO,
            requests_per_minute: None,
            has_limit_headers: true,
            key: None,
            models: Vec::new(),
            dimensions: DEFAULT_DIMENSIONS,
            keeps_requests: false,
            faults: Vec::new(),
            answer: Box::new(Reply::text("ok")),
        }
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

    /// Serves one connection over any stream, for as long as the server lives.
    ///
    /// It must be called inside a Tokio runtime.
    pub fn serve_stream<I>(&self, stream: I)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let desk = Arc::clone(&self.desk);
        let connection = desk.book.connected();
        spawn(&self.tasks, converse(desk, connection, stream, drop));
    }

    /// Opens an in-memory connection and returns the client's end.
    ///
    /// It must be called inside a Tokio runtime.
    #[must_use]
    pub fn connect(&self) -> DuplexStream {
        let (client, server) = duplex(PIPE_BYTES);
        self.serve_stream(server);
        client
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

/// What the server will be like.
///
/// ```
/// use std::time::Duration;
/// use kgas_mock::{Fault, MockServer, Reply};
///
/// # fn main() -> std::io::Result<()> {
/// let server = MockServer::builder()
///     .latency(Duration::from_millis(200))
///     .requests_per_minute(500)
///     .require_key("sk-test")
///     .models(["gpt-4o-mini"])
///     .fault(Fault::status(500).every(100))
///     .answer(Reply::text("[]"))
///     .in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Builder {
    latency: Duration,
    requests_per_minute: Option<u32>,
    has_limit_headers: bool,
    key: Option<String>,
    models: Vec<String>,
    dimensions: usize,
    keeps_requests: bool,
    faults: Vec<Fault>,
    answer: Box<dyn Answer>,
}

impl Builder {
    /// Takes this long for each answer of the simulated model; refusals (400, 401, 404, 429) leave at once.
    pub fn latency(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    /// Lets in this many calls (chat and embeddings together) in any 60 s, by a sliding log of the calls let
    /// in; others get 429 with `Retry-After`. Requests without the right key do not count, bad ones do.
    pub fn requests_per_minute(self, allowance: u32) -> Self {
        Self { requests_per_minute: Some(allowance), ..self }
    }

    /// Whether answers carry the `x-ratelimit-*` headers of the limit; they do unless told otherwise.
    /// `Retry-After` stays.
    pub fn limit_headers(self, has_limit_headers: bool) -> Self {
        Self { has_limit_headers, ..self }
    }

    /// Answers 401 unless the request carries this key as its bearer token.
    pub fn require_key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Knows only these models; none given means any.
    pub fn models<M: Into<String>>(self, models: impl IntoIterator<Item = M>) -> Self {
        Self { models: models.into_iter().map(Into::into).collect(), ..self }
    }

    /// Gives embeddings this many dimensions unless the request names its own; 64 if not said.
    pub fn embedding_dimensions(self, dimensions: usize) -> Self {
        Self { dimensions, ..self }
    }

    /// Keeps headers and body of each request in the account, not only the prompt's beginning.
    pub fn keep_requests(self) -> Self {
        Self { keeps_requests: true, ..self }
    }

    /// Adds a fault; of several that apply, the one added first happens.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Says these replies in order of arrival; the same as `.answer(Script::new(replies))`.
    pub fn script<R: Into<Reply>>(self, replies: impl IntoIterator<Item = R>) -> Self {
        self.answer(Script::new(replies))
    }

    /// Says what this answers.
    pub fn answer(self, answer: impl Answer) -> Self {
        Self { answer: Box::new(answer), ..self }
    }

    /// Starts the server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Fails if no port can be had, and with [`io::ErrorKind::InvalidInput`] if a fault has a status or a
    /// header that HTTP does not allow.
    pub async fn start(self) -> io::Result<MockServer> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let server = self.open(url)?;
        let desk = Arc::clone(&server.desk);
        spawn(&server.tasks, listen(listener, desk, Arc::downgrade(&server.tasks)));
        Ok(server)
    }

    /// Makes the server without a port: connections come through [`MockServer::connect`] and
    /// [`MockServer::serve_stream`]. Under a paused clock this is a simulation without real time.
    ///
    /// # Errors
    ///
    /// Fails with [`io::ErrorKind::InvalidInput`] if a fault has a status or a header that HTTP does not allow.
    pub fn in_memory(self) -> io::Result<MockServer> {
        self.open("http://mock.invalid/v1".to_owned())
    }

    fn open(self, url: String) -> io::Result<MockServer> {
        let desk = Desk {
            book: Arc::new(Book::open()),
            latency: self.latency,
            limit: self.requests_per_minute.map(RequestLimit::per_minute),
            has_limit_headers: self.has_limit_headers,
            key: self.key,
            models: self.models,
            dimensions: self.dimensions,
            keeps_requests: self.keeps_requests,
            faults: Faults::armed(self.faults)?,
            answer: self.answer,
            asked: Mutex::default(),
        };
        Ok(MockServer { url, desk: Arc::new(desk), tasks: Arc::default() })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Builder")
            .field("latency", &self.latency)
            .field("requests_per_minute", &self.requests_per_minute)
            .field("models", &self.models)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
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
        let connection = desk.book.connected();
        // Small answers must not wait for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        spawn(&tasks, converse(Arc::clone(&desk), connection, stream, reset));
    }
}

/// Serves one connection to its end; if a fault cut it, `cut` ends the stream.
async fn converse<I>(desk: Arc<Desk>, connection: usize, stream: I, cut: fn(I))
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| Box::pin(Arc::clone(&desk).serve(connection, request)));
    let mut conversation = http1::Builder::new()
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    match poll_fn(|cx| conversation.poll_without_shutdown(cx)).await {
        Err(error) if error.is_user() => cut(conversation.into_parts().io.into_inner()),
        _ => drop(conversation),
    }
}

/// Closes so that the client sees a reset, not an end.
fn reset(stream: TcpStream) {
    // Without the option it is an ordinary close, which is still the end of the answer.
    let _ = stream.set_zero_linger();
    drop(stream);
}
