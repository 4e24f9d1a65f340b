//! One request's way through the server: head, key, limit, checks, fault, answer.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::time::sleep;

use crate::account::{Book, Received, Ticket};
use crate::body::{Outgoing, Severed};
use crate::faults::{Faults, What};
use crate::limits::RequestLimit;
use crate::openai::{self, Refusal};
use crate::script::{Answer, ChatCall};
use crate::strict::EmbeddingsCall;
use crate::{locked, strict};

/// What a fault cuts in half. The script does not move for it.
const CUT_ANSWER: &str = r#"{"id":"chatcmpl-cut","object":"chat.completion","created":0,"model":"cut","choices":[{"index":0,"message":{"role":"assistant","content":"this answer never arrives whole"},"finish_reason":"stop"}]}"#;

/// All that the connections of one server share.
pub(crate) struct Desk {
    pub(crate) book: Arc<Book>,
    pub(crate) latency: Duration,
    pub(crate) limit: Option<RequestLimit>,
    pub(crate) has_limit_headers: bool,
    pub(crate) key: Option<String>,
    pub(crate) models: Vec<String>,
    pub(crate) dimensions: usize,
    pub(crate) keeps_requests: bool,
    pub(crate) faults: Faults,
    pub(crate) answer: Box<dyn Answer>,
    pub(crate) asked: Mutex<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Call(CallKind),
    Models,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallKind {
    Chat,
    Embeddings,
}

impl Endpoint {
    /// Any base path is taken, but the endpoint must stand right under its first and only `v1`.
    fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let version = segments.iter().position(|segment| *segment == "v1")?;
        if segments.contains(&"") {
            return None;
        }
        match segments.get(version + 1..)? {
            ["chat", "completions"] => Some(Self::Call(CallKind::Chat)),
            ["embeddings"] => Some(Self::Call(CallKind::Embeddings)),
            ["models"] => Some(Self::Models),
            _ => None,
        }
    }

    fn method(self) -> Method {
        match self {
            Self::Call(_) => Method::POST,
            Self::Models => Method::GET,
        }
    }
}

/// A call that passed all checks.
enum Call {
    Chat(ChatCall),
    Embeddings(EmbeddingsCall),
}

/// How the work on a request ends.
enum Ending {
    Answer(Response<Outgoing>),
    Fault(Response<Outgoing>),
    Cut,
}

impl Desk {
    /// Answers one request. Dropping the future (the client left) is written into the account.
    pub(crate) async fn serve(
        self: Arc<Self>,
        connection: usize,
        request: Request<Incoming>,
    ) -> Result<Response<Outgoing>, Severed> {
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        let admitted = self.admit(&head.method, path, &head.headers);
        let is_call = matches!(Endpoint::of(path), Some(Endpoint::Call(_)));
        let (ticket, standing) = self.book.arrive(connection, path, is_call, |now| {
            let limit = self.limit.as_ref().filter(|_| is_call && admitted.is_ok())?;
            Some(limit.judge(now))
        });

        let body = body.collect().await.map_err(|_gone: hyper::Error| Severed)?.to_bytes();
        if self.keeps_requests {
            ticket.keep(received(&head.headers, &body));
        }
        let over = standing.as_ref().filter(|standing| standing.is_refused());
        let ending = match (admitted, over) {
            (Err(refusal), _) => Ending::Answer(refused(&refusal)),
            (Ok(_), Some(over)) => Ending::Answer(refused(&Refusal::over_limit(over.message()))),
            (Ok(Endpoint::Models), None) => Ending::Answer(sent(StatusCode::OK, &openai::models(&self.models))),
            (Ok(Endpoint::Call(kind)), None) => match self.read(kind, &head.headers, &body) {
                Ok(call) => self.work(call, &ticket).await,
                Err(refusal) => Ending::Answer(refused(&refusal)),
            },
        };
        let mut response = match ending {
            Ending::Answer(mut response) => {
                if let Some(standing) = &standing {
                    standing.write(response.headers_mut(), self.has_limit_headers);
                }
                response
            }
            Ending::Fault(response) => response,
            Ending::Cut => return Err(Severed),
        };
        if let Ok(id) = HeaderValue::try_from(format!("req_{}", ticket.index())) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        ticket.answered(response.status().as_u16());
        Ok(response)
    }

    /// What the head alone decides: path, method, key.
    fn admit(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<Endpoint, Refusal> {
        let endpoint = Endpoint::of(path).ok_or_else(|| Refusal::unknown_path(method.as_str(), path))?;
        if *method != endpoint.method() {
            return Err(Refusal::wrong_method(method.as_str(), path));
        }
        let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|value| value.strip_prefix("Bearer "));
        match &self.key {
            Some(key) if sent != Some(key.as_str()) => Err(Refusal::wrong_key()),
            _ => Ok(endpoint),
        }
    }

    fn read(&self, kind: CallKind, headers: &HeaderMap, body: &[u8]) -> Result<Call, Refusal> {
        let fields = strict::object(headers, body)?;
        let (call, model) = match kind {
            CallKind::Chat => {
                let call = strict::chat(fields)?;
                let model = call.model.clone();
                (Call::Chat(call), model)
            }
            CallKind::Embeddings => {
                let call = strict::embeddings(&fields)?;
                let model = call.model.clone();
                (Call::Embeddings(call), model)
            }
        };
        if self.models.is_empty() || self.models.contains(&model) {
            Ok(call)
        } else {
            Err(Refusal::unknown_model(&model))
        }
    }

    async fn work(&self, call: Call, ticket: &Ticket) -> Ending {
        let prompt = match &call {
            Call::Chat(call) => call.prompt(),
            Call::Embeddings(call) => call.texts.join("\n"),
        };
        ticket.prompt(&prompt);
        if let Some(fault) = self.faults.strike(&prompt) {
            ticket.fault(fault.name());
            return self.fail(fault).await;
        }
        let (response, delay) = match call {
            Call::Chat(call) => self.chat(call),
            Call::Embeddings(call) => {
                let answer = openai::embeddings(&call, self.dimensions);
                (sent(StatusCode::OK, &answer), Duration::ZERO)
            }
        };
        self.wait(delay).await;
        Ending::Answer(response)
    }

    fn chat(&self, mut call: ChatCall) -> (Response<Outgoing>, Duration) {
        let reply = {
            // Held while the answer is made: `n` and the script must agree on the order.
            let mut asked = locked(&self.asked);
            call.n = *asked;
            *asked += 1;
            self.answer.answer(&call)
        };
        let is_stream = call.body.get("stream") == Some(&Value::Bool(true));
        let response = if is_stream {
            openai::events(&call, &reply)
                .map(|events| with_type(StatusCode::OK, "text/event-stream", Outgoing::events(events)))
        } else {
            openai::completion(&call, &reply).map(|answer| sent(StatusCode::OK, &answer))
        };
        (response.unwrap_or_else(|refusal| refused(&refusal)), reply.after)
    }

    async fn fail(&self, fault: What) -> Ending {
        let response = match fault {
            What::Reset => return Ending::Cut,
            What::Hang => return pending().await,
            What::Status { code, headers, body } => failed(code, headers, body),
            What::NotJson(html) => with_type(StatusCode::OK, "text/html; charset=utf-8", Outgoing::whole(html)),
            What::EmptyBody => json_typed(StatusCode::OK, Outgoing::whole(Bytes::new())),
            What::ResetMidBody => json_typed(StatusCode::OK, Outgoing::broken(CUT_ANSWER)),
            What::Truncated => json_typed(StatusCode::OK, Outgoing::half(CUT_ANSWER)),
        };
        self.wait(Duration::ZERO).await;
        Ending::Fault(response)
    }

    async fn wait(&self, more: Duration) {
        let delay = self.latency.saturating_add(more);
        // The timer rounds up to the next millisecond, even from nothing.
        if !delay.is_zero() {
            sleep(delay).await;
        }
    }
}

/// The request for the account, without its key.
fn received(headers: &HeaderMap, body: &[u8]) -> Received {
    let headers = headers
        .iter()
        .filter(|(name, _)| **name != AUTHORIZATION)
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Received { headers, body: String::from_utf8_lossy(body).into_owned() }
}

fn failed(code: u16, headers: Vec<(String, String)>, body: Option<String>) -> Response<Outgoing> {
    let refusal = Refusal::of_status(code, "The server had an error on purpose.".to_owned());
    let mut response = match body {
        Some(body) => json_typed(refusal.status, Outgoing::whole(body)),
        None => refused(&refusal),
    };
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn refused(refusal: &Refusal) -> Response<Outgoing> {
    sent(refusal.status, &refusal.body())
}

fn sent(status: StatusCode, body: &Value) -> Response<Outgoing> {
    json_typed(status, Outgoing::whole(body.to_string()))
}

fn json_typed(status: StatusCode, body: Outgoing) -> Response<Outgoing> {
    with_type(status, "application/json", body)
}

fn with_type(status: StatusCode, media_type: &'static str, body: Outgoing) -> Response<Outgoing> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
