//! How a model is asked for entities.

use kgas_core::Ontology;
use serde_json::{Value, json};

use crate::config::ExtractionConfig;
use crate::outline::{Form, entity_items};
use crate::prompt::{Preamble, class_labels, class_lines, list_schema, one_of};

const SYSTEM: &str = "You extract entities from a text. You report only what the text itself says, only entities of \
the classes given, and you answer with JSON and nothing else.";

const TASK: &str = "Extract the entities of these classes from the text at the end. Answer with JSON and nothing else.";

/// Fields rather than an example: small models copy an example into their answer, whatever its words.
const FORMAT: &str = r#"A JSON object {"entities": [...]}; each item has
- "text": the words that name the entity, copied from the text
- "type": one of the classes
- "confidence": how sure you are, a number from 0.0 to 1.0
- "start", "end": the characters of the text between which the words stand
- "properties": "#;

/// How the tool asks.
pub(crate) const FORM: Form = Form { list: "entities", system: SYSTEM, preamble, schema, items: entity_items };

fn preamble(config: &ExtractionConfig, ontology: &Ontology) -> Preamble {
    let has_properties = ontology.classes().any(|(_, class)| !class.properties.is_empty());
    let properties =
        if has_properties { "an object of properties of the class, with values copied from the text" } else { "{}" };
    Preamble::default()
        .part("TASK", TASK)
        .part("CLASSES", &class_lines(ontology))
        .part("INSTRUCTIONS", config.instructions.as_deref().unwrap_or_default())
        .part("RULES", &rules(config))
        .part("ANSWER FORMAT", &format!("{FORMAT}{properties}"))
}

fn rules(config: &ExtractionConfig) -> String {
    format!(
        "- Copy \"text\" exactly, letter by letter: names, no pronouns.\n\
         - One item for each entity that the text names, in the order of the text.\n\
         - Leave out what is of none of the classes, and what has a confidence that is not above {}.\n\
         - Where there is nothing to report, answer {{\"entities\": []}}.",
        config.min_confidence
    )
}

pub(crate) fn schema(ontology: &Ontology) -> Value {
    let position = json!({"type": ["integer", "null"]});
    list_schema(
        "entities",
        json!({"text": {"type": "string"}, "type": one_of(class_labels(ontology)), "confidence": {"type": "number"},
            "start": position, "end": position, "properties": properties(ontology)}),
    )
}

/// A strict schema names every field, and so it has the properties of all classes; null says that one doesn't apply.
fn properties(ontology: &Ontology) -> Value {
    let mut fields = serde_json::Map::new();
    for (_, class) in ontology.classes() {
        fields.extend(class.properties.iter().map(|name| (name.clone(), json!({"type": ["string", "null"]}))));
    }
    let names: Vec<&String> = fields.keys().collect();
    json!({"type": "object", "additionalProperties": false, "required": names, "properties": fields})
}
