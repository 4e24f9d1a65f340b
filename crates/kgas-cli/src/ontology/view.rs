//! `kgas ontology show`: an ontology for people, for models, or for programs.

use std::collections::HashMap;
use std::path::Path;

use kgas_core::Ontology;
use kgas_core::ontology::{Class, ClassId, RelationType};
use kgas_core::text::one_line;
use kgas_ontology::Format;
use kgas_tools::shown;

use super::convert::written;
use super::{load, print};
use crate::Exit;
use crate::args::{ReadingArgs, View};
use crate::failure::Failure;
use crate::show::Show;

pub(super) fn main(file: &Path, view: View, reading: &ReadingArgs, show: Show) -> Result<Exit, Failure> {
    let ontology = load(file, reading, show)?.ontology;
    let format = match view {
        View::Text => return text(&ontology, show),
        View::Prompt => {
            print(&shown::prompt(&ontology), show)?;
            return Ok(Exit::Complete);
        }
        View::Schema => {
            show.json(&shown::schema(&ontology))?;
            return Ok(Exit::Complete);
        }
        View::Json => Format::Kgas,
        View::Turtle => Format::Turtle,
        View::RdfXml => Format::RdfXml,
        View::Linkml => Format::LinkMl,
        View::JsonSchema => Format::JsonSchema,
        View::Text2kgbench => Format::Text2KgBench,
    };
    print(&written(&ontology, format, show)?, show)?;
    Ok(Exit::Complete)
}

fn text(ontology: &Ontology, show: Show) -> Result<Exit, Failure> {
    if let Some(title) = ontology.title() {
        show.result(title)?;
        show.result("")?;
    }
    tree(ontology).iter().try_for_each(|line| show.result(line))?;
    if !ontology.relations().is_empty() {
        if ontology.classes().len() > 0 {
            show.result("")?;
        }
        show.table(&table(ontology))?;
    }
    Ok(Exit::Complete)
}

/// The classes, each below its first parent, two spaces for each generation.
fn tree(ontology: &Ontology) -> Vec<String> {
    const DEEPEST: usize = 40;
    let mut children: HashMap<ClassId, Vec<(ClassId, &Class)>> = HashMap::new();
    for (id, class) in ontology.classes() {
        if let Some(parent) = class.parents.first() {
            children.entry(*parent).or_default().push((id, class));
        }
    }
    let top = ontology.classes().filter(|(_, class)| class.parents.is_empty());
    let mut waiting: Vec<(usize, ClassId, &Class)> = top.map(|(id, class)| (0, id, class)).collect();
    waiting.reverse();
    let mut lines = Vec::new();
    while let Some((depth, id, class)) = waiting.pop() {
        lines.push(format!("{:1$}{2}", "", 2 * depth.min(DEEPEST), line(ontology, class)));
        let below = children.remove(&id).unwrap_or_default();
        waiting.extend(below.into_iter().rev().map(|(id, class)| (depth + 1, id, class)));
    }
    lines
}

fn line(ontology: &Ontology, class: &Class) -> String {
    let mut line = with_id(&class.label, &class.id);
    if !class.synonyms.is_empty() {
        line += &format!(", also {}", class.synonyms.join(", "));
    }
    let others: Vec<&str> = class.parents.iter().skip(1).map(|&parent| ontology.label(parent)).collect();
    if !others.is_empty() {
        line += &format!(", also a kind of {}", others.join(", "));
    }
    if let Some(description) = &class.description {
        line += &format!(": {}", one_line(description));
    }
    line
}

fn with_id(label: &str, id: &str) -> String {
    let id = kgas_core::ontology::local_name(id);
    if id.is_empty() || id == label { label.to_owned() } else { format!("{label} [{id}]") }
}

fn table(ontology: &Ontology) -> Vec<Vec<String>> {
    let mut rows = vec![["RELATION", "FROM", "TO", "HOW MANY", "MEANS"].map(str::to_owned).to_vec()];
    rows.extend(ontology.relations().iter().map(|relation| {
        vec![
            with_id(&relation.label, &relation.id),
            or_any(relation.domain.iter().map(|&class| ontology.label(class).to_owned()).collect()),
            or_any(range(ontology, relation)),
            relation.cardinality.map_or_else(|| "-".to_owned(), |said| said.to_string()),
            relation.description.as_deref().map(one_line).unwrap_or_default(),
        ]
    }));
    rows
}

fn range(ontology: &Ontology, relation: &RelationType) -> Vec<String> {
    let range = &relation.range;
    let mut words: Vec<String> = range.classes.iter().map(|&class| ontology.label(class).to_owned()).collect();
    words.extend(range.datatypes.iter().map(|datatype| datatype.name().to_owned()));
    words.extend(range.values.iter().map(|value| format!("{value:?}")));
    words
}

fn or_any(words: Vec<String>) -> String {
    if words.is_empty() { "any".to_owned() } else { words.join(" | ") }
}
