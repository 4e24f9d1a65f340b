//! `--merge similar`: names of a graph are embedded, and those that mean nearly the same are connected.

use std::sync::Arc;

use kgas_core::Usage;
use kgas_engine::source::Sourced;
use kgas_engine::{Finished, Folder, OutputError, Pipeline, Store, run};

use crate::args::{ExtractArgs, Merge, ToolArgs};
use crate::corpus::Corpus;
use crate::embed::EMBEDDER;
use crate::failure::Failure;
use crate::progress::Meter;
use crate::settings::{Equipped, equip, registry};
use crate::show::Show;
use crate::words::counted;

/// How near names must be where nothing else is said.
const NEAR: f64 = 0.92;

/// What compares names.
#[derive(Debug)]
pub(crate) struct Similarity {
    pub(crate) embedder: Equipped,
    least: f64,
}

impl Similarity {
    /// What was asked for, where it was.
    pub(crate) fn of(args: &ExtractArgs) -> Result<Option<Self>, Failure> {
        let least = match (args.merge, args.merge_similar) {
            (Merge::Similar, given) => given.unwrap_or(NEAR),
            (_, Some(_)) => return Err(Failure::usage("--merge-similar needs --merge similar")),
            (_, None) => return Ok(None),
        };
        if !(0.0..=1.0).contains(&least) {
            return Err(Failure::usage("--merge-similar: give a number from 0 to 1"));
        }
        let tools = equip(&registry()?, &[EMBEDDER.to_owned()], &ToolArgs::default())?;
        Ok(tools.into_iter().next().map(|embedder| Self { embedder, least }))
    }

    /// Connects entities of a run's store; gives what that cost.
    ///
    /// Each name is a document of its own, so that what holds for calls of a run holds for these.
    pub(crate) async fn connect(
        &self,
        corpus: &Corpus,
        mut store: Store,
        out: &Folder,
        show: Show,
    ) -> Result<(Store, Usage), Failure> {
        let not_written = |error| Failure::fatal(OutputError::new(out.path(), error));
        if corpus.models.interrupt.is_stopping() {
            return Ok((store, Usage::default()));
        }
        let (mut store, names) = tokio::task::spawn_blocking(move || store.names().map(|names| (store, names)))
            .await
            .map_err(Failure::fatal)?
            .map_err(not_written)?;
        let document = |(number, name): (usize, &str)| {
            let id = number.to_string();
            Sourced { source: id.clone(), id, text: Ok(name.to_owned()) }
        };
        let documents: Vec<Sourced> = names.wanted().into_iter().map(document).collect();
        let wanted = documents.len();
        let pipeline = Pipeline {
            tools: vec![Arc::clone(&self.embedder.tool)],
            ontology: Arc::default(),
            examples: Arc::default(),
            redo: Arc::default(),
            context: corpus.models.context.clone(),
            in_flight: corpus.in_flight,
        };
        let vectors = Store::create(&out.own()).map_err(not_written)?;
        // Names are no documents: they are counted nowhere.
        let mut meter = Meter::new(show, 0, Arc::default());
        let ran = run(Box::new(documents.into_iter()), pipeline, vectors, &corpus.models.interrupt, &mut meter).await;
        let Finished { tally, store: vectors } = ran.map_err(not_written)?;
        let vectors = tokio::task::spawn_blocking(move || vectors.numbered_vectors())
            .await
            .map_err(Failure::fatal)?
            .map_err(not_written)?;
        let without = wanted.saturating_sub(vectors.len()) as u64;
        if without > 0 {
            let names = counted(without, "name has", "names have");
            show.warning(&format!("{names} no vector, so similarity merges nothing with them; run again for them"));
        }
        store.connect(names.similar(&vectors, self.least));
        Ok((store, tally.usage()))
    }
}
