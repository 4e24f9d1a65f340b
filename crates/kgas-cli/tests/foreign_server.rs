//! The same work against a server that isn't ours: Python's standard library.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use support::{Desk, check_spans, extract_args, states};

/// Ends the server with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start() -> Option<(Server, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign_server.py");
    let mut child = Command::new("python3").arg(script).stdout(Stdio::piped()).spawn().ok()?;
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    Some((Server(child), format!("http://127.0.0.1:{}", port.trim())))
}

#[test]
fn one_failing_chunk_of_a_foreign_server_is_named_and_all_else_is_there() {
    let Some((_server, url)) = start() else {
        println!("NOT TESTED: there is no python3 on this machine, so no server that isn't ours");
        return;
    };
    let long = "Ann knows Bob, as all of them know by now. POISON is what this sentence holds. Eve is in the last one.";
    let desk = Desk::with(&[("a.txt", long), ("b.txt", "Ann knows Bob.")]);
    let ran = desk.kgas(&extract_args(&url, &["--chunk-size", "45", "--max-retries", "1"]));
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let not_ok: Vec<_> = states(&desk, "T23c_async").into_iter().filter(|(_, _, state)| state != "ok").collect();
    assert_eq!(not_ok, [("a.txt".to_owned(), 1, "failed".to_owned())]);
    let names: Vec<_> = desk.lines("OUT/entities.jsonl").iter().map(|line| line["name"].clone()).collect();
    assert_eq!(names, ["Ann", "Bob", "Eve"]);
    assert_eq!(desk.lines("OUT/relations.jsonl")[0]["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(check_spans(&desk.path("OUT"), |id| desk.read(&format!("in/{id}"))), 7);
}
