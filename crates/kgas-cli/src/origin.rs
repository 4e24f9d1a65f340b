//! What `kgas extract` was told, as `kgas explain` will need it.

use std::io;

use kgas_core::Need;
use kgas_engine::{Merging, Offsets, Origin, OriginTool};

use crate::args::{ExtractArgs, Merge, StdinFormat, Unit};
use crate::corpus::Corpus;
use crate::settings::Equipped;

/// The unit of places.
pub(crate) const fn unit(unit: Unit) -> Offsets {
    match unit {
        Unit::Chars => Offsets::Chars,
        Unit::Bytes => Offsets::Bytes,
        Unit::Utf16 => Offsets::Utf16,
    }
}

/// What makes mentions one entity.
pub(crate) const fn merging(merge: Merge) -> Merging {
    match merge {
        Merge::Exact => Merging::Exact,
        Merge::Aliases | Merge::Similar => Merging::Aliases,
    }
}

/// The origin of the graph that this corpus gives.
pub(crate) fn of(corpus: &Corpus, args: &ExtractArgs) -> io::Result<Origin> {
    let absolute = |path: &std::path::PathBuf| match path.as_os_str().to_str() {
        Some("-") => Ok(path.clone()),
        _ => std::path::absolute(path),
    };
    let tool = |equipped: &Equipped| {
        let metadata = equipped.tool.metadata();
        let context = &corpus.models.context;
        let chat = metadata.needs.contains(&Need::ChatModel).then(|| context.chat("").ok().map(|model| model.id()));
        let embedder =
            metadata.needs.contains(&Need::Embedder).then(|| context.embedder("").ok().map(|model| model.id()));
        OriginTool {
            id: metadata.id.clone(),
            version: metadata.version.clone(),
            model: chat.flatten().or(embedder.flatten()).map(str::to_owned),
            config: equipped.config.clone(),
        }
    };
    let stdin_format = match args.source.stdin_format {
        StdinFormat::Txt => "txt",
        StdinFormat::Jsonl => "jsonl",
        StdinFormat::Csv => "csv",
    };
    Ok(Origin {
        kgas: env!("CARGO_PKG_VERSION").to_owned(),
        folder: std::env::current_dir().unwrap_or_default(),
        inputs: args.source.inputs.iter().map(absolute).collect::<io::Result<_>>()?,
        id_field: args.source.id_field.clone(),
        text_field: args.source.text_field.clone(),
        stdin_format: stdin_format.to_owned(),
        // A pipe can be read only once; the graph is no worse for it.
        ontology: args.ontology.ontology.as_deref().and_then(|path| Origin::fingerprint(path).ok()),
        tools: corpus.tools.iter().map(tool).collect(),
        offsets: unit(args.offsets).as_str().to_owned(),
        merge: match args.merge {
            Merge::Exact => "exact",
            Merge::Aliases => "aliases",
            Merge::Similar => "similar",
        }
        .to_owned(),
    })
}
