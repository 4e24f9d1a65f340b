//! How fast a run goes: by what was typed, and by what the server says.

#![expect(clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::time::Duration;

use kgas_mock::{Algorithm, MockServer};
use support::{Desk, Proxy, Ran, extract_args, serve};

/// At 60 per minute, and ten of them at once, 30 requests take twenty seconds: far below that, they were not paced.
const AT_ONCE: Duration = Duration::from_secs(10);

fn took(server: &MockServer) -> Duration {
    let account = server.account();
    account.attempts()[account.attempts().len() - 1].arrived - account.attempts()[0].arrived
}

#[test]
fn a_burst_that_was_allowed_goes_at_once() {
    let desk = Desk::of(30);
    let (_runtime, server) =
        serve(|builder| builder.requests_per_minute(60).algorithm(Algorithm::FixedMinute).limit_headers(false));
    let more = ["--tools", "T23c_async", "--rpm", "60", "--burst", "30", "--max-concurrent", "30"];
    let ran = desk.extract(&server, &more);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!((server.account().calls_answered(), server.account().refused()), (30, 0));
    assert!(took(&server) < AT_ONCE, "{:?}", took(&server));
}

#[test]
fn openai_s_headers_raise_the_guess_of_its_limits() {
    let key = "sk-of-the-tests";
    let desk = Desk::of(30);
    let (_runtime, server) =
        serve(|builder| builder.requests_per_minute(6000).algorithm(kgas_mock::Algorithm::FullBucket).require_key(key));
    // It leads here whatever the host's name is.
    let proxy = format!("http://127.0.0.1:{}", Proxy::to(server.url()).port);
    let more = ["--tools", "T23c_async", "--insecure-http", "--proxy", &proxy];
    let mut command = desk.command(&extract_args("http://api.openai.com", &more));
    let ran = Ran::from(command.env("OPENAI_API_KEY", key).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let limits = "60 requests per minute until its headers say otherwise, no limit of tokens per minute, 5 at a time";
    assert!(ran.stderr.starts_with(&format!("asking http://api.openai.com/v1: {limits}; ")), "{}", ran.stderr);
    assert_eq!(server.account().calls_answered(), 30);
    assert!(took(&server) < AT_ONCE, "{:?}", took(&server));
}
