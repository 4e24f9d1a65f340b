//! What an answer's headers say about the quota.

use std::time::{Duration, SystemTime};

use http::HeaderMap;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) requests: Standing,
    pub(crate) tokens: Standing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: Option<u32>,
    pub(crate) remaining: Option<u32>,
    pub(crate) reset: Option<Duration>,
    pub(crate) is_other_window: bool,
}

impl Told {
    pub(crate) fn read(_headers: &HeaderMap, _now: SystemTime) -> Self {
        Self::default()
    }
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
