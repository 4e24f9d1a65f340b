//! What `kgas-bench run` and `list` do, in simulated time unless said otherwise.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

mod support;

use support::{kgas_bench, number, report, run, scenario};
use tempfile::tempdir;

#[test]
fn run_alone_measures_the_four_rows_of_the_promise() {
    let folder = tempdir().unwrap();
    let ran = kgas_bench(folder.path(), &["run"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn the_promise_is_kept_where_it_can_be() {
    let (report, _) = report(tempdir().unwrap().path(), &[]);
    let better = |name| number(scenario(&report, name), "/result/improvement_percent");
    assert!(better("batch_100_entities") >= 60.0);
    assert!(better("error_recovery") >= 85.0);
    assert!(number(run(&report, "batch_100_entities", "concurrent"), "/regret") <= 1.05);
    assert_eq!(number(run(&report, "batch_100_entities", "concurrent"), "/kept"), 100.0);
    assert_eq!(number(scenario(&report, "concurrent_limit"), "/result/after/value"), 10.0);
    assert_eq!(better("openai_single_call"), 0.0, "concurrency shortens no call");
}

#[test]
fn every_scenario_writes_the_same_bytes_twice() {
    let folder = tempdir().unwrap();
    let args = ["--all", "--documents", "40", "--seed", "7"];
    let (_, first) = report(folder.path(), &args);
    let (_, second) = report(folder.path(), &args);
    assert!(first == second);
}

#[test]
fn no_figure_of_the_machine_stands_beside_simulated_time() {
    let (report, _) = report(tempdir().unwrap().path(), &["documents"]);
    let run = run(&report, "documents", "concurrent");
    assert!(run.get("client_cpu_seconds_per_call").is_none());
    assert!(run.get("peak_memory_bytes").is_none());
}

#[test]
fn a_quota_is_used_up_without_a_single_refusal() {
    let (report, _) = report(tempdir().unwrap().path(), &["rate_limit", "request_limited"]);
    for (name, calls, at_least) in [("rate_limit", 10.0, 60.0), ("request_limited", 600.0, 590.0)] {
        let run = run(&report, name, "concurrent");
        assert!(number(run, "/regret") <= 1.03, "{name}");
        assert_eq!(number(run, "/refused"), 0.0, "{name}");
        assert_eq!((number(run, "/answered"), number(run, "/attempts")), (calls, calls), "{name}");
        assert!(number(run, "/seconds") >= at_least, "{name}");
    }
}

#[test]
fn a_quota_of_tokens_is_used_up_as_well() {
    let (report, _) = report(tempdir().unwrap().path(), &["token_limited", "mixed_prompts"]);
    for (name, regret) in [("token_limited", 1.02), ("mixed_prompts", 1.04)] {
        let run = run(&report, name, "concurrent");
        assert!(number(run, "/regret") <= regret, "{name}");
        assert_eq!(number(run, "/refused"), 0.0, "{name}");
        assert_eq!(run["bound"]["binding"], "tokens", "{name}");
    }
}

#[test]
fn the_burst_of_tokens_is_what_could_go_at_once_and_not_what_a_look_between_two_calls_found() {
    let (report, _) = report(tempdir().unwrap().path(), &["token_limited", "--documents", "30"]);
    let run = run(&report, "token_limited", "concurrent");
    // Ten of the largest call, which has 748 tokens.
    assert_eq!(number(run, "/terms/token_burst"), 7480.0);
}

#[test]
fn batches_save_calls_of_embeddings() {
    let (report, _) = report(tempdir().unwrap().path(), &["embeddings"]);
    let [single, batches] = ["one a call", "batches"].map(|name| run(&report, "embeddings", name));
    assert_eq!(number(single, "/kept"), number(batches, "/kept"));
    assert!(number(single, "/calls") > 10.0 * number(batches, "/calls"));
}

#[test]
fn a_pace_below_the_limit_takes_so_much_longer() {
    let folder = tempdir().unwrap();
    let (full, _) = report(folder.path(), &["request_limited", "--documents", "300"]);
    let (slow, _) = report(folder.path(), &["request_limited", "--documents", "300", "--pace", "50"]);
    let seconds = |report| number(run(report, "request_limited", "concurrent"), "/seconds");
    let ratio = seconds(&slow) / seconds(&full);
    assert!((1.9..2.1).contains(&ratio), "{ratio}");
}

#[test]
fn documents_alone_ask_for_the_scenario_of_that_name_too() {
    let (report, _) = report(tempdir().unwrap().path(), &["--documents", "30"]);
    assert_eq!(report["scenarios"].as_array().unwrap().len(), 5);
    assert_eq!(number(run(&report, "documents", "sequential"), "/calls"), 30.0);
}

#[test]
fn sockets_carry_the_same_scenario() {
    for mode in ["loopback", "tls"] {
        let (report, _) = report(tempdir().unwrap().path(), &["documents", "--documents", "4", "--mode", mode]);
        let run = run(&report, "documents", "concurrent");
        assert_eq!((number(run, "/answered"), number(run, "/kept")), (4.0, 4.0), "{mode}");
        assert!(number(run, "/client_cpu_seconds_per_call") > 0.0, "{mode}");
        assert!(number(run, "/seconds") >= 0.25, "{mode}: the server takes its time");
    }
}

#[test]
fn list_names_every_scenario_with_a_line() {
    let folder = tempdir().unwrap();
    let ran = kgas_bench(folder.path(), &["list"]);
    let names: Vec<&str> = ran.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let (report, _) = report(folder.path(), &["--all", "--documents", "2"]);
    let played: Vec<&str> =
        report["scenarios"].as_array().unwrap().iter().map(|scenario| scenario["name"].as_str().unwrap()).collect();
    assert_eq!(names, played);
    assert!(ran.out.lines().all(|line| line.split_whitespace().count() > 4), "{}", ran.out);
}

#[test]
fn a_wrong_word_is_named_and_nothing_is_written() {
    let folder = tempdir().unwrap();
    let ran = kgas_bench(folder.path(), &["run", "batch", "--json", "report.json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err, "kgas-bench: no scenario is called \"batch\": kgas-bench list has them\n");
    assert!(!folder.path().join("report.json").exists());
}

#[test]
fn two_reports_in_the_same_file_are_refused_however_it_is_spelled() {
    let folder = tempdir().unwrap();
    for other in ["report", "./report", "../here/report"] {
        let here = folder.path().join("here");
        std::fs::create_dir_all(&here).unwrap();
        let ran = kgas_bench(&here, &["run", "concurrent_limit", "--json", "report", "--html", other]);
        assert_eq!(ran.code, 2, "{other}: {}", ran.err);
        assert_eq!(ran.err, "kgas-bench: --json and --html both name report\n");
        assert_eq!(std::fs::read_dir(here).unwrap().count(), 0);
    }
}

#[test]
fn more_documents_than_a_machine_holds_are_refused() {
    for number in ["0", "100001", "99999999999999999999"] {
        let ran = kgas_bench(tempdir().unwrap().path(), &["run", "documents", "--documents", number]);
        assert_eq!(ran.code, 2, "{number}");
        assert!(ran.err.contains("a whole number from 1 to 100000"), "{}", ran.err);
    }
}
