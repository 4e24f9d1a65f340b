//! The documents of the benchmark, and the model that knows what they name.

use kgas_mock::{Answer, ChatCall, Gazetteer, RelationTable, Reply};
use serde_json::{Value, json};

use crate::stage::KNOWS;

const FIRST: [&str; 10] = ["Ada", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas"];
const LAST: [&str; 10] = ["Abbott", "Berger", "Carver", "Dorn", "Egan", "Fischer", "Garner", "Hale", "Ibsen", "Jensen"];

/// How many people there are.
const PEOPLE: usize = FIRST.len() * LAST.len();

/// A hundred people, each with a name of their own.
fn people() -> impl Iterator<Item = String> {
    FIRST.iter().flat_map(|first| LAST.iter().map(move |last| format!("{first} {last}")))
}

/// A model that finds each of the hundred people and whom each of them knows, and nothing else.
pub(crate) fn model() -> impl Answer {
    let names: Vec<String> = people().collect();
    let next = names.iter().cycle().skip(1);
    let pairs = names.iter().zip(next).map(|(one, other)| (one.clone(), KNOWS.to_owned(), other.clone()));
    let relations = RelationTable::new(pairs).text_of(document_of);
    let entities = Gazetteer::new(names.iter().map(|name| (name.clone(), "Person".to_owned()))).text_of(document_of);
    move |call: &ChatCall| match call.prompt().contains("\"relations\"") {
        true => relations.answer(call),
        false => entities.answer(call),
    }
}

/// A model that finds the people of a document, and says so in this way.
pub(super) fn people_as(answer: fn(&[&str]) -> String) -> impl Answer {
    let names: Vec<String> = people().collect();
    move |call: &ChatCall| {
        let prompt = call.prompt();
        let text = document_of(&prompt);
        let found: Vec<&str> = names.iter().map(String::as_str).filter(|name| text.contains(name)).collect();
        Reply::text(answer(&found))
    }
}

/// As models write JSON unless they are told otherwise.
pub(super) fn indented(names: &[&str]) -> String {
    format!("{:#}", as_json(names))
}

/// Without a space that isn't needed.
pub(super) fn compact(names: &[&str]) -> String {
    as_json(names).to_string()
}

fn as_json(names: &[&str]) -> Value {
    let item = |name: &&str| json!({ "text": name, "type": "Person", "confidence": 0.95, "properties": {} });
    json!({ "entities": names.iter().map(item).collect::<Vec<_>>() })
}

/// The document in a prompt of the extractors.
fn document_of(prompt: &str) -> &str {
    prompt.rsplit_once("TEXT:").map_or(prompt, |(_, text)| text)
}

/// So many one-chunk documents, of which the hundred people share as evenly as can be.
pub(super) fn with_all_people(documents: usize) -> Vec<String> {
    let names: Vec<String> = people().collect();
    (0..documents)
        .map(|number| {
            let names = names.iter().skip(number).step_by(documents.max(1));
            let lines = names.map(|name| format!("{name} signed the letter and kept a copy of it."));
            format!("Letter {number}. {}", lines.collect::<Vec<_>>().join(" "))
        })
        .collect()
}

/// So many one-chunk documents with one person each.
pub(super) fn with_one_person(documents: usize) -> Vec<String> {
    let names: Vec<String> = people().collect();
    let name = |number: usize| names.get(number % PEOPLE).map_or("Nobody", String::as_str);
    (0..documents).map(|number| format!("Letter {number}. {} signed it and kept a copy.", name(number))).collect()
}

/// So many one-chunk documents of two people each, one of whom knows the other.
pub(super) fn with_two_people(documents: usize) -> Vec<String> {
    let names: Vec<String> = people().collect();
    let name = |number: usize| names.get(number % PEOPLE).map_or("Nobody", String::as_str);
    let text = |number| format!("Letter {number}. {} knows {}, and says so.", name(number), name(number + 1));
    (0..documents).map(text).collect()
}

/// So many documents of one sentence to some thousand characters, with one person in each paragraph of about two
/// hundred; `dice` gives numbers below the one that it is asked for.
pub(super) fn of_mixed_length(documents: usize, mut dice: impl FnMut(usize) -> usize) -> Vec<String> {
    let names: Vec<String> = people().collect();
    let mut paragraph = |document, place| {
        let name = names.get(dice(PEOPLE)).map_or("Nobody", String::as_str);
        format!("Letter {document}, part {place}. {name} signed it and kept a copy. {FILLER}")
    };
    (0..documents)
        .map(|document| {
            // Most are short, and a few long: 1, 2, 4, 8 or 16 paragraphs.
            let paragraphs = 1 << (document * 7 % 5);
            (0..paragraphs).map(|place| paragraph(document, place)).collect::<Vec<_>>().join("\n\n")
        })
        .collect()
}

/// Words that name nobody.
const FILLER: &str = "The rest is about the weather, the harvest and the price of paper, which had risen again since \
the spring, so that nobody who could help it wrote more than one page.";
