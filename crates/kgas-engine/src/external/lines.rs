//! Lines of a stream, none longer than what is allowed.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::error::Problem;

const READ: usize = 64 * 1024;

/// A stream that is read line by line.
#[derive(Debug)]
pub(super) struct Lines<R> {
    stream: R,
    buffer: BytesMut,
    /// How much of the buffer has no line end in it.
    scanned: usize,
    most: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Lines of at most `most` bytes.
    pub(super) fn new(stream: R, most: usize) -> Self {
        Self { stream, buffer: BytesMut::new(), scanned: 0, most }
    }

    /// The next line that isn't blank, without its end; none where the stream is over. Dropping the future loses
    /// nothing.
    ///
    /// # Errors
    /// Where a line is too long, of which what was read is dropped, or where the stream can't be read.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            if let Some(line) = self.whole() {
                if line.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                return Ok(Some(line));
            }
            if self.buffer.len() > self.most {
                self.buffer.clear();
                self.scanned = 0;
                return Err(Problem::TooLong(self.most >> 20));
            }
            self.buffer.reserve(READ);
            if self.stream.read_buf(&mut self.buffer).await.map_err(Problem::Pipe)? == 0 {
                self.scanned = 0;
                let rest = self.buffer.split().freeze();
                return Ok(Some(rest).filter(|rest| !rest.iter().all(u8::is_ascii_whitespace)));
            }
        }
    }

    fn whole(&mut self) -> Option<Bytes> {
        let fresh = self.buffer.get(self.scanned..).unwrap_or_default();
        match fresh.iter().position(|byte| *byte == b'\n') {
            Some(at) => {
                let line = self.buffer.split_to(self.scanned + at + 1).freeze();
                self.scanned = 0;
                Some(line)
            }
            None => {
                self.scanned = self.buffer.len();
                None
            }
        }
    }
}
