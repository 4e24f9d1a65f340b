//! Where the model traits meet the wire.

mod error;
mod form;
mod gate;
mod known;
mod openai;
mod probe;
mod span;
mod strict;

pub use error::is_final;
pub use form::{Support, has_form};
pub use gate::Gate;
pub use known::{FormsError, KnownForms};
pub use openai::{OpenAiEmbedder, OpenAiModel};
pub use probe::{Evidence, Finding};
