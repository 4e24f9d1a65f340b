//! An answer's body, read once for all who look at it: the wire, the limiter, and who asked.

use std::any::Any;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{ApiRequest, HttpError, Reply};

/// What a request expects its answer to be. It reads the whole of a body, so that one it can
/// read is known to be JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape(fn(&[u8]) -> Option<Arc<dyn Any + Send + Sync>>);

impl Shape {
    pub(crate) const fn of<T: DeserializeOwned + Send + Sync + 'static>() -> Self {
        Self(|body| Some(Arc::new(serde_json::from_slice::<T>(body).ok()?)))
    }

    /// `None` if the body is of another shape, or no JSON.
    pub(crate) fn read(self, body: &Bytes) -> Option<Read> {
        let Self(read) = self;
        Some(Read { value: read(body)?, body: body.clone() })
    }
}

/// A body, and what was read of it.
#[derive(Clone)]
pub(crate) struct Read {
    value: Arc<dyn Any + Send + Sync>,
    body: Bytes,
}

impl Read {
    /// What was read, if it was of this body and in this shape.
    fn of<T: Send + Sync + 'static>(&self, body: &Bytes) -> Option<Arc<T>> {
        // Whoever has a reply may put another body into it. While these bytes are held, no
        // others are where they are.
        let is_same = std::ptr::eq(self.body.as_ptr(), body.as_ptr()) && self.body.len() == body.len();
        is_same.then(|| Arc::clone(&self.value).downcast().ok()).flatten()
    }
}

impl ApiRequest {
    /// Sets what the answer is expected to be, so that it is read when it comes.
    pub(crate) fn with_shape(mut self, shape: Shape) -> Self {
        self.shape = Some(shape);
        self
    }
}

impl Reply {
    /// The body in this shape, if it was read so when it came.
    pub(crate) fn known<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.read.as_ref()?.of(&self.body)
    }

    /// The body in this shape: as it was read when it came, or read now.
    ///
    /// # Errors
    ///
    /// Those of [`json`](Self::json).
    pub(crate) fn shape<T: DeserializeOwned + Send + Sync + 'static>(&self) -> Result<Arc<T>, HttpError> {
        self.known().map_or_else(|| self.json().map(Arc::new), Ok)
    }
}
