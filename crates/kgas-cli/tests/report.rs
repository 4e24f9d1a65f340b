//! `kgas report` makes one page, whole or not at all, and never in place of what it is made of.

mod support;

use support::Desk;

const TEXT: &str = "Ann 🦉 knows Bob. Ann is in Paris.";

/// A desk with a graph made by rules.
fn extracted() -> Desk {
    let desk = Desk::with(&[("a.txt", TEXT), ("b.txt", "Paris is large.")]);
    desk.write(
        "ontology.json",
        r#"{"entities": {"Person": {"examples": ["Ann", "Bob"]}, "City": {"examples": ["Paris"]}}}"#,
    );
    let ran = desk.kgas(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--tools", "T23a_rules"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    desk
}

#[test]
fn a_graph_becomes_a_page_that_says_where_it_is() {
    let desk = extracted();
    let ran = desk.kgas(&["report", "OUT"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(ran.stdout, "report.html: 3 entities, 0 relations, 2 documents with their texts\n");
    let page = desk.read("report.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("knows Bob"), "{page}");
    desk.kgas(&["report", "OUT", "--file", "again.html"]);
    assert_eq!(desk.read("again.html"), page);
    let left: Vec<_> = std::fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".kgas-")), "{left:?}");
}

#[test]
fn a_page_takes_no_place_of_the_graphs_own_files() {
    let desk = extracted();
    for name in ["OUT/entities.jsonl", "OUT/new.jsonl", "OUT/summary.json", "OUT/.kgas/run.json", "OUT/.kgas/page.html"]
    {
        let before = std::fs::read(desk.path(name)).ok();
        let ran = desk.kgas(&["report", "OUT", "--file", name]);
        assert_eq!(ran.code, Some(2), "{name}");
        assert!(ran.stderr.contains("belongs to the graph itself: name another --file"), "{}", ran.stderr);
        assert_eq!(std::fs::read(desk.path(name)).ok(), before, "{name}");
    }
    assert_eq!(desk.kgas(&["report", "OUT", "--file", "OUT/page.html"]).code, Some(0));
}

#[test]
fn a_source_that_changed_or_is_gone_is_told_and_only_its_quotes_are_shown() {
    let desk = extracted();
    desk.write("in/a.txt", "Ann has left, and nobody knows Bob.");
    std::fs::remove_file(desk.path("in/b.txt")).unwrap();
    let ran = desk.kgas(&["report", "OUT"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: the page has quotes alone of what changed since the graph was made: a.txt"));
    assert!(ran.stderr.contains("warning: the page has quotes alone of what can't be read any more: b.txt"));
    let page = desk.read("report.html");
    assert!(!page.contains("nobody knows Bob") && page.contains(r#""q":"Bob""#));
}

#[test]
fn what_there_is_no_room_for_is_told() {
    let desk = extracted();
    let ran = desk.kgas(&["report", "OUT", "--documents", "1", "--entities", "2"]);
    assert_eq!(ran.stdout, "report.html: 2 entities, 0 relations, 1 document with its text\n");
    let told = "left out, for want of room: 1 entity (--entities), 1 text (--documents and --text-mb)\n";
    assert_eq!(ran.stderr, told);
    let ran = desk.kgas(&["report", "in", "--file", "none.html"]);
    assert_eq!(ran.code, Some(2));
    assert!(!desk.path("none.html").exists() && ran.stderr.contains("there is no complete graph in in"));
}

#[test]
fn standard_output_has_the_page_and_nothing_else() {
    let desk = extracted();
    desk.kgas(&["report", "OUT"]);
    let ran = desk.kgas(&["report", "OUT", "--file", "-"]);
    assert_eq!((ran.code, ran.stdout), (Some(0), desk.read("report.html")));
    assert_eq!(ran.stderr, "standard output: 3 entities, 0 relations, 2 documents with their texts\n");
    assert!(!desk.path("-").exists());
}

/// A pipe stands for all that is no file: a device would be gone from the machine.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_replaced_by_a_page() {
    use std::os::unix::fs::FileTypeExt;

    let desk = extracted();
    assert!(std::process::Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    std::fs::create_dir(desk.path("folder")).unwrap();
    for (file, said) in [
        ("pipe", "output pipe: it can't be written: there is something that isn't a file"),
        ("folder", "output folder: a folder is in the way, name a file"),
        ("nowhere/r.html", "output nowhere/r.html: "),
    ] {
        let ran = desk.kgas(&["report", "OUT", "--file", file]);
        assert_eq!(ran.code, Some(1), "{file}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(std::fs::metadata(desk.path("pipe")).unwrap().file_type().is_fifo());
}
