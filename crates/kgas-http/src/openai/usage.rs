//! What an answer says it cost.

use serde::Deserialize;

use crate::Reply;
use crate::wire::is_json;

/// Tokens used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// By the question.
    pub prompt_tokens: u32,
    /// By the answer.
    pub completion_tokens: u32,
    /// By both.
    pub total_tokens: u32,
}

impl Usage {
    /// All tokens, if any are told.
    pub(super) fn all(self) -> Option<u32> {
        let total = self.total_tokens.max(self.prompt_tokens.saturating_add(self.completion_tokens));
        (total > 0).then_some(total)
    }
}

/// How many tokens a call used in all, by its answer.
pub(super) fn used_tokens(reply: &Reply) -> Option<u32> {
    // What says it is JSON was found to be JSON when it came.
    let told = is_json(&reply.headers).then(|| told_last(&reply.body)).flatten();
    let Told { usage } = told.or_else(|| serde_json::from_slice(&reply.body).ok())?;
    usage.all()
}

#[derive(Deserialize)]
struct Told {
    usage: Usage,
}

/// How far from the end of a body its usage is looked for. Servers put it last, or nearly so.
const NEAR: usize = 2048;

const NAME: &[u8] = br#""usage""#;

/// What a body that is known to be JSON tells near its end, read without all that is before.
///
/// In JSON a quote inside a text follows a backslash, so this name without one is a name or a
/// text of its own. If a brace before it makes an object of it and all that follows, it is a name
/// in the outermost object.
fn told_last(body: &[u8]) -> Option<Told> {
    let near = body.len().saturating_sub(NEAR);
    let at = near + body.get(near..)?.windows(NAME.len()).rposition(|bytes| bytes == NAME)?;
    let (before, from) = body.split_at_checked(at)?;
    if before.ends_with(b"\\") {
        return None;
    }
    serde_json::from_slice(&[b"{", from].concat()).ok()
}
