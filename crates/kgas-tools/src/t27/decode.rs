//! From an answer to the relations that stand up.

use kgas_core::fact::FactCollector;
use kgas_core::text::{NoItems, items};

use crate::flow::Decoded;

/// Reads `{"relations": […]}`, or the bare array.
pub(super) fn decode(answer: &str, mut facts: FactCollector<'_>, all_mentions: bool) -> Result<Decoded, NoItems> {
    let items = items(answer, "relations")?;
    items.items.iter().for_each(|item| facts.relation_json(&item.to_json()));
    if all_mentions {
        facts.add_other_occurrences();
    }
    Ok(Decoded { facts: facts.finish(), is_complete: items.complete })
}
