//! TLS: whom to trust, and with which cryptography.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use rustls::crypto::{CryptoProvider, ring};

/// Wraps a connector in TLS. The platform's certificates are trusted (`SSL_CERT_FILE` names
/// others), and a bundled list where the platform has none, as in an empty container.
pub(super) fn wrap<H>(http: H) -> Result<HttpsConnector<H>, rustls::Error> {
    let builder = HttpsConnectorBuilder::new();
    let builder = match builder.with_provider_and_native_roots(provider()) {
        Ok(builder) => builder,
        Err(none_found) => {
            tracing::debug!(%none_found, "using the bundled certificates");
            HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider())?
        }
    };
    Ok(builder.https_only().enable_http1().wrap_connector(http))
}

// Named outright: the process default is ambiguous once another crate brings a second one.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
