//! What a cue binds before it and after it, by the grammar of the clause around it.

use std::ops::Range;

use super::claims::Item;
use super::cues::{CueAt, Order, is_participle};
use super::sentence::{Look, Role, Sentence};

/// Nouns between a name that describes and the name that it describes.
const LONGEST_DESCRIPTION: usize = 5;

/// Words between a cue and what it binds: "directed by the American film-maker X".
const LONGEST_GAP: usize = 4;

/// A sentence with its items by word.
pub(super) struct Clause<'s, 't> {
    sentence: &'s Sentence<'t>,
    items: &'s [Item],
    /// For each word the item that covers it.
    covering: Vec<Option<usize>>,
}

impl<'s, 't> Clause<'s, 't> {
    pub(super) fn new(sentence: &'s Sentence<'t>, items: &'s [Item]) -> Self {
        let mut covering = vec![None; sentence.len()];
        for (at, item) in items.iter().enumerate() {
            for slot in covering.iter_mut().take(item.words.end).skip(item.words.start) {
                *slot = Some(at);
            }
        }
        Self { sentence, items, covering }
    }

    fn item_at(&self, word: usize) -> Option<usize> {
        self.covering.get(word).copied().flatten()
    }

    fn end_of(&self, item: usize) -> usize {
        self.items.get(item).map_or(usize::MAX, |item| item.words.end)
    }

    fn start_of(&self, item: usize) -> usize {
        self.items.get(item).map_or(usize::MAX, |item| item.words.start)
    }

    fn is_quote(&self, at: usize) -> bool {
        self.sentence.is_mark(at, &["\"", "\u{201c}", "\u{201d}", "\u{ab}", "\u{bb}", "'", "\u{2018}", "\u{2019}"])
    }

    fn is_plain(&self, at: usize) -> bool {
        self.sentence.look(at) == Some(Look::Small) && self.sentence.role(at) == Some(Role::Content)
    }

    /// The item that a cue ending before `from` binds, and those listed with it.
    pub(super) fn list_after(&self, from: usize) -> Vec<usize> {
        let mut list = Vec::new();
        let Some(first) = self.item_after(from) else { return list };
        list.push(first);
        let mut at = self.after_item(first);
        let mut has_and = false;
        while let Some(next) = self.next_in_list(at) {
            has_and |= (at..self.start_of(next)).any(|at| self.sentence.role(at) == Some(Role::And));
            list.push(next);
            at = self.after_item(next);
        }
        // "in Springfield, Ohio" lists nothing: the second says where the first is.
        if list.len() == 2 && !has_and {
            list.truncate(1);
        }
        list
    }

    fn item_after(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            if at > from + 3 * LONGEST_GAP {
                return None;
            }
            if let Some(item) = self.item_at(at) {
                match self.described_by(item) {
                    Some(next) => at = next,
                    None if self.owns_next(item) || self.is_adjective(item) => return None,
                    None => return Some(item),
                }
                continue;
            }
            let may_skip = match self.sentence.look(at)? {
                Look::Mark => self.is_quote(at),
                Look::Number | Look::Capital => true,
                Look::Small => match self.sentence.role(at)? {
                    Role::Content | Role::Article | Role::Helper => true,
                    Role::And => at == from,
                    _ => false,
                },
            };
            if !may_skip || at >= from + LONGEST_GAP {
                return None;
            }
            at += 1;
        }
    }

    /// Where the name begins that an item only describes: "Canadian singer *Ann Lee*", "Ann Lee's novel *Winter*".
    fn described_by(&self, item: usize) -> Option<usize> {
        let mut at = self.end_of(item);
        let first = at;
        if self.owns_next(item) {
            at += 1;
        }
        let is_noun = |at: usize| self.is_noun(at) || self.sentence.look(at) == Some(Look::Number);
        let is_joined = |at: usize| self.sentence.role(at) == Some(Role::And) && at > first && is_noun(at + 1);
        let nouns = (at..at + LONGEST_DESCRIPTION).take_while(|&at| is_noun(at) || is_joined(at)).count();
        at += nouns;
        // "the third Ann Lee novel, Winter".
        at += usize::from(nouns > 0 && self.sentence.is_mark(at, &[","]));
        at += usize::from(at > first && self.is_quote(at));
        let next = self.item_at(at)?;
        (at > first && self.start_of(next) == at).then_some(at)
    }

    /// Small, and neither a function word nor a verb form.
    fn is_noun(&self, at: usize) -> bool {
        self.is_plain(at) && !is_participle(self.sentence.small(at)) && !self.sentence.small(at).ends_with("ing")
    }

    /// "British" in "from British rock bands": a single word before a noun.
    fn is_adjective(&self, item: usize) -> bool {
        let end = self.end_of(item);
        self.is_noun(end) && self.start_of(item) + 1 == end
    }

    fn owns_next(&self, item: usize) -> bool {
        self.sentence.role(self.end_of(item)) == Some(Role::Possessive)
    }

    /// Past the item, its closing quote, and a bracket after it.
    fn after_item(&self, item: usize) -> usize {
        let mut at = self.end_of(item);
        if self.is_quote(at) {
            at += 1;
        }
        let at = self.sentence.after_bracket(at);
        // "X as Y, and Z as W": the parts that people play.
        match (self.sentence.small(at), self.item_at(at + 1)) {
            ("as", Some(part)) => self.end_of(part),
            _ => at,
        }
    }

    fn next_in_list(&self, from: usize) -> Option<usize> {
        let mut at = from;
        at += usize::from(self.sentence.is_mark(at, &[","]));
        at += usize::from(self.sentence.role(at) == Some(Role::And));
        if at == from {
            return None;
        }
        at += usize::from(self.is_quote(at));
        let item = self.item_at(at).filter(|&item| self.start_of(item) == at)?;
        let next = self.after_item(item);
        let begins_clause = match self.sentence.role(next) {
            Some(Role::Be | Role::Helper | Role::Possessive) => true,
            Some(Role::Content) => self.sentence.look(next) == Some(Look::Small),
            _ => false,
        };
        (!begins_clause).then_some(item)
    }

    /// The value that a cue speaks of: not far behind it, in the same clause.
    pub(super) fn value_after(&self, from: usize, suits: impl Fn(usize) -> bool) -> Vec<usize> {
        const LONGEST_WAY: usize = 10;
        for at in from..from + LONGEST_WAY {
            match (self.item_at(at), self.sentence.role(at)) {
                (Some(item), _) if suits(item) => return vec![item],
                (_, None | Some(Role::And | Role::Be | Role::Relative | Role::Other)) => break,
                _ if self.sentence.is_mark(at, &[";", ":", "(", "."]) => break,
                _ => {}
            }
        }
        Vec::new()
    }

    /// The item that stands on the other side of a cue. `after` are the items behind the cue.
    pub(super) fn before(&self, found: &CueAt<'_>, after: &[usize]) -> Option<usize> {
        let mut at = found.first;
        let (mut has_verb, mut is_relative, mut is_owned) = (false, false, false);
        while at > 0 {
            match self.sentence.role(at - 1) {
                Some(Role::Be) => has_verb = true,
                Some(Role::Relative) => is_relative = true,
                Some(Role::Possessive) => is_owned = true,
                Some(Role::Helper) => {}
                _ => break,
            }
            at -= 1;
        }
        if (0..at).all(|at| self.is_coordinated(at)) {
            return self.behind_opening(found, after);
        }
        let is_active = !found.cue.is_bound;
        let is_passive = has_verb && found.cue.order == Order::ObjectFirst || self.sentence.small(found.end) == "by";
        if is_active && is_passive || found.cue.is_noun && !is_owned {
            return None;
        }
        if let Some(item) = self.ending_at(at) {
            // "the band X that was …": the band, or what was said of it before?
            let is_clear = if is_relative {
                self.topic(at) == Some(item)
            } else {
                self.begins_clause(item, has_verb || is_active)
            };
            return is_clear.then_some(item);
        }
        if found.cue.order == Order::ObjectFirst {
            return None;
        }
        let previous = at - 1;
        let is_chained =
            self.sentence.is_mark(previous, &[",", ";"]) || self.sentence.role(previous) == Some(Role::And);
        if is_chained && self.ending_at(previous).is_some_and(|item| self.is_rival(item)) {
            return None;
        }
        if is_chained { self.topic(previous) } else { self.topic_by_predicate(previous) }
    }

    /// "from the story X, written by …": X is spoken of as likely as the topic. Not so after "by".
    fn is_rival(&self, item: usize) -> bool {
        let first = self.start_of(item);
        let skipped = (0..first)
            .rev()
            .take_while(|&at| self.is_noun(at) || self.is_quote(at) || self.sentence.role(at) == Some(Role::Article))
            .count();
        let before = (first - skipped).checked_sub(1);
        before.is_some_and(|at| {
            self.sentence.role(at) == Some(Role::Preposition) && !matches!(self.sentence.small(at), "by" | "with")
        })
    }

    /// A word of "jointly written, composed and".
    fn is_coordinated(&self, at: usize) -> bool {
        self.sentence.is_mark(at, &[",", "\""])
            || matches!(self.sentence.role(at), Some(Role::And | Role::Helper))
            || is_participle(self.sentence.small(at))
    }

    /// Whether the item opens its clause, with "the" and some nouns before it at most. "Of the X" doesn't, and what
    /// follows it may speak of the whole phrase.
    fn begins_clause(&self, item: usize, has_verb: bool) -> bool {
        let mut at = self.start_of(item);
        let back = |at: usize, may: &dyn Fn(usize) -> bool| (0..at).rev().take_while(|&at| may(at)).count();
        at -= back(at, &|at| self.is_quote(at)).min(1);
        let nouns = back(at, &|at| self.is_noun(at));
        at -= nouns;
        let Some(before) = at.checked_sub(1) else { return true };
        match self.sentence.role(before) {
            // "is a Christmas song": what stands there only describes.
            Some(Role::Article) => match before.checked_sub(1).and_then(|at| self.sentence.role(at)) {
                Some(Role::Preposition) => nouns > 0,
                Some(Role::Be) => false,
                _ => true,
            },
            Some(Role::And) => nouns == 0 && has_verb,
            Some(Role::Relative | Role::Other) => nouns == 0,
            _ => self.sentence.is_mark(before, &[",", ";", "(", "\u{2014}"]),
        }
    }

    /// Whether the item looks like the end of a title that small words broke: "Soldier" of "I Loved a Soldier".
    pub(super) fn is_tail(&self, item: usize) -> bool {
        let first = self.start_of(item);
        let is_small = |at: usize| {
            self.sentence.look(at) == Some(Look::Small)
                && matches!(self.sentence.role(at), Some(Role::Article | Role::Preposition | Role::And))
        };
        let small = (0..first).rev().take(3).take_while(|&at| is_small(at)).count();
        small > 0 && first > small && self.item_at(first - small - 1).is_some()
    }

    /// Whether the item looks like the beginning of such a title: "Flowers" of "Flowers for a Mouse".
    pub(super) fn is_head(&self, item: usize) -> bool {
        let end = self.end_of(item);
        let small = (end..end + 3)
            .take_while(|&at| {
                matches!(self.sentence.role(at), Some(Role::Article | Role::Preposition | Role::And))
                    && self.sentence.small(at) != "by"
            })
            .count();
        small > 0 && self.item_at(end + small).is_some_and(|next| self.start_of(next) == end + small)
    }

    /// The item whose last word is before `at`, over a closing quote or bracket.
    fn ending_at(&self, at: usize) -> Option<usize> {
        let mut last = at.checked_sub(1)?;
        if self.sentence.is_mark(last, &[")"]) {
            let from = last.saturating_sub(30);
            let open = (from..last).rev().find(|&at| self.sentence.is_mark(at, &["("]))?;
            last = open.checked_sub(1)?;
        }
        if self.is_quote(last) {
            last = last.checked_sub(1)?;
        }
        let item = self.item_at(last)?;
        (self.end_of(item) == last + 1).then_some(item)
    }

    /// "Directed by A and B, the film X is …": the subject follows.
    fn behind_opening(&self, found: &CueAt<'_>, after: &[usize]) -> Option<usize> {
        if found.cue.order == Order::ObjectFirst {
            return None;
        }
        let comma = self.after_item(*after.last()?);
        if !self.sentence.is_mark(comma, &[","]) {
            return None;
        }
        let item = (comma + 1..comma + 5).find_map(|at| self.item_at(at))?;
        // "the film X", and not "the film stars X".
        let is_noun = |at: usize| self.is_noun(at) && !self.sentence.small(at).ends_with('s');
        let is_direct = (comma + 1..self.start_of(item))
            .all(|at| self.is_quote(at) || is_noun(at) || self.sentence.role(at) == Some(Role::Article));
        if !is_direct {
            return None;
        }
        matches!(self.sentence.role(self.after_item(item)), Some(Role::Be | Role::Content | Role::Helper))
            .then_some(item)
    }

    /// What the sentence is about, as seen from `until`: the name that opens it and has the verb.
    fn topic(&self, until: usize) -> Option<usize> {
        let opening = (0..4).find(|&at| self.item_at(at).is_some())?;
        let item = self.item_at(opening)?;
        let is_plain_opening = (0..opening)
            .all(|at| self.is_quote(at) || self.sentence.role(at) == Some(Role::Article) || self.is_plain(at));
        let next = self.after_item(item);
        if !is_plain_opening || self.end_of(item) > until {
            return None;
        }
        let has_verb = match self.sentence.look(next)? {
            Look::Small => match self.sentence.role(next)? {
                Role::Be | Role::Helper => true,
                Role::Content => is_participle(self.sentence.small(next)) || self.sentence.small(next).ends_with('s'),
                _ => false,
            },
            Look::Mark => self.sentence.is_mark(next, &[","]),
            _ => false,
        };
        // Past a semicolon, or a conjunction with a subject of its own, the sentence speaks of something else.
        let moves_on = (next..until).any(|at| {
            self.sentence.is_mark(at, &[";"]) || matches!(self.sentence.role(at), Some(Role::Relative | Role::Other))
        });
        (has_verb && !moves_on).then_some(item)
    }

    /// "X is a 1967 short film" before the cue: the noun phrase at `last` speaks of X.
    fn topic_by_predicate(&self, last: usize) -> Option<usize> {
        const LONGEST_PHRASE: usize = 16;
        for at in (last.saturating_sub(LONGEST_PHRASE)..=last).rev() {
            match self.sentence.role(at)? {
                Role::Article if at > 0 => {
                    return match self.sentence.role(at - 1)? {
                        Role::Be => self.topic(at),
                        // "X, a film directed by Y, …".
                        _ if self.sentence.is_mark(at - 1, &[","]) && self.sentence.small(at) != "the" => {
                            self.ending_at(at - 1)
                        }
                        _ => None,
                    };
                }
                Role::Be | Role::Relative | Role::Other | Role::Preposition if self.item_at(at).is_none() => {
                    return None;
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn cover(&self, found: &CueAt<'_>, one: usize, other: usize) -> Option<Range<usize>> {
        let cue = self.sentence.bytes(found.first..found.end)?;
        let (one, other) = (&self.items.get(one)?.bytes, &self.items.get(other)?.bytes);
        let start = cue.start.min(one.start).min(other.start);
        Some(start..cue.end.max(one.end).max(other.end))
    }
}
