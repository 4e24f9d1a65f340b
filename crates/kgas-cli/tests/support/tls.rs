//! A door with TLS before a server, whose certificate nobody has heard of.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// An open door.
pub(crate) struct Door {
    pub(crate) url: String,
    /// Its certificate, which it has signed itself.
    pub(crate) pem: String,
}

impl Door {
    /// It passes on to this address; both live as long as the runtime.
    pub(crate) fn open(runtime: &Runtime, to: SocketAddr) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("https://{}/v1", listener.local_addr().unwrap());
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let (Ok(mut near), Ok(mut far)) = (acceptor.accept(stream).await, TcpStream::connect(to).await)
                    else {
                        return;
                    };
                    let _ended = copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Self { url, pem: certificate.pem() }
    }
}
