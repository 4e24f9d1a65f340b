//! Connections: over TCP, through a proxy, to a Unix socket or over a pipe in memory, and TLS.

use std::future::{Future, poll_fn, ready as ready_made};
use std::io;
#[cfg(unix)]
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tower_service::Service;

use super::ahead::Ahead;
use super::proxy::{Proxy, TunnelError};
use super::stream::{Carrier, Stream};
use super::tls::{Certificate, Tls, speaks_http2};
use crate::{Timeouts, memory};

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Tcp = HttpConnector<Resolver>;

/// How often the kernel asks whether the other side of an idle connection is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// The way to the server.
#[derive(Clone, Debug)]
pub(crate) enum Route {
    Direct,
    Proxy(Arc<Proxy>),
    #[cfg(unix)]
    Unix(Arc<Path>),
    Memory(memory::Connector),
}

/// What TLS has beyond the defaults.
#[derive(Debug, Default)]
pub(crate) struct TlsSettings {
    pub(crate) authorities: Vec<Certificate>,
    pub(crate) http2: bool,
}

/// Makes connections within time-outs.
#[derive(Clone)]
pub(crate) struct Dialer {
    tcp: Tcp,
    pub(super) route: Route,
    pub(super) tls: Option<Tls>,
    pub(super) connect: Duration,
    pub(super) handshake: Duration,
    ahead: Ahead,
}

impl Dialer {
    pub(crate) fn new(route: Route, tls: Option<&TlsSettings>, timeouts: &Timeouts) -> Result<Self, rustls::Error> {
        let mut tcp = Tcp::new_with_resolver(Resolver::new());
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(TCP_KEEPALIVE));
        // Shared among the addresses of a host, so that a dead one leaves time for the next.
        tcp.set_connect_timeout(Some(timeouts.connect));
        tcp.enforce_http(false);
        let tls = tls.map(|settings| Tls::new(&settings.authorities, settings.http2)).transpose()?;
        Ok(Self { tcp, route, tls, connect: timeouts.connect, handshake: timeouts.tls, ahead: Ahead::default() })
    }

    /// Opens a connection for a request that is still to come.
    pub(super) async fn ahead(mut self, uri: Uri) -> Result<(), BoxError> {
        poll_fn(|cx| self.poll_ready(cx)).await?;
        let stream = self.dial(&uri).await?;
        self.ahead.keep(uri, stream);
        Ok(())
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<Stream>;
    type Error = BoxError;
    type Future = Dialing;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Dialing {
        match self.ahead.take(&uri) {
            Some(stream) => Box::pin(ready_made(Ok(stream))),
            None => self.dial(&uri),
        }
    }
}

type Dialing = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, BoxError>> + Send>>;
pub(super) type Connecting = Pin<Box<dyn Future<Output = Result<Box<dyn Carrier>, BoxError>> + Send>>;

impl Dialer {
    fn dial(&mut self, uri: &Uri) -> Dialing {
        let carrier = self.reach(uri);
        let (tls, handshake, uri) = (self.tls.clone(), self.handshake, uri.clone());
        Box::pin(async move {
            let carrier = carrier.await?;
            let Some(tls) = tls else {
                return Ok(TokioIo::new(Stream::new(carrier, false)));
            };
            let (carrier, http2) = shake(&tls, handshake, &uri, carrier, speaks_http2).await?;
            Ok(TokioIo::new(Stream::new(carrier, http2)))
        })
    }

    /// What TLS, if any, is to be spoken over, in time.
    pub(super) fn reach(&mut self, uri: &Uri) -> Connecting {
        let (carrier, allowed) = (self.carrier(uri), self.connect);
        Box::pin(async move {
            let in_time = timeout(allowed, carrier).await;
            in_time.unwrap_or_else(|_elapsed| Err(Unconnected::Slow(allowed).into()))
        })
    }

    fn carrier(&mut self, uri: &Uri) -> Connecting {
        match &self.route {
            Route::Direct => {
                let (tcp, allowed) = (self.tcp.call(uri.clone()), self.connect);
                Box::pin(async move {
                    let reached = tcp.await.map_err(|e| in_words(e.into(), allowed))?;
                    Ok(Box::new(reached.into_inner()) as Box<dyn Carrier>)
                })
            }
            Route::Proxy(proxy) => {
                let (proxy, to) = (Arc::clone(proxy), uri.clone());
                let tcp = self.tcp.call(proxy.uri().clone());
                Box::pin(async move {
                    let failed = |step: ProxyStep| Unconnected::Proxy(proxy.to_string(), step);
                    let reached = tcp.await.map_err(|e| failed(ProxyStep::Reaching(e.into())))?;
                    let mut carrier = reached.into_inner();
                    proxy.tunnel(&to, &mut carrier).await.map_err(|e| failed(ProxyStep::Tunnel(e)))?;
                    Ok(Box::new(carrier) as Box<dyn Carrier>)
                })
            }
            #[cfg(unix)]
            Route::Unix(path) => {
                let path = Arc::clone(path);
                Box::pin(async move {
                    let socket = tokio::net::UnixStream::connect(&path).await;
                    let socket = socket.map_err(|e| Unconnected::Unix(path.display().to_string(), e))?;
                    Ok(Box::new(socket) as Box<dyn Carrier>)
                })
            }
            Route::Memory(connector) => {
                let connector = connector.clone();
                Box::pin(async move { Ok(Box::new(connector.open().await?) as Box<dyn Carrier>) })
            }
        }
    }
}

/// Speaks TLS over a connection in time, and sees of it what is looked for.
pub(super) async fn shake<T>(
    tls: &Tls,
    allowed: Duration,
    uri: &Uri,
    carrier: Box<dyn Carrier>,
    look: impl FnOnce(&rustls::ClientConnection) -> T,
) -> Result<(Box<dyn Carrier>, T), Unconnected> {
    let in_time = timeout(allowed, tls.handshake(uri, carrier, look)).await;
    in_time.map_err(|_elapsed| Unconnected::SlowTls(allowed))?.map_err(Unconnected::Tls)
}

/// Says how long was allowed if it was too little for the last of several addresses.
fn in_words(error: BoxError, allowed: Duration) -> BoxError {
    match error.source().and_then(|e| e.downcast_ref::<io::Error>()) {
        Some(e) if e.kind() == io::ErrorKind::TimedOut => Unconnected::Slow(allowed).into(),
        _ => error,
    }
}

/// Why there is no connection, where the libraries' own errors don't tell.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unconnected {
    #[error("no connection within {0:?}")]
    Slow(Duration),
    #[error("no TLS handshake within {0:?}")]
    SlowTls(Duration),
    #[error("the TLS handshake failed")]
    Tls(#[source] io::Error),
    #[error("no connection through the proxy {0}")]
    Proxy(String, #[source] ProxyStep),
    #[cfg(unix)]
    #[error("no connection to the socket {0}")]
    Unix(String, #[source] io::Error),
}

/// Where the way through a proxy ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProxyStep {
    #[error("the proxy cannot be reached")]
    Reaching(#[source] BoxError),
    #[error(transparent)]
    Tunnel(TunnelError),
}

/// The system's resolver, with errors that can be told from a refused connection.
#[derive(Clone)]
pub(crate) struct Resolver(GaiResolver);

impl Resolver {
    pub(super) fn new() -> Self {
        Self(GaiResolver::new())
    }
}

/// A name without an address.
#[derive(Debug, thiserror::Error)]
#[error("no address for the host")]
pub(crate) struct DnsError(#[source] io::Error);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = DnsError;
    type Future = Pin<Box<dyn Future<Output = Result<GaiAddrs, DnsError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), DnsError>> {
        Poll::Ready(ready!(self.0.poll_ready(cx)).map_err(DnsError))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let addresses = self.0.call(name);
        Box::pin(async move { addresses.await.map_err(DnsError) })
    }
}
