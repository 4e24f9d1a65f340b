//! `kgas-bench quality`: both scores held to cases reckoned by hand, and the command to a benchmark of our own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod command;
mod desk;
mod files;
mod official;
mod real;
mod strict;
mod train;
mod words;

use kgas_bench::quality::{Claim, Kind, Labels, Sentence, Triple};

/// A subject, a relation and an object.
type Said = (&'static str, &'static str, &'static str);

/// An ontology of films: who directed which, and when they came out.
fn films() -> Labels {
    let kind = |label: &str, range: Option<&str>| Kind {
        label: label.to_owned(),
        domain: Some("film".to_owned()),
        range: range.map(str::to_owned),
    };
    Labels {
        concepts: vec!["human".to_owned(), "film".to_owned()],
        relations: vec![kind("director", Some("human")), kind("publication date", None)],
    }
}

fn triple((subject, relation, object): Said) -> Triple {
    Triple { subject: subject.to_owned(), relation: relation.to_owned(), object: object.to_owned() }
}

fn claim(said: Said) -> Claim {
    Claim { triple: triple(said), ..Claim::default() }
}

/// "Glimmerdown is a 1999 film directed by Ottoline Vask.", with what is true of it.
fn glimmerdown() -> Sentence {
    sentence(&[("Glimmerdown", "director", "Ottoline Vask"), ("Glimmerdown", "publication date", "01 January 1999")])
}

fn sentence(truth: &[Said]) -> Sentence {
    Sentence {
        id: "one".to_owned(),
        text: "Glimmerdown is a 1999 film directed by Ottoline Vask.".to_owned(),
        truth: truth.iter().copied().map(triple).collect(),
    }
}

/// Whether two figures are the same but for the last bits.
fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}
