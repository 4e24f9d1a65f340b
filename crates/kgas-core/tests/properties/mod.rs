//! What holds for an answer of any bytes. The fuzz target holds it, and so does the test that replays the corpus.

use kgas_core::fact::{EntityCandidate, RelationCandidate};
use kgas_core::text::{Items, items};
use serde_json::Value;

/// Items and candidates of an answer.
pub(crate) fn answer(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for key in ["entities", "relations", "claims"] {
        let Ok(found) = items(&text, key) else { continue };
        let mut end = 0;
        for item in &found.items {
            // Several items of one text have its place.
            assert!(item.at.start >= end || item.at.end == end, "{key}: places in order");
            assert!(text.get(item.at.clone()).is_some(), "{key}: places in the answer");
            end = item.at.end;
            let said = item.to_json();
            assert!(item.value.is_ok() || said.is_string());
            let entity = EntityCandidate::from_json(&said);
            let relation = RelationCandidate::from_json(&said);
            let sure = entity.iter().filter_map(|claim| claim.confidence);
            for confidence in sure.chain(relation.iter().filter_map(|claim| claim.confidence)) {
                assert!((0.0..=1.0).contains(&confidence));
            }
        }
        assert_eq!(found.values().count() + found.unreadable().count(), found.items.len());
        is_read_again(&found, key);
    }
}

/// What was read, written as JSON, is read as the same.
fn is_read_again(found: &Items, key: &str) {
    let values: Vec<&Value> = found.values().collect();
    let is_plain = |value: &&Value| !value.to_string().contains([':', '<', '.', '…', '{', '[']);
    if !values.is_empty() && values.iter().all(is_plain) {
        let again = items(&serde_json::json!({key: values}).to_string(), key);
        assert!(again.is_ok_and(|again| again.complete && again.values().eq(values)));
    }
}
