//! Connections: to a host over TCP and perhaps TLS, or to a test over a pipe in memory.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tokio::time::timeout;
use tower_service::Service;

use super::tls;
use crate::memory;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Tcp = HttpConnector<Resolver>;
type NetStream = MaybeHttpsStream<<Tcp as Service<Uri>>::Response>;

/// Makes connections within a time-out.
#[derive(Clone)]
pub(crate) struct Dialer {
    way: Way,
    patience: Duration,
}

#[derive(Clone)]
enum Way {
    Plain(Tcp),
    Tls(HttpsConnector<Tcp>),
    Memory(memory::Connector),
}

impl Dialer {
    pub(crate) fn network(https: bool, patience: Duration) -> Result<Self, rustls::Error> {
        let mut tcp = Tcp::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let way = if https { Way::Tls(tls::wrap(tcp)?) } else { Way::Plain(tcp) };
        Ok(Self { way, patience })
    }

    pub(crate) const fn memory(connector: memory::Connector, patience: Duration) -> Self {
        let way = Way::Memory(connector);
        Self { way, patience }
    }
}

impl Service<Uri> for Dialer {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match &mut self.way {
            Way::Plain(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Way::Tls(tls) => tls.poll_ready(cx),
            Way::Memory(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting: Self::Future = match &mut self.way {
            Way::Plain(tcp) => {
                let tcp = tcp.call(uri);
                Box::pin(async move { Ok(Stream::Net(Box::new(tcp.await?.into()))) })
            }
            Way::Tls(tls) => {
                let tls = tls.call(uri);
                Box::pin(async move { Ok(Stream::Net(Box::new(tls.await?))) })
            }
            Way::Memory(connector) => {
                let pipe = connector.connect();
                Box::pin(async move { Ok(Stream::Memory(TokioIo::new(pipe?))) })
            }
        };
        let patience = self.patience;
        Box::pin(async move {
            match timeout(patience, connecting).await {
                Ok(outcome) => outcome,
                Err(_elapsed) => Err(ConnectTimeout(patience).into()),
            }
        })
    }
}

/// No connection within this time.
#[derive(Debug, thiserror::Error)]
#[error("no connection within {0:?}")]
pub(super) struct ConnectTimeout(pub(super) Duration);

/// The system's resolver, with errors that can be told from a refused connection.
#[derive(Clone)]
pub(crate) struct Resolver(GaiResolver);

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

/// A connection of either sort.
pub(crate) enum Stream {
    Net(Box<NetStream>),
    Memory(TokioIo<DuplexStream>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self {
            Self::Net(stream) => stream.connected(),
            Self::Memory(_) => Connected::new(),
        }
    }
}

impl Read for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Net(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
            Self::Memory(pipe) => Pin::new(pipe).poll_read(cx, buffer),
        }
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Net(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
            Self::Memory(pipe) => Pin::new(pipe).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Net(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
            Self::Memory(pipe) => Pin::new(pipe).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Net(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
            Self::Memory(pipe) => Pin::new(pipe).poll_shutdown(cx),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Net(stream) => stream.is_write_vectored(),
            Self::Memory(pipe) => pipe.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Net(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, buffers),
            Self::Memory(pipe) => Pin::new(pipe).poll_write_vectored(cx, buffers),
        }
    }
}
