//! What a run will take, before anything is bought: calls, tokens, cost and time.
//!
//! The real tools run over the real documents, through a [`Survey`] that sends nothing. What it counts becomes a
//! [`Plan`], by what [`Learned`] knows of earlier answers. [`Gauged`] holds what is bought against the estimate later.

pub mod bound;
mod estimator;
mod forecast;
mod gauge;
mod learned;
mod line;
mod question;
mod shelf;
mod survey;
mod tokens;
mod tool;

pub use estimator::{Estimate, Estimator, Gauged};
pub use forecast::{Conditions, Plan, Time, ToolPlan};
pub use gauge::{Gauge, Size};
pub use learned::{Answered, Learned};
pub use line::Expected;
pub use question::Kind;
pub use shelf::JournalShelf;
pub use survey::{Shelf, Survey, TooLong};
pub use tokens::Counter;
pub use tool::SurveyedTool;
