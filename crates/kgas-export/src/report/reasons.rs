//! What the reasons of rejections mean, in a sentence each; `docs/rejections.md` tells more.

/// A reason in words; empty for one that isn't known.
pub(super) fn in_words(reason: &str) -> &'static str {
    match reason {
        "malformed" => "A field is missing or not of its type, or the item can't be read.",
        "not_in_text" => "The text doesn't have the words.",
        "duplicate" => "It is kept already, at the same place.",
        "unknown_type" => "The type is no class of the ontology.",
        "unknown_relation" => "The relation isn't in the ontology.",
        "low_confidence" => "The confidence is too low.",
        "domain" => "The relation doesn't take a subject of that class.",
        "range" => "The relation doesn't take an object of that class, or takes no values.",
        "datatype" => "The value is not of the kind that the relation takes.",
        "dangling_reference" => "An end is no known entity, and the text doesn't have it as one.",
        "unknown_property" => "The class has no property of that name.",
        "property_not_in_text" => "The text doesn't have the property's value. The entity is kept.",
        "property_datatype" => "The property's value is not of its kind. The entity is kept.",
        "example_leak" => "It repeats an example of the prompt, and the text doesn't say it.",
        "self_loop" => "Subject and object are one entity.",
        _ => "",
    }
}
