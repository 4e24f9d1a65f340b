//! The seam, as another crate uses it: a wrapper that never asks the same twice.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use kgas_http::{ApiRequest, ApiResponse, Client, ErrorKind, HttpError, Reply, Transport};
use serde_json::json;
use support::{Act, Server, answer, fine};

type Key = (String, String, Vec<(String, String)>, Option<Bytes>);

/// Remembers answers by what was asked.
#[derive(Debug)]
struct Remembering {
    inner: Client,
    answers: Mutex<HashMap<Key, Reply>>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for Remembering {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let key = (request.method.to_string(), request.path.clone(), request.query.clone(), request.body.clone());
        let known = self.answers.lock().unwrap().get(&key).cloned();
        if let Some(reply) = known {
            return ApiResponse::replayed(Reply::new(reply.status, reply.headers, reply.body));
        }
        let answer = self.inner.send(request).await;
        if let Ok(reply) = &answer.outcome {
            self.answers.lock().unwrap().insert(key, reply.clone());
        }
        answer
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrapper_sees_all_it_needs_and_answers_in_the_client_s_place() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let wrapper = Remembering { inner: builder.build().unwrap(), answers: Mutex::default() };
    let transport: Arc<dyn Transport> = Arc::new(wrapper);
    let request = ApiRequest::post("ask", &json!({"q": 1}));
    let bought = transport.send(request.clone()).await;
    let replayed = transport.send(request).await;
    assert_eq!((bought.attempts, replayed.attempts), (1, 0));
    assert_eq!(bought.data(), replayed.data());
    assert_eq!(replayed.response_time(), None);
    transport.send(ApiRequest::post("ask", &json!({"q": 2}))).await;
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn failures_are_not_remembered() {
    let (server, builder) = Server::in_memory(|n, _| if n == 0 { Act::Answer(answer(400, &[], "")) } else { fine() });
    let transport = Remembering { inner: builder.build().unwrap(), answers: Mutex::default() };
    assert!(transport.send(ApiRequest::get("x")).await.error().is_some());
    assert!(transport.send(ApiRequest::get("x")).await.error().is_none());
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn an_error_made_elsewhere_keeps_its_facts() {
    let cause = HttpError::new(ErrorKind::ServerError).with_status(503);
    let error = HttpError::new(ErrorKind::Closed).with_source(cause).with_message("out of money");
    let answer = ApiResponse::failed(error.clone());
    assert_eq!((answer.attempts, answer.status_code()), (0, None));
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("503"));
}
