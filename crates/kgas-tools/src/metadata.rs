//! What the tools that ask a model say of themselves alike.

use kgas_core::{Capabilities, Need, ToolMetadata};

/// How a tool works that asks a model through the shared loop.
pub(crate) const ASKS_A_MODEL: Capabilities =
    Capabilities { is_async: true, batch: true, streaming: false, requires_auth: true, concurrent_processing: true };

/// Of a tool that asks a chat model what the ontology allows.
pub(crate) fn of_extractor(id: &str, name: &str, description: &str, tags: [&str; 4]) -> ToolMetadata {
    let needs = vec![Need::ChatModel, Need::Ontology];
    asking(id, name, description, "extraction", &tags, needs)
}

/// Of a tool that asks a model.
pub(crate) fn asking(
    id: &str,
    name: &str,
    description: &str,
    category: &str,
    tags: &[&str],
    needs: Vec<Need>,
) -> ToolMetadata {
    ToolMetadata {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        category: category.to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        needs,
        capabilities: ASKS_A_MODEL,
    }
}
