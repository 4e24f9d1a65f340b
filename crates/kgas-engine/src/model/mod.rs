//! Where the model traits meet the wire.

mod error;
mod gate;
mod openai;

pub use gate::Gate;
pub use openai::{OpenAiEmbedder, OpenAiModel};
