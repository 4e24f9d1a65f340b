//! Apache Parquet: the tables of the CSV files, with types and lists, for pandas, Polars and DuckDB.

use std::io;
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{Type, TypePtr};

use crate::csv::{EDGES, NODES};
use crate::format::{Counts, ExportError, Out};
use crate::graph::Graph;
use crate::nodes::{Attributes, Edge, Edges, count, documents};
use crate::row::Entity;

/// The most rows that are held in memory.
const ROWS: u64 = 50_000;
/// Bytes of text after which the rows are written.
const BYTES: usize = 32 * 1024 * 1024;

pub(crate) fn write(graph: &mut Graph, nodes: Out<'_>, edges: Out<'_>) -> Result<Counts, ExportError> {
    Ok(Counts { nodes: write_nodes(graph, nodes)?, edges: write_edges(graph, edges)? })
}

fn write_nodes(graph: &mut Graph, out: Out<'_>) -> Result<u64, ExportError> {
    let attributes = Attributes::of(graph)?;
    let kinds = [Kind::Text, Kind::Text, Kind::Text, Kind::Texts, Kind::Real, Kind::Count, Kind::Count];
    let fixed = NODES.into_iter().zip(kinds);
    let columns = fixed.chain(attributes.names().iter().map(|name| (name.as_str(), Kind::Texts)));
    let mut table = Table::new(columns, out).map_err(io_error)?;
    for entity in graph.entities()? {
        table.push(node(&entity?, &attributes)).map_err(io_error)?;
    }
    Ok(table.close().map_err(io_error)?)
}

fn node(entity: &Entity, attributes: &Attributes) -> Vec<Cell> {
    let mut row = vec![
        Cell::text(&entity.id),
        Cell::text(&entity.name),
        Cell::text(&entity.entity_type),
        Cell::texts(&entity.aliases),
        Cell::Real(entity.confidence),
        Cell::Count(Some(count(&entity.mentions))),
        Cell::Count(i64::try_from(documents(&entity.mentions).len()).ok()),
    ];
    let values = attributes.of_entity(entity);
    let places = 0..attributes.names().len();
    row.extend(places.map(|place| values.get(&place).map_or(Cell::Texts(None), |values| Cell::texts(values))));
    row
}

fn write_edges(graph: &mut Graph, out: Out<'_>) -> Result<u64, ExportError> {
    use Kind::{Count, Real, Text};
    let kinds = [Text, Text, Text, Text, Real, Count, Text, Count, Count, Text, Text];
    let mut table = Table::new(EDGES.into_iter().zip(kinds), out).map_err(io_error)?;
    for relation in Edges::of(graph)? {
        table.push(edge(&relation?)).map_err(io_error)?;
    }
    Ok(table.close().map_err(io_error)?)
}

fn edge(edge: &Edge) -> Vec<Cell> {
    let first = edge.evidence.first();
    let place = |place: Option<usize>| Cell::Count(place.and_then(|place| i64::try_from(place).ok()));
    vec![
        Cell::text(&edge.id),
        Cell::text(&edge.source),
        Cell::text(&edge.target),
        Cell::text(&edge.label),
        Cell::Real(edge.confidence),
        Cell::Count(Some(count(&edge.evidence))),
        Cell::Text(first.map(|first| first.document.as_str().into())),
        place(first.and_then(|first| first.start)),
        place(first.and_then(|first| first.end)),
        Cell::Text(first.map(|first| first.quote.as_str().into())),
        Cell::Text(first.map(|first| first.matched.as_str().into())),
    ]
}

/// What the cells of a column are; each may be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Texts,
    Real,
    Count,
}

enum Cell {
    Text(Option<ByteArray>),
    Texts(Option<Vec<ByteArray>>),
    Real(f64),
    Count(Option<i64>),
}

impl Cell {
    fn text(text: &str) -> Self {
        Self::Text(Some(text.into()))
    }

    fn texts(texts: &[impl AsRef<str>]) -> Self {
        Self::Texts(Some(texts.iter().map(|text| text.as_ref().into()).collect()))
    }
}

/// A table that is written a group of rows at a time.
struct Table<'o> {
    file: SerializedFileWriter<Out<'o>>,
    columns: Vec<Column>,
    held: u64,
    bytes: usize,
    rows: u64,
}

impl<'o> Table<'o> {
    fn new<'n>(columns: impl Iterator<Item = (&'n str, Kind)>, out: Out<'o>) -> Result<Self, ParquetError> {
        let columns: Vec<(&str, Kind)> = columns.collect();
        let fields = columns.iter().map(|(name, kind)| field(name, *kind)).collect::<Result<Vec<TypePtr>, _>>()?;
        let schema = Type::group_type_builder("kgas").with_fields(fields).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        let columns = columns.into_iter().map(|(_, kind)| Column::new(kind)).collect();
        Ok(Self { file, columns, held: 0, bytes: 0, rows: 0 })
    }

    fn push(&mut self, row: Vec<Cell>) -> Result<(), ParquetError> {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            self.bytes += column.push(cell);
        }
        self.held += 1;
        self.rows += 1;
        if self.held == ROWS || self.bytes > BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for column in &mut self.columns {
            if let Some(mut writer) = group.next_column()? {
                column.write(writer.untyped())?;
                writer.close()?;
            }
        }
        group.close()?;
        (self.held, self.bytes) = (0, 0);
        Ok(())
    }

    /// Ends the file, and gives the number of its rows.
    fn close(mut self) -> Result<u64, ParquetError> {
        if self.held > 0 {
            self.flush()?;
        }
        self.file.close()?;
        Ok(self.rows)
    }
}

/// The values of a column, with the levels that say what is empty and where lists begin.
struct Column {
    kind: Kind,
    texts: Vec<ByteArray>,
    reals: Vec<f64>,
    counts: Vec<i64>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl Column {
    fn new(kind: Kind) -> Self {
        let (texts, reals, counts) = (Vec::new(), Vec::new(), Vec::new());
        Self { kind, texts, reals, counts, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Takes a cell, and says how many bytes of text are in it.
    fn push(&mut self, cell: Cell) -> usize {
        let held = self.texts.len();
        match cell {
            Cell::Text(text) => {
                self.definitions.push(text.is_some().into());
                self.texts.extend(text);
            }
            Cell::Texts(None) => self.list(0, []),
            Cell::Texts(Some(texts)) if texts.is_empty() => self.list(1, []),
            Cell::Texts(Some(texts)) => self.list(2, texts),
            Cell::Real(number) => {
                self.definitions.push(1);
                self.reals.push(number);
            }
            Cell::Count(number) => {
                self.definitions.push(number.is_some().into());
                self.counts.extend(number);
            }
        }
        self.texts.iter().skip(held).map(ByteArray::len).sum()
    }

    /// A list: none (0), an empty one (1), or one with elements (2).
    fn list(&mut self, definition: i16, texts: impl IntoIterator<Item = ByteArray>) {
        let held = self.texts.len();
        self.texts.extend(texts);
        let levels = (self.texts.len() - held).max(1);
        self.definitions.extend(std::iter::repeat_n(definition, levels));
        self.repetitions.push(0);
        self.repetitions.extend(std::iter::repeat_n(1, levels - 1));
    }

    fn write(&mut self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let definitions = Some(self.definitions.as_slice());
        let repetitions = (self.kind == Kind::Texts).then_some(self.repetitions.as_slice());
        match writer {
            ColumnWriter::ByteArrayColumnWriter(writer) => writer.write_batch(&self.texts, definitions, repetitions)?,
            ColumnWriter::DoubleColumnWriter(writer) => writer.write_batch(&self.reals, definitions, None)?,
            ColumnWriter::Int64ColumnWriter(writer) => writer.write_batch(&self.counts, definitions, None)?,
            _ => return Err(ParquetError::General("a column of another type than its cells".to_owned())),
        };
        *self = Self::new(self.kind);
        Ok(())
    }
}

fn field(name: &str, kind: Kind) -> Result<TypePtr, ParquetError> {
    let text = |name, repetition| {
        let text = Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_repetition(repetition);
        text.with_logical_type(Some(LogicalType::String)).build()
    };
    let number = |physical| Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL).build();
    let field = match kind {
        Kind::Text => text(name, Repetition::OPTIONAL),
        Kind::Real => number(Physical::DOUBLE),
        Kind::Count => number(Physical::INT64),
        Kind::Texts => {
            let element = Arc::new(text("element", Repetition::REQUIRED)?);
            let list =
                Type::group_type_builder("list").with_repetition(Repetition::REPEATED).with_fields(vec![element]);
            let outer = Type::group_type_builder(name).with_repetition(Repetition::OPTIONAL);
            outer.with_logical_type(Some(LogicalType::List)).with_fields(vec![Arc::new(list.build()?)]).build()
        }
    };
    field.map(Arc::new)
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        other => io::Error::other(other),
    }
}
