//! One part of a chunk: the first question, what is asked again, and the second pass.

use kgas_core::text::{Chunk, NoItems, items};
use kgas_core::{ChatModel, ChatReply, ChunkState, Document, Finish, Shown, Usage};

use super::follow_up::{Question, Read};
use super::refusal::declines;
use super::{Extraction, Flow, spent_on, state_after, told};
use crate::config::ExtractionConfig;

/// Whoever asks about the chunks of one document.
pub(super) struct Asker<'a, E> {
    pub(super) flow: &'a Flow<'a>,
    pub(super) model: &'a dyn ChatModel,
    pub(super) config: &'a ExtractionConfig,
    pub(super) document: &'a Document,
    pub(super) extraction: &'a E,
}

/// What the answers about a part gave.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The items of all answers, in order.
    pub(super) read: Vec<Read>,
    /// How many of them are not of the second pass.
    pub(super) first_pass: usize,
    /// The state of a part that isn't complete.
    pub(super) missing: Option<ChunkState>,
    /// What went wrong.
    pub(super) error: Option<String>,
    pub(super) account: Account,
}

/// What the questions about a part took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Account {
    /// How much of the ontology was shown, where that was not all.
    pub(super) shown: Option<Shown>,
    pub(super) spent: Usage,
}

/// What came of asking about a part.
pub(super) enum Told {
    /// There is nothing more to ask.
    All(Notes),
    /// The answer reached its longest.
    Cut(Notes),
}

/// What an answer lacks.
enum Gap {
    /// Its list isn't closed; `true` where the answer reached its longest.
    Open(bool),
    /// Some of its items can't be read.
    Unreadable,
    /// It has no list.
    NoList(NoItems),
}

/// A call that gave no answer to read.
struct NoAnswer {
    state: ChunkState,
    error: Option<String>,
}

impl<E: Extraction> Asker<'_, E> {
    /// Asks about a part, until nothing is missing or nothing more may be asked.
    ///
    /// Where it `may_be_cut`, an answer that reached its longest ends the matter: the halves are to be asked about.
    pub(super) async fn about(&self, part: &Chunk, may_be_cut: bool) -> Told {
        let mut notes = Notes::default();
        let mut reply = match self.put(part, &Question::First, 1, &mut notes.account).await {
            Ok(reply) => reply,
            Err(NoAnswer { state, error }) => {
                (notes.missing, notes.error) = (Some(state), error);
                return Told::All(notes);
            }
        };
        if reply.finish == Finish::Length {
            if may_be_cut {
                notes.read = read::<E>(&reply).0;
                return Told::Cut(notes);
            }
            // What can't be cut any smaller may be long all the same.
            match self.put(part, &Question::First, 2, &mut notes.account).await {
                Ok(longer) if read::<E>(&longer).0.len() >= read::<E>(&reply).0.len() => reply = longer,
                Ok(_) | Err(_) => {}
            }
        }
        self.follow_up(part, &reply, &mut notes).await;
        notes.first_pass = notes.read.len();
        if self.config.second_pass && notes.missing.is_none() {
            self.pass_again(part, &mut notes).await;
        }
        Told::All(notes)
    }

    /// Reads an answer, and asks again for what it lacks, as often as is set.
    async fn follow_up(&self, part: &Chunk, reply: &ChatReply, notes: &mut Notes) {
        let (read_first, mut gap) = read::<E>(reply);
        notes.read = read_first;
        for _ in 0..self.config.ask_again {
            let question = match &gap {
                // Another answer would reach its longest too.
                None | Some(Gap::Open(true)) => break,
                Some(Gap::NoList(_)) => Question::Format,
                Some(Gap::Open(false) | Gap::Unreadable) => Question::Missing(&notes.read),
            };
            match self.put(part, &question, 1, &mut notes.account).await {
                Ok(reply) => {
                    let (more, left) = read::<E>(&reply);
                    notes.read.extend(more);
                    gap = match (gap, left) {
                        // Prose that says no more than that nothing is missing.
                        (Some(known @ (Gap::Open(_) | Gap::Unreadable)), Some(Gap::NoList(_))) => Some(known),
                        (_, left) => left,
                    };
                }
                Err(NoAnswer { state, error }) => {
                    notes.error = error;
                    if matches!(gap, Some(Gap::NoList(_))) && state == ChunkState::Refused {
                        notes.missing = Some(state);
                        return;
                    }
                    break;
                }
            }
        }
        let (missing, error) = match gap {
            None | Some(Gap::Unreadable) => (None, None),
            Some(Gap::Open(at_the_longest)) => (Some(ChunkState::Truncated), Some(cut_off(at_the_longest).to_owned())),
            Some(Gap::NoList(none)) => (Some(ChunkState::Failed), Some(none.to_string())),
        };
        notes.missing = missing;
        notes.error = match (error, notes.error.take()) {
            (Some(error), Some(again)) => Some(format!("{error}; asked again: {again}")),
            (error, again) => error.or_else(|| again.map(|again| format!("asked again: {again}"))),
        };
    }

    /// Asks what was missed. Whatever comes of it, the part is complete.
    async fn pass_again(&self, part: &Chunk, notes: &mut Notes) {
        let error = match self.put(part, &Question::Missed(&notes.read), 1, &mut notes.account).await {
            Err(NoAnswer { error, .. }) => Some(error.unwrap_or_else(|| "not asked, the run was stopped".to_owned())),
            Ok(reply) => {
                let (more, gap) = read::<E>(&reply);
                notes.read.extend(more);
                match gap {
                    None | Some(Gap::Unreadable) => None,
                    Some(Gap::Open(at_the_longest)) => Some(cut_off(at_the_longest).to_owned()),
                    Some(Gap::NoList(none)) => Some(none.to_string()),
                }
            }
        };
        if let Some(error) = error {
            notes.error = Some(format!("second pass: {error}"));
        }
    }

    /// Asks, with so many times the tokens that an answer may have.
    async fn put(
        &self,
        part: &Chunk,
        question: &Question<'_>,
        times: u32,
        account: &mut Account,
    ) -> Result<ChatReply, NoAnswer> {
        let (mut request, shown) = self.extraction.prompt(part, question);
        request.max_tokens = request.max_tokens.map(|most| most.saturating_mul(times));
        request.chunk = Some(part.index());
        match self.flow.call(|| self.model.chat(request)).await {
            None => Err(NoAnswer { state: ChunkState::Skipped, error: None }),
            Some(Err(error)) => {
                account.spent += spent_on(&error);
                Err(NoAnswer { state: state_after(&error), error: Some(told(&error)) })
            }
            Some(Ok(reply)) => {
                account.shown = account.shown.or(shown);
                account.spent += reply.usage;
                if reply.finish == Finish::Refused || declines(&reply.text) && items(&reply.text, E::LIST).is_err() {
                    let error = "the model declined to answer, or a content filter did".to_owned();
                    return Err(NoAnswer { state: ChunkState::Refused, error: Some(error) });
                }
                Ok(reply)
            }
        }
    }
}

/// The items of an answer, and what it lacks.
fn read<E: Extraction>(reply: &ChatReply) -> (Vec<Read>, Option<Gap>) {
    let is_cut = reply.finish == Finish::Length;
    match items(&reply.text, E::LIST) {
        Err(_) if is_cut => (Vec::new(), Some(Gap::Open(true))),
        Err(none) => (Vec::new(), Some(Gap::NoList(none))),
        Ok(found) => {
            let read: Vec<Read> =
                found.items.into_iter().map(|item| item.value.map_err(|unreadable| unreadable.text)).collect();
            let gap = match () {
                () if is_cut || !found.complete => Some(Gap::Open(is_cut)),
                () if read.iter().any(Result::is_err) => Some(Gap::Unreadable),
                () => None,
            };
            (read, gap)
        }
    }
}

const fn cut_off(at_the_longest: bool) -> &'static str {
    if at_the_longest {
        "the answer reached its longest and was cut off: raise max_tokens, or lower chunk_size"
    } else {
        "the answer breaks off in the middle of its list"
    }
}
