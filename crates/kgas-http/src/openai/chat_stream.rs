//! A chat completion that is read while it is being written.

use std::collections::VecDeque;
use std::fmt;

use super::{ChatAnswer, ChatDelta, ChatParams, ChatStreamDecoder, Usage, chat_stream_request};
use crate::{Client, HttpError, Opened};

/// Asks for a chat completion and returns it as it is written. The request is tried again like
/// any other until the answer begins; what breaks off later is an error.
///
/// ```
/// use kgas_http::openai::{ChatParams, chat_stream};
/// # async fn listen(mut listener: kgas_http::memory::Listener) {
/// #     use tokio::io::{AsyncReadExt, AsyncWriteExt};
/// #     let mut pipe = listener.accept().await.unwrap();
/// #     let _ = pipe.read(&mut [0; 4096]).await.unwrap();
/// #     let events = concat!(
/// #         "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n",
/// #         "data: {\"choices\":[{\"delta\":{\"content\":\"lo.\"},\"finish_reason\":\"stop\"}]}\n\n",
/// #         "data: [DONE]\n\n",
/// #     );
/// #     let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", events.len());
/// #     pipe.write_all(head.as_bytes()).await.unwrap();
/// #     pipe.write_all(events.as_bytes()).await.unwrap();
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (connector, listener) = kgas_http::memory::connector();
/// # let client = kgas_http::openai::builder("http://memory").connector(connector).build()?;
/// # let (said, ()) = tokio::join!(async {
/// let mut stream = chat_stream(&client, &ChatParams::prompt("Say hello.")).await?;
/// let mut said = String::new();
/// while let Some(delta) = stream.next().await {
///     said.push_str(&delta?.text);
/// }
/// assert_eq!(said, "Hello.");
/// # Ok::<_, kgas_http::HttpError>(said)
/// # }, listen(listener));
/// # said?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Whatever kept the answer from beginning.
pub async fn chat_stream(client: &Client, params: &ChatParams) -> Result<ChatStream, HttpError> {
    let opened = client.open(chat_stream_request(params)).await?;
    Ok(ChatStream { opened, decoder: ChatStreamDecoder::new(), ready: VecDeque::new(), is_over: false })
}

/// A chat completion that is being written: see [`chat_stream`]. Dropping it ends it.
pub struct ChatStream {
    opened: Opened,
    decoder: ChatStreamDecoder,
    ready: VecDeque<Result<ChatDelta, HttpError>>,
    is_over: bool,
}

impl ChatStream {
    /// The next piece; `None` when the answer is complete. An error is the last item. Dropping
    /// the future loses nothing.
    ///
    /// # Errors
    ///
    /// What the server reports inside the stream, by its own kind;
    /// [`ErrorKind::Body`](crate::ErrorKind::Body) if the stream broke off.
    pub async fn next(&mut self) -> Option<Result<ChatDelta, HttpError>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(self.pass_on(item));
            }
            if self.is_over || self.decoder.is_done() {
                return None;
            }
            match self.opened.next().await {
                Some(Ok(bytes)) => self.ready.extend(self.decoder.feed(&bytes)),
                Some(Err(error)) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
                None => {
                    self.is_over = true;
                    return self.decoder.end().err().map(|error| Err(self.opened.sign(error)));
                }
            }
        }
    }

    /// Reads to the end, and returns the whole answer: also what [`next`](Self::next) has given.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next); [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) if it
    /// was no chat completion.
    pub async fn finish(mut self) -> Result<ChatAnswer, HttpError> {
        while let Some(delta) = self.next().await {
            delta?;
        }
        self.decoder.finish().map_err(|error| self.opened.sign(error))
    }

    fn pass_on(&mut self, item: Result<ChatDelta, HttpError>) -> Result<ChatDelta, HttpError> {
        match item {
            Ok(delta) => {
                if let Some(tokens) = delta.usage.and_then(Usage::all) {
                    self.opened.settle(tokens);
                }
                Ok(delta)
            }
            Err(error) => {
                self.is_over = true;
                self.opened.refused(&error);
                Err(self.opened.sign(error))
            }
        }
    }
}

impl fmt::Debug for ChatStream {
    // What is decoded and not yet passed on has not been cleared of secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("opened", &self.opened)
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}
