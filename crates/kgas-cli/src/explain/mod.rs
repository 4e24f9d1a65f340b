//! `kgas explain`: what an entity or a relation of a graph rests on.

mod find;
mod place;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use kgas_engine::{Offsets, Origin};
use serde_json::{Value, json};

use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::graph::{DOCUMENTS, ENTITIES, EdgeHead, EntityHead, Graph, RELATIONS};
use crate::show::Show;
use crate::{Exit, input};
use find::Found;
use place::Sources;

pub(crate) fn main(args: &ExplainArgs, show: Show) -> Result<Exit, Failure> {
    let mut graph = Graph::open(&args.out, &[ENTITIES, RELATIONS, DOCUMENTS])?;
    match find::find(&mut graph, &args.id)? {
        Found::Line(line) => explain(args, graph, &line, show),
        Found::Several(several) => {
            if args.json {
                show.json(&several)?;
            } else {
                several.iter().try_for_each(|one| show.result(&words::candidate(one)))?;
            }
            let count = several.len();
            Err(Failure::usage(format!(
                "{:?} is {count} things in {}: give one of these ids",
                args.id,
                args.out.display()
            )))
        }
        Found::Nothing => {
            let graph = args.out.display();
            Err(Failure::fatal(format!(
                "{graph} has no entity or relation with the id or name {:?}: its entities.jsonl and relations.jsonl list them",
                args.id
            )))
        }
    }
}

fn explain(args: &ExplainArgs, mut graph: Graph, line: &Value, show: Show) -> Result<Exit, Failure> {
    let origin = Origin::read(&args.out);
    if let Err(error) = &origin {
        let what = "where the graph came from isn't known, so its sentences can't be shown";
        let place = args.out.join(".kgas/run.json");
        show.warning(&format!("{}: {what}: {}", place.display(), input::problem(error)));
    }
    let origin = origin.ok();
    let list = if line.get("mentions").is_some() { "mentions" } else { "evidence" };
    let all = line.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    let shown: Vec<&Value> = all.iter().take(args.places.get()).collect();
    let offsets = Offsets::parse(graph.offsets()).unwrap_or_default();
    let mut sources = Sources::of((&args.out, &mut graph), origin, offsets, &shown)?;
    let places: Vec<Value> = shown.iter().map(|place| sources.explain(place)).collect();
    let ends = ends(&mut graph, line)?;
    let mut explained = line.clone();
    if let Some(fields) = explained.as_object_mut() {
        fields.insert(list.to_owned(), places.into());
        fields.insert("places".to_owned(), json!(all.len()));
        for (end, name) in &ends {
            fields.insert(format!("{end}_name"), json!(name));
        }
    }
    for problem in sources.problems() {
        show.warning(problem);
    }
    if args.json {
        show.json(&explained)?;
    } else {
        words::tell(&explained, list, show)?;
    }
    Ok(Exit::Complete)
}

/// What the ends of a relation are called.
fn ends(graph: &mut Graph, line: &Value) -> Result<BTreeMap<&'static str, String>, Failure> {
    let wanted = |end| Some((line.get(end)?.as_str()?, end));
    let wanted: BTreeSet<(&str, &str)> = ["subject", "object"].into_iter().filter_map(wanted).collect();
    let mut names = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(names);
    }
    let mut lines = graph.lines(ENTITIES)?;
    while let Some(line) = lines.line()? {
        let id = find::id_of(&line);
        for end in ["subject", "object"].into_iter().filter(|end| wanted.contains(&(id, *end))) {
            let head: EntityHead = lines.parse(&line)?;
            names.insert(end, format!("{} {:?}", head.entity_type, head.name));
        }
        if names.len() == wanted.len() {
            break;
        }
    }
    Ok(names)
}

/// A line of what an id may mean.
fn candidate(head: &EntityHead) -> Value {
    json!({"id": head.id, "type": head.entity_type, "name": head.name})
}

fn edge_candidate(head: &EdgeHead) -> Value {
    let object = head.object.as_deref().or(head.value.as_deref()).unwrap_or_default();
    json!({"id": head.id, "type": head.relation_type, "subject": head.subject, "object": object})
}
