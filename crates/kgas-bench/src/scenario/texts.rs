//! The documents of the benchmark, and the model that knows what they name.

use kgas_mock::Gazetteer;

const FIRST: [&str; 10] = ["Ada", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas"];
const LAST: [&str; 10] = ["Abbott", "Berger", "Carver", "Dorn", "Egan", "Fischer", "Garner", "Hale", "Ibsen", "Jensen"];

/// How many people there are.
const PEOPLE: usize = FIRST.len() * LAST.len();

/// A hundred people, each with a name of their own.
fn people() -> impl Iterator<Item = String> {
    FIRST.iter().flat_map(|first| LAST.iter().map(move |last| format!("{first} {last}")))
}

/// A model that finds each of the hundred people, and nothing else.
pub(super) fn model() -> Gazetteer {
    Gazetteer::new(people().map(|name| (name, "Person".to_owned())))
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
