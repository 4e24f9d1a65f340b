//! Each rule on Rust sources: what breaks it, and what doesn't.

mod support;

use kgas_audit::Language::Rust;
use kgas_audit::audit_source;
use support::check;

const BLOCKING: &[&str] = &["blocking-call", "blocking-call-in-async", "blocking-sleep-in-async"];

#[test]
fn a_use_is_known_by_any_name() {
    check(
        Rust,
        BLOCKING,
        &[
            "fn f() { reqwest::blocking::get(u); } // -> blocking-call",
            "use reqwest::blocking;\nfn f() { blocking::get(u); } // -> blocking-call",
            "use reqwest::{self, blocking::{Client as B, get}};\nfn f() {\n    get(u); // -> blocking-call\n    B::new().post(u).send(); // -> blocking-call\n    reqwest::blocking::get(u); // -> blocking-call\n}",
            "use ureq::get as fetch;\nfn f() { fetch(u).call(); } // -> blocking-call",
            "fn f() { use reqwest::blocking::Client;\n    Client::builder().build()?.get(u).header(a, b).send()?; // -> blocking-call\n}",
            "fn f(a: &ureq::Agent) {\n    a.post(u).send_json(x)?; // -> blocking-call\n}",
            "fn f() -> Result<()> {\n    let agent = ureq::AgentBuilder::new().build();\n    let agent = agent.clone();\n    agent.get(u).call()?; // -> blocking-call\n}",
            "use reqwest::blocking::Client;\nstruct S { c: Arc<Client> }\nimpl S {\n    fn f(&self) { self.c.get(u).send(); } // -> blocking-call\n}",
            "fn f() { println!(\"{} {}\", 1, ureq::get(u).call()?); } // -> blocking-call",
            "fn f() {\n    if let Ok(c) = reqwest::blocking::Client::builder().build() {\n        c.get(u).send(); // -> blocking-call\n    }\n}",
        ],
    );
}

#[test]
fn what_only_looks_like_a_call_is_none() {
    check(
        Rust,
        BLOCKING,
        &[
            "// reqwest::blocking::get(u)\n/* ureq::get(u).call() */\nfn f() { let s = \"ureq::get(u).call()\"; }",
            "/// ureq::get(u).call()\nfn f() { println!(\"ureq::get(u).call()\"); }",
            "mod ureq { pub fn get() {} }\nfn f() { ureq::get(u).call(); }",
            "use crate::reqwest::blocking::get;\nfn f() { get(u); }",
            "fn get(u: &str) {}\nfn f() { get(u); map.get(u).call(); }",
            "struct Client;\nimpl Client { fn new() -> Self { Self } }\nfn f() { Client::new().get(u).send(); }",
            "fn f() { ureq::get(u).set(a, b); reqwest::blocking::Client::new().get(u).build(); }",
            "use std::thread;\nasync fn f() { thread::yield_now(); tokio::time::sleep(d).await; }\nfn g() { thread::sleep(d); }",
            "use ureq::get;\nfn f(get: fn(u8)) { get(u).call(); }",
        ],
    );
}

#[test]
fn blocking_in_async_code_is_an_error_unless_it_is_on_a_thread() {
    check(
        Rust,
        BLOCKING,
        &[
            "async fn f() { std::thread::sleep(d); } // -> blocking-sleep-in-async",
            "use std::thread::sleep as nap;\nasync fn f() { nap(d); } // -> blocking-sleep-in-async",
            "fn f() { rt.block_on(async { std::thread::sleep(d); }); } // -> blocking-sleep-in-async",
            "async fn f() { tokio::task::spawn_blocking(|| std::thread::sleep(d)).await; }",
            "async fn f() { std::thread::spawn(move || { std::thread::sleep(d); }); }",
            "async fn f() { xs.iter().for_each(|x| std::thread::sleep(d)); } // -> blocking-sleep-in-async",
            "async fn f() {\n    fn g() { std::thread::sleep(d); }\n    spawn_blocking(g).await;\n}",
            "async fn f() {\n    fn g() { std::thread::sleep(d); }\n    g(); // -> blocking-sleep-in-async\n}",
            "struct S;\nimpl S {\n    fn g(&self) { ureq::get(u).call(); } // -> blocking-call\n    async fn f(&self) { self.g(); } // -> blocking-call-in-async\n}",
            "async fn f() { tokio::join!(async { ureq::get(u).call() }, other()); } // -> blocking-call-in-async",
            "fn f() { let g = async || { std::thread::sleep(d); }; } // -> blocking-sleep-in-async",
        ],
    );
}

#[test]
fn time_outs_are_those_of_each_library() {
    check(
        Rust,
        &["no-timeout"],
        &[
            "fn f() { let c = reqwest::Client::new(); c.get(u).send(); } // -> no-timeout",
            "fn f() { reqwest::Client::builder().connect_timeout(d).build(); } // -> no-timeout",
            "fn f() { let mut b = reqwest::Client::builder(); if let Some(t) = t { b = b.timeout(t); } let c = b.build()?; c.get(u).send(); }",
            "fn f() { let mut b = reqwest::Client::builder(); b = b.gzip(true); let c = b.build()?; c.get(u).send(); } // -> no-timeout",
            "fn f() { reqwest::Client::builder().timeout(d).build(); reqwest::Client::builder().read_timeout(d).build(); }",
            "fn f() { reqwest::blocking::Client::new().get(u).send(); }",
            "fn f() { reqwest::blocking::Client::builder().timeout(None).build(); } // -> no-timeout",
            "async fn f() { reqwest::get(u).await; } // -> no-timeout",
            "fn f() { ureq::get(u).call(); } // -> no-timeout",
            "fn f() { ureq::get(u).timeout(d).call(); ureq::get(u).config().timeout_global(Some(d)).build().call(); }",
            "fn f() { let a: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(d)).build().into(); a.get(u).call(); }",
            "fn f() { ureq::AgentBuilder::new().timeout_connect(d).build(); } // -> no-timeout",
            "fn f(c: &reqwest::Client) { c.get(u).send(); }",
        ],
    );
}

#[test]
fn what_tries_again_counts_as_a_retry() {
    check(
        Rust,
        &["no-retry"],
        &[
            "async fn f(c: reqwest::Client) { c.get(u).send().await; } // -> no-retry",
            "use backon::Retryable;\nasync fn f(c: reqwest::Client) { (|| c.get(u).send()).retry(b).await; }",
            "async fn f(c: reqwest::Client) {\n    for attempt in 0..3 {\n        if let Ok(r) = c.get(u).send().await { return r; }\n    }\n}",
            "async fn f(c: reqwest::Client) {\n    loop {\n        match c.get(u).send().await {\n            Ok(r) => return r,\n            Err(_) => attempts += 1,\n        }\n    }\n}",
            "async fn f(c: reqwest::Client) {\n    loop {\n        let u = queue.recv().await;\n        c.get(u).send().await; // -> no-retry\n    }\n}",
        ],
    );
}

#[test]
fn calls_one_after_another_for_each_item_are_told_of() {
    check(
        Rust,
        &["single-calls-in-a-loop"],
        &[
            "async fn f(c: reqwest::Client) {\n    for u in us {\n        c.get(u).send().await?; // -> single-calls-in-a-loop\n    }\n}",
            "async fn f(c: reqwest::Client) {\n    for u in us {\n        tasks.push(c.get(u).send());\n        tokio::spawn(async move { c.get(u).send().await });\n    }\n}",
            "async fn f(c: reqwest::Client) {\n    stream::iter(us).map(|u| async move { c.get(u).send().await }).buffer_unordered(8);\n}",
            "fn f() { us.iter().map(|u| ureq::get(u).call()).collect() } // -> single-calls-in-a-loop",
            "fn f() { us.par_iter().map(|u| ureq::get(u).call()).collect() }",
            "fn f() { us.iter().par_bridge().map(|u| ureq::get(u).call()).collect() }",
            "fn f(u: Option<&str>) { u.map(|u| ureq::get(u).call()); }",
            "async fn one(c: &reqwest::Client) { c.get(u).send().await; }\nasync fn f(c: reqwest::Client) {\n    for u in us {\n        one(&c).await; // -> single-calls-in-a-loop\n        later.push(one(&c));\n    }\n}",
            "async fn f(c: reqwest::Client) {\n    for u in us {\n        timeout(d, c.get(u).send()).await; // -> single-calls-in-a-loop\n    }\n}",
        ],
    );
}

#[test]
fn a_comment_allows_a_finding_in_its_line_or_the_next() {
    let source = "fn f() {\n    // kgas: allow(no-timeout, no-retry)\n    ureq::get(u).call();\n}\n";
    let audit = audit_source(Rust, source);
    let rules: Vec<&str> = audit.findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!((rules.as_slice(), audit.allowed), (&["blocking-call"][..], 2));
}
