//! Doors in front of a plain server: one with TLS, a proxy, and whatever else passes bytes on.
#![allow(dead_code, reason = "each test binary uses its part of this")]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use kgas_http::RetryPolicy;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Three attempts, and hardly any wait between them.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy { first_step: std::time::Duration::from_millis(1), ..RetryPolicy::default() }
}

/// A certificate authority of our own.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a server of this name needs; `alpn` are the protocols it offers.
    pub(crate) fn server(&self, name: &str, alpn: &[&str]) -> TlsAcceptor {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        self.server_with(params, alpn)
    }

    pub(crate) fn server_with(&self, params: CertificateParams, alpn: &[&str]) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A running door; it closes when dropped.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    /// What came before bytes were passed on: heads of CONNECT.
    pub(crate) heads: Arc<Mutex<Vec<String>>>,
    _running: JoinSet<()>,
}

impl Door {
    /// Speaks TLS, and passes on what comes to a plain server.
    pub(crate) async fn tls(acceptor: TlsAcceptor, to: SocketAddr) -> Self {
        Self::open(move |stream, _| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                pass_on(stream, to).await;
            }
        })
        .await
    }

    /// A proxy that answers each CONNECT with this; if that is a 200 it passes on to a server.
    pub(crate) async fn proxy(answer: &'static str, to: SocketAddr) -> Self {
        Self::open(move |mut stream, heads| async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            heads.lock().unwrap().push(String::from_utf8(head).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
            if answer.contains(" 200 ") {
                pass_on(stream, to).await;
            }
        })
        .await
    }

    async fn open<F: Future<Output = ()> + Send + 'static>(
        serve: impl Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let books = Arc::clone(&heads);
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&books)));
            }
        });
        Self { address, heads, _running: running }
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

pub(crate) async fn pass_on(mut stream: impl AsyncRead + AsyncWrite + Unpin, to: SocketAddr) {
    let mut server = TcpStream::connect(to).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut server).await;
}
