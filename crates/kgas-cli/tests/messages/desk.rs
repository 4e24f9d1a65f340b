//! What the desk is made of: configuration, pages and exports of a graph, audits, tools outside this program.

use super::books::Book;
use super::support::Desk;

pub(crate) fn tell(book: &mut Book) {
    configuration(book);
    taken_away(book);
    audits(book);
    external(book);
}

fn configuration(book: &mut Book) {
    book.chapter("configuration");
    let files = [
        "[limits",
        "[limit]\nrpm = 5",
        "[limits]\nrmp = 5",
        "[limits]\nrpm = \"fast\"",
        "[limits]\nrpm = 0",
        "[provider]\nname = \"openia\"",
        "[provider]\napi_key_env = \"sk-kgas-test-0123456789abcdef\"",
        "[tools]\nchunk_sise = 5",
        "[tools.T23x]\nchunk_size = 5",
        "[tools.T23c_async]\nchunk_size = \"long\"",
        "[external.words]\ncommand = []",
        "[external.\"acme.words\"]\ncommand = [\"w\"]\nneeds = [\"money\"]",
        "[external.\"acme.words\"]\ndescription = \"w\"",
        "[cache]\nno_journal = true\ndir = \"c\"",
    ];
    for file in files {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        desk.write("kgas.toml", file);
        book.ask(&desk, &["extract", "in", "--ontology", "ontology.json", "--out", "OUT"]);
    }
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("kgas.toml", "[provider]\nbase_url = \"http://127.0.0.1:9/v1\"\n[output]\nout = \"../elsewhere\"\n");
    book.ask_all(
        &desk,
        &[
            &["extract", "in", "--ontology", "ontology.json"],
            &["extract", "in", "--ontology", "ontology.json", "--out", "OUT"],
            &["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--config", "missing.toml"],
            &[
                "extract",
                "in",
                "--ontology",
                "ontology.json",
                "--out",
                "OUT",
                "--config",
                "none",
                "--metrics-file",
                "no/m",
            ],
            &["config", "trust", "missing.toml"],
            &["init", "."],
        ],
    );
}

fn taken_away(book: &mut Book) {
    book.chapter("pages and exports");
    let desk = Desk::with(&[("a.txt", "Paris is large.")]);
    desk.kgas(&["extract", "in", "--ontology", "ontology.json", "--out", "G"]);
    book.ask_all(
        &desk,
        &[
            &["export", "missing", "--file", "g.dot"],
            &["export", "G", "--file", "g.xyz"],
            &["export", "G", "--file", "g"],
            &["export", "G", "--to", "xml", "--file", "g"],
            &["export", "G", "--to", "csv", "--file", "-"],
            &["export", "G", "--to", "dot", "--file", "g.csv"],
            &["export", "G", "--file", "G/entities.csv"],
            &["export", "G", "--file", "nowhere/g.dot"],
            &["export", "G", "--to", "dot", "--file", "in"],
            &["export", "G", "--to", "turtle", "--base", "no iri", "--file", "g.ttl"],
            &["report", "missing"],
            &["report", "G", "--file", "G/summary.json"],
            &["report", "G", "--file", "nowhere/report.html"],
            &["report", "G", "--file", "in"],
        ],
    );
    desk.write("in/a.txt", "Something else.");
    book.ask(&desk, &["report", "G"]);
}

fn audits(book: &mut Book) {
    book.chapter("audits");
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("src/broken.py", "def (:\n");
    desk.write("src/latin.py", b"name = '\xe9'\n");
    book.ask_all(
        &desk,
        &[
            &["audit", "missing"],
            &["audit", "in"],
            &["audit", "src"],
            &["audit", "src", "--rule", "no-timeuot"],
            &["audit", "--explain", "no-timeuot"],
        ],
    );
}

fn external(book: &mut Book) {
    book.chapter("tools outside this program");
    let declared = |command: &str| format!("[external.\"acme.words\"]\ncommand = [{command}]\n");
    let programs = ["\"./missing\"", "\"false\"", "\"echo\", \"hello\"", "\"./plain.txt\""];
    for command in programs {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        desk.write("own.toml", declared(command));
        desk.write("plain.txt", "no program");
        book.ask(&desk, &["run", "acme.words", "--input", "in/a.txt", "--config", "own.toml"]);
    }
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("kgas.toml", declared("\"true\""));
    book.ask(&desk, &["run", "acme.words", "--input", "in/a.txt"]);
}
