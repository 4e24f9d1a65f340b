//! What each format looks like, and that no name breaks out of it.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_export::{Base, BaseError, Counts, Format, Graph, Single, Tables};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use support::{Draft, folder_of};

fn written(draft: &Draft, format: Single) -> String {
    let folder = folder_of(draft);
    let mut text = Vec::new();
    format.write(&mut Graph::open(folder.path()).unwrap(), &Base::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn tables(draft: &Draft) -> [String; 2] {
    let folder = folder_of(draft);
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    Tables::Csv.write(&mut Graph::open(folder.path()).unwrap(), &mut nodes, &mut edges).unwrap();
    [nodes, edges].map(|table| String::from_utf8(table).unwrap())
}

fn named(name: &str) -> Draft {
    let mut draft = Draft::default();
    draft.entity("e1", "Thing", name);
    draft
}

#[test]
fn graphml_looks_like_this() {
    insta::assert_snapshot!(written(&Draft::small(), Single::Graphml));
}

#[test]
fn cypher_looks_like_this() {
    insta::assert_snapshot!(written(&Draft::small(), Single::Cypher));
}

#[test]
fn turtle_looks_like_this() {
    insta::assert_snapshot!(written(&Draft::small(), Single::Turtle));
}

#[test]
fn jsonld_looks_like_this() {
    insta::assert_snapshot!(written(&Draft::small(), Single::Jsonld));
}

#[test]
fn dot_looks_like_this() {
    insta::assert_snapshot!(written(&Draft::small(), Single::Dot));
}

#[test]
fn csv_looks_like_this() {
    insta::assert_snapshot!(tables(&Draft::small()).join("----\n"));
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let [nodes, _] = tables(&Draft::wild());
    let mut table = csv::Reader::from_reader(nodes.as_bytes());
    let names: Vec<&str> = table.headers().unwrap().iter().skip(7).collect();
    assert_eq!(
        names,
        ["Born in", "Type (2)", "a & <b> \"c\" `d` \\", "born in (2)", "id (2)", "is worth", "name (2)", "x\u{fffd}y"]
    );
}

#[test]
fn properties_and_literal_relations_of_one_name_are_one_attribute() {
    let [nodes, _] = tables(&Draft::wild());
    let mut table = csv::Reader::from_reader(nodes.as_bytes());
    let column = table.headers().unwrap().iter().position(|name| name == "id (2)").unwrap();
    let first = table.records().next().unwrap().unwrap();
    assert_eq!(first.get(column), Some("one; two; three; one more"));
}

#[test]
fn places_that_dont_count_code_points_are_no_text_positions() {
    let folder = folder_of(&Draft::small());
    let path = folder.path().join("summary.json");
    let summary = std::fs::read_to_string(&path).unwrap().replace("code_points", "utf16");
    std::fs::write(&path, summary).unwrap();
    let mut text = Vec::new();
    Single::Turtle.write(&mut Graph::open(folder.path()).unwrap(), &Base::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains("TextPositionSelector") && !text.contains("oa:start"), "{text}");
    assert!(text.contains("kgas:unit \"utf16\"") && text.contains("oa:exact"), "{text}");
}

#[test]
fn a_base_is_an_absolute_iri_that_names_can_stand_behind() {
    let tried = ["https://example.org/g/", "urn:x:", "https://example.org/g#", "https://example.org/g", "g/", "a b:"];
    let expected = [Ok(()), Ok(()), Ok(()), Err(BaseError::NoEnd), Err(BaseError::NoIri), Err(BaseError::NoIri)];
    assert_eq!(tried.map(|iri| Base::new(iri).map(drop)), expected);
}

#[test]
fn an_ending_tells_the_format_in_any_case() {
    let tried = ["graphml", "TTL", "gv", "cql", "jsonld", "parquet", "csv", "json", "xml", "txt"];
    let names = tried.map(|ending| Format::of_extension(ending).map(Format::name));
    let known = ["graphml", "turtle", "dot", "cypher", "jsonld", "parquet", "csv"].map(Some);
    assert_eq!(names, [&known[..], &[None; 3]].concat()[..]);
}

#[test]
fn all_formats_count_the_same() {
    let folder = folder_of(&Draft::wild());
    let mut graph = Graph::open(folder.path()).unwrap();
    let counts = Format::ALL.map(|format| match format {
        Format::Single(single) => single.write(&mut graph, &Base::default(), &mut std::io::sink()).unwrap(),
        Format::Tables(tables) => tables.write(&mut graph, &mut std::io::sink(), &mut std::io::sink()).unwrap(),
    });
    assert_eq!(counts, [Counts { nodes: 26, edges: 28 }; 7]);
}

/// The text of the first `data` of GraphML, which is the label.
fn first_label(graphml: &str) -> String {
    let mut reader = Reader::from_str(graphml);
    loop {
        if let Event::Start(start) = reader.read_event().unwrap()
            && start.name().as_ref() == b"data"
        {
            let text = reader.read_text(start.name()).unwrap();
            return quick_xml::escape::unescape(&text).unwrap().into_owned();
        }
    }
}

/// The first value of an attribute in DOT, as Graphviz's lexer cuts it out.
fn attribute(dot: &str, name: &str) -> String {
    let begin = dot.find(&format!("\"{name}\"=\"")).unwrap() + name.len() + 4;
    let mut value = String::new();
    let mut rest = dot.get(begin..).unwrap().chars();
    loop {
        match rest.next().unwrap() {
            '"' => return value,
            '\\' => match rest.next().unwrap() {
                'n' => value.push('\n'),
                c => value.push(c),
            },
            c => value.push(c),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_name_comes_back_from_csv(name in any::<String>()) {
        let [nodes, _] = tables(&named(&name));
        let mut table = csv::Reader::from_reader(nodes.as_bytes());
        let rows: Vec<_> = table.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(rows.len(), 1);
        prop_assert_eq!(rows.first().and_then(|row| row.get(1)), Some(name.as_str()));
    }

    #[test]
    fn any_name_comes_back_from_graphml(name in "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]*") {
        prop_assert_eq!(first_label(&written(&named(&name), Single::Graphml)), name);
    }

    #[test]
    fn any_name_comes_back_from_dot(name in "[^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ufffe\\uffff]*") {
        prop_assert_eq!(attribute(&written(&named(&name), Single::Dot), "kgas: name"), name);
    }

    #[test]
    fn any_name_comes_back_from_turtle(name in any::<String>()) {
        let turtle = written(&named(&name), Single::Turtle);
        let entity = oxrdf::NamedNode::new("urn:kgas:entity:e1").unwrap();
        let label = "http://www.w3.org/2000/01/rdf-schema#label";
        let triples: Vec<_> = oxttl::TurtleParser::new().for_slice(&turtle).collect::<Result<_, _>>().unwrap();
        let found = triples.iter().find(|triple| triple.subject == entity.clone().into() && triple.predicate.as_str() == label);
        prop_assert_eq!(&found.unwrap().object, &oxrdf::Literal::new_simple_literal(&name).into());
    }

    #[test]
    fn a_string_of_cypher_has_no_end_within_it(name in "[\\\\\"u0-9a-f\\x00-\\x1f`']*") {
        let script = written(&named(&name), Single::Cypher);
        let begin = script.find("`name`: \"").unwrap() + 9;
        let rest = script.get(begin..).unwrap();
        // As JSON reads it, but for \u0075, which is the letter u.
        let mut values = serde_json::Deserializer::from_str(script.get(begin - 1..).unwrap()).into_iter::<String>();
        prop_assert_eq!(values.next().unwrap().unwrap(), name);
        // And where \u is looked for first, nothing becomes a quote or an escape that wasn't one.
        prop_assert!(!rest.to_lowercase().contains("\\u0022") && !rest.to_lowercase().contains("\\u005c"));
    }
}
