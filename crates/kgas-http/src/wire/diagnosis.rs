//! The way to a server step by step, for who wants to know where it ends.

use std::net::IpAddr;
use std::str::FromStr as _;
use std::time::SystemTime;

use http::Uri;
use hyper_util::client::legacy::connect::dns::Name;
use rustls::{ClientConnection, ProtocolVersion};
use tokio::time::timeout;
use tower_service::Service as _;

use super::certificate::Facts;
use super::connect::{BoxError, Dialer, Resolver, Route, Unconnected, shake};
use super::fault::on_the_way;
use super::tls::speaks_http2;
use crate::HttpError;

/// How far the way to a server is open: see [`Client::diagnose`](crate::Client::diagnose). Steps are taken in the order
/// of the fields. What is not needed on this way, and what comes after a step that failed, is `None`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The proxy that the way leads through.
    pub proxy: Option<OnTheWay>,
    /// The addresses of the first host: the proxy's where there is one, or else the server's.
    pub addresses: Option<Result<Vec<IpAddr>, HttpError>>,
    /// The connection, and the tunnel of a proxy: one that gives none is an
    /// [`ErrorKind::Proxy`](crate::ErrorKind::Proxy).
    pub connection: Option<Result<(), HttpError>>,
    /// TLS, for an address with `https`.
    pub tls: Option<Result<Handshake, HttpError>>,
}

/// A proxy, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnTheWay {
    /// Its host and port.
    pub address: String,
    /// The environment's variable that names it; `None` if it was set for this client.
    pub variable: Option<&'static str>,
}

/// What the two sides of TLS settled on, and the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// `TLS 1.3` or `TLS 1.2`.
    pub version: &'static str,
    /// Whether HTTP/2 is spoken.
    pub http2: bool,
    /// Who issued the certificate, if it says so in a way that can be read.
    pub issuer: Option<String>,
    /// Until when it is valid.
    pub not_after: Option<SystemTime>,
}

impl Handshake {
    fn of(connection: &ClientConnection) -> Self {
        let certificate = connection.peer_certificates().and_then(<[_]>::first);
        let Facts { issuer, not_after } = certificate.map(|der| Facts::of(der)).unwrap_or_default();
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "TLS",
        };
        Self { version, http2: speaks_http2(connection), issuer, not_after }
    }
}

impl Dialer {
    /// Takes the steps to the server of this address, which errors call by `url`.
    pub(super) async fn diagnose(mut self, uri: &Uri, url: &str) -> Diagnosis {
        let in_words = |error: BoxError| on_the_way(error).with_url(url);
        let mut found = Diagnosis::default();
        let first = match &self.route {
            Route::Direct => uri.host(),
            Route::Proxy(proxy) => {
                found.proxy = Some(OnTheWay { address: proxy.to_string(), variable: proxy.variable() });
                proxy.uri().host()
            }
            #[cfg(unix)]
            Route::Unix(_) => None,
            Route::Memory(_) => None,
        };
        if let Some(host) = first {
            let addresses = self.addresses(host).await.map_err(in_words);
            let is_dead_end = addresses.is_err();
            found.addresses = Some(addresses);
            if is_dead_end {
                return found;
            }
        }
        let carrier = match self.reach(uri).await {
            Ok(carrier) => carrier,
            Err(error) => {
                found.connection = Some(Err(in_words(error)));
                return found;
            }
        };
        found.connection = Some(Ok(()));
        if let Some(tls) = &self.tls {
            let shaken = shake(tls, self.handshake, uri, carrier, Handshake::of).await;
            found.tls = Some(shaken.map(|(_, seen)| seen).map_err(|error| in_words(error.into())));
        }
        found
    }

    /// The addresses of a host, or the one that it is.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, BoxError> {
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            return Ok(vec![address]);
        }
        let name = Name::from_str(host)?;
        let in_time = timeout(self.connect, Resolver::new().call(name)).await;
        let found = in_time.map_err(|_elapsed| Unconnected::Slow(self.connect))??;
        let mut addresses = Vec::new();
        for address in found.map(|address| address.ip()) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(addresses)
    }
}
