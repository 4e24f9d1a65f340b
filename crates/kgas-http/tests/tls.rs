//! TLS: whom a client trusts, and what it says of those it doesn't.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod doors;
mod support;

use std::io::Write as _;

use doors::{Authority, Door, quick};
use kgas_http::{ApiStatus, BuildError, Client, ClientBuilder, ErrorKind, HttpError};
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};
use support::{Server, fine};
use tokio_rustls::TlsAcceptor;

async fn behind(acceptor: TlsAcceptor) -> (Server, Door) {
    let (server, address) = Server::on_a_socket(|_, _| fine()).await;
    (server, Door::tls(acceptor, address).await)
}

fn to(door: &Door, host: &str) -> ClientBuilder {
    Client::builder(format!("https://{host}:{}/v1", door.address.port())).retry(quick())
}

async fn refused(client: Client) -> HttpError {
    client.get("x").await.outcome.unwrap_err()
}

#[tokio::test]
async fn an_authority_in_a_file_is_trusted_as_well() {
    let authority = Authority::new();
    let (server, door) = behind(authority.server("localhost", &[])).await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "# ours\n{}", authority.pem()).unwrap();
    let client = to(&door, "localhost").ca_file(file.path()).build().unwrap();
    for _ in 0..3 {
        let answer = client.get("x").await;
        assert_eq!(answer.status(), ApiStatus::Success, "{answer:?}");
    }
    assert_eq!((server.seen().len(), server.connections()), (3, 1));
    assert!(server.seen().iter().all(|seen| seen.target() == "/v1/x"));
}

#[tokio::test]
async fn several_authorities_can_be_trusted_at_once() {
    let (one, other) = (Authority::new(), Authority::new());
    let (_server, door) = behind(other.server("localhost", &[])).await;
    let client = to(&door, "localhost").ca_pem(one.pem()).ca_pem(other.pem()).build().unwrap();
    assert_eq!(client.get("x").await.status(), ApiStatus::Success);
}

#[tokio::test]
async fn an_address_instead_of_a_name_is_checked_too() {
    let authority = Authority::new();
    let (_server, door) = behind(authority.server("127.0.0.1", &[])).await;
    let client = to(&door, "127.0.0.1").ca_pem(authority.pem()).build().unwrap();
    assert_eq!(client.get("x").await.status(), ApiStatus::Success);
}

#[tokio::test]
async fn an_unknown_authority_is_refused_once_and_says_what_to_do() {
    let (server, door) = behind(Authority::new().server("localhost", &[])).await;
    let error = refused(to(&door, "localhost").build().unwrap()).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
    assert!(!error.request_written() && server.seen().is_empty());
    let text = error.to_string();
    assert!(text.contains("not trusted here") && text.contains("CA file"), "{text}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_and_told() {
    let authority = Authority::new();
    let (_server, door) = behind(authority.server("api.example.com", &[])).await;
    let error = refused(to(&door, "localhost").ca_pem(authority.pem()).build().unwrap()).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
    assert!(error.to_string().contains("another host name"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_has_expired_is_refused_and_told() {
    let authority = Authority::new();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
    let (_server, door) = behind(authority.server_with(params, &[])).await;
    let error = refused(to(&door, "localhost").ca_pem(authority.pem()).build().unwrap()).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
    assert!(error.to_string().contains("expired"), "{error}");
}

#[tokio::test]
async fn a_certificate_of_an_authority_is_none_of_a_server_and_that_is_told() {
    let authority = Authority::new();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let (_server, door) = behind(authority.server_with(params, &[])).await;
    let error = refused(to(&door, "localhost").ca_pem(authority.pem()).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.to_string().contains("make it with basicConstraints=CA:FALSE"), "{error}");
}

#[test]
fn a_ca_file_that_is_none_is_told_by_its_name() {
    let build = |pem: &str| {
        let mut file = tempfile::Builder::new().prefix("house-ca").tempfile().unwrap();
        file.write_all(pem.as_bytes()).unwrap();
        Client::builder("https://localhost").ca_file(file.path()).build().unwrap_err()
    };
    let cut = Authority::new().pem().replace("-----END", "");
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "no certificate", &cut, no_certificate] {
        let error = build(pem);
        assert!(matches!(error, BuildError::Ca { .. }), "{pem}: {error:?}");
        let text = error.to_string();
        assert!(text.contains("house-ca") && text.contains("PEM"), "{text}");
    }
    let missing = Client::builder("https://localhost").ca_file("/no/such/house-ca").build().unwrap_err();
    assert!(matches!(missing, BuildError::CaUnreadable { .. }));
    assert!(missing.to_string().contains("/no/such/house-ca"), "{missing}");
}

#[test]
fn a_ca_text_that_is_none_is_told() {
    let error = Client::builder("https://localhost").ca_pem("nothing").build().unwrap_err();
    assert!(error.to_string().contains("holds no CA certificates"), "{error}");
}
