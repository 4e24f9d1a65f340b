//! The figures of all ontologies: a table for people, JSON for programs.

use serde_json::{Value, json};

use super::data::Part;
use super::official::Official;
use super::predict::Answers;
use super::strict::{Score, Strict};
use super::train::Training;

/// The figures of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// By ontology, in order.
    pub parts: Vec<PartReport>,
}

/// The figures of an ontology.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartReport {
    /// The ontology: `1_movie`.
    pub name: String,
    /// How many examples were given.
    pub examples: Option<usize>,
    /// The benchmark's score.
    pub official: Official,
    /// The strict score.
    pub strict: Strict,
}

impl PartReport {
    /// Scores an ontology.
    #[must_use]
    pub fn of(part: &Part, answers: &Answers, training: Option<&Training>) -> Self {
        Self {
            name: part.name.clone(),
            examples: training.map(|training| training.examples.len()),
            official: Official::of_part(part, answers),
            strict: Strict::of_part(part, answers),
        }
    }
}

impl Report {
    /// The benchmark's own figure: the mean over ontologies, each weighing the same, not yet rounded.
    #[must_use]
    pub fn official(&self) -> Official {
        Official::mean(&self.parts.iter().map(|part| part.official).collect::<Vec<_>>())
    }

    /// The strict score over the sentences of all ontologies together.
    #[must_use]
    pub fn strict(&self) -> Strict {
        let mut all = Strict::default();
        for part in &self.parts {
            all += part.strict.clone();
        }
        all
    }

    /// A line for each figure, a column for each ontology and one for all. The official mean is rounded to two
    /// places, as the benchmark does.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<String>> {
        let (official, strict) = (self.official(), self.strict());
        let mut rows = vec![self.row("", |part| part.name.clone(), "all".to_owned())];
        for (name, count) in COUNTS {
            rows.push(self.row(name, |part| count(&part.strict).to_string(), count(&strict).to_string()));
        }
        rows.push(vec!["official".to_owned()]);
        for (name, figure) in OFFICIAL {
            let all = format!("{:.2}", figure(&official));
            rows.push(self.row(&format!("  {name}"), |part| format!("{:.3}", figure(&part.official)), all));
        }
        rows.push(vec!["strict".to_owned()]);
        for (name, figure) in STRICT {
            let of = |strict: &Strict| figure(strict).map_or_else(|| "–".to_owned(), |share| format!("{share:.3}"));
            rows.push(self.row(&format!("  {name}"), |part| of(&part.strict), of(&strict)));
        }
        rows
    }

    /// All figures. What stands in the command line is not among them: it may hold a password.
    #[must_use]
    pub fn json(&self) -> Value {
        let part = |part: &PartReport| {
            json!({
                "name": part.name,
                "examples": part.examples,
                "official": part.official,
                "strict": strict(&part.strict),
            })
        };
        json!({
            "benchmark": "Text2KGBench",
            "ontologies": self.parts.iter().map(part).collect::<Vec<_>>(),
            "official": rounded(&self.official()),
            "strict": strict(&self.strict()),
        })
    }

    fn row(&self, name: &str, cell: impl Fn(&PartReport) -> String, all: String) -> Vec<String> {
        let cells = self.parts.iter().map(cell);
        [name.to_owned()].into_iter().chain(cells).chain([all]).collect()
    }
}

type Count = fn(&Strict) -> usize;

const COUNTS: [(&str, Count); 5] = [
    ("sentences", Strict::sentences),
    ("with an answer", Strict::answered),
    ("triples that are true", |it| it.counts().truth),
    ("triples that are said", |it| it.counts().said),
    ("both", |it| it.counts().right),
];

type Figure = fn(&Official) -> f64;

const OFFICIAL: [(&str, Figure); 7] = [
    ("precision", |it| it.precision),
    ("recall", |it| it.recall),
    ("F1", |it| it.f1),
    ("ontology conformance", |it| it.conformance),
    ("relation hallucination", |it| it.relation_hallucination),
    ("subject hallucination", |it| it.subject_hallucination),
    ("object hallucination", |it| it.object_hallucination),
];

type Share = fn(&Strict) -> Option<f64>;

const STRICT: [(&str, Share); 10] = [
    ("precision, micro", |it| Some(it.micro().precision)),
    ("recall, micro", |it| Some(it.micro().recall)),
    ("F1, micro", |it| Some(it.micro().f1)),
    ("precision, macro", |it| Some(it.macro_mean().precision)),
    ("recall, macro", |it| Some(it.macro_mean().recall)),
    ("F1, macro", |it| Some(it.macro_mean().f1)),
    ("relation of the ontology", Strict::of_ontology),
    ("domain and range", Strict::conformant),
    ("grounded", Strict::grounded),
    ("grounded, of the truth", Strict::grounded_truth),
];

fn strict(strict: &Strict) -> Value {
    let score = |score: Score| json!(score);
    json!({
        "sentences": strict.sentences(),
        "answered": strict.answered(),
        "triples": strict.counts(),
        "micro": score(strict.micro()),
        "macro": score(strict.macro_mean()),
        "relation_of_ontology": strict.of_ontology(),
        "typed": strict.typed(),
        "domain_and_range": strict.conformant(),
        "grounded": strict.grounded(),
        "grounded_truth": strict.grounded_truth(),
        "repeated": strict.repeated(),
        "reversed": strict.reversed(),
        "relations": strict.relations(),
    })
}

/// As the benchmark prints them.
fn rounded(official: &Official) -> Value {
    let mut value = json!(official);
    for figure in value.as_object_mut().into_iter().flat_map(|figures| figures.values_mut()) {
        let Some(number) = figure.as_f64() else { continue };
        *figure = json!(format!("{number:.2}").parse::<f64>().unwrap_or(number));
    }
    value
}
