//! From the errors of the libraries below to ours.

use std::error::Error;
use std::io;

use http::Extensions;
use hyper_util::client::legacy;
use rustls::CertificateError;

use super::connect::{BoxError, DnsError, ProxyStep, Unconnected};
use super::proxy::TunnelError;
use super::stream::Life;
use crate::{ErrorKind, HttpError};

/// An error that came instead of an answer's head.
pub(super) fn before_answer(error: legacy::Error) -> HttpError {
    let fault = match find::<Unconnected>(&error) {
        Some(unconnected) => without_connection(unconnected),
        None if error.is_connect() => without_route(&error),
        None => without_answer(&error),
    };
    fault.with_source(error)
}

/// Why a step on the way to the server failed.
pub(super) fn on_the_way(error: BoxError) -> HttpError {
    let fault = match find::<Unconnected>(error.as_ref()) {
        Some(unconnected) => without_connection(unconnected),
        None => without_route(error.as_ref()),
    };
    fault.with_source(error)
}

impl HttpError {
    /// Whether the server's certificate is from an authority that is not trusted here:
    /// [`ClientBuilder::ca_file`](crate::ClientBuilder::ca_file) names others.
    #[must_use]
    pub fn is_unknown_authority(&self) -> bool {
        let unknown = CertificateError::UnknownIssuer;
        matches!(find(self), Some(rustls::Error::InvalidCertificate(error)) if *error == unknown)
    }
}

fn without_connection(error: &Unconnected) -> HttpError {
    match error {
        Unconnected::Slow(allowed) => {
            HttpError::new(ErrorKind::ConnectTimeout).with_message(format!("{allowed:?} allowed for a connection"))
        }
        Unconnected::SlowTls(allowed) => {
            HttpError::new(ErrorKind::TlsTimeout).with_message(format!("{allowed:?} allowed for a TLS handshake"))
        }
        Unconnected::Tls(error) => without_tls(error),
        Unconnected::Proxy(proxy, ProxyStep::Reaching(error)) => {
            without_route(error.as_ref()).with_message(format!("the proxy {proxy} cannot be reached"))
        }
        Unconnected::Proxy(proxy, ProxyStep::Tunnel(error)) => without_tunnel(proxy, error),
        #[cfg(unix)]
        Unconnected::Unix(path, _) => {
            HttpError::new(ErrorKind::Connect).with_message(format!("nobody listens at the socket {path}"))
        }
    }
}

/// No TCP connection.
fn without_route(error: &(dyn Error + 'static)) -> HttpError {
    if has::<DnsError>(error) {
        return HttpError::new(ErrorKind::Dns);
    }
    match find::<io::Error>(error) {
        Some(e) if e.kind() == io::ErrorKind::TimedOut => HttpError::new(ErrorKind::ConnectTimeout),
        _ => HttpError::new(ErrorKind::Connect),
    }
}

fn without_tls(error: &io::Error) -> HttpError {
    let Some(error) = find::<rustls::Error>(error) else {
        return HttpError::new(ErrorKind::Connect).with_message("it was lost during the TLS handshake");
    };
    let message = match error {
        rustls::Error::InvalidCertificate(error) => certificate(error),
        rustls::Error::InvalidMessage(_) => "it does not answer in TLS",
        _ => "the two sides do not agree on a connection",
    };
    HttpError::new(ErrorKind::Tls).with_message(message)
}

fn certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::UnknownIssuer => {
            "its certificate is from an authority that is not trusted here; if it is yours, name its CA file"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host name; use the one it is for"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, or the clock here is wrong"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or the clock here is wrong"
        }
        CertificateError::BadSignature => "its certificate is not signed by the authority that it names",
        // What `openssl req -x509` makes of itself. The verifier's own error is behind a type that can't be named here.
        CertificateError::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is one of an authority, not of a server; make it with basicConstraints=CA:FALSE"
        }
        _ => "its certificate is not valid",
    }
}

fn without_tunnel(proxy: &str, error: &TunnelError) -> HttpError {
    let fault = HttpError::new(ErrorKind::Proxy);
    match error {
        TunnelError::Refused(407) => fault.with_status(407).with_message(format!(
            "the proxy {proxy} asks for a user name and password, or refuses those it got (407)"
        )),
        TunnelError::Refused(status) => {
            fault.with_status(*status).with_message(format!("the proxy {proxy} refuses to connect to it ({status})"))
        }
        TunnelError::NotHttp => fault.with_message(format!("the proxy {proxy} does not answer as a proxy")),
        TunnelError::Lost(_) => fault.with_message(format!("the proxy {proxy} closed the connection")),
    }
}

/// A connection, but no answer's head.
fn without_answer(error: &legacy::Error) -> HttpError {
    match find::<hyper::Error>(error) {
        Some(e) if e.is_parse() => {
            HttpError::new(ErrorKind::Protocol).with_message("its head is not HTTP, or too large")
        }
        Some(e) if e.is_user() => {
            HttpError::new(ErrorKind::InvalidRequest).with_message("its headers contradict each other")
        }
        _ => HttpError::new(ErrorKind::Reset).with_stale(may_be_stale(error)),
    }
}

fn may_be_stale(error: &legacy::Error) -> bool {
    let mut extras = Extensions::new();
    if let Some(connected) = error.connect_info() {
        connected.get_extras(&mut extras);
    }
    extras.get::<Life>().is_some_and(Life::may_be_stale)
}

fn has<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    find::<E>(error).is_some()
}

/// The first error of a type in a chain of causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // The source of an io error is the source of what it wraps, and not that itself.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
