//! The client: one base URL, one key, one limiter, and the four verbs.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use crate::flight::Flights;
use crate::gate::Gate;
use crate::placing::Placing;
use crate::retry::{self, Course};
use crate::transport::batch;
use crate::wire::{Open, Outgoing, Whole};
use crate::{
    ApiRequest, ApiResponse, BaseUrl, BaseUrlError, ClientBuilder, Cost, Diagnosis, ErrorKind, HttpError, Limiter,
    Limits, Opened, Transport,
};

/// How many calls of a batch are under way for each that can be on the wire: enough that those
/// which back off leave no gap.
const BATCH_DEPTH: usize = 4;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Sends requests to one API, no faster than its limits allow, and again where that helps.
///
/// Clones share connections, limiter and settings; each is closed for itself. Sending needs a
/// Tokio runtime with time (and IO, unless it connects in memory).
///
/// ```
/// use kgas_http::{Client, Limits, Secret};
///
/// let client = Client::builder("https://api.example.com/v1")
///     .api_key(Secret::new("sk-example"))
///     .limits(Limits::default())
///     .build()?;
/// assert_eq!(client.base_url().host(), "api.example.com");
/// # Ok::<_, kgas_http::BuildError>(())
/// ```
pub struct Client {
    shared: Arc<Shared>,
    gate: Gate,
}

struct Shared {
    base: BaseUrl,
    headers: HeaderMap,
    placing: Placing,
    course: Course,
    flights: Option<Flights>,
}

impl Client {
    /// Starts building a client for this address; a text that is none is reported by
    /// [`ClientBuilder::build`].
    pub fn builder<U>(base_url: U) -> ClientBuilder
    where
        U: TryInto<BaseUrl, Error: Into<BaseUrlError>>,
    {
        ClientBuilder::new(base_url.try_into().map_err(Into::into))
    }

    pub(crate) fn new(
        base: BaseUrl,
        headers: HeaderMap,
        placing: Placing,
        course: Course,
        single_flight: bool,
    ) -> Self {
        let flights = single_flight.then(Flights::default);
        Self { shared: Arc::new(Shared { base, headers, placing, course, flights }), gate: Gate::default() }
    }

    /// A GET of a path below the base URL; await it.
    pub fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(ApiRequest::get(path))
    }

    /// A POST of a JSON body; await it.
    pub fn post(&self, path: impl Into<String>, body: &Value) -> Call<'_> {
        self.call(ApiRequest::post(path, body))
    }

    /// Sends all requests, as many at a time as the limits allow, and answers in the order
    /// asked, each for itself: one that fails takes no other with it. Dropping the future gives
    /// all of them up that are not answered yet.
    pub async fn batch_requests(&self, requests: Vec<ApiRequest>) -> Vec<ApiResponse> {
        let at_once = self.limits().max_concurrent.get();
        batch(self, requests, at_once.saturating_mul(BATCH_DEPTH)).await
    }

    /// Sends a request, tried again like any other until the head of an answer comes, and
    /// returns its body to be read piece by piece: for streams. What breaks off later is an
    /// error and not tried again. Single-flight doesn't apply. Dropping the future gives the
    /// request up, wherever it is.
    ///
    /// # Errors
    ///
    /// Whatever kept the head of an answer away.
    pub async fn open(&self, request: ApiRequest) -> Result<Opened, HttpError> {
        let Some(_inside) = self.gate.enter() else {
            return Err(HttpError::new(ErrorKind::Closed).with_url(self.base_url().to_string()));
        };
        self.shared.open(&request).await
    }

    /// Opens so many connections ahead, so that the next requests need not: for whoever measures what a server takes,
    /// and not the way to it. Returns how many were opened; why one was not, the request says that needs it. Each is good
    /// for four seconds. Dropping the future leaves those that are open.
    pub async fn connect(&self, count: usize) -> usize {
        match (self.gate.enter(), self.shared.outgoing(&ApiRequest::get("models"))) {
            (Some(_inside), Ok(outgoing)) => self.shared.course.wire.connect(&outgoing, count).await,
            _ => 0,
        }
    }

    /// Goes to the server step by step, by the same settings as its requests, and says how far the way is open. Sends
    /// no request. Dropping the future closes the connection.
    pub async fn diagnose(&self) -> Diagnosis {
        match self.shared.outgoing(&ApiRequest::get("")) {
            Ok(outgoing) => self.shared.course.wire.diagnose(&outgoing).await,
            Err(error) => Diagnosis { addresses: Some(Err(error)), ..Diagnosis::default() },
        }
    }

    /// Closes this handle: from now on it answers [`ErrorKind::Closed`], and when the future is
    /// done, all it had been asked before has been answered. Clones go on working. Dropping the
    /// future only ends the wait.
    pub async fn close(&self) {
        self.gate.close().await;
    }

    /// The address all paths are relative to.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.shared.base
    }

    /// The limits it holds to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.shared.course.limiter.limits()
    }

    /// The limiter that all its requests pass: to share it with another client, or to close it.
    #[must_use]
    pub fn limiter(&self) -> &Limiter {
        &self.shared.course.limiter
    }

    fn call(&self, request: ApiRequest) -> Call<'_> {
        Call { client: self, request }
    }
}

#[async_trait]
impl Transport for Client {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let Some(_inside) = self.gate.enter() else {
            return ApiResponse::failed(HttpError::new(ErrorKind::Closed).with_url(self.base_url().to_string()));
        };
        match &self.shared.flights {
            Some(flights) => {
                let call = || {
                    let (shared, request) = (Arc::clone(&self.shared), request.clone());
                    async move { shared.call(&request).await }.boxed()
                };
                flights.share(&request, call).await
            }
            None => self.shared.call(&request).await,
        }
    }
}

impl Shared {
    async fn call(&self, request: &ApiRequest) -> ApiResponse {
        let outgoing = match self.outgoing(request) {
            Ok(outgoing) => outgoing,
            Err(error) => return ApiResponse::failed(error),
        };
        let url = outgoing.url().to_owned();
        let mut call = self.begin(request);
        let outcome = retry::run(&self.course, request, outgoing, Whole, &mut call).await;
        let outcome = outcome.map(|(reply, permit)| {
            // Without a figure the estimate stays charged: the server may have counted it.
            let used = request.usage_of.and_then(|usage_of| usage_of(&reply));
            if let (Some(permit), Some(tokens)) = (permit, used) {
                permit.settle(tokens);
            }
            reply
        });
        call.end(outcome, &url)
    }

    async fn open(&self, request: &ApiRequest) -> Result<Opened, HttpError> {
        let outgoing = self.outgoing(request)?.undecoded();
        let (url, sent) = (outgoing.url().to_owned(), outgoing.secrets());
        let mut call = self.begin(request);
        let outcome = retry::run(&self.course, request, outgoing, Open, &mut call).await;
        let (answer, permit) = outcome.map_err(|error| call.sign(error, &url))?;
        Ok(Opened::new(answer, permit, call, url, sent))
    }

    fn begin(&self, request: &ApiRequest) -> retry::Call {
        retry::Call::begin(request.deadline.or(self.course.wire.total()))
    }

    fn outgoing(&self, request: &ApiRequest) -> Result<Outgoing, HttpError> {
        let mut outgoing = Outgoing::new(&self.base, &self.headers, &self.placing.place(request))?;
        if !matches!(request.method, Method::GET | Method::HEAD) {
            // One for all attempts of a call: a server that knows it does the work once.
            let dice = &self.course.dice;
            outgoing.set_default(IDEMPOTENCY_KEY, &format!("{:016x}{:016x}", dice.bits(), dice.bits()));
        }
        Ok(outgoing)
    }
}

impl Clone for Client {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), gate: self.gate.another() }
    }
}

impl fmt::Debug for Client {
    // Headers hold the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base.to_string())
            .field("course", &self.shared.course)
            .finish_non_exhaustive()
    }
}

/// A request about to be sent: await it.
#[derive(Debug)]
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'a> {
    client: &'a Client,
    request: ApiRequest,
}

impl Call<'_> {
    /// Adds a pair to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request = self.request.with_query(name, value);
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request = self.request.with_header(name, value);
        self
    }

    /// Sets what it is expected to cost.
    pub fn cost(mut self, cost: Cost) -> Self {
        self.request = self.request.with_cost(cost);
        self
    }

    /// Sets the most time it may take in all, queueing and retries included.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.request = self.request.with_deadline(deadline);
        self
    }
}

impl<'a> IntoFuture for Call<'a> {
    type Output = ApiResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = ApiResponse> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        self.client.send(self.request)
    }
}
