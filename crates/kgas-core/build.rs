//! Nothing to build: `links` in the manifest wants a build script, and gives one core for each binary.

fn main() {}
