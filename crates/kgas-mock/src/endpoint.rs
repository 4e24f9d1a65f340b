//! Where a request can go.

use hyper::Method;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Call(CallKind),
    Models,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallKind {
    Chat,
    Embeddings,
}

impl Endpoint {
    /// Any base path is taken, but the endpoint must stand right under its first and only `v1`.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let version = segments.iter().position(|segment| *segment == "v1")?;
        if segments.contains(&"") {
            return None;
        }
        match segments.get(version + 1..)? {
            ["chat", "completions"] => Some(Self::Call(CallKind::Chat)),
            ["embeddings"] => Some(Self::Call(CallKind::Embeddings)),
            ["models"] => Some(Self::Models),
            _ => None,
        }
    }

    pub(crate) fn method(self) -> Method {
        match self {
            Self::Call(_) => Method::POST,
            Self::Models => Method::GET,
        }
    }
}
