//! When two spellings are one name.

mod support;

use kgas_core::text::{label_key, normal_form};
use proptest::prelude::*;
use support::texts;

#[test]
fn spellings_of_a_name_meet() {
    let same = [
        ("Ada Lovelace", " ADA\n\tlovelace "),
        ("New\u{a0}York", "new york"),
        ("Straße", "STRASSE"),
        ("STRAẞE", "STRASSE"),
        ("ß\u{301}", "sś"),
        ("ΟΔΥΣΣΕΎΣ", "οδυσσεύς"),
        ("Zoë", "Zoe\u{308}"),
        ("ﬁlm", "film"),
        ("ＡＢＣ", "abc"),
        ("İzmir", "i\u{307}zmir"),
        ("ŉ", "ʼn"),
    ];
    for (one, other) in same {
        assert_eq!(normal_form(one), normal_form(other), "{one:?} {other:?}");
    }
    assert_eq!(normal_form("Ada Lovelace"), "ada lovelace");
    assert_eq!(normal_form(" \n "), "");
}

#[test]
fn different_names_stay_apart() {
    for (one, other) in [("Zoë", "Zoe"), ("New York", "Newyork"), ("O'Neil", "ONeil"), ("A.B.", "AB"), ("1", "2")] {
        assert_ne!(normal_form(one), normal_form(other), "{one:?} {other:?}");
    }
}

#[test]
fn labels_meet_across_underscores_and_hyphens() {
    for label in ["works at", "Works_At", "works-at", " WORKS  at "] {
        assert_eq!(label_key(label), "works at", "{label:?}");
    }
    assert_ne!(label_key("worksAt"), label_key("works at"));
}

#[test]
fn the_normal_form_of_each_character_is_normal() {
    // Above are no letters with case, and no compositions.
    for character in '\0'..'\u{30000}' {
        let once = normal_form(&String::from_iter(['a', character, '\u{301}']));
        assert_eq!(normal_form(&once), once, "{character:?}");
    }
}

proptest! {
    #[test]
    fn a_normal_form_is_normal_and_has_no_white_space_to_spare(name in texts()) {
        let once = normal_form(&name);
        prop_assert_eq!(normal_form(&once), once.clone());
        prop_assert_eq!(once.split_whitespace().collect::<Vec<_>>().join(" "), once);
    }

    #[test]
    fn case_and_spacing_of_plain_names_do_not_matter(name in "[A-Za-zé ]{0,12}") {
        prop_assert_eq!(normal_form(&name.to_uppercase()), normal_form(&format!("  {}\n", name.to_lowercase())));
    }
}
