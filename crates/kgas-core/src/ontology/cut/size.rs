//! How much of a prompt a class or a relation takes: an estimate by bytes, for there is no one tokeniser.

use crate::ontology::{Class, ClassId, Ontology, RelationType};

const BYTES_OF_A_TOKEN: usize = 4;

/// Names that prompts show of a class.
const EXAMPLES: usize = 3;

/// The marks around the parts of a line: `- `, `: `, ` (a kind of `, `; such as `, `; properties: `, `)`.
const FRAME: usize = 4;
const PART: usize = 14;

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
    let examples = class.examples.iter().take(EXAMPLES).map(String::as_str);
    let line = [
        FRAME + class.label.len(),
        words(class.description.as_deref()),
        words(labels(ontology, &class.parents)),
        words(examples),
        words(class.properties.iter().map(String::as_str)),
    ];
    line.into_iter().fold(0, usize::saturating_add)
}

/// Bytes of the line of a relation.
pub(super) fn of_relation(ontology: &Ontology, relation: &RelationType) -> usize {
    let range = &relation.range;
    let line = [
        FRAME + relation.label.len(),
        words(relation.description.as_deref()),
        // Where nothing is said, that is said.
        words(labels(ontology, &relation.domain)).max(PART),
        words(labels(ontology, &range.classes).chain(range.datatypes.iter().map(|datatype| datatype.name()))).max(PART),
        words(range.values.iter().map(String::as_str)),
    ];
    line.into_iter().fold(0, usize::saturating_add)
}

fn labels<'o>(ontology: &'o Ontology, classes: &'o [ClassId]) -> impl Iterator<Item = &'o str> {
    classes.iter().map(|&class| ontology.label(class))
}

/// Bytes of a part that lists words; none for a part that isn't there.
fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> usize {
    // " or " is the longest of what stands between two words.
    let sum = words.into_iter().map(|word| word.len() + 4).fold(0, usize::saturating_add);
    if sum == 0 { 0 } else { PART.saturating_add(sum) }
}
