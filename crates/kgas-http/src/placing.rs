//! Where a server expects a request: under another path than the request names, or with a query of the server's own.

use std::borrow::Cow;

use crate::ApiRequest;

/// Gives a request another path.
pub(crate) type PathOf = fn(&ApiRequest) -> String;

/// What is changed in each request.
#[derive(Clone, Default)]
pub(crate) struct Placing {
    pub(crate) query: Vec<(String, String)>,
    pub(crate) path_of: Option<PathOf>,
}

impl Placing {
    /// The request as it is sent. What it says itself in its query comes first.
    pub(crate) fn place<'r>(&self, request: &'r ApiRequest) -> Cow<'r, ApiRequest> {
        if self.query.is_empty() && self.path_of.is_none() {
            return Cow::Borrowed(request);
        }
        let mut placed = request.clone();
        if let Some(path_of) = self.path_of {
            placed.path = path_of(request);
        }
        let is_new = |name: &str| !request.query.iter().any(|(own, _)| own == name);
        placed.query.extend(self.query.iter().filter(|(name, _)| is_new(name)).cloned());
        Cow::Owned(placed)
    }
}
