//! A command that could not do its work: the sentence for the user, and the exit code.

use std::fmt;

use crate::Exit;

/// What happened, where, and what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    exit: Exit,
}

impl Failure {
    /// The work can't be done.
    pub(crate) fn fatal(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), exit: Exit::Fatal }
    }

    /// The command line doesn't make sense.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), exit: Exit::Usage }
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
