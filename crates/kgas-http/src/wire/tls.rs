//! TLS: whom to trust, and with which cryptography.

use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tower_service::Service;

use super::stream::{Carrier, Stream};

pub(crate) type Certificate = CertificateDer<'static>;

/// Shakes hands over a connection.
#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// The platform's certificates are trusted (`SSL_CERT_FILE` names others), and a bundled
    /// list where the platform has none, as in an empty container; `more` in any case.
    pub(super) fn new(more: &[Certificate], http2: bool) -> Result<Self, rustls::Error> {
        let mut roots = roots(rustls_native_certs::load_native_certs().certs);
        for authority in more {
            roots.add(authority.clone())?;
        }
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        if http2 {
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Ok(Self(Arc::new(config)))
    }

    /// Speaks TLS over a connection to the host of this address, and sees of it what is looked for.
    pub(super) async fn handshake<T>(
        &self,
        uri: &Uri,
        carrier: Box<dyn Carrier>,
        look: impl FnOnce(&ClientConnection) -> T,
    ) -> io::Result<(Box<dyn Carrier>, T)> {
        let mut connector = HttpsConnector::from((Reached(Some(carrier)), Arc::clone(&self.0)));
        match connector.call(uri.clone()).await {
            Ok(MaybeHttpsStream::Https(stream)) => {
                let stream = stream.into_inner();
                let seen = look(stream.get_ref().1);
                Ok((Box::new(stream), seen))
            }
            Ok(MaybeHttpsStream::Http(_)) => Err(io::Error::other("an address without https has no TLS")),
            Err(error) => Err(error.downcast().map_or_else(io::Error::other, |error| *error)),
        }
    }
}

/// Whether the two sides settled on HTTP/2.
pub(super) fn speaks_http2(connection: &ClientConnection) -> bool {
    connection.alpn_protocol() == Some(b"h2")
}

/// A connector that has connected already: the steps before TLS have a time-out of their own.
struct Reached(Option<Box<dyn Carrier>>);

impl Service<Uri> for Reached {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<Stream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let carrier = self.0.take().ok_or(io::ErrorKind::NotConnected.into());
        ready(carrier.map(|carrier| TokioIo::new(Stream::new(carrier, false))))
    }
}

/// The certificates of a PEM text, or `None` if there is none or one that cannot be an authority.
pub(crate) fn certificates(pem: &[u8]) -> Option<Vec<Certificate>> {
    let found = Certificate::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().ok()?;
    let mut roots = RootCertStore::empty();
    let all_good = found.iter().all(|authority| roots.add(authority.clone()).is_ok());
    (all_good && !found.is_empty()).then_some(found)
}

/// The platform's certificates that can be read, or the bundled ones.
fn roots(platform: Vec<Certificate>) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let (read, _unreadable) = roots.add_parsable_certificates(platform);
    if read == 0 {
        tracing::debug!("the platform has no certificates: using the bundled ones");
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

// Named outright: the process default is ambiguous once another crate brings a second one.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_without_certificates_gets_the_bundled_ones() {
        assert!(roots(Vec::new()).len() > 50);
        let unreadable = Certificate::from(b"not a certificate".to_vec());
        assert!(roots(vec![unreadable]).len() > 50);
    }
}
