//! How models differ in what they accept.

/// Whether the model thinks before it answers: such take `max_completion_tokens` where others
/// take `max_tokens`, and no temperature but their own.
pub(super) fn is_reasoning(model: &str) -> bool {
    // Gateways put a vendor before the name, fine-tuned models are called `ft:name:..`.
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name.strip_prefix("ft:").unwrap_or(name);
    ["o1", "o3", "o4", "gpt-5"].iter().any(|family| {
        let rest = name.strip_prefix(family);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', ':']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_told_by_name() {
        let thinking = ["o1", "o1-mini", "o3-2025-04-16", "o4-mini", "gpt-5", "gpt-5-mini"];
        let others = ["gpt-4", "gpt-4o", "gpt-4o-mini", "o10", "llama3", "gpt-50", "o1x"];
        for name in thinking {
            assert!(is_reasoning(name), "{name}");
            assert!(is_reasoning(&format!("openai/{name}")), "openai/{name}");
        }
        assert!(is_reasoning("gpt-5.1") && is_reasoning("ft:o4-mini:org::id"));
        for name in others {
            assert!(!is_reasoning(name), "{name}");
        }
    }
}
