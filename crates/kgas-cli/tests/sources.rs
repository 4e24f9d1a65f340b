//! Which documents a run has: what is read, what they are called, and what can't be read.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use support::{Desk, Ran, check_spans};

/// `kgas extract … --ontology ontology.json --out OUT`, by rules.
fn extract(desk: &Desk, more: &[&str]) -> Ran {
    desk.kgas(&[&["extract", "--ontology", "ontology.json", "--out", "OUT"], more].concat())
}

/// The documents of the ledger: id, state, length.
fn ledger(desk: &Desk) -> Vec<(String, String, Value)> {
    let row = |row: Value| {
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        (text("document"), text("state"), row["characters"].clone())
    };
    desk.lines("OUT/documents.jsonl").into_iter().map(row).collect()
}

fn ids(desk: &Desk) -> Vec<String> {
    ledger(desk).into_iter().map(|(id, ..)| id).collect()
}

/// A gzip file by hand, stored rather than compressed: no library of ours has packed it.
fn gz(text: &str) -> Vec<u8> {
    let size = u16::try_from(text.len()).unwrap();
    let crc = !text.bytes().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    });
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    [
        &head,
        &size.to_le_bytes()[..],
        &(!size).to_le_bytes(),
        text.as_bytes(),
        &crc.to_le_bytes(),
        &u32::from(size).to_le_bytes(),
    ]
    .concat()
}

#[test]
fn a_folder_is_read_in_order_without_what_is_hidden_or_unknown() {
    let desk = Desk::with(&[
        ("b.txt", "Paris."),
        ("a/z.md", "Paris."),
        ("a/b/y.TXT", "Paris."),
        (".hidden.txt", "Paris."),
        (".git/x.txt", "Paris."),
        ("picture.png", "Paris."),
    ]);
    let ran = extract(&desk, &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ids(&desk), ["a/b/y.TXT", "a/z.md", "b.txt"]);
}

#[test]
fn a_file_is_called_by_its_name_and_inputs_keep_their_order() {
    let desk = Desk::with(&[("sub/b.txt", "Paris."), ("a.txt", "Paris.")]);
    let ran = extract(&desk, &["in/sub/b.txt", "in/a.txt"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ids(&desk), ["b.txt", "a.txt"]);
}

#[test]
fn records_are_called_by_their_id_or_else_by_file_and_line() {
    let desk = Desk::new();
    desk.write(
        "in/a.jsonl",
        "{\"id\": \"x\", \"text\": \"Paris.\"}\n\n{\"id\": 7, \"text\": \"\"}\n{\"text\": \"Paris\"}\n",
    );
    desk.write("in/b.csv", "id,text\n8,\"Paris, again\"\n,Paris\n");
    let ran = extract(&desk, &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ids(&desk), ["x", "7", "a.jsonl:4", "8", "b.csv:3"]);
}

#[test]
fn the_fields_of_a_record_can_be_named() {
    let desk = Desk::new();
    desk.write("in/a.jsonl", json!({"key": "k1", "body": "Paris."}).to_string());
    desk.write("in/b.csv", "key,body\nk2,Paris\n");
    let ran = extract(&desk, &["in", "--id-field", "key", "--text-field", "body"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ids(&desk), ["k1", "k2"]);
}

#[test]
fn a_record_without_the_text_field_says_which_fields_there_are() {
    let desk = Desk::new();
    desk.write("in/a.jsonl", "{\"text\": \"Paris.\"}\n{\"body\": \"Paris.\", \"n\": 1}\n");
    assert_eq!(extract(&desk, &["in"]).code, Some(3));
    let error = &desk.lines("OUT/documents.jsonl")[1]["error"];
    assert_eq!(error, "line 2 has no text in field \"text\"; its fields are body, n");
}

#[test]
fn packed_files_are_read_like_others() {
    let desk = Desk::new();
    desk.write("in/a.txt.gz", gz("Paris."));
    desk.write("in/b.jsonl.gz", gz("{\"id\": \"x\", \"text\": \"Paris.\"}\n"));
    desk.write("in/c.csv.gz", gz("id,text\ny,Paris\n"));
    let ran = extract(&desk, &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ids(&desk), ["a.txt.gz", "x", "y"]);
}

#[test]
fn a_byte_order_mark_and_line_ends_count() {
    let desk = Desk::with(&[("a.txt", "\u{feff}One\r\n\r\nParis.\r\n")]);
    assert_eq!(extract(&desk, &["in"]).code, Some(0));
    assert_eq!(ledger(&desk)[0].2, 16);
    let entity = &desk.lines("OUT/entities.jsonl")[0];
    assert_eq!((&entity["name"], &entity["mentions"][0]["start"]), (&json!("Paris"), &json!(8)));
    assert_eq!(check_spans(&desk.path("OUT"), |id| desk.read(&format!("in/{id}"))), 1);
}

#[test]
fn the_second_of_a_duplicate_id_is_a_failed_document() {
    let desk = Desk::new();
    desk.write("in/a.jsonl", "{\"id\": 1, \"text\": \"Paris.\"}\n{\"id\": \"1\", \"text\": \"Paris.\"}\n");
    assert_eq!(extract(&desk, &["in"]).code, Some(3));
    let states: Vec<String> = ledger(&desk).into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, ["complete", "failed"]);
    assert_eq!(desk.lines("OUT/entities.jsonl")[0]["mentions"].as_array().unwrap().len(), 1);
}

#[test]
fn an_empty_document_is_complete_without_chunks_and_a_warning() {
    let desk = Desk::with(&[("a.txt", ""), ("b.txt", "Paris.")]);
    let ran = extract(&desk, &["in", "-q"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.stderr, "warning: 1 document is empty; OUT/documents.jsonl says which\n");
    assert_eq!(desk.lines("OUT/documents.jsonl")[0]["chunks"], json!([]));
}

#[test]
fn a_limit_takes_the_first_and_a_sample_depends_on_its_seed_alone() {
    let texts: Vec<String> = (10..40).map(|at| format!("{at}.txt")).collect();
    let desk = Desk::with(&texts.iter().map(|name| (name.as_str(), "Paris.")).collect::<Vec<_>>());
    let drawn = |more: &[&str]| {
        assert_eq!(extract(&desk, &[&["in"], more].concat()).code, Some(0));
        ids(&desk)
    };
    assert_eq!(drawn(&["--limit", "2"]), ["10.txt", "11.txt"]);
    let one = drawn(&["--sample", "5", "--seed", "1"]);
    assert_eq!(one.len(), 5);
    assert!(one.is_sorted());
    assert_eq!(drawn(&["--sample", "5", "--seed", "1"]), one);
    assert_ne!(drawn(&["--sample", "5", "--seed", "2"]), one);
}

#[test]
fn standard_input_is_a_text_or_records() {
    let desk = Desk::new();
    let read = |format: &str, text: &str| {
        let args = ["extract", "-", "--ontology", "ontology.json", "--out", "OUT", "--stdin-format", format];
        let mut child = desk.command(&args).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        ids(&desk)
    };
    assert_eq!(read("txt", "Paris."), ["-"]);
    assert_eq!(read("jsonl", "{\"id\": \"x\", \"text\": \"Paris.\"}\n{\"text\": \"Paris.\"}\n"), ["x", "-:2"]);
    assert_eq!(read("csv", "id,text\ny,Paris\n"), ["y"]);
}

#[test]
fn a_missing_input_among_others_is_a_failed_document() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    assert_eq!(extract(&desk, &["missing.txt", "in"]).code, Some(3));
    let rows = ledger(&desk);
    assert_eq!((rows[0].0.as_str(), rows[0].1.as_str(), rows[1].1.as_str()), ("missing.txt", "failed", "complete"));
}

#[test]
fn a_mistyped_or_empty_input_leaves_an_earlier_graph_alone() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    std::fs::create_dir(desk.path("nothing")).unwrap();
    assert_eq!(extract(&desk, &["in"]).code, Some(0));
    let before = desk.read("OUT/entities.jsonl");
    assert!(!before.is_empty());
    for input in ["missing", "nothing"] {
        let ran = extract(&desk, &[input]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert_eq!(desk.read("OUT/entities.jsonl"), before, "{input}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_listed_and_the_others_go_on() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(&[("a.txt", "Paris."), ("b.txt", "Paris.")]);
    std::fs::set_permissions(desk.path("in/a.txt"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(desk.path("in/a.txt")).is_ok() {
        // Root reads everything: a link to nowhere can't be read by anyone.
        std::fs::remove_file(desk.path("in/a.txt")).unwrap();
        std::os::unix::fs::symlink("nowhere", desk.path("in/a.txt")).unwrap();
    }
    assert_eq!(extract(&desk, &["in"]).code, Some(3));
    let states: Vec<String> = ledger(&desk).into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, ["failed", "complete"]);
}
