//! What an extraction came to: `summary.json`, and its last line.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use kgas_core::{Need, Usage};
use kgas_engine::{
    Cost, Counts, Coverage, RunFacts, SCHEMA_VERSION, Spent, Summary, Tally, Tokens, ToolSummary, tool_facts,
};

use crate::args::ExtractArgs;
use crate::corpus::Corpus;
use crate::origin;
use crate::settings::Equipped;
use crate::words::counted;

/// What a run was, and what came of it.
pub(crate) fn summary(
    corpus: &Corpus,
    args: &ExtractArgs,
    counts: Counts,
    (tally, compared): (&Tally, Usage),
    (started, took): (SystemTime, Duration),
) -> Summary {
    let bill = &corpus.models.bill;
    let cost = |id: &str, usage: Usage| {
        let tool = corpus.tools.iter().find(|equipped| equipped.tool.metadata().id == id);
        bill.cost(tool.map_or(&[], |equipped| &equipped.tool.metadata().needs), usage)
    };
    let mut used = tally.usage();
    used += compared;
    // How the server takes schemas is kept, so that a run that goes on doesn't ask again: no part of what the graph took.
    let mut spent = used;
    spent += corpus.models.asking;
    let of_tools = tally.tools.iter().map(|(id, tool)| cost(id, tool.usage));
    let asking = bill.cost(&[Need::ChatModel], corpus.models.asking);
    let comparing = bill.cost(&[Need::Embedder], compared);
    let whole = of_tools.chain([asking, comparing]).fold(bill.cost(&[], Usage::default()), sum);
    let tool = |equipped: &Equipped| {
        let metadata = equipped.tool.metadata();
        ToolSummary {
            id: metadata.id.clone(),
            version: metadata.version.clone(),
            config: equipped.config.clone(),
            tally: tally.tools.get(&metadata.id).cloned().unwrap_or_default(),
        }
    };
    Summary {
        schema_version: SCHEMA_VERSION,
        state: corpus.state(tally),
        coverage: Coverage::new(tally),
        counts,
        calls: used.calls,
        tokens: Tokens::from(used),
        tools: corpus.tools.iter().map(tool).collect(),
        models: corpus.models.names(&corpus.tools),
        offsets: origin::unit(args.offsets).as_str(),
        files: BTreeMap::new(),
        run: RunFacts {
            kgas: env!("CARGO_PKG_VERSION"),
            started_unix: started.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            seconds: took.as_secs_f64(),
            spent: Spent::new(spent, whole),
            in_flight: corpus.in_flight.get(),
            max_concurrent: args.model.max_concurrent.get(),
            tools: tool_facts(tally, cost),
            estimate: corpus.models.estimate(),
            stopped_by: corpus.stopped_by(tally),
        },
    }
}

/// What came of it: the graph, and what it took.
pub(crate) fn in_words(summary: &Summary) -> String {
    let graph = &summary.counts.graph;
    let all: u64 = summary.counts.documents.values().sum();
    let complete = summary.counts.documents.get("complete").copied().unwrap_or_default();
    let rejected: u64 = summary.counts.rejected.values().sum();
    let entities = counted(graph.entities, "entity", "entities");
    let relations = counted(graph.relations, "relation", "relations");
    let documents = counted(all, "document", "documents");
    let mut line = format!("{entities} and {relations} from {documents} in {:.1} s", summary.run.seconds);
    let (bought, replayed) = (summary.run.spent.bought.calls, summary.run.spent.journal.calls);
    if bought + replayed > 0 {
        line += &format!(", {}", counted(bought + replayed, "call", "calls"));
    }
    if replayed > 0 {
        line += &format!(" ({replayed} of them from the journal)");
    }
    if let Some(usd) = summary.run.spent.cost.usd.filter(|usd| *usd > 0.0) {
        line += &format!(", {}", dollars(usd));
    }
    if let Some(saved) = summary.run.spent.cost.usd_saved.filter(|usd| *usd > 0.0) {
        line += &format!(" ({} saved)", dollars(saved));
    }
    let more = [
        (all.saturating_sub(complete), "incomplete document", "incomplete documents"),
        (rejected, "rejected item", "rejected items"),
    ];
    for (count, one, many) in more.into_iter().filter(|(count, ..)| *count > 0) {
        line += &format!(", {}", counted(count, one, many));
    }
    line
}

/// Both are known where all that was paid for has a price.
fn sum(one: Cost, other: Cost) -> Cost {
    let add = |one: Option<f64>, other: Option<f64>| Some(one? + other?);
    Cost { usd: add(one.usd, other.usd), usd_saved: add(one.usd_saved, other.usd_saved) }
}

/// Cents where there are any, and as many digits as show something below.
fn dollars(usd: f64) -> String {
    if usd >= 0.095 { format!("${usd:.2}") } else { format!("${usd:.4}") }
}
