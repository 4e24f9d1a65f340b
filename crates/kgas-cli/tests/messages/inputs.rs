//! Inputs that can't be read, and outputs that can't be written.

use std::fs::File;

use super::books::Book;
use super::support::Desk;

pub(crate) fn tell(book: &mut Book) {
    documents(book);
    texts(book);
    examples(book);
    outputs(book);
}

fn documents(book: &mut Book) {
    book.chapter("documents");
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("bad.txt", b"\xff");
    desk.write("only-bad/x.txt", b"\xff");
    desk.write("notes.pdf", "x");
    desk.write("empty.txt", "");
    desk.write("lines.jsonl", "{\"id\": \"1\", \"text\": \"Ann\"}\nAnn\n");
    desk.write("fields.jsonl", "{\"id\": \"1\", \"body\": \"Ann\"}\n");
    desk.write("twice.jsonl", "{\"id\": \"1\", \"text\": \"Ann\"}\n{\"id\": \"1\", \"text\": \"Bob\"}\n");
    desk.write("columns.csv", "id,body\n1,Ann\n");
    desk.write("packed.txt.gz", "not packed");
    std::fs::create_dir(desk.path("nothing")).unwrap();
    for input in [
        "missing",
        "nothing",
        "only-bad",
        "notes.pdf",
        "empty.txt",
        "lines.jsonl",
        "fields.jsonl",
        "twice.jsonl",
        "columns.csv",
        "packed.txt.gz",
    ] {
        book.ask(&desk, &["extract", input, "--ontology", "ontology.json", "--out", "OUT", "-q"]);
    }
    book.ask(&desk, &["extract", "in", "bad.txt", "--ontology", "ontology.json", "--out", "OUT"]);
    book.ask(&desk, &["embed", "only-bad", "--out", "v.jsonl", "--base-url", "http://127.0.0.1:9"]);
}

fn texts(book: &mut Book) {
    book.chapter("the input of one tool");
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("bad.txt", b"\xff");
    desk.write("broken.json", "{\"text\": \"Ann\",\n  \"ontology\": }");
    desk.write("words.json", "{\"words\": \"Ann\"}");
    desk.write("none.json", "{}");
    desk.write("list.json", "{\"text\": \"Ann\", \"entities\": {}}");
    desk.write("entity.json", "{\"text\": \"Ann\", \"entities\": [{\"start\": 0}]}");
    desk.write(
        "place.json",
        "{\"text\": \"Ann\", \"entities\": [{\"text\": \"Bob\", \"type\": \"Person\", \"start\": 0, \"end\": 3}]}",
    );
    desk.write("inline.json", "{\"text\": \"Ann\", \"ontology\": {\"a\": 1}}");
    for input in [
        "missing.txt",
        "in",
        "bad.txt",
        "broken.json",
        "words.json",
        "none.json",
        "list.json",
        "entity.json",
        "place.json",
        "inline.json",
    ] {
        book.ask(&desk, &["run", "T23a_rules", "--input", input]);
    }
    book.ask(&desk, &["run", "T23a_rules", "--input", "in/a.txt", "--validate"]);
}

fn examples(book: &mut Book) {
    book.chapter("examples");
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let ann = "{\"text\": \"Ann\", \"type\": \"Person\"}";
    let files = [
        ("empty.jsonl", String::new()),
        ("broken.jsonl", "{\"text\": \"Ann\"\n".to_owned()),
        ("none.jsonl", format!("{{\"entities\": [{ann}]}}\n")),
        ("field.jsonl", format!("{{\"text\": \"Ann\", \"entitys\": [{ann}]}}\n")),
        ("list.jsonl", format!("{{\"text\": \"Ann\", \"entities\": {ann}}}\n")),
        ("item.jsonl", "{\"text\": \"Ann\", \"entities\": [{\"type\": \"Person\"}]}\n".to_owned()),
        ("class.jsonl", "{\"text\": \"Ann\", \"entities\": [{\"text\": \"Ann\", \"type\": \"Dog\"}]}\n".to_owned()),
        ("text.jsonl", format!("{{\"text\": \"Bob\", \"entities\": [{ann}]}}\n")),
    ];
    let ask = |book: &mut Book, file: &str| {
        let base = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--base-url", "http://127.0.0.1:9"];
        book.ask(&desk, &[&base[..], &["-q", "--show-prompt", "--examples", file]].concat());
    };
    ask(book, "missing.jsonl");
    for (name, text) in &files {
        desk.write(name, text);
        ask(book, name);
    }
    book.ask_all(
        &desk,
        &[
            &["ontology", "draft", "--examples", "missing.jsonl"],
            &["ontology", "draft", "--examples", "broken.jsonl"],
            &["ontology", "draft", "--examples", "empty.jsonl"],
        ],
    );
}

fn outputs(book: &mut Book) {
    book.chapter("outputs");
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("file", "x");
    let out = |out: &'static str| ["extract", "in", "--ontology", "ontology.json", "-q", "--out", out];
    book.ask(&desk, &out("file"));
    book.ask(&desk, &out("file/below"));
    desk.write("BUSY/.kgas/lock", "");
    let lock = File::options().write(true).open(desk.path("BUSY/.kgas/lock")).unwrap();
    lock.lock().unwrap();
    book.ask(&desk, &out("BUSY"));
    drop(lock);
    book.ask_all(
        &desk,
        &[
            &["embed", "in", "--out", "in", "--base-url", "http://127.0.0.1:9"],
            &["embed", "in", "--out", "file/v.jsonl", "--base-url", "http://127.0.0.1:9", "--no-journal"],
            &["ontology", "convert", "ontology.json", "--to", "turtle", "--out", "in"],
            &["ontology", "convert", "ontology.json", "--to", "turtle", "--out", "no/folder.ttl"],
            &["man", "file"],
        ],
    );
}
