//! Documents in, a knowledge graph out: sources, the run, merging and the outputs.

#![forbid(unsafe_code)]
