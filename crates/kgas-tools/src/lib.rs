//! The extractors and the embedder of kgas, registered by name.

#![forbid(unsafe_code)]
