//! What a run will take, before anything is bought.

pub mod bound;
