//! Words in the manner of the Penn Treebank, as NLTK's `word_tokenize` cuts a sentence, because the benchmark does.
//!
//! The rules are those of Robert MacIntyre's script for the treebank and of NLTK's `NLTKWordTokenizer`. They are
//! rewritings, one after the other; at the end the text is cut at white space. NLTK cuts a text into sentences
//! first, with a trained model; that is left out here, see `docs/benchmarks.md`.

use std::sync::LazyLock;

use regex::Regex;

/// What follows an apostrophe that belongs to the word before it.
const CLITICS: [&str; 8] = ["re", "ve", "ll", "m", "t", "s", "d", "n"];

/// A rewriting: all places of a pattern, and what is put there.
struct Rule {
    pattern: Regex,
    by: &'static str,
}

/// Opening quotes, before the lone apostrophe.
static OPENING: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    rules(&[(r"[«“‘„]|`+", " ${0} "), (r#"^""#, "``"), (r"``", " ${0} "), (r#"([ (\[{<])("|'')"#, "${1} `` ")])
});

/// Punctuation, brackets, dashes: in this order, for the full stop is looked for before other signs get spaces.
static PUNCTUATION: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    rules(&[
        (r#"([^.])(\.)([\])}>"'»”’ ]*)\s*$"#, "${1} ${2} ${3} "),
        (r"([:,])(\D)", " ${1} ${2}"),
        (r"[:,]$", " ${0} "),
        (r"\.{2,}", " ${0} "),
        (r"[;@#$%&]", " ${0} "),
        (r"[\u{2012}-\u{2015}]", " ${0} "),
        (r#"([^.])(\.)([\])}>"']*)\s*$"#, "${1} ${2}${3} "),
        (r"[?!]", " ${0} "),
        (r"([^'])' ", "${1} ' "),
        (r"\*", " ${0} "),
        (r"[\]\[(){}<>]", " ${0} "),
        ("--", " ${0} "),
    ])
});

/// Closing quotes and contractions. They need a space before and after the text.
static CLOSING: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    rules(&[
        ("[»”’]", " ${0} "),
        ("''", " ${0} "),
        ("\"", " '' "),
        (r"\s+", " "),
        ("([^' ])('[sSmMdD]|') ", "${1} ${2} "),
        ("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "${1} ${2} "),
        (r"(?i)\b(can)(not)\b", " ${1} ${2} "),
        (r"(?i)\b(d)('ye)\b", " ${1} ${2} "),
        (r"(?i)\b(gim)(me)\b", " ${1} ${2} "),
        (r"(?i)\b(gon)(na)\b", " ${1} ${2} "),
        (r"(?i)\b(got)(ta)\b", " ${1} ${2} "),
        (r"(?i)\b(lem)(me)\b", " ${1} ${2} "),
        (r"(?i)\b(more)('n)\b", " ${1} ${2} "),
        (r"(?i)\b(wan)(na)(\s)", " ${1} ${2} ${3}"),
        (r"(?i) ('t)(is)\b", " ${1} ${2} "),
        (r"(?i) ('t)(was)\b", " ${1} ${2} "),
    ])
});

/// The words of a text that is one sentence. Double quotes become `` and ''.
///
/// ```
/// use kgas_bench::quality::words;
///
/// assert_eq!(words("She doesn't, he'll."), ["She", "does", "n't", ",", "he", "'ll", "."]);
/// ```
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let opened = parted_apostrophes(&rewritten(text.to_owned(), &OPENING));
    let parted = format!(" {} ", rewritten(opened, &PUNCTUATION));
    rewritten(parted, &CLOSING).split_whitespace().map(str::to_owned).collect()
}

fn rules(all: &[(&str, &'static str)]) -> Vec<Rule> {
    #[expect(clippy::expect_used, reason = "the patterns are constants, and a test uses each")]
    all.iter().map(|&(pattern, by)| Rule { pattern: Regex::new(pattern).expect("a pattern"), by }).collect()
}

fn rewritten(text: String, rules: &[Rule]) -> String {
    rules.iter().fold(text, |text, rule| rule.pattern.replace_all(&text, rule.by).into_owned())
}

/// Puts a space after an apostrophe that opens a word and is no clitic's: "'Hello" is two words, "'s" is one.
fn parted_apostrophes(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    for (at, letter) in text.char_indices() {
        out.push(letter);
        if letter == '\'' && !before.is_some_and(is_word) {
            let rest = text.get(at + 1..).unwrap_or_default();
            if rest.starts_with(is_word) && !begins_with_clitic(rest) {
                out.push(' ');
            }
        }
        before = Some(letter);
    }
    out
}

fn begins_with_clitic(rest: &str) -> bool {
    let word: String = rest.chars().take_while(|&letter| is_word(letter)).collect();
    CLITICS.iter().any(|clitic| word.eq_ignore_ascii_case(clitic))
}

/// A letter, digit or `_`, as Python's `\w`.
fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
