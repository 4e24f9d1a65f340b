//! The address that all paths of a client are relative to.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use http::uri::Authority;

/// An `http` or `https` address with a host and no trailing slash.
///
/// ```
/// use kgas_http::BaseUrl;
///
/// let url: BaseUrl = "http://localhost:8080/v1/".parse()?;
/// assert_eq!(url.to_string(), "http://localhost:8080/v1");
/// assert!(url.is_loopback() && !url.is_https());
/// # Ok::<_, kgas_http::BaseUrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    https: bool,
    authority: Authority,
    /// Empty, or a slash and more, without a slash at the end.
    path: String,
}

impl BaseUrl {
    /// Whether what is sent there is encrypted.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine, so that nothing sent there crosses a network.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        match bare.unwrap_or(host).parse::<IpAddr>() {
            Ok(ip) => ip.to_canonical().is_loopback(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        }
    }

    /// The host, an IPv6 address in its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// The port, if one is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.authority.port_u16()
    }

    /// The path all requests start with: empty, or like `/v1`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same server with another path.
    ///
    /// # Errors
    ///
    /// [`BaseUrlError::Syntax`] if the path cannot be part of an address.
    pub fn with_path(&self, path: &str) -> Result<Self, BaseUrlError> {
        let path = path.trim_matches('/');
        format!("{}://{}/{path}", self.scheme(), self.authority).parse()
    }

    /// The address of `path` under this one, without any query.
    pub(crate) fn join(&self, path: &str) -> String {
        let path = path.trim_start_matches('/');
        let slash = if path.is_empty() { "" } else { "/" };
        [self.scheme(), "://", self.authority.as_str(), &self.path, slash, path].concat()
    }

    const fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.authority, self.path)
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(BaseUrlError::NoScheme);
        };
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(BaseUrlError::OtherScheme),
        };
        if rest.is_empty() || rest.starts_with(['/', '?', '#', ':']) {
            return Err(BaseUrlError::NoHost);
        }
        if rest.contains(['?', '#']) {
            return Err(BaseUrlError::Query);
        }
        let uri: Uri = text.parse().map_err(BaseUrlError::Syntax)?;
        let Some(authority) = uri.authority() else {
            return Err(BaseUrlError::NoHost);
        };
        if authority.as_str().contains('@') {
            return Err(BaseUrlError::UserInfo);
        }
        let port = authority.as_str().strip_prefix(authority.host());
        if port.is_some_and(|p| !p.is_empty()) && authority.port_u16().is_none() {
            return Err(BaseUrlError::Port);
        }
        Ok(Self { https, authority: authority.clone(), path: uri.path().trim_end_matches('/').to_owned() })
    }
}

impl TryFrom<&str> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: &str) -> Result<Self, BaseUrlError> {
        text.parse()
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: String) -> Result<Self, BaseUrlError> {
        text.parse()
    }
}

impl TryFrom<&String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: &String) -> Result<Self, BaseUrlError> {
        text.parse()
    }
}

/// Why a text cannot be a base URL. None of them repeats the text: it may hold a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It doesn't start with `http://` or `https://`.
    #[error("the base URL has no scheme: write http:// or https:// before the host")]
    NoScheme,
    /// Another scheme, such as `ftp`.
    #[error("the base URL has an unknown scheme: only http and https are spoken")]
    OtherScheme,
    /// Nothing between the scheme and the path.
    #[error("the base URL has no host: write it after the scheme, as in https://host/v1")]
    NoHost,
    /// A name or password before the host.
    #[error("the base URL contains a user name or password: pass the key by itself")]
    UserInfo,
    /// A port that is empty or not a number below 65536.
    #[error("the port of the base URL is not a number from 0 to 65535")]
    Port,
    /// A query or fragment.
    #[error("the base URL contains a query or fragment: keep only scheme, host and path")]
    Query,
    /// Characters that an address cannot have.
    #[error("the base URL is not an address: percent-encode spaces and other special characters")]
    Syntax(#[source] http::uri::InvalidUri),
}

impl From<Infallible> for BaseUrlError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
