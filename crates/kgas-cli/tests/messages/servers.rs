//! Servers that refuse, fail, fall silent or answer amiss, and ways that do not lead there.

use std::net::{SocketAddr, TcpListener};

use kgas_mock::{Builder, Fault, FinishReason, MockServer, Reply};

use super::books::Book;
use super::support::{Desk, Proxy, serve, whole_args};
use super::tls::Door;

const ONCE: [&str; 5] = ["-q", "--tools", "T23c_async", "--max-retries", "0"];

pub(crate) fn tell(book: &mut Book) {
    refusals(book);
    answers(book);
    ways(book);
}

fn desk() -> Desk {
    Desk::with(&[("a.txt", "Ann met Bob here.")])
}

/// What is said of a server like this.
fn serving(book: &mut Book, with: impl FnOnce(Builder) -> Builder, more: &[&str]) {
    let (_runtime, server) = serve(with);
    book.ask(&desk(), &whole_args(server.url(), &[&ONCE, more].concat()));
}

fn refusals(book: &mut Book) {
    book.chapter("refusals and failures");
    let quota = r#"{"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}"#;
    let faults = [
        Fault::status(401),
        Fault::status(402),
        Fault::status(403),
        Fault::status(404),
        Fault::status(429).body(quota),
        Fault::status(429),
        Fault::status(429).header("retry-after", "3600"),
        Fault::status(302).header("location", "https://elsewhere.invalid/v1"),
        Fault::status(400),
        Fault::status(408),
        Fault::status(500),
        Fault::not_json("<html></html>"),
        Fault::empty_body(),
        Fault::truncated(),
        Fault::reset(),
        Fault::reset_mid_body(),
    ];
    for fault in faults {
        serving(book, |builder| builder.fault(fault), &["--response-format", "text"]);
    }
    let hangs = ["--timeout", "0.2", "--response-format", "text"];
    serving(book, |builder| builder.fault(Fault::hang()), &hangs);
    let hangs = ["--total-timeout", "0.2", "--response-format", "text"];
    serving(book, |builder| builder.fault(Fault::hang()), &hangs);
    serving(book, |builder| builder.fault(Fault::status(500)), &[]);
    serving(book, |builder| builder.models(["llama3.2"]), &["--model", "llama3.1"]);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(401)));
    let args = ["--base-url", server.url(), "--max-retries", "0"];
    let run = ["run", "T23c_async", "--input", "in/a.txt", "--ontology", "ontology.json"];
    book.ask(&desk(), &[&run[..], &args].concat());
    book.ask(&desk(), &[&["embed", "in", "--out", "v.jsonl"], &args[..]].concat());
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500)));
    let args = ["--base-url", server.url(), "--max-retries", "0"];
    book.ask(&desk(), &[&run[..], &args].concat());
    book.ask(&desk(), &[&["embed", "in", "--out", "v.jsonl"], &args[..]].concat());
}

fn answers(book: &mut Book) {
    book.chapter("answers that are none");
    let replies = [
        Reply::refusal("I can't help with that."),
        Reply::text("{\"entities\": [{\"text\": \"Ann\"").finish(FinishReason::Length),
        Reply::text("").finish(FinishReason::ContentFilter),
        Reply::text("There is nobody here."),
        Reply::text(""),
    ];
    for reply in replies {
        serving(book, |builder| builder.answer(reply), &["--response-format", "text"]);
    }
}

fn ways(book: &mut Book) {
    book.chapter("the way to the server");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let urls = [format!("http://{nobody}"), "http://no-such-host.invalid".to_owned()];
    urls.iter().for_each(|url| book.ask(&desk(), &whole_args(url, &ONCE)));
    let (runtime, server) = serve(|builder| builder);
    let door = Door::open(&runtime, address(&server));
    book.ask(&desk(), &whole_args(&door.url, &ONCE));
    let plain = server.url().replace("http://", "https://");
    book.ask(&desk(), &whole_args(&plain, &ONCE));
    let refusing = [
        Proxy::refusing("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"),
        Proxy::refusing("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"),
        Proxy::refusing("hello\r\n\r\n"),
        Proxy::refusing(""),
    ];
    let through = refusing.iter().map(|proxy| format!("127.0.0.1:{}", proxy.port)).chain([nobody.to_string()]);
    for proxy in through {
        book.ask(&desk(), &whole_args("https://models.invalid", &[&ONCE[..], &["--proxy", &proxy]].concat()));
    }
}

fn address(server: &MockServer) -> SocketAddr {
    server.url().trim_start_matches("http://").trim_end_matches("/v1").parse().unwrap()
}
