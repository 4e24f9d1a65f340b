//! Pure text algorithms: abbreviations, sentences, chunks, word boundaries, normal forms, and items in a model's answer.

mod abbreviation;
mod calendar;
mod chunk;
mod normalize;
mod occurrence;
mod salvage;
pub(crate) mod search;
mod sentence;

pub use abbreviation::is_abbreviation;
pub(crate) use calendar::MONTHS;
pub use calendar::is_calendar_word;
pub use chunk::{Chunk, chunks, chunks_with_context};
pub use normalize::{label_key, normal_form, one_line};
pub(crate) use occurrence::is_border;
pub use occurrence::occurrences;
pub(crate) use salvage::object_in;
pub use salvage::{Item, Items, NoItems, Unreadable, items};
pub use sentence::sentences;
