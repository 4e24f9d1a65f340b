//! The way to a server step by step: how far it is open, and what is said where it ends.

mod doors;
mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use doors::{Authority, Door};
use kgas_http::{Client, ErrorKind, Timeouts};
use rcgen::{CertificateParams, DnType, date_time_ymd};
use support::{Server, fine};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[tokio::test]
async fn an_open_way_is_shown_whole_and_no_request_is_sent() {
    let authority = Authority::new();
    let (server, address) = Server::on_a_socket(|_, _| fine()).await;
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.not_after = date_time_ymd(2099, 1, 1);
    let door = Door::tls(authority.server_with(params, &["h2", "http/1.1"]), address).await;
    let url = format!("https://127.0.0.1:{}/v1", door.address.port());
    let found = Client::builder(url).ca_pem(authority.pem()).build().unwrap().diagnose().await;
    assert_eq!(found.proxy, None);
    assert_eq!(found.addresses.unwrap().unwrap(), [HERE]);
    assert!(found.connection.unwrap().is_ok());
    let tls = found.tls.unwrap().unwrap();
    assert_eq!((tls.version, tls.http2), ("TLS 1.3", false));
    assert_eq!(tls.issuer.as_deref(), Some("rcgen self signed cert"));
    let years = tls.not_after.unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / (365 * 86_400);
    assert_eq!(years, 129);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_known_as_that() {
    let (_server, address) = Server::on_a_socket(|_, _| fine()).await;
    let authority = Authority::new();
    let door = Door::tls(authority.server("localhost", &[]), address).await;
    let url = format!("https://localhost:{}/v1", door.address.port());
    let client = Client::builder(url.as_str()).no_proxy().build().unwrap();
    let error = client.diagnose().await.tls.unwrap().unwrap_err();
    assert!(error.is_unknown_authority() && error.kind() == ErrorKind::Tls, "{error:?}");
    assert_eq!(error.url(), Some(url.as_str()));
    let request = client.get("models").await.outcome.unwrap_err();
    assert!(request.is_unknown_authority(), "a request says the same: {request:?}");

    let mut expired = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    expired.distinguished_name.push(DnType::CommonName, "old");
    expired.not_after = date_time_ymd(2002, 1, 1);
    let door = Door::tls(authority.server_with(expired, &[]), address).await;
    let url = format!("https://localhost:{}/v1", door.address.port());
    let client = Client::builder(url).no_proxy().ca_pem(authority.pem()).build().unwrap();
    let error = client.diagnose().await.tls.unwrap().unwrap_err();
    assert!(!error.is_unknown_authority(), "{error:?}");
}

#[tokio::test]
async fn no_step_is_taken_after_one_that_failed() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let found = Client::builder(format!("https://{nobody}")).build().unwrap().diagnose().await;
    assert_eq!(found.connection.unwrap().unwrap_err().kind(), ErrorKind::Connect);
    assert!(found.addresses.unwrap().is_ok() && found.tls.is_none());

    let found = Client::builder("http://no-such-host.invalid").build().unwrap().diagnose().await;
    assert_eq!(found.addresses.unwrap().unwrap_err().kind(), ErrorKind::Dns);
    assert!(found.connection.is_none());
}

#[tokio::test]
async fn a_server_that_is_silent_in_tls_is_waited_for_as_long_as_was_said() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let timeouts = Timeouts { tls: Duration::from_millis(50), ..Timeouts::DEFAULT };
    let url = format!("https://{}", silent.local_addr().unwrap());
    let found = Client::builder(url).timeouts(timeouts).build().unwrap().diagnose().await;
    assert!(found.connection.unwrap().is_ok());
    assert_eq!(found.tls.unwrap().unwrap_err().kind(), ErrorKind::TlsTimeout);
}

#[tokio::test]
async fn a_proxy_is_shown_without_its_password_and_told_from_the_server() {
    let (_server, address) = Server::on_a_socket(|_, _| fine()).await;
    for (answer, expected) in [("HTTP/1.1 200 Go\r\n\r\n", None), ("HTTP/1.1 403 No\r\n\r\n", Some(ErrorKind::Proxy))] {
        let door = Door::proxy(answer, address).await;
        let place = format!("127.0.0.1:{}", door.address.port());
        let client = Client::builder("http://api.invalid/v1").proxy(format!("http://me:hush@{place}")).build().unwrap();
        let found = client.diagnose().await;
        assert!(!format!("{found:?}").contains("hush"), "{found:?}");
        let proxy = found.proxy.unwrap();
        assert_eq!((proxy.address, proxy.variable), (place, None));
        assert_eq!(found.addresses.unwrap().unwrap(), [HERE]);
        assert_eq!(found.connection.unwrap().err().map(|error| error.kind()), expected);
    }
}

#[tokio::test]
async fn a_connection_in_memory_has_neither_addresses_nor_tls() {
    let (connector, _listener) = kgas_http::memory::connector();
    let found = Client::builder("https://api.invalid").connector(connector).build().unwrap().diagnose().await;
    assert!(found.addresses.is_none() && found.tls.is_none());
    assert!(found.connection.unwrap().is_ok());
}
