//! What the languages tell of a source: its calls and where they stand. What to think of it is `judge`'s.

use crate::finding::Region;
use crate::known::Library;

/// All that was seen in a source.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) functions: Vec<Function>,
    pub(crate) calls: Vec<Call>,
    pub(crate) uses: Vec<Use>,
    pub(crate) endless: Vec<Endless>,
    pub(crate) silenced: Vec<Silenced>,
    pub(crate) awaits: Vec<Awaits>,
    /// Time-outs that are set somewhere.
    pub(crate) time_outs: usize,
}

/// A function of the source itself.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) is_async: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Blocking,
    Async,
    Sleep,
}

/// A call that goes out, or sleeps.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) region: Region,
    pub(crate) name: String,
    pub(crate) library: &'static Library,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) time_out: Setting,
    /// Whether it is the call itself that sets it.
    pub(crate) sets_time_out: bool,
    /// Whether something tries it again, as far as the call itself and its client tell.
    pub(crate) retries: Setting,
}

/// A call of one of the source's own functions.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) region: Region,
    pub(crate) function: usize,
    pub(crate) place: Place,
}

/// A client or a time-out that is made to wait for ever.
#[derive(Debug)]
pub(crate) struct Endless {
    pub(crate) region: Region,
    pub(crate) message: String,
    pub(crate) instead: &'static str,
}

/// A retry around a function that lets nothing out.
#[derive(Debug)]
pub(crate) struct Silenced {
    pub(crate) region: Region,
    pub(crate) decorator: String,
    pub(crate) handler: usize,
}

/// An await of something unknown for each item of a loop.
#[derive(Debug)]
pub(crate) struct Awaits {
    pub(crate) region: Region,
    pub(crate) name: String,
    pub(crate) in_loop: usize,
    pub(crate) instead: &'static str,
}

/// Where a call stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) function: Option<usize>,
    pub(crate) in_async: bool,
    /// Whether the code waits right here for what an async call gives.
    pub(crate) is_awaited: bool,
    /// The line of the loop over items that it stands in.
    pub(crate) in_loop: Option<usize>,
    pub(crate) is_retried: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Nothing is said, so the library's default holds.
    Unset,
    Set,
    /// Expressly none.
    Off,
    /// It is said elsewhere.
    Unknown,
}

impl Setting {
    /// The nearer word, or where it says nothing, the farther.
    pub(crate) fn or(self, farther: Self) -> Self {
        if self == Self::Unset { farther } else { self }
    }
}
