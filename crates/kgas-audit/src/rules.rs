//! The rules, as one table.

use crate::finding::Severity;

/// One thing that is looked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name that `allow(…)` and reports use.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it says, in a line.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// All rules, the worst first.
pub const RULES: &[Rule] = &[
    Rule {
        id: "blocking-call-in-async",
        severity: Severity::Error,
        title: "A blocking call in async code",
        why: "An event loop runs one piece of code at a time on a thread. While a call blocks, nothing else of the loop \
              runs: no other request, no time-out, no cancellation.",
        advice: "Await an async client, or hand the call to a thread (asyncio.to_thread, spawn_blocking).",
    },
    Rule {
        id: "blocking-sleep-in-async",
        severity: Severity::Error,
        title: "A blocking sleep in async code",
        why: "The whole event loop sleeps, not only this task.",
        advice: "Await asyncio.sleep or tokio::time::sleep.",
    },
    Rule {
        id: "retry-never-fires",
        severity: Severity::Warning,
        title: "A retry that never fires",
        why: "The decorator tries again when the function raises, and the function catches what it raises.",
        advice: "Let the exceptions out of the decorated function, and turn them into values around it.",
    },
    Rule {
        id: "no-timeout",
        severity: Severity::Warning,
        title: "A call without a time-out",
        why: "A server that accepts a connection and never answers holds the call for ever.",
        advice: "Say how long it may take, for connecting and for the answer.",
    },
    Rule {
        id: "single-calls-in-a-loop",
        severity: Severity::Warning,
        title: "Single calls in a loop, one after another",
        why: "The loop takes the sum of all answers' times, although the server would answer many at once.",
        advice: "Keep several calls in flight under a limit, or send many items in one request where the API takes a list.",
    },
    Rule {
        id: "awaits-in-a-loop",
        severity: Severity::Note,
        title: "One await after another in a loop",
        why: "If the items don't depend on each other, they wait for each other without need. What is awaited is not \
              known here, so this may be as it should be.",
        advice: "Keep several in flight under a limit (asyncio.gather with a semaphore, buffer_unordered).",
    },
    Rule {
        id: "no-retry",
        severity: Severity::Note,
        title: "A call that is not tried again",
        why: "A 429, a 503 and a lost connection pass by themselves; without a second attempt the item is lost.",
        advice: "Try again a few times with growing, random pauses, and wait as long as Retry-After says.",
    },
    Rule {
        id: "blocking-call",
        severity: Severity::Note,
        title: "A blocking call",
        why: "It holds its thread until the answer is there, so one thread has one call in flight.",
        advice: "Use an async client where many calls are to be made.",
    },
];

/// The rule of that name.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
