//! The kgas command, and its library entry for custom binaries.

#![forbid(unsafe_code)]
