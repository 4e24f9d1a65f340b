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
    /// Any base path is taken, but the endpoint must stand right under its first and only `v1`; or under a deployment,
    /// as Azure has it, where the query has a version.
    pub(crate) fn of(path: &str, query: Option<&str>) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        if let ["openai", "deployments", name, rest @ ..] = segments.as_slice() {
            let has_version = query?.split('&').any(|pair| pair.starts_with("api-version=") && !pair.ends_with('='));
            return Self::at(rest).filter(|_| has_version && !name.is_empty());
        }
        let version = segments.iter().position(|segment| *segment == "v1")?;
        if segments.contains(&"") {
            return None;
        }
        Self::at(segments.get(version + 1..)?)
    }

    fn at(segments: &[&str]) -> Option<Self> {
        match segments {
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
