//! What the scenarios of failing, refusing and slow servers claim, by the server's account.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

mod support;

use std::sync::{Arc, LazyLock};

use kgas_http::openai::{ChatParams, chat_request};
use kgas_http::{Client, RetryPolicy, Transport as _, memory, openai};
use kgas_mock::{Fault, MockServer};
use serde_json::Value;
use support::{kgas_bench, number, report, run, scenario};
use tempfile::tempdir;

const NAMES: [&str; 5] = ["heavy_tail", "faults_10", "outage", "storm_429", "no_headers"];

/// All of them, played once for all tests.
static REPORT: LazyLock<(Value, Vec<u8>)> = LazyLock::new(|| report(tempdir().unwrap().path(), &NAMES));

fn of(scenario: &str, name: &str, pointer: &str) -> f64 {
    number(run(&REPORT.0, scenario, name), pointer)
}

#[test]
fn nothing_is_lost_where_the_server_fails_or_is_slow_or_silent() {
    for (name, runs) in [
        ("heavy_tail", &["not hedged", "hedged"][..]),
        ("faults_10", &["no faults", "waits a fixed 15 s", "kgas", "502 for 503"]),
        ("outage", &["no outage", "waits a fixed 15 s", "kgas"]),
        ("storm_429", &["told the truth", "told five times as much", "the same, by a log"]),
        ("no_headers", &["concurrent"]),
    ] {
        for run in runs {
            let (calls, answered) = (of(name, run, "/calls"), of(name, run, "/answered"));
            assert!(calls >= 300.0 && answered >= calls, "{name}, {run}: {answered} of {calls}");
        }
    }
}

#[test]
fn what_a_storm_takes_is_told() {
    let (calls, refused) =
        (of("storm_429", "told five times as much", "/calls"), of("storm_429", "told five times as much", "/refused"));
    let notes = scenario(&REPORT.0, "storm_429")["notes"].to_string();
    assert!(notes.contains(&format!("told five times as much: {refused} refused")), "{notes}");
    assert!(notes.contains(&format!("0 of {calls} calls lost")), "{notes}");
}

#[test]
fn hedging_shortens_the_slow_end_for_one_call_in_twenty_at_most() {
    assert!(number(scenario(&REPORT.0, "heavy_tail"), "/result/improvement_percent") > 50.0);
    assert!(of("heavy_tail", "hedged", "/wire/p99") < of("heavy_tail", "not hedged", "/wire/p99") / 2.0);
    assert!(of("heavy_tail", "hedged", "/seconds") < of("heavy_tail", "not hedged", "/seconds"));
    assert_eq!(of("heavy_tail", "not hedged", "/amplification"), 1.0);
    let paid = of("heavy_tail", "hedged", "/amplification");
    assert!((1.001..=1.05).contains(&paid), "{paid}");
}

#[test]
fn one_attempt_in_ten_that_fails_is_paid_once_more_and_no_oftener() {
    for run in ["kgas", "502 for 503", "waits a fixed 15 s"] {
        let paid = of("faults_10", run, "/amplification");
        assert!((1.05..1.15).contains(&paid), "{run}: {paid}");
    }
    let (before, after) = (of("faults_10", "no faults", "/seconds"), of("faults_10", "kgas", "/seconds"));
    assert!(after < before * 1.5, "{before} {after}: each 503 halves how many go at once");
    assert!(of("faults_10", "kgas", "/seconds") < of("faults_10", "waits a fixed 15 s", "/seconds"));
    assert!(of("faults_10", "502 for 503", "/regret") < 1.15, "not much more than the attempts that fail");
}

#[test]
fn an_outage_costs_little_beside_its_length_and_few_attempts() {
    let beside = |side| number(scenario(&REPORT.0, "outage"), &format!("/result/{side}/value"));
    assert!(beside("after") < 4.0 && beside("after") < beside("before"), "{} {}", beside("after"), beside("before"));
    // The ten that it cut, and no more: those it refused never reached it.
    assert_eq!(of("outage", "kgas", "/attempts"), 610.0);
    let notes = scenario(&REPORT.0, "outage")["notes"][0].as_str().unwrap();
    let tried: f64 = notes.split("kgas tried ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    // Twenty calls were under way, and then one probe at a time.
    assert!((20.0..20.0 + 37.5).contains(&tried), "{notes}");
}

#[test]
fn a_server_that_says_nothing_of_its_limits_refuses_nothing() {
    assert_eq!(of("no_headers", "concurrent", "/refused"), 0.0);
    assert_eq!(of("no_headers", "concurrent", "/amplification"), 1.0);
    assert!(of("no_headers", "concurrent", "/regret") <= 1.03);
}

#[test]
fn refusals_are_fewer_where_the_client_is_told_the_truth() {
    let refused = |run| of("storm_429", run, "/refused");
    assert!(refused("told the truth") < 10.0, "a burst of ten finds out what kind of server it is");
    assert!(refused("told the truth") * 10.0 < refused("told five times as much"));
    assert!(refused("the same, by a log") < 10.0, "each pause lasts until a whole minute is free");
}

#[test]
fn time_goes_where_each_scenario_spends_it() {
    for (scenario, run, share, at_least) in [
        ("heavy_tail", "hedged", "concurrency", 0.6),
        ("outage", "kgas", "back_off", 0.35),
        ("storm_429", "told five times as much", "pause", 0.6),
        ("no_headers", "concurrent", "requests", 0.98),
    ] {
        let spent = of(scenario, run, &format!("/attribution/{share}"));
        assert!(spent >= at_least, "{scenario}: {spent}");
    }
    let advice = &run(&REPORT.0, "storm_429", "told five times as much")["advice"];
    assert!(advice.to_string().contains("lower requests_per_minute"), "{advice}");
}

#[test]
fn they_write_the_same_bytes_twice() {
    // As far as the outage matters: the others are shorter.
    let play = || report(tempdir().unwrap().path(), &["faults_10", "outage", "--documents", "300", "--seed", "5"]).1;
    assert!(play() == play());
}

#[test]
fn below_the_table_stands_what_held_a_run_back_and_what_would_help() {
    let ran = kgas_bench(tempdir().unwrap().path(), &["run", "no_headers"]);
    let said: Vec<&str> = ran.out.lines().skip(3).collect();
    assert_eq!(
        said,
        [
            "no_headers  99.3 % waiting on requests per minute, 0.7 % on the server",
            "  - the 120 requests per minute are used up (100 %): a larger quota or fewer calls (larger chunks) would help",
            "  - if the server lets a whole minute's allowance go at once, burst = 120 saves up to 28 s of 149 s",
        ]
    );
}

/// In simulated time an outage must look to a client as it does over TCP.
#[tokio::test]
async fn a_connection_that_is_refused_looks_the_same_in_memory_and_over_tcp() {
    let server = || MockServer::builder().fault(Fault::refuse_connections());
    let near = Arc::new(server().in_memory().unwrap());
    let (connector, mut listener) = memory::connector();
    let far_end = Arc::clone(&near);
    tokio::spawn(async move {
        while let Some(pipe) = listener.accept().await {
            far_end.serve_stream(pipe);
        }
    });
    let far = server().start().await.unwrap();
    let builder = |url| openai::builder(url).retry(RetryPolicy::never());
    let in_memory = builder(near.url()).connector(connector).build().unwrap();
    let over_tcp = builder(far.url()).build().unwrap();
    let seen = async |client: &Client| {
        let error = client.send(chat_request(&ChatParams::prompt("Which?"))).await.outcome.unwrap_err();
        (error.kind(), error.request_written(), error.status())
    };
    assert_eq!(seen(&in_memory).await, seen(&over_tcp).await);
    assert_eq!((near.account().connections_refused(), far.account().connections_refused()), (1, 1));
}
