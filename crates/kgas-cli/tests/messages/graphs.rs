//! Graphs that are looked into, and the journal of the calls that made them.

use std::fs::File;

use kgas_mock::{Gazetteer, Rules};

use super::books::Book;
use super::support::{Desk, chunk_of, serve};

pub(crate) fn tell(book: &mut Book) {
    graphs(book);
    namesakes(book);
    journals(book);
}

fn extract(desk: &Desk, out: &str, more: &[&str]) {
    let args = ["extract", "in", "--ontology", "ontology.json", "--out", out];
    let ran = desk.kgas(&[&args[..], more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn graphs(book: &mut Book) {
    book.chapter("graphs");
    let desk = Desk::with(&[("a.txt", "Paris is large. Ann met Ann in Paris.")]);
    let both = r#"{"entities": {"Person": {"examples": ["Paris"]}, "City": {"examples": ["Paris"]}},
        "relations": {"knows": {"domain": "Person", "range": "Person"}}}"#;
    desk.write("ontology.json", both);
    ["G", "BYTES", "MIXED", "CUT", "OLD", "LOST"].iter().for_each(|out| {
        let more: &[&str] = if *out == "BYTES" { &["--offsets", "bytes"] } else { &[] };
        extract(&desk, out, more);
    });
    desk.write("MIXED/entities.jsonl", "{}\n");
    std::fs::remove_file(desk.path("CUT/entities.jsonl")).unwrap();
    let summary = desk.read("OLD/summary.json");
    desk.write("OLD/summary.json", summary.replacen("\"schema_version\": ", "\"schema_version\": 9", 1));
    std::fs::remove_file(desk.path("LOST/.kgas/run.json")).unwrap();
    desk.write("BAD/summary.json", "{");
    let first = &desk.lines("G/entities.jsonl")[0]["id"];
    let id = first.as_str().unwrap().to_owned();
    book.ask_all(
        &desk,
        &[
            &["explain", "missing", "Ann"],
            &["explain", "in", "Ann"],
            &["explain", "G", "Zoe"],
            &["explain", "G", "Paris"],
            &["explain", "MIXED", "Paris"],
            &["explain", "CUT", "Paris"],
            &["explain", "OLD", "Paris"],
            &["explain", "BAD", "Paris"],
            &["diff", "G", "missing"],
            &["diff", "G", "BYTES"],
            &["diff", "G", "MIXED"],
        ],
    );
    book.ask(&desk, &["explain", "LOST", &id]);
    desk.write("in/a.txt", "Something else.");
    book.ask(&desk, &["explain", "G", &id]);
    std::fs::remove_file(desk.path("in/a.txt")).unwrap();
    book.ask(&desk, &["explain", "G", &id]);
}

/// One name in two classes.
fn namesakes(book: &mut Book) {
    let desk = Desk::with(&[("a.txt", "Ann is here."), ("b.txt", "Ann is large.")]);
    let [person, city] = ["Person", "City"].map(|class| Gazetteer::new([("Ann", class)]).text_of(chunk_of));
    let (_runtime, server) = serve(|builder| builder.answer(Rules::otherwise(person).when("is large", city)));
    extract(&desk, "OUT", &["--base-url", server.url(), "--response-format", "text", "--tools", "T23c_async"]);
    book.ask(&desk, &["explain", "OUT", "Ann"]);
}

fn journals(book: &mut Book) {
    book.chapter("the journal");
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let (_runtime, server) = serve(|builder| builder);
    extract(&desk, "OUT", &["--base-url", server.url(), "--response-format", "text"]);
    let file = desk.path("OUT/.kgas/journal.redb");
    let args = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "-q", "--base-url", server.url()];
    book.ask_all(&desk, &[&["journal", "missing"], &["journal", "OUT", "show", "abc0abc0"]]);
    let held = File::options().read(true).write(true).open(&file).unwrap();
    held.lock().unwrap();
    book.ask(&desk, &["journal", "OUT"]);
    book.ask(&desk, &args);
    drop(held);
    desk.write("in/b.txt", "Ann is there.");
    book.ask(&desk, &[&args[..], &["--offline", "--response-format", "text"]].concat());
    desk.write("OUT/.kgas/formats.json", "{");
    book.ask(&desk, &[&args[..], &["--tools", "T23c_async"]].concat());
    std::fs::write(&file, "no journal").unwrap();
    book.ask(&desk, &["journal", "OUT"]);
    book.ask(&desk, &args);
    desk.write("file", "x");
    book.ask(&desk, &[&args[..], &["--cache", "file"]].concat());
}
