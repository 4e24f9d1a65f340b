//! A request in the form it has on the wire, ready to be sent more than once.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::encoding;
use crate::secret::is_secret;
use crate::shape::Shape;
use crate::{ApiRequest, BaseUrl, ErrorKind, HttpError};

/// All but what RFC 3986 calls unreserved.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    url: String,
    decodes: bool,
    shape: Option<Shape>,
}

impl Outgoing {
    /// Puts a request and the client's own headers together.
    pub(crate) fn new(base: &BaseUrl, defaults: &HeaderMap, request: &ApiRequest) -> Result<Self, HttpError> {
        let url = base.join(&request.path);
        if request.path.contains(['?', '#']) {
            let shown = url.split(['?', '#']).next().unwrap_or_default();
            return Err(HttpError::new(ErrorKind::InvalidRequest)
                .with_url(shown)
                .with_message("its path contains ? or #: percent-encode them, or use the query"));
        }
        let uri = Uri::try_from([url.as_str(), &query(&request.query)].concat()).map_err(|e| {
            HttpError::new(ErrorKind::InvalidRequest)
                .with_url(url.as_str())
                .with_message("its path has characters that must be percent-encoded")
                .with_source(e)
        })?;
        let mut headers = defaults.clone();
        let json = HeaderValue::from_static("application/json");
        headers.entry(ACCEPT).or_insert_with(|| json.clone());
        if request.body.is_some() {
            headers.entry(CONTENT_TYPE).or_insert(json);
        }
        for name in request.headers.keys() {
            headers.remove(name);
        }
        for (name, value) in &request.headers {
            let mut value = value.clone();
            value.set_sensitive(value.is_sensitive() || is_secret(name.as_str()));
            headers.append(name, value);
        }
        // Who asks for an encoding gets the bytes as they are.
        let decodes = !headers.contains_key(ACCEPT_ENCODING);
        if let Some(accepted) = encoding::ACCEPTED.filter(|_| decodes) {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        }
        let (method, body) = (request.method.clone(), request.body.clone().unwrap_or_default());
        Ok(Self { method, uri, headers, body, url, decodes, shape: request.shape })
    }

    /// The same request at the place that a redirect names, or `None` if it must not go there:
    /// to another scheme, or with a body where the status asks for a GET.
    ///
    /// Only what every server may know crosses to another origin: no key, no cookie, no header
    /// that a caller added.
    pub(crate) fn redirected(&self, status: u16, location: &str) -> Option<Self> {
        let keeps_method = matches!(status, 307 | 308);
        let asks_only = matches!(self.method, Method::GET | Method::HEAD);
        if !(keeps_method || asks_only && matches!(status, 301..=303)) {
            return None;
        }
        let (scheme, authority) = (self.uri.scheme_str()?, self.uri.authority()?);
        let location = location.split('#').next().unwrap_or_default();
        let before_path = location.split(['/', '?']).next().unwrap_or_default();
        let absolute = if before_path.ends_with(':') && location.contains("://") {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{scheme}:{location}")
        } else if location.starts_with('/') {
            format!("{scheme}://{authority}{location}")
        } else {
            let folder = self.uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{scheme}://{authority}{folder}/{location}")
        };
        let uri: Uri = absolute.parse().ok()?;
        if uri.scheme_str() != Some(scheme) || uri.authority()?.as_str().contains('@') {
            return None;
        }
        let mut headers = self.headers.clone();
        if uri.authority() != Some(authority) {
            let open = [ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, USER_AGENT];
            headers = open.into_iter().filter_map(|name| Some((name.clone(), headers.remove(name)?))).collect();
        }
        let url = absolute.split('?').next().unwrap_or_default().to_owned();
        Some(Self { uri, headers, url, ..self.clone() })
    }

    /// The address without its query.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers that must not be shown.
    pub(crate) fn secrets(&self) -> HeaderMap {
        let secret = self.headers.iter().filter(|(_, value)| value.is_sensitive());
        secret.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The same request for an answer that nobody will decode.
    pub(crate) fn undecoded(mut self) -> Self {
        if self.decodes {
            self.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        self
    }

    /// Sets a header unless it is there.
    pub(crate) fn set_default(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.entry(name).or_insert(value);
        }
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// Whether the answer's encoding is this client's business.
    pub(super) fn decodes(&self) -> bool {
        self.decodes
    }

    /// What the answer is expected to be.
    pub(super) fn shape(&self) -> Option<Shape> {
        self.shape
    }

    pub(super) fn to_http<B>(&self, body: impl FnOnce(Bytes) -> B) -> Request<B> {
        let mut request = Request::new(body(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

fn query(pairs: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.extend(utf8_percent_encode(name, IN_QUERY));
        text.push('=');
        text.extend(utf8_percent_encode(value, IN_QUERY));
    }
    text
}
