//! Where documents come from, and what is said of those that can't be read.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use kgas_engine::source::{Format, Input, SourceOptions, Sourced, count, documents};

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
fn what_kgas_has_written_is_no_document() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.txt", "a text");
    for name in
        ["OUT/entities.jsonl", "OUT/.kgas/run.json", "v.jsonl", "v.jsonl.kgas/journal.redb", "v.jsonl.kgas/p.jsonl"]
    {
        write(folder.path(), name, "{}");
    }
    let found = read(folder.path(), &SourceOptions::default());
    assert_eq!(told(&found), [("a.txt", "a text".to_owned())]);
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
    assert_eq!(
        told[4],
        (
            "7",
            "! an earlier document has the same id: give each its own, or name another field with --id-field"
                .to_owned()
        )
    );
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
    assert_eq!(told[1].1, "! not UTF-8 at byte 2: save it as UTF-8");
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

fn options(id_field: &str, text_field: &str) -> SourceOptions {
    SourceOptions { id_field: id_field.to_owned(), text_field: text_field.to_owned(), ..SourceOptions::default() }
}

/// Ids and texts, or what is wrong, of a folder with one file.
fn told_of(name: &str, content: impl AsRef<[u8]>) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), name, content);
    let found = read(folder.path(), &SourceOptions::default());
    told(&found).into_iter().map(|(id, text)| (id.to_owned(), text)).collect()
}

#[test]
fn each_kind_of_file_may_be_packed_and_spelt_in_any_case() {
    let cases = [
        ("a.TXT", b"one".to_vec(), "a.TXT"),
        ("a.md.gz", gz("one"), "a.md.gz"),
        ("a.Jsonl", b"{\"text\": \"one\"}".to_vec(), "a.Jsonl:1"),
        ("a.jsonl.GZ", gz("{\"text\": \"one\"}\n"), "a.jsonl.GZ:1"),
        ("a.csv", b"text\none".to_vec(), "a.csv:2"),
        ("a.csv.gz", gz("text\r\none\r\n"), "a.csv.gz:2"),
        // Packed twice over, as `cat` joins them.
        ("a.txt.gz", [gz("o"), gz("ne")].concat(), "a.txt.gz"),
    ];
    for (name, content, id) in cases {
        assert_eq!(told_of(name, content), [(id.to_owned(), "one".to_owned())], "{name}");
    }
}

#[test]
fn the_id_of_a_record_is_what_the_field_says_or_its_place() {
    let cases = [
        (r#""id": "x", "#, "x"),
        (r#""id": 7, "#, "7"),
        (r#""id": -1.50, "#, "-1.5"),
        (r#""id": 12345678901234567890, "#, "12345678901234567890"),
        (r#""id": "", "#, "d.jsonl:2"),
        (r#""id": null, "#, "d.jsonl:2"),
        (r#""id": ["x"], "#, "d.jsonl:2"),
        ("", "d.jsonl:2"),
    ];
    for (id, expected) in cases {
        let told = told_of("d.jsonl", format!("\n{{{id}\"text\": \"t\"}}"));
        assert_eq!(told, [(expected.to_owned(), "t".to_owned())], "{id}");
    }
}

#[test]
fn marks_of_order_and_line_ends_belong_to_the_file_and_not_to_records() {
    let lines = "\u{feff}{\"id\": \"a\", \"text\": \"one\\r\\n\"}\r\n \r\n{\"id\": \"b\", \"text\": \"\u{feff}two\"}";
    let expected = [("a", "one\r\n"), ("b", "\u{feff}two")].map(|(id, text)| (id.to_owned(), text.to_owned()));
    assert_eq!(told_of("d.jsonl", lines), expected);
    let table = "\u{feff}id,text\r\na,\"one\r\n\"\r\n\r\nb,\u{feff}two";
    assert_eq!(told_of("d.csv", table), expected);
}

#[test]
fn a_broken_record_is_named_by_its_line() {
    let text = |line: usize, problem: &str| (format!("d.csv:{line}"), format!("! {problem}"));
    let table = b"id,text\n,\"one\n\ntwo\"\nshort\n,\xff\n,last,and more\n";
    let found = told_of("d.csv", table);
    assert_eq!(found[0], ("d.csv:2".to_owned(), "one\n\ntwo".to_owned()));
    assert_eq!(found[1], ("short".to_owned(), "! line 5 is not a record of the table: it is too short".to_owned()));
    assert_eq!(found[2], text(6, "not UTF-8 at byte 0: save it as UTF-8"));
    assert_eq!(found[3], ("d.csv:7".to_owned(), "last".to_owned()));
    assert_eq!(found.len(), 4);

    let lines = b"{\"text\": \"a\"}\n{\"text\": \"b\xff\"}\n[1]\n{\"text\": 5}\n{}\n";
    let found = told_of("d.jsonl", lines);
    let problems: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    let no_object = "! line 3 is not a JSON object: invalid type: sequence, expected a map at column 0";
    let expected = [
        "a",
        "! not UTF-8 at byte 11: save it as UTF-8",
        no_object,
        "! line 4 has no text in field \"text\"; its fields are text",
        "! line 5 has no text in field \"text\"; it has no fields",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn the_line_of_a_record_does_not_depend_on_how_lines_end() {
    let table = "id,text\n,one\n\n,\"two\nlines\"\n,three\n\n\n,four";
    let expected = [2, 4, 6, 9].map(|line| format!("d.csv:{line}"));
    for table in [table.to_owned(), format!("{table}\n")] {
        for table in [table.clone(), table.replace('\n', "\r\n")] {
            let ids: Vec<String> = told_of("d.csv", &table).into_iter().map(|(id, _)| id).collect();
            assert_eq!(ids, expected, "{table:?}");
        }
    }
}

#[test]
fn an_empty_file_of_records_has_none_and_an_empty_text_is_one() {
    assert_eq!(told_of("d.jsonl", ""), []);
    assert_eq!(told_of("d.csv", "id,text\n"), []);
    let no_header = "! line 1 has no text in field \"text\"; it has no fields".to_owned();
    assert_eq!(told_of("d.csv", ""), [("d.csv".to_owned(), no_header)]);
    assert_eq!(told_of("d.txt", ""), [("d.txt".to_owned(), String::new())]);
}

#[test]
fn records_before_the_end_of_a_cut_archive_are_read() {
    let mut noise = fastrand::Rng::with_seed(3);
    let mut line = || format!("{{\"text\": \"{:x}{:x}\"}}\n", noise.u128(..), noise.u128(..));
    let lines: String = (0..5000).map(|_| line()).collect();
    let packed = gz(&lines);
    let found = told_of("d.jsonl.gz", &packed[..packed.len() / 2]);
    let (last, before) = found.split_last().unwrap();
    assert!(before.len() > 100);
    assert!(before.iter().all(|(_, text)| !text.starts_with('!')));
    assert!(last.1.starts_with("! it can't be read"), "{last:?}");
    assert_eq!(last.0, format!("d.jsonl.gz:{}", found.len()));
}

#[test]
fn of_documents_with_one_id_the_first_is_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/x.txt", "first");
    write(folder.path(), "b/x.txt", "second");
    write(folder.path(), "b/y.jsonl", "{\"id\": \"x.txt\", \"text\": \"third\"}");
    let inputs = ["a", "b/x.txt", "b/y.jsonl"].map(|name| Input::Path(folder.path().join(name)));
    let found: Vec<Sourced> = documents(inputs.to_vec(), &SourceOptions::default()).collect();
    let twice =
        "! an earlier document has the same id: give each its own, or name another field with --id-field".to_owned();
    assert_eq!(told(&found), [("x.txt", "first".to_owned()), ("x.txt", twice.clone()), ("x.txt", twice)]);
    // In one folder they are told apart by their paths.
    let found = read(folder.path(), &SourceOptions::default());
    let ids: Vec<&str> = found.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["a/x.txt", "b/x.txt", "x.txt"]);
    assert!(found[2].source.ends_with("y.jsonl:1"));
}

#[test]
fn what_is_named_by_itself_is_told_of_and_in_a_folder_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.pdf", "%PDF");
    write(folder.path(), ".hidden.txt", "seen");
    assert_eq!(read(folder.path(), &SourceOptions::default()), []);
    let told = |name: &str| read(&folder.path().join(name), &SourceOptions::default())[0].text.clone();
    let unknown = "kgas reads .txt, .md, .jsonl and .csv, each also as .gz";
    assert_eq!(told("a.pdf").map_err(|error| error.to_string()), Err(unknown.to_owned()));
    assert_eq!(told(".hidden.txt"), Ok("seen".to_owned()));
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_one_that_leads_nowhere_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in/b.txt", "b");
    std::os::unix::fs::symlink(folder.path().join("in/b.txt"), folder.path().join("in/c.txt")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("nothing"), folder.path().join("in/d.txt")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("in"), folder.path().join("in/loop")).unwrap();
    let found = read(&folder.path().join("in"), &SourceOptions::default());
    let told = told(&found);
    assert_eq!(told[..2], [("b.txt", "b".to_owned()), ("c.txt", "b".to_owned())]);
    assert!(told[2].0 == "d.txt" && told[2].1.starts_with("! it can't be read"), "{told:?}");
    assert!(told[3].0 == "loop" && told[3].1.starts_with("! it can't be read"), "{told:?}");
    assert_eq!(told.len(), 4);
}

#[test]
fn a_sample_gives_each_document_the_same_chance() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..20).map(|n| format!("{{\"id\": {n}, \"text\": \"t\"}}\n")).collect();
    write(folder.path(), "d.jsonl", lines);
    let mut drawn = [0_u32; 20];
    for seed in 0..4000 {
        let options = SourceOptions { sample: Some((5, seed)), ..SourceOptions::default() };
        for document in read(folder.path(), &options) {
            drawn[document.id.parse::<usize>().unwrap()] += 1;
        }
    }
    // 1000 each is expected; four standard deviations are 110.
    assert!(drawn.iter().all(|count| (890..1110).contains(count)), "{drawn:?}");
    let all = SourceOptions { sample: Some((50, 1)), ..SourceOptions::default() };
    assert_eq!(read(folder.path(), &all).len(), 20);
}

#[test]
fn reading_ends_where_enough_was_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "d.jsonl", "{\"k\": \"a\", \"v\": \"x\"}\n".repeat(3) + "broken");
    let limited = SourceOptions { limit: Some(1), ..options("k", "v") };
    assert_eq!(told(&read(folder.path(), &limited)), [("a", "x".to_owned())]);
    assert_eq!(read(folder.path(), &options("k", "v")).len(), 4);
}

#[test]
fn documents_are_counted_ahead_where_that_is_cheap_and_never_wrongly() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "texts/a.txt", "a");
    write(folder.path(), "texts/b.txt.gz", gz("b"));
    write(folder.path(), "texts/bad.md", b"\xff");
    write(folder.path(), "lines.jsonl", "{\"text\": \"a\"}\n \n\nbroken\n{\"text\": \"b\"}");
    write(folder.path(), "lines.jsonl.gz", gz("{\"text\": \"a\"}\n"));
    write(folder.path(), "table.csv", "text\na\n");
    let all = SourceOptions::default();
    let limited = |limit| SourceOptions { limit: Some(limit), ..SourceOptions::default() };
    let sample = SourceOptions { sample: Some((2, 1)), ..SourceOptions::default() };
    let cases = [
        (vec!["texts"], &all, Some(3)),
        (vec!["texts", "texts"], &all, Some(6)),
        (vec!["texts", "lines.jsonl", "missing.txt"], &all, Some(7)),
        (vec!["texts"], &limited(2), Some(2)),
        (vec!["texts"], &limited(9), Some(3)),
        (vec!["texts"], &sample, Some(2)),
        (vec!["texts", "lines.jsonl.gz"], &all, None),
        (vec!["table.csv"], &all, None),
    ];
    for (names, options, expected) in cases {
        let inputs: Vec<Input> = names.iter().map(|name| Input::Path(folder.path().join(name))).collect();
        assert_eq!(count(inputs.clone(), options), expected, "{names:?}");
        if let Some(expected) = expected {
            assert_eq!(documents(inputs, options).count() as u64, expected, "{names:?}");
        }
    }
    assert_eq!(count(vec![Input::Stdin(Format::Text)], &all), None);
}
