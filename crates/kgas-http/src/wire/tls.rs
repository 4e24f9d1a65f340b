//! TLS: whom to trust, and with which cryptography.

use std::sync::Arc;

use http::Uri;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::stream::Carrier;

pub(crate) type Certificate = CertificateDer<'static>;

/// Shakes hands over a connection.
#[derive(Clone)]
pub(super) struct Tls(TlsConnector);

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
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Speaks TLS over a connection to the host of this address, and says whether the two sides
    /// settled on HTTP/2.
    pub(super) async fn handshake(
        &self,
        uri: &Uri,
        carrier: Box<dyn Carrier>,
    ) -> std::io::Result<(Box<dyn Carrier>, bool)> {
        let host = uri.host().unwrap_or_default();
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(bare.to_owned()).map_err(std::io::Error::other)?;
        let stream = self.0.connect(name, carrier).await?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok((Box::new(stream), http2))
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
