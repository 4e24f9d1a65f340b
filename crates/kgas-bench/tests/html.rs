//! The report as a page for a browser: what `kgas-bench run --html` writes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use kgas_bench::bound::Terms;
use kgas_bench::html::page;
use kgas_bench::report::{Comparison, Mode, Report, Run, Scenario, Unit};
use kgas_bench::trace::{Attempt, Call, Performance, Tokens};
use quick_xml::Reader;
use quick_xml::events::Event;
use tempfile::tempdir;

/// What a file may have, to be opened on a phone.
const MOST_BYTES: usize = 2_000_000;

fn kgas_bench(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kgas-bench")).args(args).current_dir(folder).output().unwrap()
}

/// The page that `run` writes for these arguments, and what it showed on the terminal.
fn written(args: &[&str]) -> (String, String) {
    let folder = tempdir().unwrap();
    let args = [&["run"], args, &["--html", "report.html"]].concat();
    let ran = kgas_bench(folder.path(), &args);
    let [out, err] = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(ran.status.success(), "{err}");
    assert_eq!(err, "the report for a browser is in report.html\n");
    (std::fs::read_to_string(folder.path().join("report.html")).unwrap(), out)
}

/// An element as a reader of XML sees it.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(is, _)| is == name).map(|(_, value)| value.as_str())
    }
}

/// All elements and all texts in order; panics where the page is not well-formed.
fn read(page: &str) -> (Vec<Element>, Vec<String>) {
    let mut reader = Reader::from_str(page);
    let (mut elements, mut texts, mut depth) = (Vec::new(), Vec::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            event @ (Event::Start(_) | Event::Empty(_)) => {
                depth += i32::from(matches!(event, Event::Start(_)));
                let (Event::Start(tag) | Event::Empty(tag)) = event else { continue };
                let attribute = |attribute: quick_xml::events::attributes::Attribute<'_>| {
                    let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    (name, attribute.unescape_value().unwrap().into_owned())
                };
                let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                let attributes = tag.attributes().map(|found| attribute(found.unwrap())).collect();
                elements.push(Element { name, attributes });
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push(text.unescape().unwrap().into_owned()),
            Event::DocType(_) => assert!(elements.is_empty()),
            Event::Eof => break,
            other => panic!("{other:?} has no place in a page"),
        }
    }
    assert_eq!(depth, 0, "something is left open");
    (elements, texts)
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// A call that is queued for a second before each of its attempts, which take a second and end with these statuses,
/// and that backs off for two seconds between them.
fn call(begun: f64, statuses: &[u16]) -> Call {
    let attempt = |(place, status): (usize, &u16)| Attempt {
        queued: seconds(1.0),
        began: seconds(begun + 1.0 + 4.0 * place as f64),
        wire: seconds(1.0),
        status: Some(*status),
    };
    let attempts: Vec<_> = statuses.iter().enumerate().map(attempt).collect();
    let ended = attempts.last().map_or(seconds(begun), Attempt::ended);
    Call {
        begun: seconds(begun),
        ended,
        attempts,
        is_answered: statuses.last() == Some(&200),
        tokens: Tokens::default(),
    }
}

fn run(name: &str, calls: Vec<Call>) -> Run {
    let wall = calls.iter().map(|call| call.ended).max().unwrap_or_default();
    let terms = Terms { requests_per_minute: Some(60), max_concurrent: 10, ..Terms::default() };
    Run::of(name, Performance { wall, calls, terms, ..Performance::default() })
}

fn scenario(name: &'static str, runs: Vec<Run>) -> Scenario {
    Scenario {
        name,
        about: "made by hand",
        promise: None,
        result: None,
        is_bounded: true,
        parts: Vec::new(),
        notes: Vec::new(),
        runs,
    }
}

fn report(scenarios: Vec<Scenario>) -> Report {
    Report {
        version: "0",
        mode: Mode::Simulated,
        seed: 1,
        pace_percent: 100,
        documents: None,
        scenarios,
        failed: Vec::new(),
    }
}

fn rows(page: &str) -> usize {
    page.matches("<g class=\"call\">").count()
}

#[test]
fn the_page_is_well_formed_and_its_headings_are_in_order() {
    let (page, _) = written(&["batch_100_entities", "error_recovery", "openai_single_call"]);
    let (elements, _) = read(&page);
    assert_eq!(elements[0].attribute("lang"), Some("en"));
    let of_level = |element: &Element| element.name.strip_prefix('h')?.parse().ok();
    let levels: Vec<u32> = elements.iter().filter_map(of_level).collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert_eq!(levels.iter().filter(|level| **level == 2).count(), 3, "one for each scenario");
    let mut pairs = levels.windows(2);
    assert!(levels[0] == 1 && pairs.all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    let ids: Vec<_> = elements.iter().filter_map(|element| element.attribute("id")).collect();
    let inside = elements.iter().filter_map(|element| element.attribute("href")).filter_map(|to| to.strip_prefix('#'));
    assert!(inside.into_iter().all(|to| ids.iter().filter(|id| **id == to).count() == 1));
}

#[test]
fn nothing_is_fetched() {
    let (page, _) = written(&["batch_100_entities"]);
    let (elements, _) = read(&page);
    for far in ["http:", "https:", "url(", "@import", "fetch", "XMLHttpRequest", "<link", "<img", "<iframe"] {
        assert!(!page.contains(far), "{far}");
    }
    for element in &elements {
        assert_eq!(element.attribute("src"), None);
        assert!(element.attribute("href").is_none_or(|to| to.starts_with('#')));
    }
    let policy = elements.iter().find(|element| element.attribute("http-equiv") == Some("Content-Security-Policy"));
    assert!(policy.unwrap().attribute("content").unwrap().starts_with("default-src 'none'; "));
}

#[test]
fn two_runs_give_the_same_bytes() {
    let args = ["batch_100_entities", "error_recovery", "rate_limit"];
    assert!(written(&args) == written(&args));
}

#[test]
fn the_first_table_is_that_of_the_terminal() {
    let (page, out) = written(&[]);
    let table = page.split("</table>").next().unwrap();
    let (_, table) = table.split_once("<tbody>").unwrap();
    let shown: Vec<String> = table.split("</tr>").map(|row| read_cells(row).join(" ")).collect();
    for line in out.lines().skip(1).take(4) {
        let line: Vec<_> = line.split_whitespace().collect();
        assert!(shown.contains(&line.join(" ")), "{line:?} is none of {shown:?}");
    }
}

fn read_cells(row: &str) -> Vec<&str> {
    let texts = row.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text.trim());
    texts.filter(|text| !text.is_empty()).collect()
}

#[test]
fn each_call_has_its_row() {
    let (page, _) = written(&["batch_100_entities"]);
    assert_eq!(rows(&page), 18 + 18, "of two runs");
    assert!(page.contains("Calls answered in each 1 s"), "at 60 per minute each part has room for one");
    assert_eq!(page.matches("Timeline: all 18 calls, a row each").count(), 2 * 2, "seen and read out");
}

#[test]
fn a_row_shows_each_thing_that_its_call_does() {
    let page = page(&report(vec![scenario("one", vec![run("concurrent", vec![call(0.0, &[429, 200])])])]));
    // Six seconds, of which each is a sixth of a thousand units: two queued, two backing off.
    for (class, shape) in [
        ("q", "M0 4.9h166.7v3.2h-166.7zM666.7 4.9h166.7v3.2h-166.7z"),
        ("b", "M333.3 3.2h333.3v6.5h-333.3z"),
        ("w", "M833.3 0h166.7v13h-166.7z"),
        ("f", "M166.7 0h166.7v13h-166.7z"),
        ("e", "M333.3 0v13"),
    ] {
        assert!(page.contains(&format!("<path class=\"{class}\" d=\"{shape}\"/>")), "{class} in {page}");
    }
    let words = "call 1, from 0.000 s: queued 2.000 s, on the wire 2.000 s, backing off 2.000 s, answered (429, 200)";
    assert!(page.contains(words));
    assert!(page.contains("1 × answered 429"));
    assert!(page.contains("One request was answered 429."));
}

#[test]
fn of_many_calls_every_nth_is_shown_and_the_page_stays_small() {
    let calls = |number: u32| (0..number).map(|at| call(f64::from(at) / 7.0, &[429, 503, 429, 200])).collect();
    let many = page(&report(vec![scenario("many", vec![run("concurrent", calls(4200))])]));
    assert_eq!(rows(&many), 150);
    assert!(many.contains("every 28th of 4200 calls shown"));
    assert!(many.contains("All 4200 calls: how many do what at a time"), "what is left out is counted");
    let scenarios =
        (0..25).map(|_| scenario("many", vec![run("sequential", calls(200)), run("concurrent", calls(300))]));
    let large = page(&report(scenarios.collect()));
    assert!(large.len() < MOST_BYTES, "{} bytes", large.len());
    read(&large);
}

#[test]
fn what_was_got_through_stands_against_what_was_allowed() {
    let calls = (0..90).map(|at| call(f64::from(at), &[200])).collect();
    let page = page(&report(vec![scenario("paced", vec![run("concurrent", calls)])]));
    assert!(page.contains("At most 2 answers in 2 s."), "the last of them too");
    assert!(page.contains("At most 60 requests were sent and 60 answered within 60 s, where 60 are allowed."));
    assert!(page.contains("60 requests per minute</text>") && page.contains("pace of 60 per minute</text>"));
}

#[test]
fn text_never_becomes_markup() {
    let evil = "</style></script><img src=x onerror=\"alert('1')\">&amp;\u{0}\u{b}";
    let seen = "</style></script><img src=x onerror=\"alert('1')\">&amp;\u{fffd}\u{fffd}";
    let side = (evil, 1.0);
    let comparison = || Comparison::new(evil, Unit::Seconds, side, side);
    let scenario = Scenario {
        about: evil,
        result: Some(comparison()),
        parts: vec![comparison()],
        notes: vec![evil.to_owned()],
        ..scenario(evil, vec![run(evil, vec![call(0.0, &[200])])])
    };
    let (elements, texts) = read(&page(&Report { version: evil, ..report(vec![scenario]) }));
    assert!(elements.iter().all(|element| element.name != "img"));
    let times = texts.iter().filter(|text| text.contains(seen)).count();
    // Version, row, heading, line, result and its two sides, note, part and its two sides, run in the table and above
    // its charts.
    assert_eq!(times, 13);
}

#[test]
fn what_held_a_run_back_and_what_would_help_is_said_beside_it() {
    let (page, out) = written(&["latency_bound", "--documents", "60"]);
    let (_, texts) = read(&page);
    let words = texts.join("");
    let line = out.lines().find(|line| line.contains("waiting for a place")).unwrap();
    let (_, shares) = line.split_once("latency_bound").unwrap();
    for share in shares.trim().split(", ") {
        assert!(words.contains(share), "{share}");
    }
    let advice: Vec<_> = out.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    assert!(!advice.is_empty() && advice.iter().all(|line| texts.iter().any(|text| text == line)), "{advice:?}");
}

#[test]
fn the_axis_counts_in_units_that_fit() {
    let cases = [
        (0.25, "50 ms"),
        (2.5, "1.5 s"),
        (12.0, "8 s"),
        (100.0, "80 s"),
        (218.0, "210 s"),
        (604.0, "8 min"),
        (5_000.0, "80 min"),
        (30_000.0, "8 h"),
    ];
    for (wall, label) in cases {
        let calls = vec![Call {
            begun: seconds(0.0),
            ended: seconds(wall),
            attempts: Vec::new(),
            is_answered: false,
            tokens: Tokens::default(),
        }];
        let page = page(&report(vec![scenario("long", vec![run("concurrent", calls)])]));
        assert!(page.contains(&format!(">{label}</text>")), "{wall} s has no {label}");
    }
}

#[test]
fn a_run_without_calls_and_a_scenario_without_runs_have_their_place() {
    let page = page(&report(vec![scenario("none", Vec::new()), scenario("idle", vec![run("concurrent", Vec::new())])]));
    read(&page);
    assert!(page.contains("0 answered of 0 calls"));
    assert!(!page.contains("NaN") && !page.contains("inf"));
}

#[test]
fn a_file_that_cannot_be_written_is_told_for_both_forms_before_anything_is_measured() {
    let folder = tempdir().unwrap();
    for form in ["--json", "--html"] {
        let ran = kgas_bench(folder.path(), &["run", "concurrent_limit", form, "nowhere/report"]);
        assert_eq!(ran.status.code(), Some(2), "{form}");
        assert!(ran.stdout.is_empty(), "{form}");
        let err = String::from_utf8(ran.stderr).unwrap();
        assert!(err.starts_with(&format!("kgas-bench: {form}: nowhere/report can't be written: ")), "{form}: {err}");
    }
}
