//! A connection: bytes both ways, and whether it has served a request before.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Anything that carries bytes both ways.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// A connection of any sort, which keeps the books of its [`Life`].
pub(crate) struct Stream {
    carrier: Box<dyn Carrier>,
    http2: bool,
    life: Life,
}

impl Stream {
    pub(super) fn new(carrier: Box<dyn Carrier>, http2: bool) -> Self {
        Self { carrier, http2, life: Life::default() }
    }
}

/// What has passed over a connection of HTTP/1, where requests and answers take turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Life(Arc<AtomicU8>);

/// Bytes have come since something was written last.
const ANSWERING: u8 = 1;

/// Something was written after an answer had come: a second request.
const USED: u8 = 2;

impl Life {
    /// Whether an earlier request was answered, and of an answer to the last nothing has come.
    /// If such a connection ends, the server may just have closed it while it was idle.
    pub(super) fn may_be_stale(&self) -> bool {
        self.0.load(Ordering::Acquire) == USED
    }

    fn came(&self) {
        let state = self.0.load(Ordering::Relaxed);
        if state & ANSWERING == 0 {
            self.0.store(state | ANSWERING, Ordering::Release);
        }
    }

    fn goes(&self) {
        if self.0.load(Ordering::Relaxed) & ANSWERING != 0 {
            self.0.store(USED, Ordering::Release);
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        if self.http2 {
            // Its frames go both ways between requests too: their order tells nothing.
            Connected::new().negotiated_h2()
        } else {
            Connected::new().extra(self.life.clone())
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.carrier).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.life.came();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.life.goes();
        Pin::new(&mut self.carrier).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.carrier).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.carrier).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.carrier.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.life.goes();
        Pin::new(&mut self.carrier).poll_write_vectored(cx, buffers)
    }
}
