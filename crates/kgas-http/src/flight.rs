//! Single-flight: identical requests under way at the same time share one call.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::{Shared, WeakShared};
use http::Method;

use crate::{ApiRequest, ApiResponse};

/// The calls under way, by what they ask.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<Question, WeakShared<Call>>>);

/// A call under way. It goes on as long as anybody waits for it, whoever asked first.
type Call = Pin<Box<dyn Future<Output = ApiResponse> + Send>>;

/// What makes two requests the same. Never shown: it has all that is in them.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Bytes>,
    /// Whoever has less time, or may not ask twice, asks for itself.
    deadline: Option<Duration>,
    replayable: bool,
}

impl Flights {
    /// The answer of the call that is under way for the same question, or of a new one.
    pub(crate) async fn share(&self, request: &ApiRequest, call: impl FnOnce() -> Call + Send) -> ApiResponse {
        let question = Question::of(request);
        let flight = self.join(&question, call);
        let seat = Seat { flights: self, flight: Some(flight.clone()), question };
        let answer = flight.await;
        drop(seat);
        answer
    }

    fn join(&self, question: &Question, call: impl FnOnce() -> Call) -> Shared<Call> {
        let mut flights = self.lock();
        if let Some(flight) = flights.get(question).and_then(WeakShared::upgrade).filter(|f| f.peek().is_none()) {
            return flight;
        }
        let flight = call().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(question.clone(), weak);
        }
        flight
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Question, WeakShared<Call>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Someone who waits for an answer. Once it is there, or the last has left, the flight is over:
/// who asks later asks anew.
struct Seat<'a> {
    flights: &'a Flights,
    flight: Option<Shared<Call>>,
    question: Question,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        // The last to leave gives the call up, which takes other locks.
        self.flight = None;
        let mut flights = self.flights.lock();
        let is_over = |flight: &WeakShared<Call>| flight.upgrade().is_none_or(|flight| flight.peek().is_some());
        if flights.get(&self.question).is_some_and(is_over) {
            flights.remove(&self.question);
        }
    }
}

impl Question {
    fn of(request: &ApiRequest) -> Self {
        let headers = request.headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: headers.collect(),
            body: request.body.clone(),
            deadline: request.deadline,
            replayable: request.replayable,
        }
    }
}
