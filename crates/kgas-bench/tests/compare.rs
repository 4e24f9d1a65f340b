//! What `kgas-bench compare` says of two reports, and how it ends.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

use std::path::Path;
use std::sync::LazyLock;

mod support;

use serde_json::{Value, json};
use support::{Ran, kgas_bench, number, report};
use tempfile::{TempDir, tempdir};

/// A place in a report of two scenarios, and something that is put there.
type Edit = (&'static str, Value);

/// A folder with `a.json`: a scenario with a limit, and one that is promised and counts no time of its own.
fn desk() -> (TempDir, Value) {
    /// Measured once for all tests.
    static REPORT: LazyLock<Value> =
        LazyLock::new(|| report(tempdir().unwrap().path(), &["rate_limit", "error_recovery"]).0);
    let (folder, report) = (tempdir().unwrap(), REPORT.clone());
    write(folder.path(), "a.json", &report);
    (folder, report)
}

fn write(folder: &Path, name: &str, report: &Value) {
    std::fs::write(folder.join(name), serde_json::to_string(report).unwrap()).unwrap();
}

/// Compares `a.json` with the same after these edits.
fn compare(folder: &Path, report: &Value, edits: &[Edit], options: &[&str]) -> Ran {
    let mut edited = report.clone();
    for (pointer, value) in edits {
        *edited.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value.clone();
    }
    write(folder, "b.json", &edited);
    let args: Vec<&str> = ["compare", "a.json", "b.json"].iter().chain(options).copied().collect();
    kgas_bench(folder, &args)
}

fn scenario_at(report: &Value, name: &str) -> usize {
    report["scenarios"].as_array().unwrap().iter().position(|scenario| scenario["name"] == name).unwrap()
}

/// The JSON pointer of something in the run with a limit.
fn limited(report: &Value, field: &str) -> &'static str {
    format!("/scenarios/{}/runs/0/{field}", scenario_at(report, "rate_limit")).leak()
}

#[test]
fn a_report_is_no_worse_than_itself() {
    let (folder, report) = desk();
    let ran = compare(folder.path(), &report, &[], &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, "nothing is worse by more than 2 %: 2 scenarios compared\n");
}

#[test]
fn a_client_held_ten_percent_slower_is_caught_and_named() {
    let folder = tempdir().unwrap();
    for (pace, file) in [("100", "a.json"), ("90", "b.json")] {
        let (report, _) = report(folder.path(), &["request_limited", "--pace", pace]);
        write(folder.path(), file, &report);
    }
    let slower = kgas_bench(folder.path(), &["compare", "a.json", "b.json"]);
    assert_eq!(slower.code, 1, "{}", slower.err);
    let line = slower.out.lines().find(|line| line.contains(" seconds ")).unwrap();
    assert!(line.starts_with("request_limited") && line.ends_with("WORSE"), "{line}");
    let end = "request_limited\nthe client was told 100 % of each limit before and 90 % after\n";
    assert!(slower.out.ends_with(end), "{}", slower.out);
    assert_eq!(slower.err, "a.json was measured with --pace 100, b.json with 90\n");
    let faster = kgas_bench(folder.path(), &["compare", "b.json", "a.json"]);
    assert_eq!(faster.code, 0, "{}", faster.out);
    assert!(faster.out.contains("better"));
}

#[test]
fn each_figure_that_users_pay_in_fails_beyond_its_tolerance_and_only_then() {
    let (folder, mut report) = desk();
    *report.pointer_mut(limited(&report, "kept")).unwrap() = json!(1000);
    write(folder.path(), "a.json", &report);
    // What is edited, by which factor it is tolerated, by which it isn't, and what is added to either.
    let cases = [
        ("seconds", 1.019, 1.03, 0.0),
        ("regret", 1.019, 1.03, 0.0),
        ("calls", 1.0, 1.1, 0.0),
        ("answered", 1.0, 0.9, 0.0),
        ("kept", 1.0, 0.999, 0.0),
        ("attempts", 1.0, 1.1, 0.0),
        ("amplification", 1.019, 1.03, 0.0),
        ("refused", 1.0, 1.0, 1.0),
        ("requests_used", 0.981, 0.97, 0.0),
    ];
    for (field, within, beyond, more) in cases {
        let pointer = limited(&report, field);
        let value = number(&report, pointer);
        let fine = compare(folder.path(), &report, &[(pointer, json!(value * within))], &[]);
        assert_eq!(fine.code, 0, "{field}: {}", fine.out);
        let bad = compare(folder.path(), &report, &[(pointer, json!(value * beyond + more))], &[]);
        assert_eq!(bad.code, 1, "{field}: {}", bad.out);
        let line = bad.out.lines().nth(1).unwrap();
        assert!(line.starts_with("rate_limit") && line.contains(field) && line.ends_with("WORSE"), "{line}");
        assert!(bad.out.contains("\n1 figure is worse"), "{}", bad.out);
    }
}

#[test]
fn what_a_scenario_is_for_may_not_get_worse_either() {
    let (folder, report) = desk();
    let at = |field: &str| -> &'static str {
        format!("/scenarios/{}/result/{field}", scenario_at(&report, "error_recovery")).leak()
    };
    for (field, by) in [("after/value", 1.1), ("improvement_percent", 0.9)] {
        let edit = (at(field), json!(number(&report, at(field)) * by));
        let ran = compare(folder.path(), &report, &[edit], &[]);
        assert_eq!(ran.code, 1, "{field}: {}", ran.out);
        assert!(ran.out.contains("error_recovery"), "{}", ran.out);
    }
    let mut at_once = report.clone();
    *at_once.pointer_mut(at("unit")).unwrap() = json!("at_once");
    write(folder.path(), "a.json", &at_once);
    for (by, code) in [(0.9, 1), (1.1, 0)] {
        let edit = (at("after/value"), json!(number(&report, at("after/value")) * by));
        let ran = compare(folder.path(), &at_once, &[edit], &[]);
        assert_eq!(ran.code, code, "calls at once: {}", ran.out);
    }
}

#[test]
fn what_follows_from_the_quota_is_shown_and_not_judged() {
    let (folder, report) = desk();
    for field in ["full_burst_regret", "refused_share", "max_in_flight", "queue/p50", "queue/p99", "wire/p95"] {
        let pointer = limited(&report, field);
        let edit = (pointer, json!(number(&report, pointer) * 2.0 + 1.0));
        let ran = compare(folder.path(), &report, &[edit], &[]);
        assert_eq!(ran.code, 0, "{field}: {}", ran.out);
        assert!(ran.out.contains("moved"), "{field}: {}", ran.out);
    }
}

#[test]
fn figures_of_the_machine_are_given_more_room() {
    let (folder, mut report) = desk();
    let at = scenario_at(&report, "rate_limit");
    let run = &mut report["scenarios"][at]["runs"][0];
    run["client_cpu_seconds_per_call"] = json!(0.001);
    run["peak_memory_bytes"] = json!(20_000_000);
    report["mode"] = json!("loopback");
    write(folder.path(), "a.json", &report);
    let (cpu, memory) = (limited(&report, "client_cpu_seconds_per_call"), limited(&report, "peak_memory_bytes"));
    let cases: [(Edit, &[&str], i32); 6] = [
        ((cpu, json!(0.00125)), &[], 0),
        ((cpu, json!(0.0014)), &[], 1),
        ((cpu, json!(0.0014)), &["--machine-tolerance", "50"], 0),
        ((cpu, Value::Null), &[], 1),
        ((memory, json!(25_000_000)), &[], 0),
        ((memory, json!(30_000_000)), &[], 1),
    ];
    for (edit, options, code) in cases {
        let ran = compare(folder.path(), &report, std::slice::from_ref(&edit), options);
        assert_eq!(ran.code, code, "{edit:?}: {}{}", ran.out, ran.err);
    }
    let time = limited(&report, "seconds");
    let slower = number(&report, time) * 1.05;
    let ran = compare(folder.path(), &report, &[(time, json!(slower))], &[]);
    assert_eq!(ran.code, 0, "over sockets ten percent are tolerated: {}", ran.out);
}

#[test]
fn a_difference_too_short_to_matter_is_none() {
    let (folder, mut report) = desk();
    let (seconds, regret) = (limited(&report, "seconds"), limited(&report, "regret"));
    *report.pointer_mut(seconds).unwrap() = json!(0.01);
    *report.pointer_mut(regret).unwrap() = json!(1.0);
    write(folder.path(), "a.json", &report);
    let slower = |time: f64| [(seconds, json!(time)), (regret, json!(time / 0.01))];
    let ran = compare(folder.path(), &report, &slower(0.0109), &[]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let ran = compare(folder.path(), &report, &slower(0.0112), &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
}

#[test]
fn what_is_gone_fails_and_what_is_new_is_noted() {
    let (folder, report) = desk();
    let mut fewer = report.clone();
    fewer["scenarios"].as_array_mut().unwrap().remove(0);
    write(folder.path(), "fewer.json", &fewer);
    let gone = kgas_bench(folder.path(), &["compare", "a.json", "fewer.json"]);
    assert_eq!(gone.code, 1);
    assert!(gone.out.contains("GONE"), "{}", gone.out);
    let new = kgas_bench(folder.path(), &["compare", "fewer.json", "a.json"]);
    assert_eq!(new.code, 0);
    assert!(new.out.contains("new"), "{}", new.out);
    let renamed = compare(folder.path(), &report, &[(limited(&report, "name"), json!("other"))], &[]);
    assert_eq!(renamed.code, 1);
    assert!(renamed.out.contains("GONE") && renamed.out.contains("new"), "{}", renamed.out);
}

#[test]
fn a_figure_that_only_one_report_has_is_named() {
    let (folder, report) = desk();
    let used = limited(&report, "requests_used");
    let gone = compare(folder.path(), &report, &[(used, Value::Null)], &[]);
    assert_eq!(gone.code, 1, "{}", gone.out);
    let line = gone.out.lines().nth(1).unwrap();
    assert!(line.contains("requests_used") && line.contains("none") && line.ends_with("GONE"), "{line}");
    assert!(gone.out.ends_with("1 of the earlier report gone: rate_limit\n"), "{}", gone.out);
    let new = kgas_bench(folder.path(), &["compare", "b.json", "a.json"]);
    assert_eq!(new.code, 0, "{}", new.out);
    assert!(new.out.lines().nth(1).unwrap().ends_with("new"), "{}", new.out);
    let agrees = kgas_bench(folder.path(), &["compare", "--across-modes", "b.json", "a.json"]);
    assert_eq!(agrees.code, 1, "{}", agrees.out);
    // A scenario that no longer has a bound has no regret to judge.
    let unbounded = format!("/scenarios/{}/is_bounded", scenario_at(&report, "rate_limit")).leak();
    let ran = compare(folder.path(), &report, &[(unbounded, json!(false))], &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains(" regret ") && ran.out.contains("GONE"), "{}", ran.out);
}

#[test]
fn a_scenario_that_failed_is_said_beside_what_is_compared() {
    let (folder, report) = desk();
    let mut failed = report.clone();
    failed["failed"] = json!([{"name": "outage", "problem": "no place to play"}]);
    write(folder.path(), "b.json", &failed);
    let ran = kgas_bench(folder.path(), &["compare", "a.json", "b.json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "b.json: scenario outage failed: no place to play\n"));
}

#[test]
fn two_scenarios_of_one_name_are_neither_compared_nor_measured() {
    let (folder, report) = desk();
    let mut twice = report.clone();
    twice["scenarios"][1] = twice["scenarios"][0].clone();
    write(folder.path(), "b.json", &twice);
    for files in [["a.json", "b.json"], ["b.json", "a.json"]] {
        let ran = kgas_bench(folder.path(), &["compare", files[0], files[1]]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{files:?}");
        assert!(ran.err.contains("b.json") && ran.err.contains("two scenarios are called"), "{}", ran.err);
    }
    let ran = kgas_bench(folder.path(), &["run", "documents", "rate_limit", "documents"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "kgas-bench: documents is named twice: once is enough\n"));
}

#[test]
fn figures_of_the_machine_are_missed_only_between_reports_in_the_same_kind_of_time() {
    let (folder, mut report) = desk();
    let at = scenario_at(&report, "rate_limit");
    report["scenarios"][at]["runs"][0]["client_cpu_seconds_per_call"] = json!(0.001);
    report["mode"] = json!("loopback");
    write(folder.path(), "a.json", &report);
    let cpu = limited(&report, "client_cpu_seconds_per_call");
    for (mode, code) in [("simulated", 0), ("tls", 1)] {
        let edits = [("/mode", json!(mode)), (cpu, Value::Null)];
        let ran = compare(folder.path(), &report, &edits, &["--across-modes"]);
        assert_eq!(ran.code, code, "{mode}: {}", ran.out);
    }
}

#[test]
fn reports_across_modes_are_compared_only_when_asked_and_must_agree_either_way() {
    let (folder, report) = desk();
    let time = limited(&report, "seconds");
    let with = |by: f64| [("/mode", json!("loopback")), (time, json!(number(&report, time) * by))];
    let refused = compare(folder.path(), &report, &with(1.0), &[]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("--across-modes"), "{}", refused.err);
    let options = ["--across-modes", "--tolerance", "5"];
    for (by, code) in [(1.04, 0), (1.06, 1), (0.96, 0), (0.94, 1)] {
        let ran = compare(folder.path(), &report, &with(by), &options);
        assert_eq!(ran.code, code, "{by}: {}", ran.out);
    }
}

#[test]
fn all_shows_every_figure_that_a_report_has() {
    let (folder, report) = desk();
    let ran = compare(folder.path(), &report, &[], &["--all"]);
    assert_eq!(ran.code, 0);
    // What the figures were measured under, and what explains them.
    let known = ["name", "terms", "bound", "full_burst_bound", "attribution", "advice"];
    let at = scenario_at(&report, "rate_limit");
    let run = report["scenarios"][at]["runs"][0].as_object().unwrap();
    for (field, value) in run.iter().filter(|(field, _)| !known.contains(&field.as_str())) {
        let shown = ran.out.lines().any(|line| {
            let mut words = line.split_whitespace().skip(2);
            line.starts_with("rate_limit") && words.next().is_some_and(|word| word.split('.').next() == Some(field))
        });
        assert!(shown != value.is_null(), "{field} is not compared:\n{}", ran.out);
    }
}

#[test]
fn a_figure_that_went_by_another_name_is_not_passed_over() {
    let (folder, report) = desk();
    let at = scenario_at(&report, "rate_limit");
    for field in ["seconds", "regret", "answered", "refused", "requests_used", "tokens_used", "wire"] {
        let mut other = report.clone();
        let run = other["scenarios"][at]["runs"][0].as_object_mut().unwrap();
        let value = run.remove(field).unwrap();
        run.insert(format!("{field}_now"), value);
        write(folder.path(), "b.json", &other);
        let ran = kgas_bench(folder.path(), &["compare", "a.json", "b.json"]);
        assert_eq!(ran.code, 2, "{field}: {}", ran.out);
        assert!(ran.err.contains("b.json") && ran.err.contains(field) && ran.err.contains("rate_limit"), "{}", ran.err);
    }
}

#[test]
fn files_that_are_no_reports_are_refused_by_name() {
    let (folder, report) = desk();
    let cases = [
        ("not json", "b.json is no JSON"),
        ("{}", "missing field `mode`"),
        (r#"{"mode":"simulated","seed":1,"pace_percent":100}"#, "it has no list of scenarios"),
        (r#"{"mode":"simulated","seed":1,"pace_percent":100,"scenarios":[]}"#, "its list of scenarios is empty"),
        (r#"{"mode":"simulated","seed":1,"pace_percent":100,"scenarios":[{}]}"#, "scenario 1: missing field `name`"),
    ];
    for (text, words) in cases {
        std::fs::write(folder.path().join("b.json"), text).unwrap();
        let ran = kgas_bench(folder.path(), &["compare", "a.json", "b.json"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains("b.json") && ran.err.contains(words), "{}", ran.err);
    }
    let missing = kgas_bench(folder.path(), &["compare", "none.json", "a.json"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("none.json can't be read"), "{}", missing.err);
    let other_work = compare(folder.path(), &report, &[("/documents", json!(40))], &[]);
    assert_eq!(other_work.code, 2);
    assert!(other_work.err.contains("b.json with --documents 40"), "{}", other_work.err);
    assert_eq!(compare(folder.path(), &report, &[], &["--tolerance", "-1"]).code, 2);
}

#[test]
fn no_scenario_differs_from_itself() {
    let folder = tempdir().unwrap();
    let (report, _) = report(folder.path(), &["--all", "--documents", "20"]);
    write(folder.path(), "a.json", &report);
    let ran = compare(folder.path(), &report, &[], &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}
