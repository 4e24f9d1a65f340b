//! `kgas export` writes a graph in the forms of other tools, whole or not at all.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use support::Desk;

const ONTOLOGY: &str = r#"{"entities": {"Person": {"examples": ["Ann Bee", "Bob", "Cid"]}},
    "relations": {"knows": {"domain": "Person", "range": "Person"}}}"#;

/// A desk with a graph of three people in OUT, made by rules.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("ontology.json", ONTOLOGY);
    desk.write("in/a.txt", "Ann Bee knows Bob. Bob knows Cid.");
    let ran = desk.kgas(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    desk
}

/// What is in the desk's folder, besides what `desk` put there.
fn written(desk: &Desk) -> Vec<String> {
    let names =
        std::fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        names.filter(|name| !["OUT", "in", "ontology.json"].contains(&name.as_str())).collect();
    names.sort();
    names
}

#[test]
fn each_format_is_written_where_it_was_asked_for() {
    let desk = desk();
    for format in ["graphml", "csv", "cypher", "turtle", "jsonld", "dot", "parquet"] {
        let file = format!("g.{format}");
        let ran = desk.kgas(&["export", "OUT", "--to", format, "--file", &file]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
        assert!(ran.stderr.ends_with(": 3 nodes and 2 edges\n"), "{}", ran.stderr);
    }
    let tables = ["g.edges.csv", "g.edges.parquet", "g.nodes.csv", "g.nodes.parquet"];
    let mut expected = ["g.cypher", "g.dot", "g.graphml", "g.jsonld", "g.turtle"].to_vec();
    expected.extend(tables);
    expected.sort_unstable();
    assert_eq!(written(&desk), expected);
    assert_eq!(desk.read("g.nodes.csv").lines().count(), 4);
}

#[test]
fn the_format_follows_the_name_and_an_export_takes_the_place_of_an_earlier_one() {
    let desk = desk();
    desk.write("g.ttl", "old");
    let ran = desk.kgas(&["export", "OUT", "--file", "g.ttl", "--base", "https://example.org/g/"]);
    assert_eq!(ran.stderr, "g.ttl: 3 nodes and 2 edges\n");
    assert!(desk.read("g.ttl").contains("<https://example.org/g/relation/knows>"), "{}", desk.read("g.ttl"));
    let ran = desk.kgas(&["export", "OUT", "--to", "dot", "--file", "g.ttl"]);
    let warned = "warning: g.ttl has a name of turtle, and gets dot as --to says\ng.ttl: 3 nodes and 2 edges\n";
    assert_eq!(ran.stderr, warned);
    let ran = desk.kgas(&["--quiet", "export", "OUT", "--file", "all.csv"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let ran = desk.kgas(&["export", "OUT", "--file", "all.csv"]);
    assert_eq!(ran.stderr, "all.nodes.csv and all.edges.csv: 3 nodes and 2 edges\n");
}

#[test]
fn standard_output_has_the_export_and_nothing_else() {
    let desk = desk();
    let ran = desk.kgas(&["export", "OUT", "--to", "dot", "--file", "-"]);
    assert!(ran.stdout.starts_with("digraph kgas {\n") && ran.stdout.ends_with("}\n"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "standard output: 3 nodes and 2 edges\n");
}

#[test]
fn what_makes_no_sense_is_said_and_nothing_is_written() {
    let desk = desk();
    std::fs::create_dir(desk.path("folder.dot")).unwrap();
    for (args, code, said) in [
        (&["--file", "g"][..], 2, "g doesn't tell the format: say it with --to (graphml, csv, cypher, turtle,"),
        (&["--file", "-", "--to", "csv"], 2, "two tables don't fit on standard output: name a file with --file"),
        (&["--file", "g.dot", "--base", "urn:x:"], 2, "--base is for turtle and jsonld: dot has no IRIs"),
        (&["--file", "g.ttl", "--base", "urn:x"], 2, "--base urn:x: it must end with /, # or :, since names are put"),
        (&["--file", "OUT/entities.jsonl", "--to", "dot"], 2, "OUT/entities.jsonl belongs to the graph itself"),
        (&["--file", "OUT/summary.json", "--to", "jsonld"], 2, "OUT/summary.json belongs to the graph itself"),
        (&["--file", "in/../OUT/.kgas/g.dot"], 2, "belongs to the graph itself: name another --file"),
        (&["--file", "folder.dot"], 1, "output folder.dot: a folder is in the way, name a file"),
        (&["--file", "nowhere/g.dot"], 1, "output nowhere/g.dot: its folder isn't there, make it first"),
    ] {
        let ran = desk.kgas(&[&["export", "OUT"], args].concat());
        assert_eq!(ran.code, Some(code), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("kgas: ") && ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(written(&desk), ["folder.dot"]);
}

#[test]
fn a_graph_that_isnt_whole_leaves_an_earlier_export_alone() {
    let desk = desk();
    desk.write("g.dot", "old");
    desk.write("OUT/relations.jsonl", "");
    let ran = desk.kgas(&["export", "OUT", "--file", "g.dot"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("relations.jsonl isn't the file that its summary names"), "{}", ran.stderr);
    let ran = desk.kgas(&["export", "in", "--file", "g.dot"]);
    assert!(ran.stderr.contains("there is no complete graph in in"), "{}", ran.stderr);
    assert_eq!((desk.read("g.dot"), written(&desk)), ("old".to_owned(), vec!["g.dot".to_owned()]));
}

#[cfg(unix)]
#[test]
fn a_device_is_not_replaced_by_a_file() {
    use std::os::unix::fs::FileTypeExt;

    let desk = desk();
    let ran = desk.kgas(&["export", "OUT", "--to", "dot", "--file", "/dev/null"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("output /dev/null: it can't be written: there is something that isn't a file"));
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}
