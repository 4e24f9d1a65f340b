//! The report's data: places in a browser's units, bounds that hold, and markup that can't be broken.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use kgas_export::{Graph, Missing, ReportOptions, Reported, report};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::town::town;
use support::world::{World, Written};

fn page(written: &Written, options: &ReportOptions) -> (String, Reported) {
    let mut out = Vec::new();
    let reported = report(&mut Graph::open(&written.out()).unwrap(), &mut out, options).unwrap();
    (String::from_utf8(out).unwrap(), reported)
}

fn data(page: &str) -> Value {
    let (_, after) = page.split_once(r#"<script type="application/json" id="data">"#).unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

/// The words between two units of UTF-16.
fn cut(text: &str, span: &Value) -> String {
    let [start, end] = [0, 1].map(|at| usize::try_from(span[at].as_u64().unwrap()).unwrap());
    let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
    String::from_utf16(&units).unwrap()
}

/// All places of a page as pairs of what they are of and what the text has there.
fn quotes(data: &Value, list: &str, places: &str) -> Vec<(String, String)> {
    let mut quotes = Vec::new();
    for thing in data[list].as_array().unwrap() {
        for place in thing[places].as_array().unwrap() {
            let document = &data["documents"][usize::try_from(place["d"].as_u64().unwrap()).unwrap()];
            quotes.push((thing["id"].to_string(), cut(document["text"].as_str().unwrap(), &place["s"])));
        }
    }
    quotes
}

#[test]
fn places_are_the_same_words_whatever_the_graphs_unit() {
    let mut seen = Vec::new();
    for offsets in ["code_points", "bytes", "utf16"] {
        let mut world = town(40);
        world.offsets = offsets;
        let (page, _) = page(&world.write(), &ReportOptions::default());
        let data = data(&page);
        for entity in data["entities"].as_array().unwrap() {
            let one = json!({"entities": [entity], "documents": data["documents"]});
            for (_, quote) in quotes(&one, "entities", "mentions") {
                assert_eq!(quote, entity["name"].as_str().unwrap(), "{offsets}");
            }
        }
        seen.push(quotes(&data, "relations", "evidence"));
    }
    assert!(seen[0].len() > 30);
    assert_eq!((&seen[0], &seen[0]), (&seen[1], &seen[2]));
}

#[test]
fn the_same_graph_gives_the_same_bytes() {
    let written = town(60).write();
    let options = ReportOptions::default();
    assert_eq!(page(&written, &options), page(&written, &options));
}

#[test]
fn a_page_has_no_more_than_was_asked_for_and_what_matters_most() {
    let written = town(200).write();
    let options = ReportOptions { documents: 3, entities: 20, ..ReportOptions::default() };
    let (page, reported) = page(&written, &options);
    let data = data(&page);
    assert_eq!((reported.entities, reported.entities_left_out, reported.texts), (20, 180, 3));
    let texts = data["documents"].as_array().unwrap().iter().filter(|one| one["text"].is_string()).count();
    assert_eq!((texts, data["entities"].as_array().unwrap().len()), (3, 20));
    assert_eq!(data["totals"]["entities"], 200);
    let mut graph = Graph::open(&written.out()).unwrap();
    let mut counts: Vec<usize> = graph.entities().unwrap().map(|entity| entity.unwrap().mentions.len()).collect();
    counts.sort_by(|one, other| other.cmp(one));
    let least = data["entities"].as_array().unwrap().iter().map(|entity| entity["total"].as_u64().unwrap()).min();
    assert_eq!(least, Some(u64::try_from(counts[19]).unwrap()));
    let ends = data["relations"].as_array().unwrap().iter().map(|relation| relation["subject"].as_u64().unwrap());
    assert!(ends.max().unwrap() < 20);
}

#[test]
fn texts_stay_within_their_bytes() {
    let world = town(200);
    let length = world.documents[0].text.len();
    let options = ReportOptions { text_bytes: 3 * length, ..ReportOptions::default() };
    let (page, reported) = page(&world.write(), &options);
    let data = data(&page);
    let texts = data["documents"].as_array().unwrap().iter().filter_map(|one| one["text"].as_str());
    let bytes: usize = texts.map(str::len).sum();
    assert!(bytes <= 3 * length && reported.texts >= 1, "{bytes}");
    assert_eq!(reported.texts + reported.texts_left_out, world.documents.len());
}

#[test]
fn of_a_document_that_changed_or_is_gone_there_are_quotes_alone() {
    let world = town(40);
    let written = world.write();
    let [changed, gone] = [0, 1].map(|at: usize| world.documents[at].id.clone());
    std::fs::write(written.source(&changed), "Another text.").unwrap();
    std::fs::remove_file(written.source(&gone)).unwrap();
    let (page, reported) = page(&written, &ReportOptions::default());
    let mut missing = reported.missing;
    missing.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(missing, [(changed, Missing::Changed), (gone, Missing::Gone)]);
    let data = data(&page);
    assert!(!page.contains("Another text."));
    for entity in data["entities"].as_array().unwrap() {
        for place in entity["mentions"].as_array().unwrap().iter().filter(|place| place["s"].is_null()) {
            assert_eq!(place["q"], entity["name"]);
            assert!(place["d"].as_u64().unwrap() < 2);
        }
    }
}

#[test]
fn a_graph_without_anything_is_a_page_too() {
    let mut world = World::new();
    let (empty, reported) = page(&world.write(), &ReportOptions::default());
    assert_eq!((reported.entities, data(&empty)["entities"].as_array().unwrap().len()), (0, 0));
    world.document("a.txt");
    let id = world.entity("Person", "Ann");
    let spot = world.say("Ann.");
    world.mark(&id, &spot);
    assert_eq!(page(&world.write(), &ReportOptions::default()).1.entities, 1);
}

/// The page with its data taken out.
fn frame(page: &str) -> String {
    let (before, after) = page.split_once(r#"id="data">"#).unwrap();
    format!("{before}{}", after.split_once("</script>").unwrap().1)
}

#[test]
fn our_own_script_ends_where_it_ends_and_loads_nothing() {
    let (page, _) = page(&town(10).write(), &ReportOptions::default());
    let frame = frame(&page);
    let script = frame.rsplit_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    for never in [
        "<!--",
        "<script",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "fetch(",
        "XMLHttpRequest",
        "import(",
    ] {
        assert!(!script.contains(never), "{never}");
    }
    assert_eq!(frame.matches("</script>").count(), 1);
    for never in ["src=", "url(", "@import", "http:", "https:", "{{"] {
        assert!(!frame.contains(never), "{never}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_text_gets_out_of_the_data(text in "[a-z<>&!/\"'\\\\\u{0}-\u{1f}\u{2028}\u{2029}🦉\u{e9}-]{1,40}|</script>|<!--|\\{\\{script\\}\\}") {
        let mut world = World::new();
        world.document("a.txt");
        let id = world.entity(&text, &format!("n{text}n"));
        let spot = world.say(&format!("n{text}n."));
        world.mark(&id, &spot);
        let (page, _) = page(&world.write(), &ReportOptions::default());
        let data = data(&page);
        prop_assert_eq!(&data["entities"][0]["type"], &json!(text));
        prop_assert_eq!(quotes(&data, "entities", "mentions")[0].1.clone(), format!("n{text}n"));
        let (_, after) = page.split_once(r#"id="data">"#).unwrap();
        let inside = after.split_once("</script>").unwrap().0;
        let is_inert = !inside.contains(['<', '>', '&', '\u{2028}', '\u{2029}']);
        prop_assert!(is_inert);
        prop_assert_eq!(page.matches("</script>").count(), 2);
    }
}
