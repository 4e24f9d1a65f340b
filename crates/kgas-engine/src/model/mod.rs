//! Where the model traits meet the wire.

mod error;
mod gate;
mod openai;

pub use error::is_final;
pub use gate::Gate;
pub use openai::{OpenAiEmbedder, OpenAiModel};
