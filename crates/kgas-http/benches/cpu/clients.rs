//! The clients that are compared: bare hyper, reqwest with governor before it, and ours.

use std::error::Error;
use std::future::Future;
use std::num::{NonZeroU32, NonZeroUsize};

use bytes::Bytes;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kgas_http::openai::{ChatMessage, ChatParams, chat_request, read_chat};
use kgas_http::{Client, Limits, Transport as _};

use super::chat::{self, Answer, Shape};

/// Why a call, and with it the bench, went wrong.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

const KEY: &str = "sk-not-a-key-but-as-long-as-one-0123456789abcdef";
const AGENT: &str = concat!("kgas-http/", env!("CARGO_PKG_VERSION"));

/// A client that asks a model and reads what the answer cost.
pub(crate) trait Ask: Send + Sync + 'static {
    /// What the table calls it.
    const NAME: &'static str;

    /// Asks one question.
    fn ask(&self, prompt: String) -> impl Future<Output = Result<u32, Failure>> + Send;
}

/// hyper-util's pooled client and nothing else: no limit, no time-out, no retry.
pub(crate) struct Raw {
    pool: Pool<HttpConnector, Full<Bytes>>,
    uri: Uri,
    key: HeaderValue,
    shape: Shape,
}

impl Raw {
    pub(crate) fn new(port: u16, shape: Shape) -> Result<Self, Failure> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new()).build(connector);
        let mut key = HeaderValue::try_from(format!("Bearer {KEY}"))?;
        key.set_sensitive(true);
        Ok(Self { pool, uri: format!("{}/chat/completions", base(port)).parse()?, key, shape })
    }
}

impl Ask for Raw {
    const NAME: &'static str = "raw hyper-util";

    async fn ask(&self, prompt: String) -> Result<u32, Failure> {
        let body = match self.shape {
            Shape::Typed => serde_json::to_vec(&chat::question(&prompt))?,
            Shape::Value => serde_json::to_vec(&chat::question_value(&prompt))?,
        };
        let request = Request::post(self.uri.clone())
            .header(AUTHORIZATION, self.key.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(USER_AGENT, HeaderValue::from_static(AGENT))
            .body(Full::new(Bytes::from(body)))?;
        let answer = self.pool.request(request).await?;
        if !answer.status().is_success() {
            return Err(answer.status().as_str().into());
        }
        let body = answer.into_body().collect().await?.to_bytes();
        match self.shape {
            Shape::Typed => Ok(serde_json::from_slice::<Answer>(&body)?.used_tokens()),
            Shape::Value => chat::used_tokens(&serde_json::from_slice(&body)?),
        }
    }
}

/// reqwest behind governor, at a rate that never binds.
pub(crate) struct Reqwest {
    client: reqwest::Client,
    limiter: DefaultDirectRateLimiter,
    url: reqwest::Url,
    shape: Shape,
}

impl Reqwest {
    pub(crate) fn new(port: u16, shape: Shape) -> Result<Self, Failure> {
        let client = reqwest::Client::builder().user_agent(AGENT).timeout(kgas_http::openai::TIMEOUTS.attempt);
        Ok(Self {
            client: client.build()?,
            limiter: RateLimiter::direct(Quota::per_minute(NonZeroU32::MAX)),
            url: format!("{}/chat/completions", base(port)).parse()?,
            shape,
        })
    }
}

impl Ask for Reqwest {
    const NAME: &'static str = "reqwest + governor";

    async fn ask(&self, prompt: String) -> Result<u32, Failure> {
        self.limiter.until_ready().await;
        let request = self.client.post(self.url.clone()).bearer_auth(KEY);
        let request = match self.shape {
            Shape::Typed => request.json(&chat::question(&prompt)),
            Shape::Value => request.json(&chat::question_value(&prompt)),
        };
        let answer = request.send().await?.error_for_status()?;
        match self.shape {
            Shape::Typed => Ok(answer.json::<Answer>().await?.used_tokens()),
            Shape::Value => chat::used_tokens(&answer.json().await?),
        }
    }
}

/// Ours, with limits of all three sorts that never bind.
pub(crate) struct Kgas {
    client: Client,
}

impl Kgas {
    pub(crate) fn new(port: u16, max_concurrent: usize) -> Result<Self, Failure> {
        let limits = Limits {
            requests_per_minute: Some(NonZeroU32::MAX),
            tokens_per_minute: Some(NonZeroU32::MAX),
            max_concurrent: NonZeroUsize::new(max_concurrent).ok_or("none at a time")?,
            ..Limits::default()
        };
        let client = kgas_http::openai::builder(&base(port)).api_key(KEY.into()).limits(limits);
        Ok(Self { client: client.build()? })
    }
}

impl Ask for Kgas {
    const NAME: &'static str = "kgas-http";

    async fn ask(&self, prompt: String) -> Result<u32, Failure> {
        let params = ChatParams {
            model: chat::MODEL.to_owned(),
            max_tokens: Some(chat::MAX_TOKENS),
            temperature: Some(chat::TEMPERATURE),
            ..ChatParams::new(vec![ChatMessage::user(prompt)])
        };
        let reply = self.client.send(chat_request(&params)).await.outcome?;
        let answer = read_chat(&reply)?;
        Ok(answer.usage.ok_or("an answer without usage")?.total_tokens)
    }
}

fn base(port: u16) -> String {
    format!("http://127.0.0.1:{port}/v1")
}
