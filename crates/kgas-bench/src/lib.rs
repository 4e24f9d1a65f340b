//! Measures kgas: sequential against concurrent, on a server that keeps its own account.

#![forbid(unsafe_code)]
