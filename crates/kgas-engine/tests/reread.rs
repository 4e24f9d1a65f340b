//! Texts are read again from where they came, each file once however many documents it holds.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::fmt::Write as _;
use std::path::Path;

use kgas_engine::{Ledgered, Origin, Reread};
use sha2::{Digest, Sha256};

fn origin(folder: &Path) -> Origin {
    Origin {
        kgas: "0.1.0".to_owned(),
        folder: folder.to_owned(),
        inputs: Vec::new(),
        id_field: "id".to_owned(),
        text_field: "text".to_owned(),
        stdin_format: "txt".to_owned(),
        ontology: None,
        tools: Vec::new(),
        offsets: "code_points".to_owned(),
        merge: "aliases".to_owned(),
    }
}

fn sha(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A JSONL file of notes; each says its number.
fn notes(count: usize) -> String {
    (1..=count).fold(String::new(), |mut lines, number| {
        writeln!(lines, r#"{{"id": "n{number}", "text": "note {number}"}}"#).unwrap();
        lines
    })
}

/// What became of documents that are told as source and text; their ids are numbers.
fn reread(folder: &Path, told: &[(&str, &str)]) -> Vec<Reread> {
    let with_sha: Vec<(&str, String)> = told.iter().map(|(source, text)| (*source, sha(text))).collect();
    let ids: Vec<String> = (1..=told.len()).map(|number| number.to_string()).collect();
    let asked = with_sha.iter().zip(&ids);
    let asked: Vec<Ledgered<'_>> =
        asked.map(|((source, sha256), document)| Ledgered { document, source, sha256 }).collect();
    origin(folder).reread_all(folder, &asked)
}

#[test]
fn texts_come_in_the_order_in_which_they_were_asked_for_whatever_became_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.jsonl"), notes(3)).unwrap();
    std::fs::write(folder.path().join("plain.txt"), "plain").unwrap();
    std::fs::create_dir(folder.path().join(".kgas")).unwrap();
    std::fs::write(folder.path().join(".kgas/stdin"), "{\"document\": \"6\", \"text\": \"piped\"}\n").unwrap();
    let told = [
        ("notes.jsonl:3", "note 3"),
        ("plain.txt", "plain"),
        ("notes.jsonl:1", "note 1, once"),
        ("notes.jsonl:2", "note 2"),
        ("notes.jsonl:9", "note 9"),
        ("-:1", "piped"),
        ("-:2", "piped too"),
        ("gone.txt", "gone"),
    ];
    let same = |text: &str| Reread::Same(text.to_owned());
    let gone = |problem: &str| Reread::Gone(problem.to_owned());
    let missing = "it is no longer there";
    let expected = [same("note 3"), same("plain"), Reread::Changed, same("note 2"), gone(missing)];
    let more = [same("piped"), gone(missing), gone("there is no such file or folder")];
    assert_eq!(reread(folder.path(), &told), [&expected[..], &more].concat());
}

/// Of a pipe, whose name is gone as soon as it is open, nothing can be read a second time.
#[cfg(unix)]
#[test]
fn a_file_of_many_documents_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("notes.jsonl");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn(move || {
        let mut open = std::fs::File::options().write(true).open(&pipe).unwrap();
        std::fs::remove_file(&pipe).unwrap();
        std::io::Write::write_all(&mut open, notes(20).as_bytes()).unwrap();
    });
    let texts: Vec<(String, String)> =
        (1..=20).rev().map(|number| (format!("notes.jsonl:{number}"), format!("note {number}"))).collect();
    let told: Vec<(&str, &str)> = texts.iter().map(|(source, text)| (source.as_str(), text.as_str())).collect();
    let expected: Vec<Reread> = told.iter().map(|(_, text)| Reread::Same((*text).to_owned())).collect();
    assert_eq!(reread(folder.path(), &told), expected);
    writer.join().unwrap();
}
