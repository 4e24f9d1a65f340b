//! A proxy on the way to the server: where it is, whom it is for, and the tunnel through it.

use std::fmt;
use std::io;
use std::net::IpAddr;

use http::Uri;
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::stream::Carrier;
use crate::{BaseUrl, Secret};

/// The most bytes of a proxy's answer that are read.
const HEAD_BYTES: usize = 16 * 1024;

/// A proxy that is asked for tunnels.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    uri: Uri,
    credentials: Option<Credentials>,
    /// The environment's variable that named it.
    variable: Option<&'static str>,
}

/// The value of `Proxy-Authorization`.
#[derive(Clone)]
struct Credentials(Secret);

impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Eq for Credentials {}

impl Proxy {
    /// Reads `http://user:password@host:port`, of which only the host must be there.
    pub(crate) fn parse(text: &str) -> Result<Self, ProxyError> {
        let text = text.trim();
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return Err(ProxyError::Scheme),
            None => text,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        // The base URL's rules for hosts and ports are a proxy's too.
        let place: BaseUrl = format!("http://{place}").parse().map_err(|_syntax| ProxyError::Address)?;
        let uri = place.to_string().parse().map_err(|_syntax| ProxyError::Address)?;
        Ok(Self { uri, credentials: user.map(Credentials::basic), variable: None })
    }

    /// The proxy that these settings name for a server: that of `HTTPS_PROXY` or else
    /// `ALL_PROXY`, for an `https` address that is not this machine's and not in `NO_PROXY`.
    pub(crate) fn of_environment(
        look_up: impl Fn(&str) -> Option<String>,
        server: &BaseUrl,
    ) -> Result<Option<Self>, (&'static str, ProxyError)> {
        if !server.is_https() || server.is_loopback() {
            return Ok(None);
        }
        let set = |name: &'static str| look_up(name).filter(|text| !text.trim().is_empty()).map(|text| (name, text));
        let first = |names: [&'static str; 4]| names.into_iter().find_map(set);
        let Some((name, text)) = first(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) else {
            return Ok(None);
        };
        let spared = set("NO_PROXY").or_else(|| set("no_proxy"));
        if spared.is_some_and(|(_, list)| spares(&list, server.host(), server.port().unwrap_or(443))) {
            return Ok(None);
        }
        let named = |proxy: Self| Some(Self { variable: Some(name), ..proxy });
        Self::parse(&text).map(named).map_err(|error| (name, error))
    }

    pub(super) const fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Asks over a connection to the proxy for a tunnel to the server of this address.
    pub(super) async fn tunnel(&self, to: &Uri, carrier: &mut impl Carrier) -> Result<(), TunnelError> {
        let port = to.port_u16().unwrap_or_else(|| if to.scheme_str() == Some("https") { 443 } else { 80 });
        let host = to.host().unwrap_or_default();
        let mut head = format!("CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n");
        if let Some(Credentials(basic)) = &self.credentials {
            head.push_str("proxy-authorization: ");
            head.push_str(basic.expose());
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        carrier.write_all(head.as_bytes()).await?;
        carrier.flush().await?;
        let mut answer = Vec::with_capacity(1024);
        let rest = loop {
            if let Some(rest) = after_head(&answer) {
                break rest;
            }
            if answer.len() > HEAD_BYTES {
                return Err(TunnelError::NotHttp);
            }
            if carrier.read_buf(&mut answer).await? == 0 {
                return Err(TunnelError::Lost(io::ErrorKind::UnexpectedEof.into()));
            }
        };
        match status(&answer) {
            // A server waits to be spoken to: what comes on its own is not from one.
            Some(200..=299) if rest.is_empty() => Ok(()),
            Some(200..=299) | None => Err(TunnelError::NotHttp),
            Some(status) => Err(TunnelError::Refused(status)),
        }
    }
}

impl fmt::Display for Proxy {
    // Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.uri.authority() {
            Some(place) => f.write_str(place.as_str()),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.to_string()).finish()
    }
}

impl Credentials {
    fn basic(user_and_password: &str) -> Self {
        let (user, password) = user_and_password.split_once(':').unwrap_or((user_and_password, ""));
        let mut plain = percent_decode_str(user).collect::<Vec<_>>();
        plain.push(b':');
        plain.extend(percent_decode_str(password));
        Self(Secret::new(format!("Basic {}", base64(&plain))))
    }
}

/// Why a text cannot be a proxy's address. None repeats the text: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// `https`, `socks5` or another scheme that isn't spoken to proxies.
    #[error("its scheme is not http: only http proxies are spoken to")]
    Scheme,
    /// No host, or no port.
    #[error("it is not an address like http://user:password@host:port")]
    Address,
}

/// Why there is no tunnel although the proxy was reached.
#[derive(Debug, thiserror::Error)]
pub(super) enum TunnelError {
    #[error("the proxy answered with status {0}")]
    Refused(u16),
    #[error("the proxy's answer is not HTTP")]
    NotHttp,
    #[error("the connection to the proxy was lost")]
    Lost(#[from] io::Error),
}

/// What follows the empty line, once it has come.
fn after_head(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    bytes.get(end.saturating_add(4)..)
}

fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|b| *b == b'\n').next()?;
    let mut words = line.split(|b| b.is_ascii_whitespace());
    if !words.next()?.starts_with(b"HTTP/1.") {
        return None;
    }
    str::from_utf8(words.next()?).ok()?.parse().ok()
}

/// Whether a list such as `localhost, .corp.example, 10.0.0.0/8, host:8443` names this server.
fn spares(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches([']', '.']).to_ascii_lowercase();
    let address = host.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        if entry == "*" {
            return true;
        }
        if let Some(address) = address {
            let bare = entry.trim_matches(['[', ']']);
            if bare.parse().is_ok_and(|ip: IpAddr| ip.to_canonical() == address) || in_network(&address, bare) {
                return true;
            }
        }
        let (name, of_port) = match entry.rsplit_once(':') {
            Some((name, digits)) => (name, digits.parse::<u16>().ok()),
            None => (entry.as_str(), None),
        };
        let name = name.trim_start_matches("*.").trim_start_matches('.').trim_matches(['[', ']']);
        let same = match host.strip_suffix(name) {
            Some("") => true,
            Some(before) => address.is_none() && !name.is_empty() && before.ends_with('.'),
            None => false,
        };
        same && of_port.is_none_or(|of_port| of_port == port)
    })
}

/// Whether an address is in a network such as `10.0.0.0/8`.
fn in_network(address: &IpAddr, network: &str) -> bool {
    let Some((base, bits)) = network.split_once('/') else { return false };
    let (Ok(base), Ok(bits)) = (base.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    let same_above = |a: u128, b: u128, width: u32| {
        width.checked_sub(bits).is_some_and(|below| (a ^ b).checked_shr(below).unwrap_or_default() == 0)
    };
    match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same_above(u32::from(*a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same_above(u128::from(*a), u128::from(b), 128),
        _ => false,
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for three in bytes.chunks(3) {
        let at = |i: usize| three.get(i).copied().map_or(0, u32::from);
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let index = usize::try_from(group >> shift & 63).unwrap_or_default();
            let letter = ALPHABET.get(index).filter(|_| place <= three.len());
            text.push(letter.map_or('=', |letter| char::from(*letter)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(settings: &[(&str, &str)], server: &str) -> Option<String> {
        let look_up = |name: &str| settings.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        let proxy = Proxy::of_environment(look_up, &server.parse().unwrap()).unwrap();
        proxy.map(|proxy| proxy.to_string())
    }

    #[test]
    fn the_environment_names_a_proxy_for_https_alone() {
        let both = [("HTTPS_PROXY", "http://a:b@p:3128"), ("ALL_PROXY", "q:1")];
        assert_eq!(found(&both, "https://api.example.com").as_deref(), Some("p:3128"));
        assert_eq!(found(&both[1..], "https://api.example.com").as_deref(), Some("q:1"));
        assert_eq!(found(&[("https_proxy", "p")], "https://api.example.com").as_deref(), Some("p"));
        assert_eq!(found(&[("HTTPS_PROXY", " "), ("all_proxy", "q")], "https://x").as_deref(), Some("q"));
        for own in ["http://api.example.com", "https://localhost:1", "https://127.0.0.2", "https://[::1]"] {
            assert_eq!(found(&both, own), None, "{own}");
        }
        assert_eq!(found(&[], "https://api.example.com"), None);
    }

    #[test]
    fn servers_named_in_no_proxy_are_spared() {
        let cases = [
            ("*", "https://api.example.com", true),
            ("example.com", "https://api.example.com", true),
            (" .example.com ", "https://api.example.com", true),
            ("*.example.com,x", "https://api.example.com", true),
            ("API.example.com", "https://api.EXAMPLE.com", true),
            ("example.com", "https://badexample.com", false),
            ("example.com:8443", "https://example.com", false),
            ("example.com:443", "https://example.com", true),
            ("10.0.0.0/8", "https://10.9.8.7", true),
            ("10.0.0.0/8", "https://11.9.8.7", false),
            ("10.0.0.7", "https://10.0.0.7", true),
            ("0.7", "https://10.0.0.7", false),
            ("fd00::/8", "https://[fd12::1]:9", true),
            ("fd12::1", "https://[fd12::1]", true),
            ("10.0.0.0/99, ,:,/", "https://10.0.0.7", false),
            ("0.0.0.0/0", "https://10.0.0.7", true),
        ];
        for (list, server, spared) in cases {
            let settings = [("HTTPS_PROXY", "p"), ("NO_PROXY", list)];
            assert_eq!(found(&settings, server).is_none(), spared, "{list} {server}");
        }
    }

    #[test]
    fn credentials_are_decoded_and_sent_as_base64() {
        let sent = |text: &str| Proxy::parse(text).unwrap().credentials.map(|c| c.0.expose().to_owned());
        assert_eq!(sent("http://user:pass@h:1").as_deref(), Some("Basic dXNlcjpwYXNz"));
        assert_eq!(sent("us%40er:p%3Aw@h").as_deref(), Some("Basic dXNAZXI6cDp3"));
        assert_eq!(sent("only@h").as_deref(), Some("Basic b25seTo="));
        assert_eq!(sent("h:1"), None);
        let row = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(row, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn what_is_no_proxy_is_told() {
        for (text, expected) in [
            ("socks5://h:1", ProxyError::Scheme),
            ("https://h:1", ProxyError::Scheme),
            ("", ProxyError::Address),
            ("http://", ProxyError::Address),
            ("http://h:99999", ProxyError::Address),
            ("http://a:b@", ProxyError::Address),
        ] {
            assert_eq!(Proxy::parse(text).unwrap_err(), expected, "{text}");
        }
    }
}
