//! The outputs: records are spooled while the run goes on, then sorted, merged and written.

mod draft;
mod entities;
mod folder;
mod graph;
mod lines;
mod records;
mod relations;
mod spool;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use kgas_core::Ontology;
use kgas_core::fact::EntityKey;

pub use draft::Draft;
pub(crate) use draft::{ORIGIN, STDIN};
pub use folder::{Folder, OutputError};
pub use graph::{GraphError, GraphFiles};
pub(crate) use records::{Findings, Record, records};

use crate::key::sorted_parts;
use crate::merge::{By, Link, Merged, Merging, Names, has_kin};
use crate::offsets::Offsets;
use records::Stream;
use spool::{Sorted, Spool};

/// How the names of folders begin that a run leaves only when it is killed.
const SCRATCH: &str = "run-";

/// All records of a run, by the output that they belong to.
pub struct Store {
    scratch: tempfile::TempDir,
    spools: BTreeMap<Stream, Spool>,
    offsets: Offsets,
    merging: Merging,
    /// By which classes are told to be of one line.
    ontology: Arc<Ontology>,
    /// What else connects entities.
    links: Vec<Link>,
    /// The mentions, where they were sorted before all else.
    mentions: Option<Sorted>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct GraphCounts {
    /// Lines of `entities.jsonl`.
    pub entities: u64,
    /// Entities that went into another of those.
    pub merged: u64,
    /// Mentions in them.
    pub mentions: u64,
    /// Lines of `relations.jsonl`.
    pub relations: u64,
    /// Evidence in them.
    pub evidence: u64,
    /// Mentions and evidence by how their quote was found.
    pub matches: BTreeMap<String, u64>,
    /// Their flags.
    pub flags: BTreeMap<String, u64>,
    /// Relations that were dropped because their ends became one entity, by tool.
    #[serde(skip)]
    pub self_loops: BTreeMap<String, u64>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("scratch", &self.scratch.path()).finish_non_exhaustive()
    }
}

impl Store {
    /// Makes a store whose files lie below `folder` until they are sorted.
    ///
    /// # Errors
    /// Where the folder can't be written.
    pub fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let scratch = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(folder)?;
        let (spools, ontology, links, mentions) = Default::default();
        let (offsets, merging) = Default::default();
        Ok(Self { scratch, spools, offsets, merging, ontology, links, mentions })
    }

    /// With the unit of `start` and `end` in all outputs.
    #[must_use]
    pub const fn offsets(mut self, offsets: Offsets) -> Self {
        self.offsets = offsets;
        self
    }

    /// With what makes mentions one entity.
    #[must_use]
    pub const fn merging(mut self, merging: Merging) -> Self {
        self.merging = merging;
        self
    }

    /// The unit of `start` and `end`, and whether aliases are to be looked for.
    pub(crate) fn form(&self) -> (Offsets, bool) {
        (self.offsets, self.merging == Merging::Aliases)
    }

    /// Takes the ontology that facts were checked against.
    pub(crate) fn judge_by(&mut self, ontology: &Arc<Ontology>) {
        self.ontology = Arc::clone(ontology);
    }

    pub(crate) fn push(&mut self, record: Record) -> io::Result<()> {
        self.spool(record.stream)?.push(&record.key, &record.payload)
    }

    /// Writes all files of a graph aside; [`Draft::publish`] puts them in place.
    ///
    /// # Errors
    /// Where the disk can't be written or read.
    pub fn write_graph(mut self, out: &Folder) -> io::Result<(Draft, GraphCounts)> {
        let mut draft = Draft::begin(out)?;
        let mut mentions = self.mentions()?;
        let merged;
        (mentions, merged) = self.merged(mentions)?;
        let mut lines = Spool::create(self.scratch.path())?;
        let entities = entities::entities(&mut mentions, &merged, &mut lines, self.scratch.path())?;
        drop(mentions);
        let mut lines = lines.sort()?;
        draft.write("entities.jsonl", |file| copy_lines(&mut lines, file))?;
        let (evidence, self_loops) = self.evidence(&merged)?;
        let mut relations = relations::Counts::default();
        draft.write("relations.jsonl", |file| {
            relations = relations::relations(evidence, file, self.scratch.path())?;
            Ok(())
        })?;
        for (stream, name) in [(Stream::Documents, "documents.jsonl"), (Stream::Rejected, "rejected.jsonl")] {
            let mut lines = self.sorted(stream)?;
            draft.write(name, |file| copy_lines(&mut lines, file))?;
        }
        self.write_others(&mut draft)?;
        let mut marks = entities.marks;
        marks.add(relations.marks);
        let counts = GraphCounts {
            entities: entities.lines,
            merged: entities.merged,
            mentions: entities.mentions,
            relations: relations.lines,
            evidence: relations.evidence,
            matches: marks.matches,
            flags: marks.flags,
            self_loops,
        };
        Ok((draft, counts))
    }

    /// The names of all entities, to be compared by what they mean. All records must have been written.
    ///
    /// # Errors
    /// Where the disk can't be written or read.
    pub fn names(&mut self) -> io::Result<Names> {
        let mut mentions = self.mentions()?;
        let mut keys = Vec::new();
        entities::keys(&mut mentions, |key| {
            keys.push(key);
            Ok(())
        })?;
        self.mentions = Some(mentions.rewound()?);
        Ok(Names::new(keys))
    }

    /// Takes what else connects entities.
    pub fn connect(&mut self, links: Vec<Link>) {
        self.links.extend(links);
    }

    /// The first vector of each document, by the document's id, where that is a number.
    ///
    /// # Errors
    /// Where the disk can't be written or read.
    pub fn numbered_vectors(mut self) -> io::Result<HashMap<usize, Vec<f32>>> {
        let mut lines = self.sorted(Stream::Embeddings)?;
        let mut vectors = HashMap::new();
        let mut payload = Vec::new();
        while lines.read(&mut payload)?.is_some() {
            let line: records::VectorLine = lines::parse(&payload)?;
            if let Ok(number) = line.id.parse() {
                vectors.entry(number).or_insert(line.vector);
            }
        }
        Ok(vectors)
    }

    fn mentions(&mut self) -> io::Result<Sorted> {
        match self.mentions.take() {
            Some(mentions) => Ok(mentions),
            None => self.sorted(Stream::Mentions),
        }
    }

    /// What is merged, of all that connects entities; gives the mentions back.
    fn merged(&mut self, mut mentions: Sorted) -> io::Result<(Sorted, Merged)> {
        let mut links = std::mem::take(&mut self.links);
        if self.merging == Merging::Aliases {
            let aliases = self.sorted(Stream::Aliases)?;
            links.extend(alias_links(aliases)?);
            if has_kin(&self.ontology) {
                links.extend(entities::kin_of(&mut mentions, &self.ontology, self.scratch.path())?);
                mentions = mentions.rewound()?;
            }
        }
        Ok((mentions, Merged::of(links, &self.ontology)))
    }

    /// The evidence of all edges, under the ids that their ends have after merging.
    fn evidence(&mut self, merged: &Merged) -> io::Result<(Sorted, BTreeMap<String, u64>)> {
        let evidence = self.sorted(Stream::Relations)?;
        if merged.is_empty() {
            return Ok((evidence, BTreeMap::new()));
        }
        let scratch = self.scratch.path().to_owned();
        relations::moved(evidence, merged, self.spool(Stream::Rejected)?, &scratch)
    }

    /// Writes the vectors alone to a file.
    ///
    /// # Errors
    /// Where the disk can't be written or read.
    pub fn write_embeddings(mut self, path: &Path) -> io::Result<()> {
        let mut lines = self.sorted(Stream::Embeddings)?;
        folder::write_file(path, |file| copy_lines(&mut lines, file))
    }

    /// Files that only some graphs have.
    fn write_others(&mut self, draft: &mut Draft) -> io::Result<()> {
        let streams: Vec<Stream> = self.spools.keys().cloned().collect();
        for stream in streams {
            let name = match &stream {
                Stream::Embeddings => draft::EMBEDDINGS.to_owned(),
                Stream::Stdin => STDIN.to_owned(),
                // A file of that folder, whatever the id.
                Stream::Tool(tool) => format!("tools/{}.jsonl", tool.replace(['/', '\\'], "_")),
                _ => continue,
            };
            let mut lines = self.sorted(stream)?;
            draft.write(&name, |file| copy_lines(&mut lines, file))?;
        }
        Ok(())
    }

    fn spool(&mut self, stream: Stream) -> io::Result<&mut Spool> {
        // Not the entry API: making a spool can fail.
        if !self.spools.contains_key(&stream) {
            self.spools.insert(stream.clone(), Spool::create(self.scratch.path())?);
        }
        self.spools.get_mut(&stream).ok_or_else(|| io::Error::other("a spool is missing"))
    }

    /// Takes a spool out and sorts it; empty where nothing was pushed.
    fn sorted(&mut self, stream: Stream) -> io::Result<Sorted> {
        match self.spools.remove(&stream) {
            Some(spool) => spool.sort(),
            None => Spool::create(self.scratch.path())?.sort(),
        }
    }
}

/// Each pair once, with what says so in the first document.
fn alias_links(mut aliases: Sorted) -> io::Result<Vec<Link>> {
    let mut links: Vec<Link> = Vec::new();
    let mut payload = Vec::new();
    while let Some(key) = aliases.read(&mut payload)? {
        let mut parts = sorted_parts(&key);
        let mut entity = || {
            let label = parts.next().unwrap_or_default();
            EntityKey::new(label, &parts.next().unwrap_or_default())
        };
        let (one, other) = (entity(), entity());
        if links.last().is_none_or(|last| (&last.one, &last.other) != (&one, &other)) {
            links.push(Link { one, other, by: By::Alias, evidence: Some(lines::parse(&payload)?) });
        }
    }
    Ok(links)
}

fn copy_lines(lines: &mut Sorted, out: &mut dyn Write) -> io::Result<()> {
    while lines.copy(out)?.is_some() {
        out.write_all(b"\n")?;
    }
    Ok(())
}
