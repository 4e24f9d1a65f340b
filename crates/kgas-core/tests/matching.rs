//! Words are found as they are, spelt otherwise, or with a few errors, and the span has the text's own words.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_core::fact::{EntityCandidate, Flag, Grounder, Match, RejectReason, RelationCandidate};
use kgas_core::text::Chunk;
use kgas_core::{Document, Span};
use proptest::prelude::*;
use support::texts;

/// What is found for a name: the text's words, and how; `None` where the text doesn't have it.
fn found(text: &str, name: &str) -> Option<(String, Match, usize)> {
    let document = Document::new("d", text);
    let claim = EntityCandidate { text: name.into(), entity_type: "Person".into(), ..EntityCandidate::default() };
    let grounded = Grounder::new(&document, &Chunk::whole(&document)).entity(claim).ok()?;
    let span = grounded.span()?;
    assert_eq!(document.slice(span), Some(grounded.quote()), "{name:?} in {text:?}");
    assert_eq!(grounded.score().is_some(), grounded.matched() == Match::Fuzzy);
    Some((grounded.quote().to_owned(), grounded.matched(), span.start()))
}

fn quoted(text: &str, quote: &str) -> (String, Match, Vec<Flag>) {
    let document = Document::new("d", text);
    let claim = RelationCandidate {
        subject: "Ann".into(),
        relation_type: "knows".into(),
        object: "Bob".into(),
        evidence: Some(quote.into()),
        ..RelationCandidate::default()
    };
    let grounded = Grounder::new(&document, &Chunk::whole(&document)).relation(claim, |_| Vec::new()).unwrap();
    assert_eq!(document.slice(grounded.span().unwrap()), Some(grounded.quote()), "{quote:?} in {text:?}");
    (grounded.quote().to_owned(), grounded.matched(), grounded.flags().iter().copied().collect())
}

#[test]
fn another_spelling_of_the_same_words_is_normalised_and_gives_the_words_of_the_text() {
    let cases = [
        // (text, claim, the text's words)
        ("met ADA lovelace.", "Ada Lovelace", "ADA lovelace"),
        ("in New \n\t York", "New York", "New \n\t York"),
        ("in New\u{a0}York", "New York", "New\u{a0}York"),
        ("in New York", "New\nYork", "New York"),
        ("the ﬁlm “A”", "film", "ﬁlm"),
        ("ＡＢＣ Corp", "ABC Corp", "ＡＢＣ Corp"),
        ("O’Neil left", "O'Neil", "O’Neil"),
        ("the ‘Big’ one", "\"Big\"", "‘Big’"),
        ("Smith–Jones", "Smith-Jones", "Smith–Jones"),
        ("an exam\u{ad}ple", "example", "exam\u{ad}ple"),
        ("an exam-\n  ple here", "example", "exam-\n  ple"),
        ("zero\u{200b}width", "zerowidth", "zero\u{200b}width"),
        ("wait… what", "wait...", "wait…"),
        // Decomposed in the text, composed in the claim, and the other way round.
        ("Zoe\u{308} left", "Zoë", "Zoe\u{308}"),
        ("Zoë left", "Zoe\u{308}", "Zoë"),
        ("die Straße dort", "STRASSE", "Straße"),
        ("DIE STRASSE DORT", "Straße", "STRASSE"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς", "ΟΔΥΣΣΕΥΣ"),
        // Turkish: both i's meet both.
        ("in İstanbul", "Istanbul", "İstanbul"),
        ("in Diyarbakır", "DIYARBAKIR", "Diyarbakır"),
        // Arabic and Hebrew with and without vowel marks, and the drawn-out line.
        ("قال مُحَمَّد هنا", "محمد", "مُحَمَّد"),
        ("قال محمد هنا", "مُحَمَّد", "محمد"),
        ("قال محـــمد هنا", "محمد", "محـــمد"),
        ("אמר שָׁלוֹם כאן", "שלום", "שָׁלוֹם"),
        ("می\u{200c}خواهم", "میخواهم", "می\u{200c}خواهم"),
        // Chinese broken over two lines, and in its full width.
        ("在東\n京都。", "東京", "東\n京"),
        ("住在Ｔｏｋｙｏ。", "Tokyo", "Ｔｏｋｙｏ"),
        ("❤\u{fe0f} it", "❤", "❤\u{fe0f}"),
        // Less around the words than was claimed.
        ("Ann met Bob", "“Ann”", "Ann"),
        ("Ann met Bob", "Ann.", "Ann"),
        ("Acme Inc. paid", "\"Acme Inc.\"", "Acme Inc."),
        ("Ann met Bob", "((Ann)),", "Ann"),
    ];
    for (text, claim, words) in cases {
        let (quote, matched, _) = found(text, claim).unwrap_or_else(|| panic!("{claim:?} in {text:?}"));
        assert_eq!((quote.as_str(), matched), (words, Match::Normalised), "{claim:?} in {text:?}");
    }
}

#[test]
fn what_stands_as_it_is_is_exact_in_all_scripts() {
    let cases = [
        ("東京都に行く", "東京"),
        ("서울에서", "서울"),
        ("สวัสดีชาวโลก", "ชาวโลก"),
        ("قال مُحَمَّد هنا", "مُحَمَّد"),
        ("क्षत्रिय राजा", "क्षत्रिय"),
        ("a 👩\u{200d}💻 codes", "👩\u{200d}💻"),
        ("cafe\u{301} noir", "cafe\u{301}"),
        ("Diyarbakır'da", "Diyarbakır"),
        ("Straße 5", "Straße"),
        ("C++ and C#", "C++"),
        ("10² is 100", "10²"),
    ];
    for (text, claim) in cases {
        let found = found(text, claim).map(|(quote, matched, _)| (quote, matched));
        assert_eq!(found, Some((claim.to_owned(), Match::Exact)), "{claim:?} in {text:?}");
    }
}

#[test]
fn what_is_another_word_is_not_found() {
    let cases = [
        ("Annual report", "ANN"),
        ("with us here", "US"),
        ("10² metres", "102"),
        ("Zoe left", "Zoë"),
        ("a 👩\u{200d}💻 codes", "👩"),
        ("Ann\u{ad}ual", "ann"),
        ("กำ", "ก"),
        ("York", "New York"),
        ("Ann", ""),
        ("Ann", "…"),
        ("Ann! Bob...", "!!!"),
        ("Ann. Bob", "..."),
        ("", "Ann"),
    ];
    for (text, claim) in cases {
        assert_eq!(found(text, claim), None, "{claim:?} in {text:?}");
    }
}

#[test]
fn a_few_wrong_letters_in_long_words_are_fuzzy() {
    let cases = [
        ("met Ada Lovelace there", "Ada Lovelase", "Ada Lovelace"),
        ("met Ada Lovelace there", "ada lovelce", "Ada Lovelace"),
        ("met Ada Lovelace there", "Ada Lovellace", "Ada Lovelace"),
        ("the Massachusetts Institute", "Massachusets Institute", "Massachusetts Institute"),
        ("a well-\nknown man", "well-known man", "well-\nknown man"),
        // Only the space is missing.
        ("in New York.", "Newyork", "New York"),
        ("in Petropavlovsk.", "Petropawlovsk", "Petropavlovsk"),
        ("Достоевский писал", "Достаевский", "Достоевский"),
    ];
    for (text, claim, words) in cases {
        let (quote, matched, _) = found(text, claim).unwrap_or_else(|| panic!("{claim:?} in {text:?}"));
        assert_eq!((quote.as_str(), matched), (words, Match::Fuzzy), "{claim:?} in {text:?}");
    }
}

#[test]
fn what_differs_in_more_than_a_typo_is_not_fuzzy() {
    let cases = [
        ("the Republic of Iraq", "Republic of Iran"),
        ("the National Bank of Australia", "National Bank of Austria"),
        ("on 12 January 1985", "12 January 1984"),
        ("it cost 5 million dollars", "5 billion dollars"),
        ("King Henry VIII", "King Henry VII"),
        ("the Thursday market hall", "the Tuesday market hall"),
        ("building number 12a", "building number 12b"),
        ("北京大学附属第三医院", "北京大学附属第一医院"),
        ("met Bob", "Bop"),
        ("Lovelace", "Lowelase"),
    ];
    for (text, claim) in cases {
        assert_eq!(found(text, claim), None, "{claim:?} in {text:?}");
    }
}

#[test]
fn the_score_is_the_share_of_the_claim_that_agrees() {
    let document = Document::new("d", "Ada Lovelace");
    let claim = EntityCandidate { text: "Ada Lovelase".into(), ..EntityCandidate::default() };
    let grounded = Grounder::new(&document, &Chunk::whole(&document)).entity(claim).unwrap();
    assert_eq!(grounded.score(), Some(0.917));
}

#[test]
fn a_quote_is_found_with_parts_left_out_with_errors_or_not_at_all() {
    let text = "Ann, who was late,\nmet her friend Bob at the old harbour. Later Bob and Ann did not meet again.";
    let cases = [
        ("Ann, who was late,\nmet her friend Bob", "Ann, who was late,\nmet her friend Bob", Match::Exact, false),
        ("Ann, who was late, met", "Ann, who was late,\nmet", Match::Normalised, false),
        ("Ann ... met her friend Bob", "Ann, who was late,\nmet her friend Bob", Match::Normalised, false),
        (
            "…who was late […] the old harbour…",
            "who was late,\nmet her friend Bob at the old harbour",
            Match::Normalised,
            false,
        ),
        (
            "Ann, who was late, met the friend Bob at old harbor",
            "Ann, who was late,\nmet her friend Bob at the old harbour",
            Match::Fuzzy,
            false,
        ),
        // The parts stand there, but the other way round; a negation is no typo.
        ("the old harbour ... who was late", "Bob and Ann", Match::Exact, true),
        ("Later Bob and Ann did meet again", "Bob and Ann", Match::Exact, true),
        ("Ann admires Bob", "Bob and Ann", Match::Exact, true),
        // A quote without words says nothing.
        ("...", "Bob and Ann", Match::Exact, true),
        (".", "Bob and Ann", Match::Exact, true),
    ];
    for (quote, words, matched, is_inferred) in cases {
        let flags = if is_inferred { vec![Flag::EvidenceInferred] } else { vec![] };
        assert_eq!(quoted(text, quote), (words.to_owned(), matched, flags), "{quote:?}");
    }
}

#[test]
fn equal_claims_take_one_place_after_the_other_whatever_their_spelling() {
    let document = Document::new("d", "Ann, ANN, ann and Ann");
    let starts = |names: &[&str]| {
        let ontology = support::ontology();
        let known = kgas_core::GraphFragment::default();
        let chunk = Chunk::whole(&document);
        let mut facts = kgas_core::fact::FactCollector::new(&document, &chunk, &ontology, &known, "t");
        for name in names {
            facts.entity_json(&serde_json::json!({"text": name, "type": "Person"}));
        }
        let found = facts.finish();
        let places: Vec<usize> =
            found.mentions.iter().map(|mention| mention.evidence().span().unwrap().start()).collect();
        (places, found.rejected.into_iter().map(|rejection| rejection.reason).collect::<Vec<_>>())
    };
    assert_eq!(starts(&["Ann", "ANN", "ann", "Ann"]), (vec![0, 5, 10, 18], vec![]));
    // Exact places go first.
    assert_eq!(starts(&["Ann", "Ann", "Ann", "Ann", "Ann"]), (vec![0, 18, 5, 10], vec![RejectReason::Duplicate]));
    assert_eq!(starts(&["ANN", "ANN", "aNN", "AnN"]), (vec![5, 0, 10, 18], vec![]));
}

#[test]
fn what_the_text_lacks_is_kept_without_a_span_where_that_is_asked_for() {
    let document = Document::new("d", "Ann met Bob.");
    let grounder = Grounder::new(&document, &Chunk::whole(&document)).keep_ungrounded(true);
    let claim = EntityCandidate { text: " Eve ".into(), ..EntityCandidate::default() };
    let entity = grounder.entity(claim).unwrap();
    assert_eq!((entity.span(), entity.matched(), entity.quote(), entity.score()), (None, Match::None, "Eve", None));

    let claim = |object: &str, evidence: &str| RelationCandidate {
        subject: "Ann".into(),
        relation_type: "knows".into(),
        object: object.into(),
        evidence: Some(evidence.into()),
        ..RelationCandidate::default()
    };
    let lacking = grounder.relation(claim("Eve", "Ann likes Eve"), |_| Vec::new()).unwrap();
    assert_eq!((lacking.span(), lacking.matched(), lacking.quote()), (None, Match::None, "Ann likes Eve"));
    assert_eq!(lacking.flags().iter().collect::<Vec<_>>(), [&Flag::Ungrounded]);
    assert!(lacking.subject().place.is_some() && lacking.object().place.is_none());
    let inferred = grounder.relation(claim("Bob", "Ann likes Bob"), |_| Vec::new()).unwrap();
    assert_eq!((inferred.quote(), inferred.flags().contains(&Flag::EvidenceInferred)), ("Ann met Bob", true));
}

#[test]
fn a_text_that_repeats_itself_is_searched_within_bounds() {
    let text = "the cat sat on the mat and the dog lay on the rug ".repeat(4000);
    let long = "the cat sat on the mat and the dog lay on the rug the cat sat on the mat";
    assert_eq!(found(&text, long).map(|(_, matched, _)| matched), Some(Match::Exact));
    assert_eq!(found(&text, &long.replace("sat", "sit")), None);
    assert_eq!(found(&"a".repeat(200_000), &"a".repeat(300)), None);
}

/// Text with words of letters, long enough to be told apart.
fn stories() -> impl Strategy<Value = Vec<String>> {
    let words = proptest::collection::btree_set("[b-z]{9,12}", 4..20);
    words.prop_map(|words| words.into_iter().collect::<Vec<_>>()).prop_shuffle()
}

fn dirtied(words: &str, how: u8) -> String {
    match how {
        0 => words.to_uppercase(),
        1 => words.replace(' ', " \n\u{a0}"),
        2 => format!("“{words}”"),
        3 => words.chars().map(String::from).collect::<Vec<_>>().join("\u{ad}"),
        4 => words.chars().map(|letter| if letter == ' ' { '\u{3000}' } else { wide(letter) }).collect(),
        5 => format!("{words}."),
        _ => words.replace(' ', "\u{200b} "),
    }
}

/// The letter in its full width.
fn wide(letter: char) -> char {
    char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter)
}

proptest! {
    #[test]
    fn the_quote_is_the_text_of_the_span_whatever_text_and_claim(text in texts(), claim in texts(), start in 0_usize..40) {
        let document = Document::new("d", text);
        let grounder = Grounder::new(&document, &Chunk::whole(&document));
        let candidate = EntityCandidate { text: claim.clone(), start: Some(start), ..EntityCandidate::default() };
        if let Ok(grounded) = grounder.entity(candidate) {
            prop_assert_eq!(document.slice(grounded.span().unwrap()), Some(grounded.quote()));
            prop_assert!(!grounded.quote().is_empty());
        }
        for span in grounder.places(&claim) {
            prop_assert_eq!(document.slice(span), Some(claim.trim()));
        }
        let claim = RelationCandidate { subject: claim.clone(), object: claim.clone(), evidence: Some(claim), ..RelationCandidate::default() };
        if let Ok(grounded) = grounder.relation(claim, |_| Vec::new()) {
            prop_assert_eq!(document.slice(grounded.span().unwrap()), Some(grounded.quote()));
        }
    }

    #[test]
    fn places_are_those_that_occurrences_gives(text in "[abAéß1. \u{301}\n-]{0,24}", claim in "[abAéß1.]{1,3}") {
        let document = Document::new("d", text.clone());
        let grounder = Grounder::new(&document, &Chunk::whole(&document));
        let expected: Vec<Span> =
            kgas_core::text::occurrences(&text, &claim).map(|bytes| document.span_of(bytes).unwrap()).collect();
        prop_assert_eq!(grounder.places(&claim), expected);
    }

    #[test]
    fn words_cut_from_the_text_are_found_exactly_there(words in stories(), from in 0_usize..20, count in 1_usize..4) {
        let (from, count) = (from % (words.len() - 3), count);
        let (claim, at) = (words[from..from + count].join(" "), words[..from].iter().map(|word| word.len() + 1).sum::<usize>());
        let text = words.join(" ");
        let (quote, matched, start) = found(&text, &claim).unwrap();
        prop_assert_eq!((quote.as_str(), matched), (claim.as_str(), Match::Exact));
        prop_assert!(start <= at);
    }

    #[test]
    fn words_spelt_otherwise_are_found_at_the_same_place(words in stories(), from in 0_usize..20, how in 0_u8..7, there in any::<bool>()) {
        let from = from % (words.len() - 2);
        let claim = words[from..from + 2].join(" ");
        let dirty = dirtied(&claim, how);
        let before = words[..from].join(" ");
        // The dirt is in the claim, or in the text.
        let (text, claim) = if there && how != 2 && how != 5 {
            (format!("{before} {dirty} {}", words[from + 2..].join(" ")), claim)
        } else {
            (format!("{before} {claim} {}", words[from + 2..].join(" ")), dirty)
        };
        let (_, matched, start) = found(&text, &claim).unwrap();
        prop_assert_eq!(matched, Match::Normalised);
        prop_assert!(start <= before.chars().count() + 1);
    }

    #[test]
    fn words_with_one_wrong_letter_each_are_found_where_they_stand(words in stories(), from in 0_usize..20, at in 0_usize..9, kind in 0_u8..3) {
        let from = from % (words.len() - 1);
        let text = words.join(" ");
        let mut wrong = words[from].clone();
        match kind {
            0 => wrong.replace_range(at..=at, "a"),
            1 => wrong.insert(at, 'a'),
            _ => { wrong.remove(at); }
        }
        let claim = format!("{wrong} {}", words[from + 1]);
        let start = words[..from].iter().map(|word| word.len() + 1).sum::<usize>();
        let (quote, matched, place) = found(&text, &claim).unwrap();
        if matched == Match::Fuzzy {
            prop_assert!(place < start + claim.len() && start < place + quote.len(), "{quote:?} at {place}");
        } else {
            // Taking a letter of a pair away gives the same word only where nothing changed.
            prop_assert_eq!(quote, claim);
        }
    }
}

#[test]
fn a_quote_that_holds_neither_end_is_marked() {
    let document = Document::new("d", "Ann met Bob. Acme was founded in 1984. She knows him.");
    let grounder = Grounder::new(&document, &Chunk::whole(&document));
    let marked = |evidence: &str| {
        let claim = RelationCandidate {
            subject: "Ann".into(),
            relation_type: "knows".into(),
            object: "Bob".into(),
            evidence: Some(evidence.into()),
            ..Default::default()
        };
        grounder.relation(claim, |_| Vec::new()).unwrap().flags().contains(&Flag::EvidenceApart)
    };
    assert!(marked("Acme was founded in 1984"));
    assert!(marked("She knows him"));
    assert!(!marked("Ann met"));
    assert!(!marked("Ann met Bob"));
    assert!(!marked("Ann is not quoted here"));
}
