//! How much of a prompt a class or a relation takes: an estimate by bytes, for there is no one tokeniser.

use crate::ontology::{Class, ClassId, Ontology, RelationType};

const BYTES_OF_A_TOKEN: usize = 4;

/// Names that prompts show of a class, and other names of a class or relation.
const EXAMPLES: usize = 3;

/// Listed values that prompts show.
const VALUES: usize = 20;

/// The marks around the parts of a line: `- `, `: `, ` (also called `, `; a kind of `, `; such as `, `; properties: `,
/// `)`, ` -> `, `; at most `.
const FRAME: usize = 8;
const PART: usize = 14;

/// ` or ` and ` and ` stand between two words.
const BETWEEN: usize = 5;

/// What stands around a datatype, `literal ()`, and around listed values, `literal (one of: , …)`.
const LITERAL: usize = 10;
const LISTED: usize = 24;

/// What stands where no class is said: `any class or literal`.
const ANY: usize = 20;

/// Tokens of so many bytes.
pub(super) const fn tokens(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_OF_A_TOKEN)
}

/// Bytes of so many tokens.
pub(super) const fn bytes(tokens: usize) -> usize {
    tokens.saturating_mul(BYTES_OF_A_TOKEN)
}

/// Bytes of the line of a class.
pub(super) fn of_class(ontology: &Ontology, class: &Class) -> usize {
    let line = [
        FRAME + class.label.len(),
        words(class.description.as_deref()),
        words(names(&class.synonyms)),
        words(labels(ontology, &class.parents)),
        words(names(&class.examples)),
        words(class.properties.iter().map(String::as_str)),
    ];
    line.into_iter().fold(0, usize::saturating_add)
}

/// Bytes of the line of a relation.
pub(super) fn of_relation(ontology: &Ontology, relation: &RelationType) -> usize {
    let range = &relation.range;
    let datatypes: usize = range.datatypes.iter().map(|datatype| LITERAL + datatype.name().len() + BETWEEN).sum();
    let values = words(range.values.iter().take(VALUES).map(String::as_str));
    let line = [
        FRAME + relation.label.len(),
        words(relation.description.as_deref()),
        words(names(&relation.synonyms)),
        // Where nothing is said, that is said.
        words(labels(ontology, &relation.domain)).max(ANY),
        words(labels(ontology, &range.classes)).max(ANY),
        datatypes,
        if values == 0 { 0 } else { values.saturating_add(LISTED) },
        if relation.cardinality.and_then(|cardinality| cardinality.max).is_some() { ANY } else { 0 },
    ];
    line.into_iter().fold(0, usize::saturating_add)
}

/// The names that are shown.
fn names(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().take(EXAMPLES).map(String::as_str)
}

fn labels<'o>(ontology: &'o Ontology, classes: &'o [ClassId]) -> impl Iterator<Item = &'o str> {
    classes.iter().map(|&class| ontology.label(class))
}

/// Bytes of a part that lists words; none for a part that isn't there.
fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> usize {
    let sum = words.into_iter().map(|word| word.len() + BETWEEN).fold(0, usize::saturating_add);
    if sum == 0 { 0 } else { PART.saturating_add(sum) }
}
