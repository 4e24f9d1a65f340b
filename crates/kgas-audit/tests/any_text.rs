//! Whatever a file holds: an audit ends, and what it tells is within the text.

use kgas_audit::{Audit, Language, audit_source};
use proptest::prelude::*;

/// Words of both languages, to be put together in any way.
const WORDS: &[&str] = &[
    "import requests",
    "as r",
    "\n",
    "\n    ",
    "async def f():",
    "def g(x=",
    "await ",
    "for u in us:",
    "requests.get(u",
    ")",
    "(",
    "[",
    "]",
    "{",
    "}",
    "lambda x:",
    "class C(C):",
    "self.s = ",
    "requests.Session()",
    "try:",
    "except:",
    "\"",
    "'''",
    "# kgas: allow(no-retry)",
    "use reqwest::{self, blocking::*};",
    "async fn f() {",
    "for u in us {",
    "ureq::get(u).call()",
    ".await",
    "println!(",
    "ä",
    "𝄞",
    "|x|",
    "loop {",
    "struct S { c: S }",
    "impl S {",
    ",",
    ";",
    "a = b\nb = a\na.get()",
    "global a",
    "with a as (b, *c):",
    "match",
    "=>",
    "\\",
    "\u{feff}",
    "\r\n",
    "\0",
];

fn is_within(audit: &Audit, text: &str) -> bool {
    let lines: Vec<&str> = text.split('\n').collect();
    audit.findings.iter().all(|finding| {
        let region = finding.region;
        let has = |line: usize, column: usize| {
            line >= 1 && column >= 1 && lines.get(line - 1).is_some_and(|text| column <= text.chars().count() + 1)
        };
        let is_ordered = (region.line, region.column) <= (region.end_line, region.end_column);
        has(region.line, region.column) && has(region.end_line, region.end_column) && is_ordered
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_audited_within_its_lines(text in "\\PC{0,200}") {
        for language in [Language::Python, Language::Rust] {
            prop_assert!(is_within(&audit_source(language, &text), &text));
        }
    }

    #[test]
    fn any_words_are_audited_within_their_lines(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        let text = words.concat();
        for language in [Language::Python, Language::Rust] {
            prop_assert!(is_within(&audit_source(language, &text), &text));
        }
    }
}

#[test]
fn what_is_nested_without_end_is_told_of_and_passed_over() {
    for (language, open, close) in
        [(Language::Python, "f(", ")"), (Language::Rust, "f(", ")"), (Language::Python, "[", "]")]
    {
        let text = format!("{}{}", open.repeat(5_000), close.repeat(5_000));
        let problems = audit_source(language, &text).problems;
        assert!(problems.iter().any(|problem| problem.message.contains("too deeply")), "{open}: {problems:?}");
    }
}

#[test]
fn an_empty_source_has_nothing() {
    assert_eq!(audit_source(Language::Python, ""), Audit::default());
    assert_eq!(audit_source(Language::Rust, ""), Audit::default());
}
