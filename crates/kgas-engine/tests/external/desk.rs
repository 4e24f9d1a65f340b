//! A folder with the fake tool in it, and what it has written down.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]
#![expect(clippy::print_stderr, reason = "a test that can't be made is not passed over in silence")]

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::{ChunkReport, ChunkState, Document, KgasTool, Need, ToolContext, ToolInput, ToolResult};
use kgas_engine::{External, ExternalSpec};
use serde_json::{Value, json};

pub(crate) const ID: &str = "acme.fake";
pub(crate) const TEXT: &str = "Ann knows Bob. Ann is in Paris.";

pub(crate) struct Desk {
    folder: tempfile::TempDir,
    pub(crate) spec: ExternalSpec,
}

impl Desk {
    /// None where this machine has no python3: then nothing is tested, and that is told.
    pub(crate) fn new() -> Option<Self> {
        let python = python()?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fake.py"), include_str!("fake.py")).unwrap();
        let spec = ExternalSpec {
            command: [python, "-S", "fake.py"].map(str::to_owned).to_vec(),
            folder: folder.path().to_owned(),
            description: "Does as it is told".to_owned(),
            needs: vec![Need::Ontology],
            timeout: Duration::from_secs(100),
            processes: NonZeroUsize::MIN,
            withheld: Vec::new(),
        };
        Some(Self { folder, spec })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The tool, after it has said what it is.
    pub(crate) async fn tool(&self) -> External {
        self.tool_with(json!({})).await
    }

    pub(crate) async fn tool_with(&self, config: Value) -> External {
        let introduction = External::meet(ID, &self.spec).await.unwrap();
        External::new(ID, self.spec.clone(), introduction, config).unwrap()
    }

    /// What is wrong with the tool or its declaration.
    pub(crate) async fn refused(&self) -> String {
        External::meet(ID, &self.spec).await.unwrap_err().to_string()
    }

    /// All lines that processes of the tool have read.
    pub(crate) fn heard(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path("heard.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The processes that were started, the one that only said what it is among them.
    pub(crate) fn started(&self) -> Vec<String> {
        std::fs::read_to_string(self.path("started")).unwrap().lines().map(str::to_owned).collect()
    }
}

/// The interpreter itself: what stands for it on the PATH may be a script that is slow to find it.
pub(crate) fn python() -> Option<&'static str> {
    static PLACE: OnceLock<Option<String>> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        let told = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        Some(String::from_utf8(told.ok()?.stdout).unwrap().trim().to_owned()).filter(|place| !place.is_empty())
    });
    if place.is_none() {
        eprintln!("SKIPPED: there is no python3, so tools outside kgas are not tested");
    }
    place.as_deref()
}

/// A document, and what the tool is to do with it.
pub(crate) fn input(steps: Value) -> ToolInput {
    let document = Document::new("a.txt", TEXT).with_source("in/a.txt");
    ToolInput { params: steps, ..ToolInput::new(Arc::new(document), ontology()) }
}

/// People, towns, and who knows whom.
pub(crate) fn ontology() -> Arc<Ontology> {
    let spec = OntologySpec {
        classes: vec![ClassSpec::new("Person"), ClassSpec::new("Town")],
        relations: vec![RelationSpec::new("knows").from(["Person"]).to(["Person"])],
        ..OntologySpec::default()
    };
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

/// Runs a tool that asks nobody.
pub(crate) async fn ran(tool: &External, steps: Value) -> ToolResult {
    tool.execute(&ToolContext::offline(), input(steps)).await.unwrap()
}

/// The only chunk of a result.
pub(crate) fn chunk(result: &ToolResult) -> &ChunkReport {
    assert_eq!(result.chunks.len(), 1);
    &result.chunks[0]
}

/// What went wrong with a document.
pub(crate) fn failure(result: &ToolResult) -> &str {
    assert_eq!(chunk(result).state, ChunkState::Failed);
    chunk(result).error.as_deref().unwrap()
}

/// The output of a result as JSON.
pub(crate) fn output(result: &ToolResult) -> Value {
    serde_json::to_value(&result.output).unwrap()
}
