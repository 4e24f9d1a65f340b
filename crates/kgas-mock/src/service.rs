//! One request's way through the server: head, key, limits, checks, fault, answer.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::account::{Book, Ticket, Usage};
use crate::arrival::{Arrival, Call, Reading};
use crate::body::{Outgoing, Severed};
use crate::closing::{Closing, Settlement};
use crate::endpoint::{CallKind, Endpoint};
use crate::faults::{Faults, What};
use crate::forms::Forms;
use crate::kept::received;
use crate::latency::Latency;
use crate::limits::{Denial, HeaderStyle, Judgement, Limits, Teller};
use crate::openai::{self, Refusal};
use crate::response::{CUT_ANSWER, failed, json_typed, refused, sent, with_type};
use crate::script::{Answer, ChatCall};
use crate::statistics::Statistics;
use crate::transit::Transit;
use crate::{locked, strict};

const STATISTICS: &str = "/statistics";

/// All that the connections of one server share.
pub(crate) struct Desk {
    pub(crate) book: Arc<Book>,
    pub(crate) latency: Latency,
    pub(crate) transit: Transit,
    pub(crate) limits: Option<Limits>,
    pub(crate) counts_tokens: bool,
    pub(crate) teller: Teller,
    /// Whether answers have a `date` by the clock that was chosen, and not by the system's.
    pub(crate) tells_time: bool,
    pub(crate) key: Option<String>,
    pub(crate) models: Vec<String>,
    pub(crate) dimensions: usize,
    pub(crate) keeps_requests: bool,
    pub(crate) faults: Faults,
    pub(crate) forms: Forms,
    pub(crate) answer: Box<dyn Answer>,
    pub(crate) asked: Mutex<usize>,
}

/// How the work on a request ends.
enum Ending {
    Answer(Response<Outgoing>, Option<Usage>),
    Fault(Response<Outgoing>),
    Cut,
}

impl Desk {
    pub(crate) fn refuses_connections(&self) -> bool {
        self.faults.refuse_connections(self.book.now())
    }

    /// When a connection that is open now will be cut.
    pub(crate) fn next_outage(&self) -> Option<Instant> {
        self.faults.next_outage(self.book.now()).and_then(|since| self.book.moment(since))
    }

    /// Answers one request. Dropping the future (the client left) is written into the account.
    pub(crate) async fn serve(
        self: Arc<Self>,
        connection: usize,
        request: Request<Incoming>,
    ) -> Result<Response<Outgoing>, Severed> {
        if *request.method() == Method::GET && request.uri().path() == STATISTICS {
            return Ok(self.report(request.uri().query()));
        }
        let (head, body) = request.into_parts();
        let trip = self.transit.trip();
        let path = head.uri.path();
        let endpoint = Endpoint::of(path, head.uri.query());
        let admitted = self.admit(&head.method, path, endpoint, &head.headers);
        let kind = if let Ok(Endpoint::Call(kind)) = admitted { Some(kind) } else { None };
        let mut arrival = Arrival {
            desk: &self,
            connection,
            path,
            is_call: matches!(endpoint, Some(Endpoint::Call(_))),
            is_limited: kind.is_some(),
            reading: Reading::default(),
            has_arrived: false,
        };
        // Without need the head is judged alone, so that a client that never ends its body is seen.
        let seen = if self.counts_tokens || !self.transit.is_instant() { None } else { Some(arrival.arrive()) };
        let body = body.collect().await.map_err(|_gone: hyper::Error| Severed)?.to_bytes();
        let reading = self.read(kind, &head.headers, &body);
        let (ticket, judgement, reading) = match seen {
            Some((ticket, judgement)) => (ticket, judgement, reading),
            None => arrival.travel(&trip, reading).await,
        };

        let ending = self.end(admitted, judgement.as_ref(), reading, &ticket).await;
        let (mut response, usage) = match ending {
            Ending::Answer(mut response, usage) => {
                if let Some(judgement) = &judgement {
                    self.teller.write(judgement, self.book.time_of_day(ticket.arrived()), response.headers_mut());
                }
                (response, usage)
            }
            Ending::Fault(response) => (response, None),
            Ending::Cut => {
                drop(ticket);
                trip.back().await;
                return Err(Severed);
            }
        };
        if self.tells_time {
            let now = self.book.time_of_day(ticket.arrived());
            Teller::write_date(now, response.headers_mut());
        }
        if let Ok(id) = HeaderValue::try_from(format!("req_{}", ticket.index())) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        ticket.began(response.status().as_u16(), usage);
        let settlement = judgement.zip(usage).map(|(judgement, usage)| Settlement {
            charged: judgement.charged,
            used: usage.prompt_tokens.saturating_add(usage.completion_tokens),
        });
        let closing = Closing { desk: Arc::clone(&self), ticket, settlement, ago: Duration::ZERO };
        if response.body().is_paced() {
            // Its clock begins behind the way back, on which it has already left the server's hands.
            response.body_mut().close_at_end(Closing { ago: trip.way_back(), ..closing });
        } else {
            closing.close();
        }
        trip.back().await;
        Ok(response)
    }

    pub(crate) fn statistics(&self) -> Statistics {
        Statistics::of(&self.book.snapshot(), self.book.now())
    }

    fn report(&self, query: Option<&str>) -> Response<Outgoing> {
        let account = self.book.snapshot();
        let mut report = json!(Statistics::of(&account, self.book.now()));
        let is_whole = query.is_some_and(|query| query.split('&').any(|part| part == "attempts=true"));
        if let (true, Some(fields)) = (is_whole, report.as_object_mut()) {
            fields.insert("account".to_owned(), json!(account));
        }
        sent(StatusCode::OK, &report)
    }

    /// What the head alone decides: path, method, key.
    fn admit(
        &self,
        method: &Method,
        path: &str,
        endpoint: Option<Endpoint>,
        headers: &HeaderMap,
    ) -> Result<Endpoint, Refusal> {
        let endpoint = endpoint.ok_or_else(|| Refusal::unknown_path(method.as_str(), path))?;
        if *method != endpoint.method() {
            return Err(Refusal::wrong_method(method.as_str(), path));
        }
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let sent = text(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        // As Azure takes it; a key in both is in the wrong place once.
        let sent = match (sent, text(HeaderName::from_static("api-key"))) {
            (Some(_), Some(_)) => None,
            (sent, own) => sent.or(own),
        };
        match &self.key {
            Some(key) if sent != Some(key.as_str()) => Err(Refusal::wrong_key()),
            _ => Ok(endpoint),
        }
    }

    /// Reads the body of a call; of other requests only what the account keeps.
    fn read(&self, kind: Option<CallKind>, headers: &HeaderMap, body: &[u8]) -> Reading {
        let request = self.keeps_requests.then(|| received(headers, body));
        let call = kind.map(|kind| self.check(kind, headers, body));
        let (prompt, cost) = match &call {
            Some(Ok(Call::Chat(call))) => (call.prompt(), openai::chat_cost(call)),
            Some(Ok(Call::Embeddings(call))) => (call.texts.join("\n"), openai::embeddings_cost(call)),
            Some(Err(_)) | None => (String::new(), 0),
        };
        Reading { prompt, cost, request, call }
    }

    fn check(&self, kind: CallKind, headers: &HeaderMap, body: &[u8]) -> Result<Call, Refusal> {
        let fields = strict::object(headers, body)?;
        let (call, model) = match kind {
            CallKind::Chat => {
                let call = strict::chat(fields)?;
                self.forms.check(&call)?;
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

    async fn end(
        &self,
        admitted: Result<Endpoint, Refusal>,
        judgement: Option<&Judgement>,
        reading: Reading,
        ticket: &Ticket,
    ) -> Ending {
        ticket.note(&reading.prompt, reading.request);
        if let Err(refusal) = admitted {
            return Ending::Answer(refused(&refusal), None);
        }
        if let Some(denial) = judgement.and_then(|judgement| judgement.denial.as_ref()) {
            return Ending::Answer(self.over(denial), None);
        }
        match reading.call {
            None => Ending::Answer(sent(StatusCode::OK, &openai::models(&self.models)), None),
            Some(Ok(call)) => self.work(call, &reading.prompt, ticket).await,
            Some(Err(refusal)) => Ending::Answer(refused(&refusal), None),
        }
    }

    fn over(&self, denial: &Denial) -> Response<Outgoing> {
        let message = self.teller.message(denial);
        match self.teller.style {
            HeaderStyle::Anthropic => sent(StatusCode::TOO_MANY_REQUESTS, &openai::anthropic_over_limit(&message)),
            HeaderStyle::OpenAi | HeaderStyle::None => refused(&Refusal::over_limit(denial.kind.word(), message)),
        }
    }

    async fn work(&self, call: Call, prompt: &str, ticket: &Ticket) -> Ending {
        let (n, fault) = self.faults.strike(self.book.now(), prompt);
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        if let Some(fault) = fault {
            ticket.fault(fault.name());
            return self.fail(fault, n).await;
        }
        let (response, usage) = match call {
            Call::Chat(call) => self.chat(call, n, ticket).await,
            Call::Embeddings(call) => {
                let usage = openai::embeddings_usage(&call);
                let answer = openai::embeddings(&call, self.dimensions);
                wait(self.latency.of(n, usage.prompt_tokens, 0)).await;
                (sent(StatusCode::OK, &answer), Some(usage))
            }
        };
        Ending::Answer(response, usage)
    }

    async fn chat(&self, mut call: ChatCall, n: u64, ticket: &Ticket) -> (Response<Outgoing>, Option<Usage>) {
        let reply = {
            // Held while the answer is made: the call's number and the script must agree on the order.
            let mut asked = locked(&self.asked);
            call.n = *asked;
            *asked += 1;
            self.forms.bend(&call, self.answer.answer(&call))
        };
        if let Some(dirt) = reply.dirt {
            ticket.dirt(dirt.name());
        }
        let usage = openai::usage(&call, &reply);
        let pace = self.latency.pace(n, usage.prompt_tokens, usage.completion_tokens);
        let is_stream = call.body.get("stream") == Some(&Value::Bool(true));
        let (response, delay) = if is_stream {
            let events = openai::events(&call, &reply);
            let response = events
                .map(|events| with_type(StatusCode::OK, "text/event-stream", Outgoing::events(events, pace.tokens)));
            (response, pace.first)
        } else {
            let answer = openai::completion(&call, &reply);
            (answer.map(|answer| json_typed(StatusCode::OK, Outgoing::whole(answer))), pace.whole())
        };
        wait(delay.saturating_add(reply.after)).await;
        match response {
            Ok(response) => (response, Some(usage)),
            Err(refusal) => (refused(&refusal), None),
        }
    }

    async fn fail(&self, fault: What, n: u64) -> Ending {
        let response = match fault {
            What::Reset | What::RefuseConnections => return Ending::Cut,
            What::Hang => return pending().await,
            What::Status { code, headers, body } => failed(code, headers, body),
            What::NotJson(html) => with_type(StatusCode::OK, "text/html; charset=utf-8", Outgoing::whole(html)),
            What::EmptyBody => json_typed(StatusCode::OK, Outgoing::whole(Bytes::new())),
            What::ResetMidBody => json_typed(StatusCode::OK, Outgoing::broken(CUT_ANSWER)),
            What::Truncated => json_typed(StatusCode::OK, Outgoing::half(CUT_ANSWER)),
        };
        wait(self.latency.of(n, 0, 0)).await;
        Ending::Fault(response)
    }
}

async fn wait(delay: Duration) {
    // The timer rounds up to the next millisecond, even from nothing.
    if !delay.is_zero() {
        sleep(delay).await;
    }
}
