//! Embeddings: the request for them, and the checks that make them usable.

use serde::{Deserialize, Serialize};

use super::answer::unusable;
use super::chat::tokens_of;
use super::usage::used_tokens;
use crate::{ApiRequest, Cost, HttpError, Reply};

/// The request for the embeddings of texts. The same texts give the same bytes.
#[must_use]
pub fn embedding_request(model: &str, texts: &[&str]) -> ApiRequest {
    let tokens = texts.iter().fold(0_usize, |sum, text| sum.saturating_add(tokens_of(text)));
    let room = texts.iter().fold(model.len() + 64, |sum, text| sum.saturating_add(text.len()).saturating_add(8));
    ApiRequest::post_as("embeddings", &Question { model, input: texts }, room)
        .with_cost(Cost::tokens(u32::try_from(tokens).unwrap_or(u32::MAX)))
        .with_usage_of(used_tokens)
}

/// Reads the embeddings of `expected` texts, in the order of the texts whatever that of the
/// answer.
///
/// # Errors
///
/// [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) unless there is exactly one for each
/// text, and all are of one length above zero.
pub fn read_embeddings(reply: &Reply, expected: usize) -> Result<Vec<Vec<f32>>, HttpError> {
    let body: Body = reply.json()?;
    let found = body.data.len();
    if found != expected {
        let what = format!("{found} embeddings for {expected} texts");
        return Err(unusable(reply, &what));
    }
    let mut places: Vec<Option<Vec<f32>>> = vec![None; expected];
    for (arrival, item) in body.data.into_iter().enumerate() {
        match places.get_mut(item.index.unwrap_or(arrival)) {
            Some(place @ None) => *place = Some(item.embedding),
            _ => return Err(unusable(reply, "embeddings with a wrong index")),
        }
    }
    let all: Vec<_> = places.into_iter().flatten().collect();
    let length = all.first().map(Vec::len);
    if length == Some(0) || all.iter().any(|one| Some(one.len()) != length) {
        return Err(unusable(reply, "embeddings of different lengths, or empty"));
    }
    Ok(all)
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    input: &'a [&'a str],
}

#[derive(Deserialize)]
struct Body {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    /// Some servers leave it out, and then keep the order.
    index: Option<usize>,
    embedding: Vec<f32>,
}
