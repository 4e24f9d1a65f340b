//! Which line of a graph is meant by an id, the beginning of one, or a name.

use serde_json::Value;

use super::{candidate, edge_candidate};
use crate::failure::Failure;
use crate::graph::{ENTITIES, EdgeHead, EntityHead, Graph, RELATIONS};

/// Things listed at most where an id means several.
const LISTED: usize = 50;
/// Digits from which on the beginning of an id is taken for one.
const BEGINNING: usize = 4;

/// What was found.
pub(super) enum Found {
    Line(Value),
    Several(Vec<Value>),
    Nothing,
}

/// What matched in a way, and how to list it.
#[derive(Default)]
struct Matches {
    line: Option<String>,
    listed: Vec<Value>,
}

impl Matches {
    fn add(&mut self, line: &str, listed: Value) {
        self.line.get_or_insert_with(|| line.to_owned());
        if self.listed.len() < LISTED {
            self.listed.push(listed);
        }
    }
}

/// An id counts before a name, and a name before the beginning of an id. What was merged away is found in what it was
/// merged into. Files are read line by line, entities first.
pub(super) fn find(graph: &mut Graph, wanted: &str) -> Result<Found, Failure> {
    let is_hex = wanted.len() >= BEGINNING && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    let begins = |id: &str| is_hex && id.starts_with(wanted);
    let (mut by_name, mut by_beginning) = (Matches::default(), Matches::default());
    let mut lines = graph.lines(ENTITIES)?;
    while let Some(line) = lines.line()? {
        if id_of(&line) == wanted {
            return Ok(Found::Line(lines.parse(&line)?));
        }
        // Cheaper than to read each line, and what is written without escapes stands in the line as it is.
        if !begins(id_of(&line)) && !line.contains(&inside(wanted)) {
            continue;
        }
        let head: EntityHead = lines.parse(&line)?;
        if head.merged_from.iter().any(|member| member.id == wanted) {
            return Ok(Found::Line(lines.parse(&line)?));
        }
        let is_member = |name: &str| head.merged_from.iter().any(|member| member.name == name);
        if head.name == wanted || head.aliases.iter().any(|alias| alias == wanted) || is_member(wanted) {
            by_name.add(&line, candidate(&head));
        } else if begins(&head.id) || head.merged_from.iter().any(|member| begins(&member.id)) {
            by_beginning.add(&line, candidate(&head));
        }
    }
    let mut lines = graph.lines(RELATIONS)?;
    while let Some(line) = lines.line()? {
        if id_of(&line) == wanted {
            return Ok(Found::Line(lines.parse(&line)?));
        }
        if begins(id_of(&line)) {
            let head: EdgeHead = lines.parse(&line)?;
            by_beginning.add(&line, edge_candidate(&head));
        }
    }
    for matches in [by_name, by_beginning] {
        match (matches.listed.len(), matches.line) {
            (1, Some(line)) => return Ok(Found::Line(lines.parse(&line)?)),
            (0, _) => {}
            _ => return Ok(Found::Several(matches.listed)),
        }
    }
    Ok(Found::Nothing)
}

/// The id of a line: each begins with it.
pub(super) fn id_of(line: &str) -> &str {
    line.strip_prefix("{\"id\":\"").and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// A text as it stands inside a JSON string.
fn inside(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}
