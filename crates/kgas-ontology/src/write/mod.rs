//! Ontologies written in each of the formats, and what a format has no place for.

mod iris;
mod json_schema;
mod linkml;
mod rdf;
mod rdf_xml;
mod text2kgbench;
mod turtle;

use std::collections::BTreeMap;
use std::fmt;

use kgas_core::Ontology;
use kgas_core::ontology::ClassId;

pub(crate) use iris::decoded;

use crate::{Aspect, Difference, DifferenceKind, Format, Leniency, ReadError, ReadOptions, Subject, diff, read};

/// An ontology in another format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The text of the file.
    pub text: String,
    /// What the format could not hold.
    pub lost: Vec<Loss>,
}

/// Something that a format could not hold: of so many classes or relations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Classes or relations.
    pub subject: Subject,
    /// What of them; `None` where they are missing as a whole.
    pub aspect: Option<Aspect>,
    /// Their labels.
    pub labels: Vec<String>,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        let Self { subject, aspect, labels } = self;
        let count = labels.len();
        let plural = match (subject, count) {
            (_, 1) => subject.to_string(),
            (Subject::Class, _) => "classes".to_owned(),
            (Subject::Relation, _) => "relations".to_owned(),
        };
        match aspect {
            None => write!(f, "{count} {plural}")?,
            Some(aspect) => write!(f, "{aspect} of {count} {plural}")?,
        }
        let shown: Vec<String> = labels.iter().take(SHOWN).map(|label| format!("{label:?}")).collect();
        write!(f, ": {}{}", shown.join(", "), if count > SHOWN { ", …" } else { "" })
    }
}

/// Writes an ontology in a format, and reads it back to see what was lost on the way.
///
/// # Errors
/// [`ReadError`], where what the format can hold of it is no ontology.
pub fn convert(ontology: &Ontology, format: Format) -> Result<Converted, ReadError> {
    let text = write(ontology, format);
    let back = read(&text, &ReadOptions::from(Leniency::Lenient))?;
    let mut lost: BTreeMap<(Subject, Option<Aspect>), Vec<String>> = BTreeMap::new();
    for Difference { subject, label, kind } in diff(ontology, &back.ontology) {
        match kind {
            DifferenceKind::OnlyInA => lost.entry((subject, None)).or_default().push(label),
            DifferenceKind::Differs { aspect, .. } => lost.entry((subject, Some(aspect))).or_default().push(label),
            // What has taken the place of something is told with that.
            DifferenceKind::OnlyInB => {}
        }
    }
    let lost = lost.into_iter().map(|((subject, aspect), labels)| Loss { subject, aspect, labels }).collect();
    Ok(Converted { text, lost })
}

/// Writes an ontology in a format, as far as the format can hold it.
#[must_use]
pub fn write(ontology: &Ontology, format: Format) -> String {
    let mut text = match format {
        Format::Kgas => pretty(&serde_json::to_value(ontology).unwrap_or_default()),
        Format::Text2KgBench => pretty(&text2kgbench::write(ontology)),
        Format::JsonSchema => pretty(&json_schema::write(ontology)),
        Format::Turtle => turtle::write(&rdf::things(ontology)),
        Format::RdfXml => rdf_xml::write(&rdf::things(ontology)),
        Format::LinkMl => linkml::write(ontology),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}")
}

/// The id of a class where that means the class and no other. An id that is another's label would name the other.
fn own_id(ontology: &Ontology, class: ClassId) -> Option<&str> {
    let id = ontology.class(class)?.id.as_str();
    Some(id).filter(|id| ontology.class_named(id) == Some(class))
}
