//! Why a tool outside this program gives no result.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use super::message::PROTOCOL;

/// A tool outside this program that can't be started, or that doesn't do as it should.
#[derive(Debug)]
pub struct ExternalError {
    tool: String,
    problem: Problem,
}

/// What is wrong with a tool or its declaration.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("has an id that can't be used: give it a prefix, as in acme.words, of letters, digits, - and _")]
    Id,
    #[error("has no command: name the program and its arguments")]
    NoCommand,
    #[error("needs an embedder, and has no way to ask one: leave it out of needs")]
    Embedder,
    #[error("can't be started: there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    #[error("can't be started: there is no program {0}; correct command")]
    NoProgram(String),
    #[error("can't be started: {0} is not executable; make it so, or name what runs it first in command")]
    NotExecutable(String),
    #[error("can't be started: {0}: {1}")]
    Start(String, #[source] io::Error),
    #[error("ended before it answered, with {status}{said}")]
    Ended { status: ExitStatus, said: LastWords },
    #[error("closed its standard {stream} before it answered{said}")]
    Closed { stream: &'static str, said: LastWords },
    #[error(
        "did not say what it is within {} s{said}: its first line must be {{\"kgas\": {PROTOCOL}, \"tool\": {{…}}}}, \
         and be flushed",
        .after.as_secs_f64()
    )]
    Nameless { after: Duration, said: LastWords },
    #[error("did not answer within {} s and was ended{said}; raise timeout if it needs longer", .after.as_secs_f64())]
    Silent { after: Duration, said: LastWords },
    #[error("wrote a line of more than {0} MiB")]
    TooLong(usize),
    #[error("can't be read: {0}")]
    Pipe(#[source] io::Error),
    #[error("speaks version {0} of the protocol, and this kgas version {PROTOCOL}")]
    Version(String),
    #[error("is not what it was when the run began: version {before} then, {now} now")]
    Changed { before: String, now: String },
    #[error("wrote what it should not: {0}")]
    Protocol(String),
    #[error("is not started again after {deaths} failures in a row; the last: it {last}")]
    GivenUp { deaths: u32, last: String },
}

impl Problem {
    pub(super) fn of(self, tool: &str) -> ExternalError {
        ExternalError { tool: tool.to_owned(), problem: self }
    }
}

impl fmt::Display for ExternalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "external tool {} {}", self.tool, self.problem)
    }
}

impl Error for ExternalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

/// What a tool said last on its standard error.
#[derive(Clone, Debug, Default)]
pub(super) struct LastWords(pub(super) Vec<String>);

impl fmt::Display for LastWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => Ok(()),
            lines => write!(f, " (its last words: {})", lines.join(" / ")),
        }
    }
}

/// A text of a tool, fit for a line of ours: without what controls a terminal, and not too long.
pub(super) fn one_line(text: &str) -> String {
    const MOST: usize = 300;
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut line: String = text.trim().chars().take(MOST).map(clean).collect();
    if text.trim().chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}
