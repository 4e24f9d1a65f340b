//! Offline companions of the model tools: gazetteer, patterns and cues, labelled as rules.
