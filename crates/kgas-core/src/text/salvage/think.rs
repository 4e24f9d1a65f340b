//! What of an answer is thinking, and what is the answer.

use std::ops::Range;

use memchr::memmem;

/// What thinking begins and ends with.
const TAGS: [(&str, &str); 6] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("<|channel|>analysis", "<|channel|>final"),
    ("◁think▷", "◁/think▷"),
];

/// How many thoughts are told apart.
const MOST: usize = 16;

/// The bytes that are the answer: what is outside the thinking, or all where nothing is.
///
/// Tags count before the answer's first bracket only: behind it they may be words of the text.
pub(super) fn answer_in(text: &str) -> Range<usize> {
    let mut start = 0;
    for _ in 0..MOST {
        let rest = text.get(start..).unwrap_or_default();
        let opened = TAGS.iter().find_map(|(open, close)| Some((first_of(rest, open)?, open, close)));
        let Some((at, open, close)) = opened else { break };
        match memmem::find(rest.get(at..).unwrap_or_default().as_bytes(), close.as_bytes()) {
            Some(end) => start += at + end + close.len(),
            // It never ends. What was said before is the answer, if anything was.
            None if is_said(rest.get(..at).unwrap_or_default()) => return start..start + at,
            None => return start + at + open.len()..text.len(),
        }
    }
    // Servers that put the opening tag into the prompt give its end alone.
    let rest = text.get(start..).unwrap_or_default();
    if start == 0 && !rest.trim_start().starts_with(['{', '[', '`', '~', '"']) {
        let ends =
            TAGS.iter().filter_map(|(_, close)| Some(memmem::rfind(rest.as_bytes(), close.as_bytes())? + close.len()));
        start = ends.max().unwrap_or(0);
    }
    if is_said(text.get(start..).unwrap_or_default()) { start..text.len() } else { 0..text.len() }
}

fn is_said(text: &str) -> bool {
    !text.trim().is_empty()
}

/// Where the tag stands before any bracket of JSON.
fn first_of(text: &str, tag: &str) -> Option<usize> {
    let at = memmem::find(text.as_bytes(), tag.as_bytes())?;
    let before = text.get(..at)?;
    (!before.contains(['{', '['])).then_some(at)
}
