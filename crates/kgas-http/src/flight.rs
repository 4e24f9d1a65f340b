//! Single-flight: identical requests under way at the same time share one call.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Method;
use tokio::sync::OnceCell;

use crate::{ApiRequest, ApiResponse};

/// The calls under way, by what they ask.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<Question, Arc<OnceCell<ApiResponse>>>>);

/// What makes two requests the same. Never shown: it has all that is in them.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Bytes>,
}

impl Flights {
    /// The answer of the call that is under way for the same question, or of a new one. If
    /// whoever makes the call gives up, another who waits makes it.
    pub(crate) async fn share<F>(&self, request: &ApiRequest, call: impl FnOnce() -> F + Send) -> ApiResponse
    where
        F: Future<Output = ApiResponse> + Send,
    {
        let question = Question::of(request);
        let seat = Seat { flights: self, cell: self.join(&question), question };
        seat.cell.get_or_init(call).await.clone()
    }

    fn join(&self, question: &Question) -> Arc<OnceCell<ApiResponse>> {
        Arc::clone(self.lock().entry(question.clone()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Question, Arc<OnceCell<ApiResponse>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Someone who waits for an answer. Once it is there, or the last has left, the flight is over:
/// who asks later asks anew.
struct Seat<'a> {
    flights: &'a Flights,
    cell: Arc<OnceCell<ApiResponse>>,
    question: Question,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        let is_mine = flights.get(&self.question).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // Two hold it when nobody else does: the map and this seat.
        if is_mine && (self.cell.initialized() || Arc::strong_count(&self.cell) <= 2) {
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
        }
    }
}
