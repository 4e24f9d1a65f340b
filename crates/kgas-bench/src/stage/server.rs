//! The server of a run: in memory, or on a thread of its own behind a socket.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use kgas_http::memory::Connector;
use kgas_http::{ClientBuilder, memory, openai};
use kgas_mock::{Account, Builder, MockServer};
use rcgen::CertifiedKey;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::failure::Failure;
use crate::report::Mode;

/// A server, and the way to it.
#[derive(Debug)]
pub(crate) struct Place {
    url: String,
    way: Way,
    server: Arc<MockServer>,
}

#[derive(Debug)]
enum Way {
    Memory(Connector),
    Socket { thread: Thread, authority: Option<String> },
}

/// The thread on which the server works: what the client costs is measured without it.
#[derive(Debug)]
struct Thread {
    stop: oneshot::Sender<()>,
    handle: JoinHandle<()>,
}

impl Place {
    /// Opens a server; `handshake` is what a new connection takes where none is really made.
    pub(crate) async fn open(mode: Mode, server: Builder, handshake: Duration) -> Result<Self, Failure> {
        match mode {
            Mode::Simulated => Ok(Self::in_memory(server.in_memory()?, handshake)),
            Mode::Loopback => Self::on_a_thread(server, None).await,
            Mode::Tls => Self::on_a_thread(server, Some(Certificate::new()?)).await,
        }
    }

    fn in_memory(server: MockServer, handshake: Duration) -> Self {
        let server = Arc::new(server);
        let (connector, mut listener) = memory::connector();
        let far_end = Arc::clone(&server);
        tokio::spawn(async move {
            while let Some(pipe) = listener.accept().await {
                // While connections are refused the pipe is at its end at once: a client sees the same as over TCP.
                far_end.serve_stream(pipe);
            }
        });
        Self { url: server.url().to_owned(), way: Way::Memory(connector.with_handshake(handshake)), server }
    }

    async fn on_a_thread(server: Builder, certificate: Option<Certificate>) -> Result<Self, Failure> {
        let (tell, told) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let authority = certificate.as_ref().map(|certificate| certificate.pem.clone());
        let handle = thread::Builder::new().name("server".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(async {
                    let started = match certificate {
                        None => plain(server).await,
                        Some(certificate) => encrypted(server, certificate).await,
                    };
                    let _nobody_waits = tell.send(started);
                    let _gone = stopped.await;
                }),
                Err(error) => {
                    let _nobody_waits = tell.send(Err(error));
                }
            }
        })?;
        let (url, server) = told.await??;
        Ok(Self { url, way: Way::Socket { thread: Thread { stop, handle }, authority }, server })
    }

    /// A client that reaches it.
    pub(crate) fn client(&self) -> ClientBuilder {
        let builder = openai::builder(&self.url);
        match &self.way {
            Way::Memory(connector) => builder.connector(connector.clone()),
            Way::Socket { authority: None, .. } => builder,
            Way::Socket { authority: Some(pem), .. } => builder.ca_pem(pem.as_bytes()),
        }
    }

    /// Stops it, and says what it saw.
    pub(crate) async fn close(self) -> Account {
        let account = self.server.account();
        if let Way::Socket { thread, .. } = self.way {
            let _gone = thread.stop.send(());
            let _ended = tokio::task::spawn_blocking(|| thread.handle.join()).await;
        }
        account
    }
}

type Started = io::Result<(String, Arc<MockServer>)>;

async fn plain(server: Builder) -> Started {
    let server = server.start().await?;
    Ok((server.url().to_owned(), Arc::new(server)))
}

async fn encrypted(server: Builder, certificate: Certificate) -> Started {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("https://{}/v1", listener.local_addr()?);
    let server = Arc::new(server.in_memory()?);
    let acceptor = TlsAcceptor::from(Arc::new(certificate.config));
    let far_end = Arc::clone(&server);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Small answers must not wait for the client's delayed acknowledgement.
            let _as_it_is = stream.set_nodelay(true);
            let (acceptor, far_end) = (acceptor.clone(), Arc::clone(&far_end));
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    far_end.serve_stream(stream);
                }
            });
        }
    });
    Ok((url, server))
}

/// A certificate for this machine, made on the spot.
struct Certificate {
    pem: String,
    config: ServerConfig,
}

impl Certificate {
    fn new() -> Result<Self, Failure> {
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)?;
        Ok(Self { pem: cert.pem(), config })
    }
}
