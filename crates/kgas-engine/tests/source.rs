//! Where documents come from, and what is said of those that can't be read.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use kgas_engine::source::{Input, SourceOptions, Sourced, documents};

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn gz(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn read(path: &Path, options: &SourceOptions) -> Vec<Sourced> {
    documents(vec![Input::Path(path.to_owned())], options).collect()
}

/// Ids and texts, or what is wrong.
fn told(found: &[Sourced]) -> Vec<(&str, String)> {
    let text = |document: &Sourced| document.text.clone().unwrap_or_else(|error| format!("! {error}"));
    found.iter().map(|document| (document.id.as_str(), text(document))).collect()
}

#[test]
fn a_folder_gives_all_that_can_be_read_in_order_and_nothing_hidden() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.txt", "a/z.md", "a/.hidden.txt", ".git/c.txt", "notes.pdf"] {
        write(folder.path(), name, name);
    }
    write(folder.path(), "c.txt.gz", gz("packed"));
    let found = read(folder.path(), &SourceOptions::default());
    let expected = [("a/z.md", "a/z.md"), ("b.txt", "b.txt"), ("c.txt.gz", "packed")];
    assert_eq!(told(&found), expected.map(|(id, text)| (id, text.to_owned())));
}

#[test]
fn a_text_is_never_changed() {
    let folder = tempfile::tempdir().unwrap();
    let text = "\u{feff}One.\r\nTwo.\r\n\r\n";
    write(folder.path(), "a.txt", text);
    assert_eq!(told(&read(&folder.path().join("a.txt"), &SourceOptions::default())), [("a.txt", text.to_owned())]);
}

#[test]
fn a_line_that_is_broken_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "{\"id\": 7, \"text\": \"seven\"}\n\n{\"text\": \"no id\"}\n{\"id\"\n{\"id\": \"x\", \"body\": 1}\n{\"id\": \"7\", \"text\": \"again\"}";
    write(folder.path(), "d.jsonl", lines);
    let found = read(folder.path(), &SourceOptions::default());
    let told = told(&found);
    assert_eq!(told[0], ("7", "seven".to_owned()));
    assert_eq!(told[1], ("d.jsonl:3", "no id".to_owned()));
    assert!(told[2].0 == "d.jsonl:4" && told[2].1.starts_with("! line 4 is not a JSON object"), "{told:?}");
    assert_eq!(told[3], ("x", "! line 5 has no text in field \"text\"; its fields are id, body".to_owned()));
    assert_eq!(told[4], ("7", "! an earlier document has the same id".to_owned()));
    assert!(found[4].source.ends_with("d.jsonl:6"));
}

#[test]
fn a_table_gives_a_document_for_each_record() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "t.csv", "key,body\nk1,\"one, and\ntwo\"\n,three\n");
    let options =
        SourceOptions { id_field: "key".to_owned(), text_field: "body".to_owned(), ..SourceOptions::default() };
    let found = read(folder.path(), &options);
    assert_eq!(told(&found), [("k1", "one, and\ntwo".to_owned()), ("t.csv:4", "three".to_owned())]);
    let without = read(folder.path(), &SourceOptions::default());
    assert_eq!(
        told(&without),
        [("t.csv", "! line 1 has no text in field \"text\"; its fields are key, body".to_owned())]
    );
}

#[test]
fn what_can_not_be_read_is_told_and_loses_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "bad.txt", b"ab\xff");
    write(folder.path(), "cut.txt.gz", &gz("a text that is long enough to be cut")[..20]);
    write(folder.path(), "good.txt", "good");
    let inputs = ["missing.txt", "bad.txt", "cut.txt.gz", "good.txt"];
    let paths = inputs.map(|name| Input::Path(folder.path().join(name)));
    let found: Vec<Sourced> = documents(paths.to_vec(), &SourceOptions::default()).collect();
    let told = told(&found);
    assert_eq!(told[0].1, "! there is no such file or folder");
    assert_eq!(told[1].1, "! not UTF-8 at byte 2");
    assert!(told[2].1.starts_with("! it can't be read"), "{told:?}");
    assert_eq!(told[3], ("good.txt", "good".to_owned()));
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_and_keeps_the_order() {
    let folder = tempfile::tempdir().unwrap();
    for number in 10..60 {
        write(folder.path(), &format!("{number}.txt"), "x");
    }
    let draw = |seed| -> Vec<String> {
        let options = SourceOptions { sample: Some((9, seed)), ..SourceOptions::default() };
        read(folder.path(), &options).into_iter().map(|document| document.id).collect()
    };
    let drawn = draw(1);
    assert_eq!(drawn.len(), 9);
    assert!(drawn.is_sorted());
    assert_eq!(drawn, draw(1));
    assert_ne!(drawn, draw(2));
    let first = SourceOptions { limit: Some(2), ..SourceOptions::default() };
    assert_eq!(read(folder.path(), &first).len(), 2);
}
