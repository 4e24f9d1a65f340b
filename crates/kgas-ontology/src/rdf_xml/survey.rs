//! A first look at an XML file: where its parts are, and whether it is safe to read.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::{Format, ReadError};

/// Real files nest ten or twenty elements.
const DEEPEST: usize = 256;
/// Each name looks through all namespaces in scope.
const MOST_NAMESPACES: usize = 1_000;
/// Each attribute is compared with all of its element.
const MOST_ATTRIBUTES: usize = 1_000;
/// What entities may grow to.
const LONGEST_ENTITIES: usize = 10_000_000;

/// What a file is like.
#[derive(Debug)]
pub(crate) struct Survey {
    /// Behind the XML declaration: the text is UTF-8 by now, whatever that says.
    pub(crate) start: usize,
    /// Behind the start tag of the root.
    pub(crate) head_end: usize,
    /// Behind each child of the root.
    children: Vec<usize>,
    newlines: Vec<usize>,
    /// What is wrong with it as XML, and the line.
    pub(crate) problem: Option<(usize, String)>,
}

impl Survey {
    pub(crate) fn of(text: &str) -> Result<Self, ReadError> {
        let declared = text.starts_with("<?xml").then(|| text.find("?>")).flatten();
        let start = declared.map_or(0, |at| at + 2);
        let newlines = text.match_indices('\n').map(|(at, _)| at).collect();
        let mut survey = Self { start, head_end: text.len(), children: Vec::new(), newlines, problem: None };
        let mut reader = Reader::from_str(text.get(start..).unwrap_or_default());
        let mut namespaces: Vec<usize> = Vec::new();
        let mut in_scope = 0;
        loop {
            let event = reader.read_event();
            let at = start + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match event {
                Ok(Event::Start(tag)) => {
                    let declared = survey.checked(&tag, at)?;
                    namespaces.push(declared);
                    in_scope += declared;
                    if namespaces.len() > DEEPEST {
                        return Err(survey.refused(at, "elements are nested too deep"));
                    }
                    if in_scope > MOST_NAMESPACES {
                        return Err(survey.refused(at, "there are too many namespaces"));
                    }
                    if namespaces.len() == 1 && survey.head_end == text.len() {
                        survey.head_end = at;
                    }
                }
                Ok(Event::Empty(tag)) => {
                    survey.checked(&tag, at)?;
                    if namespaces.len() == 1 {
                        survey.children.push(at);
                    }
                }
                Ok(Event::End(_)) => {
                    in_scope -= namespaces.pop().unwrap_or_default();
                    if namespaces.len() == 1 {
                        survey.children.push(at);
                    }
                }
                Ok(Event::DocType(doctype)) => {
                    let doctype = String::from_utf8_lossy(&doctype);
                    if grown(&doctype, text) > LONGEST_ENTITIES {
                        return Err(survey.refused(at, "its entities grow too large"));
                    }
                }
                Ok(Event::Eof) => {
                    if !namespaces.is_empty() {
                        survey.problem = Some((survey.line(at), "it ends within an element".to_owned()));
                    }
                    return Ok(survey);
                }
                Ok(_) => {}
                Err(error) => {
                    let at = start + usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                    survey.problem = Some((survey.line(at + 1), error.to_string()));
                    return Ok(survey);
                }
            }
        }
    }

    /// How many namespaces a tag declares.
    fn checked(&self, tag: &BytesStart<'_>, at: usize) -> Result<usize, ReadError> {
        let mut attributes = tag.attributes();
        let names = attributes.with_checks(false).flatten().map(|attribute| attribute.key);
        let (mut all, mut declared) = (0, 0);
        for name in names {
            all += 1;
            declared += usize::from(name.as_ref().starts_with(b"xmlns"));
        }
        if all > MOST_ATTRIBUTES { Err(self.refused(at, "an element has too many attributes")) } else { Ok(declared) }
    }

    fn refused(&self, at: usize, problem: &str) -> ReadError {
        ReadError::Syntax { format: Format::RdfXml, line: self.line(at), problem: problem.to_owned() }
    }

    /// The line, from 1, that the character before a place is on.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.newlines.partition_point(|&newline| newline + 1 < at) + 1
    }

    pub(crate) fn last_child_end(&self) -> usize {
        self.children.last().copied().unwrap_or(self.head_end)
    }

    /// Where the next child begins after the one that a place is in.
    pub(crate) fn child_after(&self, at: usize) -> usize {
        let next = self.children.partition_point(|&end| end < at);
        self.children.get(next).copied().unwrap_or(usize::MAX)
    }
}

/// How long a document's entities are when all are written out: each may use those before it.
fn grown(doctype: &str, text: &str) -> usize {
    let mut lengths: HashMap<&str, usize> = HashMap::new();
    let mut total = 0_usize;
    for declaration in doctype.split("<!ENTITY").skip(1) {
        let declaration = declaration.trim_start().trim_start_matches('%').trim_start();
        let Some((name, rest)) = declaration.split_once(|c: char| c.is_ascii_whitespace()) else { continue };
        let Some((_, rest)) = rest.split_once('"') else { continue };
        let value = rest.split_once('"').map_or(rest, |(value, _)| value);
        let length = value.len().saturating_add(used(value, &lengths));
        total = total.saturating_add(length);
        lengths.insert(name, length);
    }
    if lengths.is_empty() { 0 } else { total.saturating_add(used(text, &lengths)) }
}

fn used(text: &str, lengths: &HashMap<&str, usize>) -> usize {
    let names = text.split('&').skip(1).filter_map(|rest| rest.get(..rest.find(';')?));
    names.filter_map(|name| lengths.get(name)).fold(0, |sum, length| sum.saturating_add(*length))
}
