//! Places counted in code points, bytes or UTF-16, for readers in other languages.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::sync::Arc;

use kgas_engine::Offsets;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Ran, bonds, claiming, document, names, ran_with};

async fn ran(text: &str, offsets: Offsets) -> Ran {
    let aged = claiming("test_aged", |text| {
        let age = json!({"text": "Ann", "type": "Person", "properties": {"age": "42"}});
        (if text.contains("Ann") { vec![age] } else { Vec::new() }, Vec::new())
    });
    let tools = [Arc::new(aged), Arc::new(names()), Arc::new(bonds())];
    ran_with(vec![document("d", text)], &tools, &support::ontology(), |store| store.offsets(offsets)).await
}

/// What a reader in another language cuts out.
fn cut(text: &str, offsets: Offsets, start: usize, end: usize) -> String {
    match offsets {
        Offsets::Chars => text.chars().skip(start).take(end - start).collect(),
        Offsets::Bytes => text.get(start..end).unwrap().to_owned(),
        Offsets::Utf16 => {
            String::from_utf16(&text.encode_utf16().skip(start).take(end - start).collect::<Vec<_>>()).unwrap()
        }
    }
}

fn ends(place: &Value) -> (usize, usize) {
    let number = |field: &str| usize::try_from(place[field].as_u64().unwrap()).unwrap();
    (number("start"), number("end"))
}

/// Holds all places of a run against the text; gives how many there are.
fn check(ran: &Ran, text: &str, offsets: Offsets) -> usize {
    let mut places: Vec<Value> = Vec::new();
    for line in ran.lines("entities.jsonl") {
        places.extend(line["mentions"].as_array().unwrap().clone());
        let properties = line["properties"].as_object().unwrap();
        places.extend(properties.values().flat_map(|values| values.as_array().unwrap().clone()));
        let merged = line["merged_from"].as_array().cloned().unwrap_or_default();
        places.extend(merged.iter().map(|member| member["evidence"].clone()).filter(Value::is_object));
    }
    for line in ran.lines("relations.jsonl") {
        places.extend(line["evidence"].as_array().unwrap().clone());
    }
    for place in &places {
        let (start, end) = ends(place);
        assert_eq!(cut(text, offsets, start, end), place["quote"].as_str().unwrap());
    }
    // The chunks are the document.
    let row = &ran.lines("documents.jsonl")[0];
    let chunks = row["chunks"].as_array().unwrap();
    let joined: String = chunks.iter().map(ends).map(|(start, end)| cut(text, offsets, start, end)).collect();
    assert_eq!(joined, text);
    assert_eq!(row["characters"], text.chars().count());
    places.len()
}

const ALL: [Offsets; 3] = [Offsets::Chars, Offsets::Bytes, Offsets::Utf16];

#[tokio::test]
async fn every_place_of_every_output_is_counted_in_the_unit() {
    let text =
        "👩‍👩‍👧 東京 e\u{301}t\u{308} Ann 42. 🎉🎉 Ann knows Bob (known as Zoë). 𝒳 Zoë knows Ann. Ann since 1984 «ß»";
    for offsets in ALL {
        assert!(check(&ran(text, offsets).await, text, offsets) >= 8, "{offsets:?}");
    }
    let first = async |offsets| ends(&ran(text, offsets).await.lines("entities.jsonl")[0]["mentions"][0]);
    assert_eq!(
        [first(Offsets::Chars).await, first(Offsets::Bytes).await, first(Offsets::Utf16).await],
        [(14, 17), (33, 36), (17, 20)]
    );
}

#[tokio::test]
async fn a_long_text_is_measured_right_at_the_borders_of_the_index() {
    let text = "é𝒳Ann knows Bob. ".repeat(200);
    for offsets in ALL {
        assert!(check(&ran(&text, offsets).await, &text, offsets) > 200);
    }
}

#[test]
fn the_words_for_the_units_are_read_back() {
    for offsets in ALL {
        assert_eq!(Offsets::parse(offsets.as_str()), Some(offsets));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_holds_in_any_unit(text in "([ .é𝒳東👍\u{301}]{0,9}(Ann|Bob|Ann knows Bob|Zoë, known as Ann,| 42))*") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for offsets in ALL {
            check(&runtime.block_on(ran(&text, offsets)), &text, offsets);
        }
    }
}
