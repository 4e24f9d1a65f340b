//! What is asked of an API: everything a journal would hash and an attempt would send.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use crate::shape::Shape;
use crate::{Cost, Reply};

/// One request, relative to the base URL of whoever sends it.
///
/// ```
/// use kgas_http::ApiRequest;
/// use serde_json::json;
///
/// let request = ApiRequest::post("embeddings", &json!({"input": ["a"]}))
///     .with_cost(kgas_http::Cost::tokens(1));
/// assert_eq!(request.body.as_deref(), Some(br#"{"input":["a"]}"#.as_slice()));
/// assert!(request.replayable);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ApiRequest {
    /// The method.
    pub method: Method,
    /// The path below the base URL, with or without a slash at its start, without a query.
    pub path: String,
    /// The query, not yet percent-encoded. Never shown in errors or logs.
    pub query: Vec<(String, String)>,
    /// Headers of this request alone; they win over the client's.
    pub headers: HeaderMap,
    /// The body, exactly as it is sent; JSON unless a `content-type` header says otherwise.
    pub body: Option<Bytes>,
    /// What it is expected to cost, for the limiter.
    pub cost: Cost,
    /// Whether it may be sent again when the server may have seen it already.
    pub replayable: bool,
    /// The most time the call may take in all, queueing and retries included.
    pub deadline: Option<Duration>,
    /// Whether a journal around a client is to let it through although it has an answer to it. It is not sent.
    pub anew: bool,
    /// Reads from an answer how many tokens were used, to correct the estimate.
    pub usage_of: Option<fn(&Reply) -> Option<u32>>,
    /// What the answer is expected to be.
    pub(crate) shape: Option<Shape>,
}

impl ApiRequest {
    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), None)
    }

    /// A POST of a JSON body. It is replayable: asking a model twice costs twice, but does no
    /// harm.
    #[expect(clippy::expect_used, reason = "a value is always written")]
    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        let bytes = serde_json::to_vec(body).expect("a value is JSON");
        Self::new(Method::POST, path, Some(Bytes::from(bytes)))
    }

    /// Any method and body.
    pub fn new(method: Method, path: impl Into<String>, body: Option<Bytes>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body,
            cost: Cost::default(),
            replayable: true,
            deadline: None,
            anew: false,
            usage_of: None,
            shape: None,
        }
    }

    /// Adds a pair to the query.
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the expected cost.
    #[must_use]
    pub fn with_cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Sets whether it may be sent again when the server may have seen it already.
    #[must_use]
    pub fn with_replayable(mut self, replayable: bool) -> Self {
        self.replayable = replayable;
        self
    }

    /// Sets the most time the call may take in all.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets whether a journal is to let it through although it has an answer to it.
    #[must_use]
    pub fn with_anew(mut self, anew: bool) -> Self {
        self.anew = anew;
        self
    }

    /// Sets how to read from an answer how many tokens were used.
    #[must_use]
    pub fn with_usage_of(mut self, usage_of: fn(&Reply) -> Option<u32>) -> Self {
        self.usage_of = Some(usage_of);
        self
    }

    /// The body as JSON, if it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_deref()?).ok()
    }
}

impl fmt::Debug for ApiRequest {
    // Bodies are people's documents, and headers and queries may hold keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .field("cost", &self.cost)
            .field("replayable", &self.replayable)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
