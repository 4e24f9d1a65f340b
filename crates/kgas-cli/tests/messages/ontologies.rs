//! Ontologies with mistakes, in each format.

use super::books::Book;
use super::support::Desk;

const BROKEN: [(&str, &str); 16] = [
    ("empty.json", ""),
    ("broken.json", "{\"entities\": {\n  \"A\": }"),
    ("other.json", "{\"a\": 1}"),
    ("list.json", "{\"entities\": 3}"),
    ("none.json", "{\"entities\": {}, \"relations\": {}}"),
    ("label.json", "{\"concepts\": [{\"qid\": \"Q1\"}], \"relations\": []}"),
    ("twice.json", "{\"entities\": {\"A\": {}, \" a\": {}}}"),
    ("circle.json", "{\"entities\": {\"A\": {\"parent\": \"B\"}, \"B\": {\"parent\": \"A\"}}}"),
    ("unknown.json", "{\"entities\": {\"A\": {}}, \"relations\": {\"r\": {\"domain\": \"B\", \"range\": \"C\"}}}"),
    ("broken.ttl", "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<http://x/A> a owl:Class\n"),
    ("none.ttl", "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<http://x/A> owl:versionInfo \"1\" .\n"),
    ("broken.rdf", "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<a"),
    ("broken.yaml", "classes:\n  A: [\n"),
    ("none.yaml", "id: x\nname: y\nclasses: {}\n"),
    ("schema.json", "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"$defs\": {}}"),
    ("bytes.json", "\u{0}"),
];

pub(crate) fn tell(book: &mut Book) {
    book.chapter("ontologies");
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    book.ask(&desk, &["ontology", "check", "missing.json"]);
    book.ask(&desk, &["ontology", "check", "in"]);
    for (name, text) in BROKEN {
        desk.write(name, text);
        book.ask(&desk, &["ontology", "check", name]);
        if ["none.json", "label.json", "twice.json", "circle.json", "unknown.json"].contains(&name) {
            book.ask(&desk, &["ontology", "show", name]);
        }
    }
    let extract = |file: &'static str| ["extract", "in", "--ontology", file, "--out", "OUT"];
    ["missing.json", "in", "empty.json", "broken.json", "unknown.json"].map(extract).iter().for_each(|args| {
        book.ask(&desk, args);
    });
    book.ask_all(
        &desk,
        &[
            &["ontology", "show", "unknown.json", "--lenient"],
            &["ontology", "convert", "unknown.json", "--to", "yaml"],
            &["ontology", "convert", "ontology.json", "--to", "text2kgbench"],
            &["ontology", "diff", "ontology.json", "missing.json"],
        ],
    );
}
