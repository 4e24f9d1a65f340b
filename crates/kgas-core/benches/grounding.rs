//! How long it takes, and how much memory, to ground 50 000 claims in one chunk of 1, 2 and 5 MB.
//!
//! `cargo bench -p kgas-core --bench grounding`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a bench may panic and print"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use kgas_core::fact::{EntityCandidate, FactCollector, Grounder, RelationCandidate};
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment};

/// Claims in a text of 5 MB; fewer in smaller ones.
const CLAIMS: usize = 50_000;

/// What is claimed of a corpus.
type Claims = fn(&Corpus) -> Vec<String>;

const WHAT: [(&str, Claims); 6] = [
    ("distinct names, as they are", |corpus| corpus.names.clone()),
    ("distinct names, spelt otherwise", |corpus| corpus.names.iter().map(|name| name.to_uppercase()).collect()),
    ("distinct names, misspelt", |corpus| corpus.names.iter().map(|name| misspelt(name)).collect()),
    ("one name again and again", |corpus| vec!["Kelvin".to_owned(); corpus.names.len()]),
    ("names that the text lacks", |corpus| (0..corpus.names.len()).map(|at| name(at + 10_000_000)).collect()),
    ("one name that it lacks", |corpus| vec!["Ozymandias Quux".to_owned(); corpus.names.len()]),
];

/// Each row is measured in a process of its own: memory that an earlier one gave back would hide what it takes.
fn main() {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if let [what, megabytes] = given[..] {
        match WHAT.get(what) {
            Some((title, claims)) => entities(title, *claims, megabytes),
            None => relations(megabytes),
        }
        return;
    }
    println!(
        "{:<34} {:>5} {:>7} {:>7} {:>9} {:>9} {:>11}",
        "claims", "MB", "count", "found", "ms", "cpu ms", "peak MB"
    );
    for what in 0..=WHAT.len() {
        for megabytes in [1, 2, 5] {
            let mut row = std::process::Command::new(std::env::current_exe().unwrap());
            assert!(row.args([what.to_string(), megabytes.to_string()]).status().unwrap().success());
        }
    }
    first_claim();
}

fn entities(title: &str, claims: Claims, megabytes: usize) {
    let corpus = Corpus::new(megabytes);
    let claims = claims(&corpus);
    let before = reset_peak();
    let begin = (Instant::now(), busy());
    let chunk = Chunk::whole(&corpus.document);
    let ontology = people();
    let known = GraphFragment::default();
    let mut facts = FactCollector::new(&corpus.document, &chunk, &ontology, &known, "bench");
    for text in &claims {
        let claim =
            EntityCandidate { text: text.clone(), entity_type: "Person".to_owned(), ..EntityCandidate::default() };
        facts.entity(claim, || serde_json::Value::Null);
    }
    let found = black_box(facts.finish()).mentions.len();
    row(title, megabytes, claims.len(), found, begin, before);
}

fn relations(megabytes: usize) {
    let corpus = Corpus::new(megabytes);
    let before = reset_peak();
    let begin = (Instant::now(), busy());
    let grounder = Grounder::new(&corpus.document, &Chunk::whole(&corpus.document));
    let mut found = 0;
    for pair in corpus.names.windows(2) {
        let claim = RelationCandidate {
            subject: pair[0].clone(),
            object: pair[1].clone(),
            relation_type: "knows".to_owned(),
            evidence: Some(format!("{} ... said that", pair[0])),
            ..RelationCandidate::default()
        };
        found += usize::from(grounder.relation(claim, |_| Vec::new()).is_ok());
    }
    row("relations with quotes", megabytes, corpus.names.len() - 1, found, begin, before);
}

fn first_claim() {
    let corpus = Corpus::new(1);
    let text = &corpus.document.text()[..4000];
    let begin = busy();
    for _ in 0..1000 {
        let document = Document::new("d", text);
        let grounder = Grounder::new(&document, &Chunk::whole(&document));
        black_box(grounder.places("Kelvin"));
    }
    if let Some((now, before)) = busy().zip(begin) {
        println!("a chunk of 4000 characters, to its first claim: {} µs", (now - before) / 1_000_000);
    }
}

fn row(
    title: &str,
    megabytes: usize,
    count: usize,
    found: usize,
    (begin, cpu): (Instant, Option<u64>),
    before: Option<usize>,
) {
    let milliseconds = begin.elapsed().as_millis();
    let spent = busy().zip(cpu).map(|(now, before)| (now - before) / 1_000_000);
    let cpu = spent.map_or_else(|| "?".to_owned(), |spent| spent.to_string());
    let peak = peak()
        .zip(before)
        .map_or_else(|| "?".to_owned(), |(peak, before)| format!("{}", (peak.saturating_sub(before)) / 1024));
    println!("{title:<34} {megabytes:>5} {count:>7} {found:>7} {milliseconds:>9} {cpu:>9} {peak:>11}");
}

struct Corpus {
    document: Document,
    names: Vec<String>,
}

impl Corpus {
    /// A text with 10 000 names a megabyte, all different, among words of an invented language.
    fn new(megabytes: usize) -> Self {
        let mut seed = 7_u64;
        let mut text = String::new();
        let names: Vec<String> = (0..CLAIMS * megabytes / 5).map(name).collect();
        let size = megabytes * 1_000_000 / names.len();
        for name in &names {
            let end = text.len() + size;
            write!(text, "{name} said that Kelvin ").unwrap();
            while text.len() + 8 < end {
                text.push_str(&word(next(&mut seed) % 3000));
                text.push(if next(&mut seed).is_multiple_of(12) { '\n' } else { ' ' });
            }
            text.push_str("left. ");
        }
        Self { document: Document::new("bench", text), names }
    }
}

fn people() -> Ontology {
    let spec = OntologySpec { classes: vec![ClassSpec::new("Person")], ..OntologySpec::default() };
    Ontology::compile(spec, Leniency::Strict).unwrap().0
}

fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// A word of the number's digits to the base of 100 syllables.
fn word(mut number: u64) -> String {
    const HEADS: [&str; 20] =
        ["b", "br", "c", "ch", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v"];
    let mut word = String::new();
    loop {
        let syllable = usize::try_from(number % 100).unwrap();
        word.push_str(HEADS[syllable / 5]);
        word.push_str(&"aeiou"[syllable % 5..=syllable % 5]);
        number /= 100;
        if number == 0 {
            return word;
        }
    }
}

fn name(number: usize) -> String {
    let number = u64::try_from(number).unwrap();
    let mut seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (first, second) = (word(next(&mut seed) % 8000 + 400), word(number + 1_000_000));
    let big = |word: &str| word[..1].to_uppercase() + &word[1..];
    format!("{} {}", big(&first), big(&second))
}

/// With another letter in its longest word.
fn misspelt(name: &str) -> String {
    let at = name.len() - 4;
    format!("{}y{}", &name[..at], &name[at + 1..])
}

/// The resident memory now, in KiB, from which the peak counts on; `None` where the system doesn't tell.
fn reset_peak() -> Option<usize> {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    status("VmRSS:")
}

/// Nanoseconds on a processor: others may be at work on the machine.
fn busy() -> Option<u64> {
    std::fs::read_to_string("/proc/self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}

fn peak() -> Option<usize> {
    status("VmHWM:")
}

fn status(field: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
