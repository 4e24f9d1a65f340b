//! The way to a server through a proxy, and what is never shown of it.

mod support;

use std::net::TcpListener;

use support::{Desk, Proxy, Ran, extract_args, serve};

const PASSWORD: &str = "hunter2";
const BASIC: &str = "bWU6aHVudGVyMg==";

/// Neither the password nor what is sent of it is in anything that a run left behind.
fn assert_unseen(ran: &Ran, desk: &Desk) {
    let names = ["documents.jsonl", "summary.json"];
    let written: String =
        names.iter().filter_map(|name| std::fs::read_to_string(desk.path("OUT").join(name)).ok()).collect();
    for text in [&ran.stdout, &ran.stderr, &written] {
        assert!(!text.contains(PASSWORD) && !text.contains(BASIC), "{text}");
    }
}

#[test]
fn calls_go_through_the_proxy_that_was_named_and_its_password_is_not_shown() {
    let desk = Desk::of(3);
    let (_runtime, server) = serve(|builder| builder);
    let proxy = Proxy::to(server.url());
    let address = format!("http://me:{PASSWORD}@127.0.0.1:{}", proxy.port);
    let ran = desk.extract(&server, &["--tools", "T23c_async", "-vvv", "--max-concurrent", "1", "--proxy", &address]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let heads = proxy.heads();
    assert_eq!((heads.len(), server.account().connections()), (1, 1));
    let place = server.url().trim_start_matches("http://").trim_end_matches("/v1");
    assert!(heads.iter().all(|head| head.starts_with(&format!("CONNECT {place} HTTP/1.1"))), "{heads:?}");
    assert!(heads.iter().all(|head| head.contains(&format!("proxy-authorization: Basic {BASIC}"))), "{heads:?}");
    assert_unseen(&ran, &desk);
}

#[test]
fn a_proxy_that_refuses_the_password_ends_the_run_at_once() {
    let desk = Desk::of(5);
    let proxy = Proxy::refusing("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    let address = format!("http://me:{PASSWORD}@127.0.0.1:{}", proxy.port);
    let more = ["--tools", "T23c_async", "-vvv", "--max-concurrent", "1", "--proxy", &address];
    let ran = desk.kgas(&extract_args("http://models.invalid", &more));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(proxy.heads().len(), 1);
    assert!(ran.stderr.contains("user name and password"), "{}", ran.stderr);
    assert_unseen(&ran, &desk);
}

#[test]
fn what_is_no_proxy_is_refused_before_anything_is_done_and_not_repeated() {
    let scheme = "kgas: --proxy: its scheme is not http: only http proxies are spoken to\n";
    let address = "kgas: --proxy: it is not an address like http://user:password@host:port\n";
    let cases = [
        (format!("socks5://me:{PASSWORD}@host:1"), scheme),
        (format!("https://me:{PASSWORD}@host:1"), scheme),
        (format!("http://me:{PASSWORD}@"), address),
        (format!("me:{PASSWORD}@host:99999"), address),
        (String::new(), address),
    ];
    for (proxy, expected) in cases {
        let desk = Desk::of(1);
        let ran = desk.kgas(&extract_args("https://models.invalid", &["-q", "--proxy", &proxy]));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), expected));
        assert!(!desk.path("OUT").exists());
    }
}

#[test]
fn the_environment_s_proxy_is_used_and_none_passes_over_it() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|unused| unused.local_addr()).unwrap().port();
    let with = |variable: &str, proxy: &str, more: &[&str]| {
        let desk = Desk::of(1);
        let more = [&["--tools", "T23c_async", "-vvv", "--max-retries", "0"], more].concat();
        let mut command = desk.command(&extract_args("https://models.invalid", &more));
        let ran = Ran::from(command.env(variable, proxy).output().unwrap());
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert_unseen(&ran, &desk);
        ran.stderr
    };
    let address = format!("http://me:{PASSWORD}@127.0.0.1:{port}");
    let said = with("HTTPS_PROXY", &address, &[]);
    assert!(said.contains(&format!("the proxy 127.0.0.1:{port} cannot be reached")), "{said}");
    let said = with("ALL_PROXY", &format!("socks5://me:{PASSWORD}@127.0.0.1:{port}"), &[]);
    let expected = "kgas: ALL_PROXY: its scheme is not http: only http proxies are spoken to; change it, or go without \
                    it with --proxy none\n";
    assert_eq!(said, expected);
    for proxy in [&address, "socks5://host:1"] {
        let said = with("HTTPS_PROXY", proxy, &["--proxy", "none"]);
        assert!(said.contains("the host of https://models.invalid/v1/chat/completions has no address"), "{said}");
    }
}
