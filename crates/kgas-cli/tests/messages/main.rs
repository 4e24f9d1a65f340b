//! Every message of the command line that a test can cause, with its exit code: in one file, read as a whole, for one
//! voice.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

#[path = "../support/mod.rs"]
mod support;
#[path = "../support/tls.rs"]
mod tls;

mod books;
mod desk;
mod graphs;
mod inputs;
mod money;
mod ontologies;
mod servers;
mod typed;

use books::Book;

#[test]
fn all_messages_have_one_voice() {
    let chapters: [fn(&mut Book); 7] =
        [typed::tell, inputs::tell, ontologies::tell, graphs::tell, desk::tell, money::tell, servers::tell];
    let written = std::thread::scope(|scope| {
        let write = |tell: fn(&mut Book)| scope.spawn(move || Book::of(tell));
        chapters.map(write).map(|chapter| chapter.join().unwrap())
    });
    let book = written.each_ref().map(Book::text).join("\n\n");
    let filters = vec![
        (r"127\.0\.0\.1:\d+", "HOST"),
        (r": (client error|error reading a body) .*", ": [what the system says]"),
        (r"\(os error \d+\)", "(os error N)"),
        (r"[0-9a-f]{64}", "[hash]"),
        (r"/\S*/\.tmp\w+", "[desk]"),
    ];
    insta::with_settings!({filters => filters, omit_expression => true}, {
        insta::assert_snapshot!(book);
    });
}
