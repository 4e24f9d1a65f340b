//! The corpus of dirty answers: all that a careful person would keep is kept, and nothing else.

#![expect(clippy::string_slice, reason = "a test may panic")]

mod dirty;

use std::collections::BTreeSet;

use dirty::cases;
use kgas_core::text::{Items, NoItems, items};

#[test]
fn all_items_are_kept_in_order_and_none_is_invented() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found = items(&case.answer, case.key);
        let expected = match case.none {
            Some("empty") => Err(NoItems::Empty),
            Some("not json") => Err(NoItems::NotJson),
            Some(_) => Err(NoItems::NoList),
            None => Ok((case.items.iter().collect(), case.unreadable, !case.cut)),
        };
        let told = found.as_ref().map_err(|none| *none);
        let told = told.map(|items| (items.values().collect::<Vec<_>>(), items.unreadable().count(), items.complete));
        if told != expected {
            wrong.push(format!("{}\n  expected {expected:?}\n  found    {found:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn places_are_in_order_and_hold_what_can_not_be_read() {
    for case in cases() {
        let Ok(Items { items, .. }) = items(&case.answer, case.key) else { continue };
        assert!(items.is_sorted_by_key(|item| item.at.start), "{}", case.name);
        for item in items {
            let raw = &case.answer[item.at];
            if let Err(unreadable) = item.value {
                assert_eq!(unreadable.text, raw.trim(), "{}", case.name);
            }
        }
    }
}

#[test]
fn the_corpus_is_as_large_as_it_says() {
    let cases = cases();
    let like: BTreeSet<&str> = cases.iter().filter_map(|case| case.like).collect();
    let of_the_four = ["google/langextract#", "microsoft/graphrag#", "567-labs/instructor#"];
    let named = like.iter().filter(|like| of_the_four.iter().any(|project| like.starts_with(project))).count();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len());
    assert!(cases.len() >= 65 && like.len() >= 30 && named >= 20, "{} {} {named}", cases.len(), like.len());
}
