//! The file of `--metrics-file`: what a collector reads there while a run goes on and when it has ended.

#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use kgas_mock::Fault;
use support::{Desk, extract_args, serve, whole_args};

/// A file in the text format, read strictly: each family's HELP, TYPE and samples, in this order and once.
fn read(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let (mut family, mut kind, mut families) = (String::new(), String::new(), BTreeSet::new());
    assert!(text.ends_with('\n'), "the last line has an end");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split_once(' ').unwrap().0.to_owned();
            assert!(families.insert(family.clone()), "{family} is there twice");
            kind.clear();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, told) = rest.split_once(' ').unwrap();
            assert_eq!(name, family);
            assert!(["counter", "gauge", "histogram"].contains(&told), "{line}");
            assert_eq!(told == "counter", name.ends_with("_total"), "{line}");
            told.clone_into(&mut kind);
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            let fits = match kind.as_str() {
                "histogram" => ["_bucket", "_sum", "_count"].iter().any(|end| name == format!("{family}{end}")),
                _ => name == family,
            };
            assert!(fits && !kind.is_empty(), "{line} is no {kind} {family}");
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
            if let Some((_, labels)) = series.split_once('{') {
                let labels = labels.strip_suffix('}').unwrap();
                let sound = |label: &str| {
                    label.split_once("=\"").is_some_and(|(name, value)| !name.is_empty() && value.ends_with('"'))
                };
                assert!(labels.split(',').all(sound), "{line}");
            }
            let value: f64 = value.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
            assert!(samples.insert(series.to_owned(), value).is_none(), "{line} is there twice");
        }
    }
    samples
}

/// The names of all families in a file.
fn families(text: &str) -> BTreeSet<String> {
    let helps = text.lines().filter_map(|line| line.strip_prefix("# HELP "));
    helps.map(|help| help.split(' ').next().unwrap().to_owned()).collect()
}

/// The file of a run that has something of everything.
fn whole_run() -> String {
    let desk = Desk::of(3);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(429).header("retry-after", "0").nth(0)));
    let prices = ["--price-in", "1", "--price-out", "2", "--rpm", "6000", "--tpm", "900000", "--burst", "50"];
    let first = desk.extract(&server, &[&["--limit", "1", "--tools", "T23c_async"][..], &prices].concat());
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let ran = desk.extract(&server, &[&["--tools", "T23c_async", "--metrics-file", "kgas.prom"][..], &prices].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    desk.read("kgas.prom")
}

#[test]
fn a_file_has_what_the_summary_has() {
    let desk = Desk::of(3);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500).nth(0)));
    let ran = desk.extract(&server, &["--tools", "T23c_async", "--metrics-file", "kgas.prom"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (samples, summary) = (read(&desk.read("kgas.prom")), desk.json("OUT/summary.json"));
    let bought = &summary["run"]["bought"];
    let expected = [
        ("kgas_run_state{state=\"complete\"}", &1.into()),
        ("kgas_run_state{state=\"running\"}", &0.into()),
        ("kgas_documents_total{state=\"complete\"}", &summary["counts"]["documents"]["complete"]),
        ("kgas_documents_expected", &3.into()),
        ("kgas_items_total{outcome=\"kept\"}", &summary["counts"]["items"]["kept"]),
        ("kgas_calls_total{operation=\"chat\",outcome=\"bought\"}", &bought["calls"]),
        ("kgas_attempts_total{operation=\"chat\",outcome=\"ok\",status=\"200\"}", &bought["calls"]),
        ("kgas_attempts_total{operation=\"chat\",outcome=\"server_error\",status=\"500\"}", &1.into()),
        ("kgas_attempt_duration_seconds_count{operation=\"chat\"}", &bought["attempts"]),
        ("kgas_tokens_total{kind=\"input\"}", &bought["prompt"]),
        ("kgas_tokens_total{kind=\"output\"}", &bought["completion"]),
        ("kgas_graph_entities", &summary["counts"]["entities"]),
        ("kgas_graph_relations", &summary["counts"]["relations"]),
        ("kgas_limit_concurrency", &5.into()),
        ("kgas_attempts_in_flight", &0.into()),
    ];
    for (series, value) in expected {
        assert_eq!(samples.get(series).copied(), value.as_f64(), "{series} in {samples:#?}");
    }
}

#[test]
fn what_the_journal_gave_is_told_apart_from_what_was_bought() {
    let desk = Desk::of(2);
    let (_runtime, server) = serve(|builder| builder);
    let args = ["--tools", "T23c_async", "--metrics-file", "kgas.prom"];
    desk.extract(&server, &args);
    let bought = read(&desk.read("kgas.prom"))["kgas_tokens_total{kind=\"input\"}"];
    desk.extract(&server, &args);
    let samples = read(&desk.read("kgas.prom"));
    assert_eq!(samples["kgas_calls_total{operation=\"chat\",outcome=\"replayed\"}"], 2.0);
    assert_eq!(samples["kgas_saved_tokens_total{kind=\"input\"}"], bought);
    assert_eq!(samples["kgas_tokens_total{kind=\"input\"}"], 0.0);
}

#[test]
fn a_run_that_failed_leaves_no_file_that_says_it_runs() {
    let desk = Desk::of(2);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(401)));
    let metrics = ["--metrics-file", "kgas.prom"];
    // The first fails among documents, the second when the server is asked how it takes schemas.
    for args in [extract_args(server.url(), &metrics), whole_args(server.url(), &metrics)] {
        let ran = desk.kgas(&args);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert_eq!(read(&desk.read("kgas.prom"))["kgas_run_state{state=\"stopped\"}"], 1.0);
    }
}

#[test]
fn embed_and_run_write_their_figures_too() {
    let desk = Desk::of(2);
    let (_runtime, server) = serve(|builder| builder);
    let embed = ["embed", "in", "--out", "v.jsonl", "--base-url", server.url(), "--metrics-file", "embed.prom"];
    assert_eq!(desk.kgas(&embed).code, Some(0));
    let calls = read(&desk.read("embed.prom"))["kgas_calls_total{operation=\"embeddings\",outcome=\"bought\"}"];
    assert_eq!(calls, 2.0);
    let rules =
        ["run", "T23a_rules", "--input", "in/00.txt", "--ontology", "ontology.json", "--metrics-file", "run.prom"];
    assert_eq!(desk.kgas(&rules).code, Some(0));
    let samples = read(&desk.read("run.prom"));
    assert_eq!(samples["kgas_run_state{state=\"complete\"}"], 1.0);
    assert!(!samples.contains_key("kgas_limit_concurrency"), "nothing is asked: {samples:?}");
}

#[test]
fn a_file_that_cannot_be_written_stops_a_run_before_anything_is_sent() {
    let desk = Desk::of(1);
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.extract(&server, &["--metrics-file", "no/such/folder/kgas.prom"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("--metrics-file: output no/such/folder/kgas.prom: its folder isn't there"),
        "{}",
        ran.stderr
    );
    assert!(server.account().attempts().is_empty());
}

#[test]
fn the_page_lists_the_metrics_that_there_are() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/telemetry.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `kgas_"));
    let listed: BTreeSet<String> = rows.map(|row| format!("kgas_{}", row.split('`').next().unwrap())).collect();
    let text = whole_run();
    read(&text);
    assert_eq!(families(&text), listed);
}

#[test]
fn the_page_lists_the_attributes_that_spans_have() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let sources = ["kgas-engine/src/model/span.rs", "kgas-engine/src/run/span.rs", "kgas-http/src/retry/span.rs"];
    let text = |path: String| std::fs::read_to_string(path).unwrap();
    let sources: Vec<String> = sources.iter().map(|path| text(format!("{root}/crates/{path}"))).collect();
    let lines = sources.iter().flat_map(|source| source.lines());
    let keys = lines.filter_map(|line| Some(line.trim().strip_prefix('"')?.split_once("\" = ")?.0));
    // These say what a span is called and how it ended.
    let keys: BTreeSet<&str> = keys.filter(|key| !key.starts_with("otel.")).collect();
    let page = text(format!("{root}/docs/telemetry.md"));
    let (_, section) = page.split_once("\n## Spans").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let cells = section.lines().filter_map(|line| line.split('|').nth(2));
    let listed: BTreeSet<&str> = cells.filter_map(|cell| cell.trim().strip_prefix('`')?.strip_suffix('`')).collect();
    assert_eq!(listed, keys);
}

#[test]
fn prometheus_own_parser_reads_the_file() {
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/python/bin/python");
    let script = "import sys; from prometheus_client.parser import text_string_to_metric_families as read\n\
                  families = list(read(sys.stdin.read()))\n\
                  print(sum(len(family.samples) for family in families))";
    let has = |python: &str| {
        let probe = std::process::Command::new(python).args(["-c", "import prometheus_client"]).output();
        probe.is_ok_and(|ran| ran.status.success())
    };
    let Some(python) = [python, "python3"].into_iter().find(|python| has(python)) else {
        println!("NOT TESTED: there is no Python with prometheus_client");
        return;
    };
    let text = whole_run();
    let desk = Desk::new();
    desk.write("kgas.prom", &text);
    let input = std::fs::File::open(desk.path("kgas.prom")).unwrap();
    let ran = std::process::Command::new(python).args(["-c", script]).stdin(input).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let counted: usize = String::from_utf8(ran.stdout).unwrap().trim().parse().unwrap();
    assert_eq!(counted, read(&text).len());
}
