//! Answers made of any bytes: their items, and the candidates of those.
#![no_main]

#[path = "../../tests/properties/mod.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::answer(data));
