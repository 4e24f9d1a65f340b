//! A probe against a server that keeps its own account, on a clock that stands still but for the waits.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kgas_bench::probe::{Allowance, Ask, Because, Findings, Plan, Proposal, Purse, announce, ask, render};
use kgas_http::{Client, HttpError, Limits, Timeouts, memory};
use kgas_mock::{Answer, Builder, ChatCall, Fault, HeaderStyle, Hint, MockServer, Reply};
use serde_json::Value;
use tokio::time::Instant;

/// What makes a server another one.
type Change = fn(Builder) -> Builder;

fn asking(max_requests: u32) -> Ask {
    let nonzero = |number| NonZeroU32::new(number).unwrap();
    let plan = Plan::of(&Allowance {
        max_requests: nonzero(max_requests),
        prompt_tokens: [50, 500, 2000].map(nonzero).to_vec(),
        max_tokens: nonzero(16),
        max_concurrent: nonzero(8),
    });
    Ask { model: "m".to_owned(), plan, seed: 7 }
}

/// Probes this server in memory.
async fn probe(server: &Arc<MockServer>, max_requests: u32) -> Result<Findings, HttpError> {
    probe_from_afar(server, max_requests, Duration::ZERO).await
}

/// The same where a new connection takes its time.
async fn probe_from_afar(
    server: &Arc<MockServer>,
    max_requests: u32,
    handshake: Duration,
) -> Result<Findings, HttpError> {
    let (connector, mut listener) = memory::connector();
    let serving = Arc::clone(server);
    tokio::spawn(async move {
        while let Some(stream) = listener.accept().await {
            serving.serve_stream(stream);
        }
    });
    let builder = Client::builder("https://api.test/v1")
        .connector(connector.with_handshake(handshake))
        .limits(Limits::unlimited(8.try_into().unwrap()))
        .timeouts(Timeouts { attempt: Duration::from_secs(60), ..Timeouts::default() });
    let purse = Purse::new(builder, max_requests).unwrap();
    ask(&purse, &asking(max_requests), &mut |_| {}).await
}

async fn probed(builder: Builder, max_requests: u32) -> (Findings, Arc<MockServer>) {
    let server = Arc::new(builder.in_memory().unwrap());
    let findings = probe(&server, max_requests).await.unwrap();
    (findings, server)
}

/// A model that answers so many at a time; the others wait in line.
fn slots(count: usize, takes: impl Fn(&ChatCall) -> Duration + Send + Sync + 'static) -> impl Answer {
    let free = Mutex::new(vec![Instant::now(); count]);
    move |call: &ChatCall| {
        let now = Instant::now();
        let mut free = free.lock().unwrap();
        let first = free.iter_mut().min().unwrap();
        *first = (*first).max(now) + takes(call);
        let prompt = call.prompt().chars().count() / 4;
        Reply::text("1 2 3").usage(prompt, 16).after(*first - now)
    }
}

/// 200 ms, and half of one for each four characters.
fn by_size(call: &ChatCall) -> Duration {
    let tokens = u32::try_from(call.prompt().chars().count() / 4).unwrap();
    Duration::from_millis(200) + Duration::from_micros(500) * tokens
}

fn server(answer: impl Answer) -> Builder {
    MockServer::builder().limit_headers(false).answer(answer)
}

#[tokio::test(start_paused = true)]
async fn latency_is_found_as_a_line_over_the_prompt_s_tokens() {
    let (findings, _) = probed(server(slots(64, by_size)), 30).await;
    let line = findings.latency.unwrap();
    // Timers are rounded up to the millisecond.
    assert!((line.base - 0.2).abs() < 0.002 && (line.per_token - 0.0005).abs() < 0.000_002, "{line:?}");
    assert!(line.grows());
    insta::assert_snapshot!("many_slots", render(&findings));
}

#[tokio::test(start_paused = true)]
async fn a_server_of_one_slot_is_asked_one_at_a_time() {
    let (findings, server) = probed(server(slots(1, by_size)), 30).await;
    assert_eq!((findings.safe.at_once, findings.is_serial), (1, Some(true)));
    // Nothing was asked beyond two at a time: 1 first, 12 in sizes, 2 at a time.
    assert_eq!((server.account().attempts().len(), server.account().max_in_flight()), (15, 2));
    insta::assert_snapshot!("one_slot", render(&findings));
}

#[tokio::test(start_paused = true)]
async fn the_safe_concurrency_is_the_number_of_slots() {
    for (count, expected) in [(1, 1), (2, 2), (4, 4), (8, 8), (64, 8)] {
        let (findings, _) = probed(server(slots(count, |_| Duration::from_millis(300))), 60).await;
        assert_eq!(findings.safe.at_once, expected, "{count} slots: {:?}", findings.safe);
        assert_eq!(findings.is_serial, Some(count == 1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_of_handshakes_says_nothing_against_more_at_a_time() {
    for max_requests in [30, 60] {
        let server = Arc::new(server(slots(64, |_| Duration::from_millis(100))).in_memory().unwrap());
        let findings = probe_from_afar(&server, max_requests, Duration::from_millis(300)).await.unwrap();
        assert_eq!(findings.safe.at_once, 8, "{:?}", findings.safe);
        assert!(findings.steps.iter().all(|step| step.p95() < 0.11), "{:?}", findings.steps);
        assert_eq!(server.account().connections(), 8, "no more than the largest step needs");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_answers_differ_without_reason_is_called_unsteady() {
    // Every seventh answer takes three times as long.
    let answer =
        |call: &ChatCall| Reply::text("1").after(Duration::from_millis(if call.n % 7 == 6 { 300 } else { 100 }));
    let (findings, _) = probed(server(answer), 30).await;
    let (steady, _) = probed(server(Reply::text("1").after(Duration::from_millis(100))), 30).await;
    assert!(findings.is_unsteady() && !steady.is_unsteady());
    assert!(render(&findings).contains("took up to 3.0 times as long as others"));
    assert!(Proposal::of(&findings).max_concurrent.from.starts_with("measured, on an unsteady server: "));
    assert!(!render(&steady).contains("unsteady"));
}

#[tokio::test(start_paused = true)]
async fn limits_are_read_from_headers_and_kept_to() {
    let limited =
        |style| server(slots(64, by_size)).header_style(style).requests_per_minute(40).tokens_per_minute(20_000);
    for style in [HeaderStyle::OpenAi, HeaderStyle::Anthropic] {
        let (findings, server) = probed(limited(style), 30).await;
        let told = &findings.told;
        assert_eq!((told.requests_per_minute, told.tokens_per_minute), (Some(40), Some(20_000)), "{style:?}");
        assert_eq!(server.account().refused(), 0, "{style:?}");
        assert!(server.account().max_in_window(Duration::from_secs(60)) <= 40);
    }
    let (findings, _) = probed(limited(HeaderStyle::OpenAi), 30).await;
    insta::assert_snapshot!("told", render(&findings));
    let documented = include_str!("../../../docs/probe.md");
    assert!(documented.contains(&render(&findings)), "docs/probe.md shows something else");
}

#[tokio::test(start_paused = true)]
async fn a_ladder_that_the_quota_holds_back_says_nothing_of_the_server() {
    let builder = server(Reply::text("1").after(Duration::from_millis(100)));
    let (findings, server) = probed(builder.limit_headers(true).requests_per_minute(6), 30).await;
    assert!(matches!(findings.safe.because, Because::Held { .. }), "{:?}", findings.safe);
    assert_eq!(server.account().refused(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_headers_limits_are_left_out_and_that_is_said() {
    let (findings, _) = probed(server(Reply::text("1").after(Duration::from_millis(100))), 30).await;
    let proposal = Proposal::of(&findings);
    assert_eq!((proposal.requests_per_minute.value, proposal.tokens_per_minute.value), (None, None));
    assert!(proposal.requests_per_minute.from.contains("the server sends no headers about limits"));
    assert_eq!(proposal.flags(), "--max-concurrent 8");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_among_several_ends_the_ladder_and_nothing_more_is_sent() {
    // 13 one after the other, then 2, then 4 of which the third is refused: 8 at a time are never tried.
    let builder = server(slots(64, by_size)).fault(Fault::status(429).header("retry-after", "20").nth(17));
    let (findings, server) = probed(builder, 30).await;
    assert_eq!(findings.safe.at_once, 2);
    assert_eq!(findings.safe.because, Because::Refused { at_once: 4 });
    assert_eq!(server.account().attempts().len(), 19);
    insta::assert_snapshot!("refused_at_four", render(&findings));
}

#[tokio::test(start_paused = true)]
async fn after_a_refusal_what_was_still_to_go_stays_at_home() {
    // Twice 2, twice 4: of the latter's eight, four are out when the second is refused.
    let fault = Fault::status(429).header("retry-after", "0").nth(21);
    let (findings, server) = probed(server(slots(64, by_size)).fault(fault), 60).await;
    assert_eq!(findings.safe.because, Because::Refused { at_once: 4 });
    assert_eq!(server.account().attempts().len(), 24);
}

#[tokio::test(start_paused = true)]
async fn a_limit_without_headers_is_met_once() {
    for hint in [Hint::Seconds, Hint::Nothing] {
        let builder = server(slots(64, by_size)).requests_per_minute(5).limit_headers(false).hint(hint);
        let (findings, server) = probed(builder, 30).await;
        assert_eq!((server.account().refused(), server.account().attempts().len()), (1, 6), "{hint:?}");
        let [trouble] = findings.troubles.as_slice() else { panic!("{:?}", findings.troubles) };
        assert!(trouble.is_refusal && trouble.request == 6);
        assert_eq!(trouble.retry_after.is_some(), hint == Hint::Seconds);
        assert_eq!(findings.safe.at_once, 1);
        assert!(Proposal::of(&findings).requests_per_minute.from.contains("request 6 was refused"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_size_that_is_refused_is_not_asked_again_and_the_rest_is() {
    let choosy = |call: &ChatCall| match call.prompt().len() {
        0..=4000 => Reply::text("1").after(Duration::from_millis(100)),
        _ => Reply::error(400, "This model's maximum context length is 1000 tokens."),
    };
    let (findings, server) = probed(server(choosy), 30).await;
    let failed = server.account().attempts().iter().filter(|attempt| attempt.status == Some(400)).count();
    assert_eq!(failed, 1);
    let answered: Vec<usize> = findings.sizes.iter().map(|size| size.samples.len()).collect();
    assert_eq!((answered, findings.safe.at_once), (vec![4, 4, 0], 8));
    assert!(render(&findings).contains("maximum context length"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_with_one_small_prompt_is_not_asked_for_more_at_a_time() {
    // 1 first, 3 sizes, and the smallest again.
    let builder = server(Reply::text("1").after(Duration::from_millis(100))).fault(Fault::status(500).nth(4));
    let (findings, server) = probed(builder, 30).await;
    assert_eq!(server.account().attempts().len(), 5);
    assert_eq!(Proposal::of(&findings).max_concurrent.value, None);
}

#[tokio::test(start_paused = true)]
async fn work_that_a_server_goes_on_with_after_a_time_out_is_not_taken_for_latency() {
    // The largest prompts take 100 s of the only slot, of which 60 are waited for.
    let takes = |call: &ChatCall| match call.prompt().len() {
        0..=4000 => Duration::from_secs(1),
        _ => Duration::from_secs(100),
    };
    let (findings, _) = probed(server(slots(1, takes)), 30).await;
    let answered: Vec<usize> = findings.sizes.iter().map(|size| size.samples.len()).collect();
    assert_eq!(answered, [4, 4, 0]);
    assert!(findings.sizes.iter().flat_map(|size| &size.samples).all(|sample| sample.seconds < 1.1));
    assert_eq!((findings.safe.at_once, findings.is_serial), (1, Some(true)));
}

#[tokio::test(start_paused = true)]
async fn no_server_is_sent_more_than_was_allowed_whatever_it_answers() {
    let servers: [(&str, Change); 9] = [
        ("well", |builder| builder),
        ("429", |builder| builder.fault(Fault::status(429))),
        ("429 at once again", |builder| builder.fault(Fault::status(429).header("retry-after", "0").every(5))),
        ("500", |builder| builder.fault(Fault::status(500))),
        ("500 now and then", |builder| builder.fault(Fault::status(500).every(3))),
        ("hangs now and then", |builder| builder.fault(Fault::hang().every(4))),
        ("resets", |builder| builder.fault(Fault::reset().every(2))),
        ("half an answer", |builder| builder.fault(Fault::truncated().every(5))),
        ("a limit", |builder| builder.requests_per_minute(10).limit_headers(true)),
    ];
    for (what, change) in servers {
        for max_requests in [1, 2, 3, 7, 13, 30, 60] {
            let builder = change(server(Reply::text("1").after(Duration::from_millis(100))));
            let server = Arc::new(builder.in_memory().unwrap());
            let found = probe(&server, max_requests).await;
            let arrived = server.account().attempts().len();
            assert!(arrived <= usize::try_from(max_requests).unwrap(), "{what}: {arrived} of {max_requests}");
            if let Ok(findings) = found {
                assert_eq!(usize::try_from(findings.sent).unwrap(), arrived, "{what}, {max_requests}");
            } else {
                assert_eq!(arrived, 1, "{what}: a first request without an answer is the last");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_purse_stops_at_its_number_even_where_a_plan_wants_more() {
    let server = Arc::new(server(Reply::text("1")).in_memory().unwrap());
    let (connector, mut listener) = memory::connector();
    let serving = Arc::clone(&server);
    tokio::spawn(async move {
        while let Some(stream) = listener.accept().await {
            serving.serve_stream(stream);
        }
    });
    let purse = Purse::new(Client::builder("https://api.test/v1").connector(connector), 15).unwrap();
    let findings = ask(&purse, &asking(60), &mut |_| {}).await.unwrap();
    assert_eq!((findings.sent, server.account().attempts().len()), (15, 15));
}

#[tokio::test(start_paused = true)]
async fn only_what_is_needed_is_asked_and_no_two_prompts_begin_alike() {
    let (_, server) = probed(server(Reply::text("1").after(Duration::from_millis(9))).keep_requests(), 30).await;
    let account = server.account();
    assert!(account.attempts().iter().all(|attempt| attempt.path == "/v1/chat/completions"));
    let mut beginnings = Vec::new();
    for attempt in account.attempts() {
        let body: Value = serde_json::from_str(&attempt.request.as_ref().unwrap().body).unwrap();
        let fields: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["model", "messages", "max_tokens"]);
        let prompt = body["messages"][0]["content"].as_str().unwrap();
        beginnings.push(prompt.split(' ').take(6).collect::<Vec<_>>().join(" "));
    }
    let count = beginnings.len();
    beginnings.sort_unstable();
    beginnings.dedup();
    assert_eq!(beginnings.len(), count);
}

#[tokio::test(start_paused = true)]
async fn prompts_have_about_the_size_that_was_wanted() {
    let counted = |call: &ChatCall| Reply::text("1").usage(call.prompt().split_whitespace().count(), 16);
    let (findings, _) = probed(server(counted), 30).await;
    for size in &findings.sizes {
        let (wanted, found) = (f64::from(size.wanted_tokens), size.prompt_tokens());
        assert!((found - wanted).abs() <= 15.0, "{wanted}: {found}");
    }
}

#[test]
fn a_plan_is_announced_with_what_it_may_cost() {
    let ask = asking(30);
    let said = announce("https://api.test/v1", "m", &ask.plan, 30);
    // 4 · 2550 for the sizes, 15 · 50 for the first and the ladder, 27 answers of 16.
    let expected = "https://api.test/v1 will be asked, model m: at most 27 of the 30 requests allowed, about 11382 \
        tokens at most; one first, then prompts of 50, 500, 2000 tokens, 4 times each, then 2, 4, 8 at a time";
    assert_eq!(said, expected);
}
