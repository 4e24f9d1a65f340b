//! Reads and checks ontologies of several formats, all compiled to one form.

#![forbid(unsafe_code)]
