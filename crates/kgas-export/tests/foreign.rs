//! Each format is loaded by the tool that its users use, and says there what the graph says.
//!
//! The readers are Python packages at the versions that `.ci/run` installs, and Graphviz. What isn't there is said loudly.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]
#![expect(clippy::print_stdout, reason = "how long each reader took is worth reading")]

mod support;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use kgas_export::{Base, Counts, Format, Graph, Single};
use support::{Draft, folder_of};
use tempfile::TempDir;

/// The Python with the readers.
const PREPARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/python/bin/python");
const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign_reader.py");

/// The readers that take any number of relations.
const FAST: [&str; 6] = ["networkx", "pandas csv", "duckdb csv", "pandas parquet", "duckdb parquet", "kglite"];

const RDF: [Format; 2] = [Format::Single(Single::Turtle), Format::Single(Single::Jsonld)];

/// A graph, and its exports `all.graphml`, `all.nodes.csv` and so on.
struct Exported {
    graph: TempDir,
    exports: TempDir,
    counts: Counts,
}

impl Exported {
    fn of(draft: &Draft, formats: &[Format]) -> Self {
        let (graph, exports) = (folder_of(draft), TempDir::new().unwrap());
        let edges = draft.relations.iter().filter(|relation| relation.get("object").is_some()).count();
        let counts = Counts { nodes: draft.entities.len() as u64, edges: edges as u64 };
        let all = exports.path().join("all");
        let file = |ending: &str| BufWriter::new(File::create(all.with_extension(ending)).unwrap());
        let mut read = Graph::open(graph.path()).unwrap();
        for format in formats {
            let ending = if format.name() == "turtle" { "ttl" } else { format.name() };
            let written = match format {
                Format::Single(single) => single.write(&mut read, &Base::default(), &mut file(ending)),
                Format::Tables(tables) => {
                    let [mut nodes, mut edges] = ["nodes", "edges"].map(|part| file(&format!("{part}.{ending}")));
                    tables.write(&mut read, &mut nodes, &mut edges)
                }
            };
            assert_eq!(written.unwrap(), counts, "{ending}");
        }
        Self { graph, exports, counts }
    }

    /// Asks readers, and holds what each finds against the graph.
    fn are_read_by(&self, readers: &[&str]) {
        let all = self.exports.path().join("all");
        let ran = Command::new(python()).arg(READER).arg(self.graph.path()).arg(&all).args(readers).output();
        let Ok(ran) = ran else {
            return say_loudly(
                "NOT TESTED: there is no python3 on this machine, so that no foreign tool has read an export",
            );
        };
        let [said, complaint] = [ran.stdout, ran.stderr].map(|text| String::from_utf8_lossy(&text).trim().to_owned());
        assert!(ran.status.success(), "{said}\n{complaint}");
        println!("{complaint}");
        let said: Vec<&str> = said.lines().collect();
        assert_eq!(said.len(), readers.len(), "{said:?}");
        for (reader, said) in readers.iter().zip(said) {
            if said.starts_with("NOT TESTED") {
                say_loudly(said);
            } else {
                assert_eq!(said, format!("{reader}: {} nodes, {} edges", self.counts.nodes, self.counts.edges));
            }
        }
    }
}

/// Past the harness, which keeps to itself what a test that passes prints.
fn say_loudly(words: &str) {
    io::stderr().write_all(format!("\n{words}\n\n").as_bytes()).unwrap();
}

fn python() -> PathBuf {
    let own = std::env::var_os("KGAS_PYTHON").map(PathBuf::from);
    let prepared = Some(PathBuf::from(PREPARED)).filter(|python| python.exists());
    own.or(prepared).unwrap_or_else(|| Path::new("python3").to_owned())
}

#[test]
fn hard_names_and_quotes_arrive_in_every_tool_as_they_are() {
    let drawn = ["graphviz", "graphviz svg", "pydot"];
    let rdf = ["rdflib turtle", "rdflib jsonld", "rdflib equal"];
    Exported::of(&Draft::wild(), &Format::ALL).are_read_by(&[&FAST[..], &rdf, &drawn].concat());
}

#[test]
fn an_empty_graph_is_read_as_one() {
    Exported::of(&Draft::default(), &Format::ALL).are_read_by(&[&FAST[..], &["rdflib equal", "graphviz svg"]].concat());
}

#[test]
fn a_hundred_thousand_relations_arrive_in_every_tool() {
    let formats: Vec<Format> = Format::ALL.into_iter().filter(|format| !RDF.contains(format)).collect();
    Exported::of(&Draft::large(100_000), &formats).are_read_by(&[&FAST[..], &["graphviz"]].concat());
}

/// By others than rdflib, which would take minutes.
#[test]
fn a_hundred_thousand_relations_arrive_as_rdf() {
    Exported::of(&Draft::large(100_000), &RDF).are_read_by(&["rapper", "pyoxigraph"]);
}
