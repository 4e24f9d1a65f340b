//! How a model is asked for relations.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kgas_core::text::{Chunk, occurrences, one_line};
use kgas_core::{Entity, Ontology};
use serde_json::{Value, json};

use crate::config::ExtractionConfig;
use crate::outline::{Form, relation_items};
use crate::prompt::{Preamble, class_labels, class_lines, list_schema, one_of, relation_lines};

const SYSTEM: &str = "You extract relations from a text. You report only what the text itself states, only relations \
of the kinds given, and you answer with JSON and nothing else.";

const TASK: &str = "Extract the relations of these kinds from the text at the end. Answer with JSON and nothing else.";

/// Fields rather than an example: small models copy an example into their answer, whatever its words.
const FORMAT: &str = r#"A JSON object {"relations": [...]}; each item has
- "subject": the words that name the subject, copied from the text
- "subject_type": its class
- "type": one of the relations
- "object": the words that name the object, copied from the text
- "object_type": its class, or "literal" where the object is a value such as a date or a number
- "confidence": how sure you are, a number from 0.0 to 1.0
- "evidence": the words that state the relation, copied from the text"#;

/// Known entities that are shown with one chunk.
const MOST_ENTITIES: usize = 60;

/// How the tool asks.
pub(crate) const FORM: Form = Form { list: "relations", system: SYSTEM, preamble, schema, items: relation_items };

fn preamble(config: &ExtractionConfig, ontology: &Ontology) -> Preamble {
    Preamble::default()
        .part("TASK", TASK)
        .part("CLASSES", &class_lines(ontology))
        .part("RELATIONS", &relation_lines(ontology))
        .part("INSTRUCTIONS", config.instructions.as_deref().unwrap_or_default())
        .part("RULES", &rules(config))
        .part("ANSWER FORMAT", FORMAT)
}

/// The part of a prompt with those of the known entities that the chunk names, one a line, sorted by type and name, as
/// the chunk spells them.
pub(super) fn known_in(known: &[Entity<'_>], chunk: &Chunk, text: &str) -> (&'static str, String) {
    let named = known.iter().filter_map(|entity| Some((entity, spelling_in(entity, chunk, text)?)));
    let lines: BTreeSet<(&str, &str)> =
        named.take(MOST_ENTITIES).map(|(entity, name)| (entity.key.entity_type(), name)).collect();
    let lines = lines.iter().fold(String::new(), |mut all, (kind, name)| {
        let _ = writeln!(all, "- {}: {}", one_line(kind), one_line(name));
        all
    });
    ("ENTITIES KNOWN TO BE IN THE TEXT", lines)
}

/// How a chunk spells an entity; `None` where it doesn't name it.
fn spelling_in<'e>(entity: &Entity<'e>, chunk: &Chunk, text: &str) -> Option<&'e str> {
    let mentioned = entity.mentions.iter().map(|mention| mention.evidence());
    let mut here = mentioned.filter(|evidence| evidence.span().is_some_and(|span| chunk.span().contains(span)));
    let mut spellings = std::iter::once(&entity.name).chain(&entity.aliases);
    here.next()
        .map(|evidence| evidence.quote())
        .or_else(|| spellings.find(|name| occurrences(text, name).next().is_some()).copied())
}

fn rules(config: &ExtractionConfig) -> String {
    format!(
        "- Copy \"subject\", \"object\" and \"evidence\" exactly, letter by letter: names, no pronouns.\n\
         - Subject and object are of the classes that the relation takes.\n\
         - Leave out what is none of the relations, what the text doesn't state, and what has a confidence that is \
         not above {}.\n\
         - Where there is nothing to report, answer {{\"relations\": []}}.",
        config.min_confidence
    )
}

fn schema(ontology: &Ontology) -> Value {
    let words = json!({"type": "string"});
    let relations = ontology.relations().iter().map(|relation| relation.label.as_str());
    list_schema(
        "relations",
        json!({"subject": words, "subject_type": one_of(class_labels(ontology)), "type": one_of(relations),
            "object": words, "object_type": one_of(class_labels(ontology).chain(["literal"])),
            "confidence": {"type": "number"}, "evidence": words}),
    )
}
