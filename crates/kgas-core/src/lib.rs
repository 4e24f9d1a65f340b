//! The words, traits and pure text algorithms of kgas: what a tool is, and what a fact is.

#![forbid(unsafe_code)]
