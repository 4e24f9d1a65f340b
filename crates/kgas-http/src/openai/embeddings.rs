//! Embeddings: the request for them, and the checks that make them usable.

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Usage, unusable, used_tokens};
use super::body::{Body, Field};
use super::chat::tokens_of;
use crate::shape::Shape;
use crate::{ApiRequest, Cost, HttpError, Reply};

/// The request for the embeddings of texts. The same texts give the same bytes.
#[must_use]
pub fn embedding_request(model: &str, texts: &[&str]) -> ApiRequest {
    let tokens = texts.iter().fold(0_usize, |sum, text| sum.saturating_add(tokens_of(text)));
    let mut body = Body::with_capacity(2);
    body.set("model", Field::Text(model));
    body.set("input", Field::Texts(texts));
    ApiRequest::new(Method::POST, "embeddings", Some(body.to_bytes().into()))
        .with_cost(Cost::tokens(u32::try_from(tokens).unwrap_or(u32::MAX)))
        .with_usage_of(used)
        .with_shape(Shape::of::<Answer>())
}

fn used(reply: &Reply) -> Option<u32> {
    match reply.known::<Answer>() {
        Some(answer) => Usage::deserialize(answer.usage.as_ref()?).ok()?.all(),
        None => used_tokens(reply),
    }
}

/// Reads the embeddings of `expected` texts, in the order of the texts whatever that of the
/// answer.
///
/// # Errors
///
/// [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) unless there is exactly one for each
/// text, and all are of one length above zero.
pub fn read_embeddings(reply: &Reply, expected: usize) -> Result<Vec<Vec<f32>>, HttpError> {
    let answer = reply.shape::<Answer>()?;
    let found = answer.data.len();
    if found != expected {
        let what = format!("{found} embeddings for {expected} texts");
        return Err(unusable(reply, &what));
    }
    let mut places: Vec<Option<&Vec<f32>>> = vec![None; expected];
    for (arrival, item) in answer.data.iter().enumerate() {
        match places.get_mut(item.index.unwrap_or(arrival)) {
            Some(place @ None) => *place = Some(&item.embedding),
            _ => return Err(unusable(reply, "embeddings with a wrong index")),
        }
    }
    let all: Vec<_> = places.into_iter().flatten().collect();
    let length = all.first().map(|one| one.len());
    if length == Some(0) || all.iter().any(|one| Some(one.len()) != length) {
        return Err(unusable(reply, "embeddings of different lengths, or empty"));
    }
    Ok(all.into_iter().cloned().collect())
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
    /// In whatever form: vectors without it are as good.
    usage: Option<Value>,
}

#[derive(Deserialize)]
struct Item {
    /// Some servers leave it out, and then keep the order.
    index: Option<usize>,
    embedding: Vec<f32>,
}
