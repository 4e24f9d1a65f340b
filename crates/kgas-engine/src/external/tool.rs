//! A tool outside this program, as all other tools are.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kgas_core::{
    Capabilities, KgasTool, Need, Ontology, RegistryError, ToolContext, ToolError, ToolInput, ToolMetadata, ToolResult,
};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::timeout;

use super::config::Minded;
use super::error::{Problem, one_line};
use super::pool::Pool;
use super::process::Process;
use super::talk::{Account, End, Talk};
use super::{ExternalError, ExternalSpec, Introduction, claims, message};

/// A tool outside this program. Dropping it ends its processes.
#[derive(Debug)]
pub struct External {
    metadata: ToolMetadata,
    config: Value,
    minded: Minded,
    pool: Pool,
    written: Mutex<Option<Written>>,
}

/// An ontology, as it is written for the tool.
#[derive(Debug)]
struct Written {
    ontology: Arc<Ontology>,
    text: Arc<RawValue>,
}

impl External {
    /// Starts a tool, hears what it says of itself, and ends it. Dropping the future ends it too.
    ///
    /// # Errors
    /// Where the declaration can't be followed, or the tool doesn't say what it is: what to correct in which of them.
    pub async fn meet(id: &str, spec: &ExternalSpec) -> Result<Introduction, ExternalError> {
        let met = async {
            if !is_id(id) {
                return Err(Problem::Id);
            }
            if spec.needs.contains(&Need::Embedder) {
                return Err(Problem::Embedder);
            }
            Process::start(id, spec)?.introduce(spec).await
        };
        met.await.map_err(|problem| problem.of(id))
    }

    /// Makes the tool; `config` is an object, and what isn't in it holds as the tool has said.
    ///
    /// # Errors
    /// [`RegistryError::Config`] where a key is unknown or a value is not of its type.
    pub fn new(id: &str, spec: ExternalSpec, introduction: Introduction, config: Value) -> Result<Self, RegistryError> {
        let chats = spec.needs.contains(&Need::ChatModel);
        let (config, minded) = introduction
            .configured(chats, config)
            .map_err(|source| RegistryError::Config { id: id.to_owned(), source })?;
        let metadata = metadata(id, &spec, &introduction);
        Ok(Self { metadata, config, minded, pool: Pool::new(id, spec, introduction), written: Mutex::default() })
    }

    /// Takes a document to a process; one that ended while it was free, and did nothing for the document, is replaced.
    async fn work(&self, context: &ToolContext, input: &ToolInput, account: &mut Account) -> Result<End, Problem> {
        let spec = self.pool.spec();
        let talk = Talk {
            context,
            tool: &self.metadata.id,
            minded: &self.minded,
            chats: spec.needs.contains(&Need::ChatModel),
        };
        let ontology = spec.needs.contains(&Need::Ontology).then(|| self.written(&input.ontology)).transpose()?;
        let mut process = self.pool.process().await?;
        loop {
            let id = process.next_task();
            let task = message::task(id, input, ontology.as_deref(), &self.config).map_err(unwritable)?;
            match timeout(spec.timeout, talk.hold(&mut process, (id, &task), account)).await {
                Ok(Ok(end)) => {
                    self.pool.take_back(process);
                    return Ok(end);
                }
                Ok(Err(Problem::Ended { .. } | Problem::Closed { .. })) if process.was_used() && !account.is_heard => {
                    process = self.pool.fresh().await?;
                }
                Ok(Err(problem)) => return Err(problem),
                Err(_) => return Err(Problem::Silent { after: spec.timeout, said: process.last_words() }),
            }
        }
    }

    /// The ontology as it is written; most runs have one.
    fn written(&self, ontology: &Arc<Ontology>) -> Result<Arc<RawValue>, Problem> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Written { ontology: last, text }) = &*written
            && Arc::ptr_eq(last, ontology)
        {
            return Ok(Arc::clone(text));
        }
        let text: Arc<RawValue> = to_raw_value(&**ontology).map_err(unwritable)?.into();
        *written = Some(Written { ontology: Arc::clone(ontology), text: Arc::clone(&text) });
        Ok(text)
    }
}

#[async_trait]
impl KgasTool for External {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, input: &ToolInput) -> Result<(), ToolError> {
        if self.metadata.needs.contains(&Need::Ontology) && input.ontology.is_empty() {
            return Err(ToolError::NoOntology { tool: self.metadata.id.clone(), hint: "" });
        }
        Ok(())
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        self.validate(&input)?;
        let tool = self.metadata.id.as_str();
        let _turn = if context.is_stopping() { None } else { self.pool.turn().await };
        if context.is_stopping() {
            return Ok(claims::skipped(tool, &input));
        }
        let mut account = Account::default();
        Ok(match self.work(context, &input, &mut account).await {
            Ok(End::Found(found)) => claims::found(tool, &input, &self.minded, found, &account),
            Ok(End::Error(error)) => {
                claims::failed(tool, &input, format!("the tool says: {}", one_line(&error)), &account)
            }
            Err(problem) => {
                self.pool.failed(&problem);
                claims::failed(tool, &input, problem.of(tool).to_string(), &account)
            }
        })
    }
}

fn unwritable(error: serde_json::Error) -> Problem {
    Problem::Pipe(error.into())
}

/// Whether others than kgas may call a tool so; outputs have it in file names.
fn is_id(id: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    id.contains('.') && id.split('.').all(is_part)
}

fn metadata(id: &str, spec: &ExternalSpec, introduction: &Introduction) -> ToolMetadata {
    let description = Some(&spec.description).filter(|words| !words.trim().is_empty());
    let told =
        |words: Option<&String>, otherwise: &str| words.map_or_else(|| otherwise.to_owned(), |words| one_line(words));
    ToolMetadata {
        id: id.to_owned(),
        name: told(introduction.name.as_ref(), id),
        description: told(description.or(introduction.description.as_ref()), ""),
        category: told(introduction.category.as_ref(), "external"),
        tags: vec!["external".to_owned()],
        version: one_line(&introduction.version),
        needs: spec.needs.clone(),
        capabilities: Capabilities {
            is_async: true,
            concurrent_processing: spec.processes.get() > 1,
            ..Capabilities::default()
        },
    }
}
