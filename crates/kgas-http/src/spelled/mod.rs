//! Times as servers spell them: lengths and dates.

pub(crate) mod date;
pub(crate) mod length;
