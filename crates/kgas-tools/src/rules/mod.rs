//! Offline companions of the model tools: gazetteer, patterns and cues, labelled as rules.
//!
//! No model is asked, and none is imitated: what a rule finds it finds by a list of names, by the shape of a value,
//! or by a cue such as "directed by" between two names. The rest stays unfound.

mod claims;
mod clause;
mod compiled;
mod config;
mod cues;
mod gazetteer;
mod kinds;
mod learned;
mod lexicon;
mod names;
mod patterns;
mod run;
mod sentence;
mod shapes;
mod t23a;
mod t27;
