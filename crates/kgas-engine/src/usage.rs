//! The tokens that an answer reports.

use serde::Deserialize;
use serde_json::Value;

/// Those of the prompt and of the answer; 0 is what isn't told. The rest of the body, which may be thousands of vectors,
/// is passed over.
pub(crate) fn reported(body: &[u8]) -> (u64, u64) {
    #[derive(Deserialize)]
    struct Told {
        usage: Value,
    }
    let told: Option<Told> = serde_json::from_slice(body).ok();
    // Each is looked at for what it is: some servers write null for one of them.
    let tokens = |name: &str| told.as_ref()?.usage.get(name)?.as_u64();
    (tokens("prompt_tokens").unwrap_or_default(), tokens("completion_tokens").unwrap_or_default())
}
