//! What a sentence itself calls the thing it is about: "X is a short film".

use kgas_core::ontology::ClassId;

use super::claims::Item;
use super::compiled::Compiled;
use super::sentence::{Look, Role, Sentence};

/// The longest noun phrase that is looked through, in words.
const LONGEST_PHRASE: usize = 16;

/// The class that the sentence says its opening item has, with that item.
pub(super) fn told_kind(compiled: &Compiled, sentence: &Sentence<'_>, items: &[Item]) -> Option<(usize, ClassId)> {
    let item = items.first().filter(|item| item.words.start <= 1)?;
    let mut at = item.words.end;
    at += usize::from(sentence.is_mark(at, &["\"", "\u{201d}", "\u{bb}"]));
    at = sentence.after_bracket(at);
    let is_singular =
        matches!(sentence.small(at), "is" | "was") && matches!(sentence.small(at + 1), "a" | "an" | "the");
    if !is_singular {
        return None;
    }
    (at + 2..at + 2 + LONGEST_PHRASE)
        .take_while(|&at| !matches!(sentence.role(at), None | Some(Role::Preposition | Role::Relative | Role::Be)))
        .filter(|&at| ends_phrase(sentence, at + 1))
        .find_map(|at| compiled.kind_ending_at(sentence, at))
        .map(|class| (0, class))
}

/// Whether the noun before `at` is the last of its phrase: in "film director" the film isn't.
fn ends_phrase(sentence: &Sentence<'_>, at: usize) -> bool {
    match (sentence.look(at), sentence.role(at)) {
        (None | Some(Look::Mark), _) => true,
        (Some(Look::Small), Some(Role::Content)) => {
            sentence.small(at).ends_with("ed")
                || sentence.small(at).ends_with("en")
                || sentence.small(at).ends_with("ing")
        }
        (Some(look), _) => look == Look::Small,
    }
}
