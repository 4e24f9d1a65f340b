//! The server that all clients ask: the same program in a process of its own, so that its work is not counted.

use std::convert::Infallible;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::chat;
use super::clients::Failure;

/// The argument that makes this program the server.
pub(crate) const TASK: &str = "serve";

/// The argument that makes it send the headers in which a provider tells its limits.
pub(crate) const LIMIT_HEADERS: &str = "--limit-headers";

/// The running server; it ends when this is dropped.
pub(crate) struct ServerProcess {
    child: Child,
    port: u16,
}

impl ServerProcess {
    pub(crate) fn start(has_limit_headers: bool) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(TASK).stdin(Stdio::piped()).stdout(Stdio::piped());
        if has_limit_headers {
            command.arg(LIMIT_HEADERS);
        }
        let mut server = Self { child: command.spawn()?, port: 0 };
        let mut line = String::new();
        if let Some(output) = server.child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        server.port = line.trim().parse().map_err(|_no_number| "the server did not start")?;
        Ok(server)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the standard input ends, as it does when the parent is gone.
pub(crate) async fn serve(has_limit_headers: bool) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
    std::thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let desk: &'static Desk = Box::leak(Box::new(Desk::new(has_limit_headers)));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(converse(stream, desk));
    }
}

async fn converse(stream: TcpStream, desk: &'static Desk) {
    let service = service_fn(|request| desk.answer(request));
    // A client that hangs up is no matter.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The one answer.
struct Desk {
    headers: HeaderMap,
    body: Bytes,
}

impl Desk {
    fn new(has_limit_headers: bool) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut set = |name, value| headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        set("x-request-id", "req_5c1f2b7f3a9e4c0d8e6b1a2f3c4d5e6f");
        if has_limit_headers {
            set("x-ratelimit-limit-requests", "900000000");
            set("x-ratelimit-limit-tokens", "900000000");
            set("x-ratelimit-remaining-requests", "899990000");
            set("x-ratelimit-remaining-tokens", "899990000");
            set("x-ratelimit-reset-requests", "1ms");
            set("x-ratelimit-reset-tokens", "1ms");
        }
        Self { headers, body: Bytes::from(chat::answer()) }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let mut body = request.into_body();
        // Reads the question to its end, as a server must.
        while let Some(Ok(_)) = body.frame().await {}
        let mut answer = Response::new(Full::new(self.body.clone()));
        *answer.headers_mut() = self.headers.clone();
        Ok(answer)
    }
}
