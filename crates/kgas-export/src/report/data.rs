//! What the page shows, as its script reads it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::Value;

use super::documents::{Documents, Shown};
use super::pick::Picked;
use super::reasons::in_words;
use super::{ReportOptions, Reported};
use crate::graph::{Graph, ReadError};
use crate::row::{Entity, Merged, Place, Property, Relation, Target};

/// Quotes of an entity or a relation from documents whose texts the page doesn't have.
const QUOTES: usize = 5;

/// Relations for each entity that there is room for.
const RELATIONS_EACH: usize = 4;

/// Examples of a reason, and the most characters of each.
const EXAMPLES: usize = 3;
const EXAMPLE_CHARACTERS: usize = 600;

/// Why the text of a document isn't in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// There was no room.
    LeftOut,
    /// It is another text now.
    Changed,
    /// It can't be read any more.
    Gone,
    /// The graph doesn't say where it came from.
    Unknown,
}

/// All that the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    /// The folder's name.
    pub(super) name: String,
    summary: Value,
    entities: Vec<Node>,
    relations: Vec<Edge>,
    documents: Vec<Shown>,
    rejected: Vec<Reason>,
    totals: Totals,
}

#[derive(Debug, Serialize)]
struct Totals {
    entities: usize,
    relations: usize,
    documents: usize,
    texts_left_out: usize,
}

#[derive(Debug, Serialize)]
struct Node {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    aliases: Vec<String>,
    confidence: f64,
    properties: BTreeMap<String, Vec<Worth>>,
    merged: Vec<(String, String, String)>,
    mentions: Vec<Spot>,
    /// How many the graph has.
    total: usize,
}

#[derive(Debug, Serialize)]
struct Worth {
    value: String,
    normal: Option<Value>,
}

#[derive(Debug, Serialize)]
struct Edge {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// A place in the page's list of entities.
    subject: usize,
    object: Option<usize>,
    value: Option<String>,
    normal: Option<Value>,
    confidence: f64,
    evidence: Vec<Spot>,
    total: usize,
}

/// A place in a document, whose span is in units of UTF-16. Where the page has the text, it has the quote.
#[derive(Debug, Serialize)]
struct Spot {
    #[serde(rename = "d")]
    document: usize,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    span: Option<(usize, usize)>,
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    quote: Option<String>,
    #[serde(rename = "m")]
    matched: String,
    #[serde(rename = "t")]
    tool: String,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(rename = "f", skip_serializing_if = "Vec::is_empty")]
    flags: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
struct Reason {
    reason: String,
    means: &'static str,
    count: usize,
    /// Document, tool and item.
    examples: Vec<(String, String, String)>,
}

/// Reads the graph twice: to see what there is most of, and to take that.
pub(super) fn gather(graph: &mut Graph, options: &ReportOptions) -> Result<(Data, Reported), ReadError> {
    let mut documents = Documents::read(graph)?;
    let mut reported = Reported::default();
    let chosen = pick_entities(graph, &mut documents, options)?;
    let (places, mut entities) = (number(graph, &chosen)?, Vec::with_capacity(chosen.taken));
    let edges = pick_relations(graph, &mut documents, &places, options)?;
    documents.fill(graph, options, &mut reported);
    for (row, entity) in graph.entities()?.enumerate() {
        let entity = entity?;
        if chosen.has(row) {
            entities.push(node(entity, &documents));
        }
    }
    let mut relations = Vec::with_capacity(edges.taken);
    for (row, relation) in graph.relations()?.enumerate() {
        let relation = relation?;
        if edges.has(row) {
            relations.extend(edge(relation, &places, &documents));
        }
    }
    reported.entities = entities.len();
    reported.relations = relations.len();
    reported.entities_left_out = chosen.left_out();
    reported.relations_left_out = edges.left_out();
    let totals = Totals {
        entities: entities.len() + chosen.left_out(),
        relations: relations.len() + edges.left_out(),
        documents: documents.count_all(),
        texts_left_out: reported.texts_left_out,
    };
    let summary = about(graph)?;
    let (name, rejected) = (name_of(graph), reasons(graph)?);
    let documents = documents.into_listed();
    Ok((Data { name, summary, entities, relations, documents, rejected, totals }, reported))
}

fn pick_entities(graph: &mut Graph, documents: &mut Documents, options: &ReportOptions) -> Result<Picked, ReadError> {
    let mut counts = Vec::new();
    for entity in graph.entities()? {
        let entity = entity?;
        entity.mentions.iter().for_each(|place| documents.count(&place.document));
        counts.push(entity.mentions.len());
    }
    Ok(Picked::most(&counts, options.entities))
}

/// The place of each entity of the page in its list, by id.
fn number(graph: &mut Graph, chosen: &Picked) -> Result<HashMap<String, usize>, ReadError> {
    let mut places = HashMap::with_capacity(chosen.taken);
    for (row, entity) in graph.entities()?.enumerate() {
        let entity = entity?;
        if chosen.has(row) {
            places.insert(entity.id, places.len());
        }
    }
    Ok(places)
}

/// Relations whose ends are in the page, those with the most evidence.
fn pick_relations(
    graph: &mut Graph,
    documents: &mut Documents,
    places: &HashMap<String, usize>,
    options: &ReportOptions,
) -> Result<Picked, ReadError> {
    let (mut counts, mut fitting) = (Vec::new(), 0);
    for relation in graph.relations()? {
        let relation = relation?;
        relation.evidence.iter().for_each(|place| documents.count(&place.document));
        let has_object = match &relation.target {
            Target::Object(id) => places.contains_key(id),
            Target::Value(_) => true,
        };
        let fits = has_object && places.contains_key(&relation.subject);
        fitting += usize::from(fits);
        // One more, so that those without evidence still come before those that don't fit.
        counts.push(if fits { relation.evidence.len() + 1 } else { 0 });
    }
    Ok(Picked::most(&counts, fitting.min(options.entities.saturating_mul(RELATIONS_EACH))))
}

fn node(entity: Entity, documents: &Documents) -> Node {
    let worth = |property: Property| Worth { value: property.value, normal: property.normal };
    let merged = |from: Merged| (from.entity_type, from.name, from.by);
    let properties = entity.properties.into_iter();
    Node {
        id: entity.id,
        kind: entity.entity_type,
        name: entity.name,
        aliases: entity.aliases,
        confidence: entity.confidence,
        properties: properties.map(|(name, values)| (name, values.into_iter().map(worth).collect())).collect(),
        merged: entity.merged_from.into_iter().map(merged).collect(),
        total: entity.mentions.len(),
        mentions: spots(entity.mentions, documents),
    }
}

fn edge(relation: Relation, places: &HashMap<String, usize>, documents: &Documents) -> Option<Edge> {
    let (object, value) = match relation.target {
        Target::Object(id) => (Some(*places.get(&id)?), None),
        Target::Value(value) => (None, Some(value)),
    };
    Some(Edge {
        id: relation.id,
        kind: relation.relation_type,
        subject: *places.get(&relation.subject)?,
        object,
        value,
        normal: relation.normal,
        confidence: relation.confidence,
        total: relation.evidence.len(),
        evidence: spots(relation.evidence, documents),
    })
}

/// All places in texts that the page has, and a few quotes of others.
fn spots(places: Vec<Place>, documents: &Documents) -> Vec<Spot> {
    let mut quotes = 0;
    let mut spots = Vec::new();
    for place in places {
        let Some((document, units)) = documents.find(&place.document) else { continue };
        let span = units.and_then(|units| units.span(place.start?, place.end?));
        if span.is_none() {
            quotes += 1;
            if quotes > QUOTES {
                continue;
            }
        }
        spots.push(Spot {
            document,
            span,
            quote: span.is_none().then_some(place.quote),
            matched: place.matched,
            tool: place.tool,
            confidence: place.confidence,
            flags: place.flags,
        });
    }
    spots
}

fn reasons(graph: &mut Graph) -> Result<Vec<Reason>, ReadError> {
    let mut reasons: BTreeMap<String, Reason> = BTreeMap::new();
    for row in graph.rejected()? {
        let row = row?;
        let reason = reasons.entry(row.reason).or_default();
        reason.count += 1;
        if reason.examples.len() < EXAMPLES {
            let whole = row.item.to_string();
            let mut item: String = whole.chars().take(EXAMPLE_CHARACTERS).collect();
            if item.len() < whole.len() {
                item.push('…');
            }
            if reason.examples.iter().all(|(_, _, other)| *other != item) {
                reason.examples.push((row.document, row.tool, item));
            }
        }
    }
    let named = reasons.into_iter().map(|(name, reason)| Reason { means: in_words(&name), reason: name, ..reason });
    let mut named: Vec<Reason> = named.collect();
    named.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    Ok(named)
}

/// The summary, and which models its tools asked.
fn about(graph: &Graph) -> Result<Value, ReadError> {
    let mut summary = graph.summary()?;
    if let Some(fields) = summary.as_object_mut() {
        fields.remove("files");
    }
    Ok(summary)
}

fn name_of(graph: &Graph) -> String {
    let folder = graph.folder();
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map_or_else(|| "graph".to_owned(), |name| name.to_string_lossy().into_owned())
}
