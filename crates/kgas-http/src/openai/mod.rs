//! Chat completions and embeddings, as OpenAI and the many servers compatible with it speak them.

mod answer;
mod body;
mod chat;
mod chat_stream;
mod embeddings;
mod model;
mod profile;
mod stream;
mod stream_error;

use std::sync::Arc;
use std::time::Duration;

use crate::transport::batch;
use crate::{
    ApiRequest, ApiResponse, BaseUrl, BaseUrlError, Client, ClientBuilder, HttpError, Limits, Reply, RetryPolicy,
    Timeouts, Transport,
};

pub use self::answer::{ChatAnswer, FinishReason, Usage, read_chat};
pub use self::chat::{ChatMessage, ChatParams, ResponseFormat, Role, chat_request};
pub use self::chat_stream::{ChatStream, chat_stream};
pub use self::embeddings::{embedding_request, read_embeddings};
pub use self::profile::{KeyHeader, Profile};
pub use self::stream::{ChatDelta, ChatStreamDecoder, chat_stream_request, read_chat_stream};

/// The public address.
pub const BASE_URL: &str = "https://api.openai.com/v1";

/// The model asked for chat completions unless another is named.
pub const CHAT_MODEL: &str = "gpt-4";

/// The model asked for embeddings unless another is named.
pub const EMBEDDING_MODEL: &str = "text-embedding-3-small";

/// 60 requests a minute, 5 at a time.
pub const LIMITS: Limits = Limits::per_minute(60, 5);

/// 60 s for an attempt: models think long.
pub const TIMEOUTS: Timeouts = Timeouts { attempt: Duration::from_secs(60), ..Timeouts::DEFAULT };

/// The default policy, with time for three attempts of 60 s and what lies between them.
pub const RETRY: RetryPolicy = RetryPolicy { window: Duration::from_secs(240), ..RetryPolicy::DEFAULT };

/// How many calls of a batch are under way at a time; the transport's limits do the pacing.
const BATCH_DEPTH: usize = 256;

/// Reads a base URL as the clients of such servers do: one without a path means `/v1`, one with
/// a path is taken as it is.
///
/// ```
/// use kgas_http::openai::base_url;
///
/// assert_eq!(base_url("http://localhost:8080")?.path(), "/v1");
/// assert_eq!(base_url("https://example.com/api")?.path(), "/api");
/// # Ok::<_, kgas_http::BaseUrlError>(())
/// ```
///
/// # Errors
///
/// Says what is wrong with the text; the person who wrote it must change it.
pub fn base_url(text: &str) -> Result<BaseUrl, BaseUrlError> {
    let url: BaseUrl = text.parse()?;
    if url.path().is_empty() { url.with_path("v1") } else { Ok(url) }
}

/// Starts building a client with [`base_url`], [`LIMITS`], [`TIMEOUTS`] and [`RETRY`].
///
/// ```no_run
/// use std::num::NonZeroU32;
/// use kgas_http::Limits;
/// use kgas_http::openai::{self, ChatParams, OpenAi};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = openai::builder(openai::BASE_URL)
///     .api_key(std::env::var("OPENAI_API_KEY")?.into())
///     .limits(Limits {
///         requests_per_minute: NonZeroU32::new(500),
///         tokens_per_minute: NonZeroU32::new(200_000),
///         ..openai::LIMITS
///     })
///     .build()?;
/// let model = OpenAi::from(client);
/// let question = ChatParams { model: "gpt-4o-mini".into(), ..ChatParams::prompt("Which cities are named?") };
/// println!("{}", model.chat(&question).await?.text);
/// # Ok(())
/// # }
/// ```
pub fn builder(text: &str) -> ClientBuilder {
    ClientBuilder::new(base_url(text)).limits(LIMITS).timeouts(TIMEOUTS).retry(RETRY)
}

/// Asks for chat completions and embeddings through any transport.
///
/// ```
/// use std::sync::Arc;
/// use async_trait::async_trait;
/// use kgas_http::openai::{ChatParams, FinishReason, OpenAi};
/// use kgas_http::{ApiRequest, ApiResponse, Reply, Transport};
///
/// /// A model that always says the same.
/// #[derive(Debug)]
/// struct Parrot;
///
/// #[async_trait]
/// impl Transport for Parrot {
///     async fn send(&self, _: ApiRequest) -> ApiResponse {
///         let body = r#"{"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}"#;
///         ApiResponse::replayed(Reply::new(200, Default::default(), body.into()))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), kgas_http::HttpError> {
/// let model = OpenAi::new(Arc::new(Parrot));
/// let answer = model.chat(&ChatParams::prompt("Say hello.")).await?;
/// assert_eq!(answer.text, "hello");
/// assert_eq!(answer.finish_reason, FinishReason::Stop);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OpenAi {
    transport: Arc<dyn Transport>,
}

impl OpenAi {
    /// Asks through this transport, whose base URL must be that of the API.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    /// Asks for a chat completion and reads it.
    ///
    /// # Errors
    ///
    /// Whatever kept the answer away, or [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) if
    /// it isn't a chat completion.
    pub async fn chat(&self, params: &ChatParams) -> Result<ChatAnswer, HttpError> {
        let answer = self.transport.send(chat_request(params)).await;
        read(answer, read_chat)
    }

    /// Asks for the embeddings of texts, in their order.
    ///
    /// # Errors
    ///
    /// Whatever kept the answer away, or [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) if
    /// it isn't one embedding for each text, all of one length.
    pub async fn embed(&self, model: &str, texts: &[&str]) -> Result<Vec<Vec<f32>>, HttpError> {
        let answer = self.transport.send(embedding_request(model, texts)).await;
        read(answer, |reply| read_embeddings(reply, texts.len()))
    }

    /// Asks for many chat completions at once; answers come in the order asked, each for itself.
    pub async fn batch_completions(&self, all: &[ChatParams]) -> Vec<ApiResponse> {
        self.batch(all.iter().map(chat_request).collect()).await
    }

    /// Asks for the embeddings of many lists of texts at once; answers come in the order asked,
    /// each for itself.
    pub async fn batch_embeddings(&self, model: &str, lists: &[Vec<String>]) -> Vec<ApiResponse> {
        let request = |list: &Vec<String>| {
            let texts: Vec<_> = list.iter().map(String::as_str).collect();
            embedding_request(model, &texts)
        };
        self.batch(lists.iter().map(request).collect()).await
    }

    async fn batch(&self, requests: Vec<ApiRequest>) -> Vec<ApiResponse> {
        batch(self.transport.as_ref(), requests, BATCH_DEPTH).await
    }
}

impl From<Client> for OpenAi {
    fn from(client: Client) -> Self {
        Self::new(Arc::new(client))
    }
}

/// Reads an answer, and gives an unreadable one the facts of its call.
fn read<T>(answer: ApiResponse, with: impl FnOnce(&Reply) -> Result<T, HttpError>) -> Result<T, HttpError> {
    let reply = answer.outcome?;
    with(&reply).map_err(|error| error.with_attempts(answer.attempts).with_elapsed(answer.elapsed))
}
