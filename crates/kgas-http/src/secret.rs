//! An API key that cannot be printed by accident.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

/// An API key. It shows itself only to who asks for it by name, with [`Secret::expose`], and its
/// memory is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct Secret(Arc<SecretString>);

impl Secret {
    /// Wraps a key; [`Secret::check`] and the client builder say whether it can be one.
    pub fn new(key: impl Into<String>) -> Self {
        Self(Arc::new(SecretString::from(key.into())))
    }

    /// The key itself. Never log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether this can be sent as a key.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the key (never the key itself); the person who set it should
    /// look at where it was pasted from.
    pub fn check(&self) -> Result<(), SecretError> {
        let key = self.expose();
        if key.trim().is_empty() {
            Err(SecretError::Empty)
        } else if key.contains(['\n', '\r']) {
            Err(SecretError::LineBreak)
        } else if key.trim() != key {
            Err(SecretError::SurroundingSpace)
        } else if !key.chars().all(|c| c.is_ascii_graphic()) {
            Err(SecretError::Unprintable)
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(key: String) -> Self {
        Self::new(key)
    }
}

impl From<&str> for Secret {
    fn from(key: &str) -> Self {
        Self::new(key)
    }
}

/// Why a text cannot be an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Nothing but white space.
    #[error("the API key is empty: set it, or leave it out for a server that needs none")]
    Empty,
    /// A line break: two keys, or the end of a file's line.
    #[error("the API key contains a line break: was it read from a file with its line end?")]
    LineBreak,
    /// White space before or after it.
    #[error("the API key has white space around it: remove it")]
    SurroundingSpace,
    /// A character that no key has and no header carries.
    #[error("the API key contains a space or a character outside ASCII: copy it again")]
    Unprintable,
}

/// Headers in which servers expect keys, or clients send what is nobody's business.
const SECRET_HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "api-key",
    "x-api-key",
    "x-auth-token",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
    "cookie",
];

/// Whether the value of this header must not be shown.
pub(crate) fn is_secret(header: &str) -> bool {
    SECRET_HEADERS.contains(&header)
}
