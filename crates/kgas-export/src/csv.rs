//! Comma-separated values: a table of nodes and a table of edges, for pandas, DuckDB, Gephi and spreadsheets.

use std::io;

use ::csv::Writer;

use crate::format::{Counts, ExportError, Out};
use crate::graph::Graph;
use crate::graphml::BETWEEN;
use crate::nodes::{Attributes, Edges, count, documents};

/// The columns of nodes that are always there; those of the ontology's attributes follow.
pub(crate) const NODES: [&str; 7] = ["id", "label", "type", "aliases", "confidence", "mentions", "documents"];

/// The columns of edges.
pub(crate) const EDGES: [&str; 11] =
    ["id", "source", "target", "label", "confidence", "evidence", "document", "start", "end", "quote", "match"];

pub(crate) fn write(graph: &mut Graph, nodes: Out<'_>, edges: Out<'_>) -> Result<Counts, ExportError> {
    Ok(Counts { nodes: write_nodes(graph, nodes)?, edges: write_edges(graph, edges)? })
}

fn write_nodes(graph: &mut Graph, out: Out<'_>) -> Result<u64, ExportError> {
    let attributes = Attributes::of(graph)?;
    let mut table = Writer::from_writer(out);
    table.write_record(NODES.into_iter().chain(attributes.names().iter().map(String::as_str))).map_err(io_error)?;
    let mut rows = 0;
    for entity in graph.entities()? {
        let entity = entity?;
        let mut row = vec![
            entity.id.clone(),
            entity.name.clone(),
            entity.entity_type.clone(),
            entity.aliases.join(BETWEEN),
            number(entity.confidence),
            count(&entity.mentions).to_string(),
            documents(&entity.mentions).len().to_string(),
        ];
        let values = attributes.of_entity(&entity);
        let of_column = |place| values.get(&place).map(|values| values.join(BETWEEN)).unwrap_or_default();
        row.extend((0..attributes.names().len()).map(of_column));
        table.write_record(row).map_err(io_error)?;
        rows += 1;
    }
    table.flush()?;
    Ok(rows)
}

fn write_edges(graph: &mut Graph, out: Out<'_>) -> Result<u64, ExportError> {
    let mut table = Writer::from_writer(out);
    table.write_record(EDGES).map_err(io_error)?;
    let mut rows = 0;
    for edge in Edges::of(graph)? {
        let edge = edge?;
        let evidence = count(&edge.evidence).to_string();
        let head = [edge.id, edge.source, edge.target, edge.label, number(edge.confidence), evidence];
        let first = edge.evidence.into_iter().next().map(|first| {
            let [start, end] =
                [first.start, first.end].map(|place| place.map(|place| place.to_string()).unwrap_or_default());
            [first.document, start, end, first.quote, first.matched]
        });
        table.write_record(head.iter().chain(&first.unwrap_or_default())).map_err(io_error)?;
        rows += 1;
    }
    table.flush()?;
    Ok(rows)
}

/// With a point, so that a column of ones is no column of integers.
fn number(number: f64) -> String {
    format!("{number:?}")
}

fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}
