//! RDF/XML, one child of the root at a time: what is wrong with one costs only the rest of that one.

mod survey;

use std::io::{Cursor, Read};

use oxrdf::Triple;
use oxrdfxml::RdfXmlParser;

use crate::rdf::{BASE, Graph, Iris};
use crate::{Format, Leniency, ReadError, ReadWarning};
use survey::Survey;

/// So many bytes are read again at most, for errors in a file with a long head.
const READ_AGAIN: usize = 50_000_000;

pub(crate) fn read(text: &str, leniency: Leniency, warnings: &mut Vec<ReadWarning>) -> Result<Graph, ReadError> {
    let survey = Survey::of(text)?;
    if let Some((line, problem)) = &survey.problem {
        if leniency == Leniency::Strict {
            return Err(ReadError::Syntax { format: Format::RdfXml, line: *line, problem: problem.clone() });
        }
        warnings.push(ReadWarning::Syntax { line: *line, problem: format!("{problem}; the rest is not read") });
    }
    let mut graph = Graph::default();
    let head = text.get(survey.start..survey.head_end).unwrap_or_default();
    let end = survey.problem.as_ref().map_or(text.len(), |_| survey.last_child_end());
    let mut from = survey.head_end;
    let mut read_again = 0;
    let mut iris = Iris::default();
    while from < end && read_again <= READ_AGAIN {
        let body = text.get(from..end).unwrap_or_default();
        let at = |position: u64| {
            let position = usize::try_from(position).unwrap_or(usize::MAX);
            from.saturating_add(position.saturating_sub(head.len()))
        };
        match child_by_child(head, body, |triple, position| {
            let line = survey.line(at(position));
            let problems = iris.problems(&triple).into_iter();
            warnings.extend(problems.map(|(_, problem)| ReadWarning::Syntax { line, problem }));
            graph.add(triple, line);
        }) {
            Ok(()) => break,
            Err((position, problem)) => {
                // The place is behind what is wrong, and behind the white space that follows it.
                let behind = text.get(..at(position)).map_or(at(position), |before| before.trim_end().len());
                let problem = problem.split_whitespace().collect::<Vec<_>>().join(" ");
                warnings.push(ReadWarning::Syntax { line: survey.line(behind), problem });
                from = survey.child_after(at(position));
                read_again += head.len();
            }
        }
    }
    Ok(graph)
}

/// Gives each triple with the place behind it, until the first error.
fn child_by_child(head: &str, body: &str, mut give: impl FnMut(Triple, u64)) -> Result<(), (u64, String)> {
    let reader = Cursor::new(head.as_bytes()).chain(body.as_bytes());
    let parser = RdfXmlParser::new().lenient().with_base_iri(BASE).unwrap_or_default();
    let mut parser = parser.for_reader(reader);
    while let Some(next) = parser.next() {
        let position = parser.buffer_position();
        match next {
            Ok(triple) => give(triple, position),
            Err(error) => return Err((position, error.to_string())),
        }
    }
    Ok(())
}
