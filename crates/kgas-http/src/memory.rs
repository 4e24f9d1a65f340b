//! Connections without a network: pipes in memory, which also work under a paused clock.

use std::io;
use std::time::Duration;

use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::sleep;

/// How many bytes fit into a pipe before its writer has to wait.
const PIPE_BYTES: usize = 64 * 1024;

/// A connector for [`ClientBuilder::connector`](crate::ClientBuilder::connector), and the end at
/// which its connections arrive. No TLS is spoken, whatever the base URL says.
#[must_use]
pub fn connector() -> (Connector, Listener) {
    let (sender, receiver) = unbounded_channel();
    (Connector { sender, handshake: Duration::ZERO }, Listener(receiver))
}

/// Makes connections that arrive at a [`Listener`].
#[derive(Clone, Debug)]
pub struct Connector {
    sender: UnboundedSender<DuplexStream>,
    handshake: Duration,
}

impl Connector {
    /// Lets each new connection of a client take so long, as handshakes do over a network.
    /// Default: no time at all.
    #[must_use]
    pub fn with_handshake(mut self, handshake: Duration) -> Self {
        self.handshake = handshake;
        self
    }

    /// Opens a connection at once.
    ///
    /// # Errors
    ///
    /// `ConnectionRefused` once the listener is gone.
    pub fn connect(&self) -> io::Result<DuplexStream> {
        let (near, far) = duplex(PIPE_BYTES);
        match self.sender.send(far) {
            Ok(()) => Ok(near),
            Err(_) => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
        }
    }

    /// Opens a connection after its handshake.
    pub(crate) async fn open(&self) -> io::Result<DuplexStream> {
        if !self.handshake.is_zero() {
            sleep(self.handshake).await;
        }
        self.connect()
    }
}

/// Where connections arrive.
#[derive(Debug)]
pub struct Listener(UnboundedReceiver<DuplexStream>);

impl Listener {
    /// Waits for the next connection; `None` once all connectors are gone. Dropping the future
    /// loses no connection.
    pub async fn accept(&mut self) -> Option<DuplexStream> {
        self.0.recv().await
    }
}
