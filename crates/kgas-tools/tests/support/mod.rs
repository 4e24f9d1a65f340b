//! Models that answer as they are told, and small ontologies.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kgas_core::fact::RejectReason;
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::{
    ChatModel, ChatReply, ChatRequest, Document, EmbedReply, Embedder, Finish, GraphFragment, ModelError,
    ModelErrorKind, Registry, ToolContext, ToolInput, ToolOutput, ToolResult, Usage,
};
use kgas_tools as _;
use serde_json::{Value, json};

pub(crate) type Answer = Result<ChatReply, ModelError>;
type Delay = fn(&str) -> Duration;

/// A model whose answer, and the time it takes, are a function of the text that it is asked about.
pub(crate) struct Model<A, D> {
    answer: A,
    delay: D,
    asked: Mutex<Vec<ChatRequest>>,
}

impl<A, D> fmt::Debug for Model<A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Model")
    }
}

/// A model that takes no time.
pub(crate) fn model<A: Fn(&str) -> Answer>(answer: A) -> Arc<Model<A, Delay>> {
    slow_model(answer, |_| Duration::ZERO)
}

pub(crate) fn slow_model<A: Fn(&str) -> Answer, D: Fn(&str) -> Duration>(answer: A, delay: D) -> Arc<Model<A, D>> {
    Arc::new(Model { answer, delay, asked: Mutex::default() })
}

impl<A, D> Model<A, D> {
    pub(crate) fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }

    /// The texts asked about, in the order of the calls.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.asked().iter().map(|request| text_of(&request.user).to_owned()).collect()
    }
}

#[async_trait]
impl<A, D> ChatModel for Model<A, D>
where
    A: Fn(&str) -> Answer + Send + Sync,
    D: Fn(&str) -> Duration + Send + Sync,
{
    fn id(&self) -> &str {
        "test/model"
    }

    async fn chat(&self, request: ChatRequest) -> Answer {
        let text = text_of(&request.user).to_owned();
        self.asked.lock().unwrap().push(request);
        let delay = (self.delay)(&text);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        (self.answer)(&text)
    }
}

/// A model whose answer is a function of all that it is asked.
pub(crate) struct Talker<A> {
    answer: A,
    asked: Mutex<Vec<ChatRequest>>,
}

impl<A> fmt::Debug for Talker<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Talker")
    }
}

pub(crate) fn talker<A: Fn(&ChatRequest) -> Answer>(answer: A) -> Arc<Talker<A>> {
    Arc::new(Talker { answer, asked: Mutex::default() })
}

impl<A> Talker<A> {
    pub(crate) fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl<A: Fn(&ChatRequest) -> Answer + Send + Sync> ChatModel for Talker<A> {
    fn id(&self) -> &str {
        "test/talker"
    }

    async fn chat(&self, request: ChatRequest) -> Answer {
        let answer = (self.answer)(&request);
        self.asked.lock().unwrap().push(request);
        answer
    }
}

/// The part of a prompt under this title, empty where it has none.
pub(crate) fn part_of<'p>(prompt: &'p str, title: &str) -> &'p str {
    let begin = format!("\n{title}:\n");
    prompt.split_once(&begin).map_or("", |(_, rest)| rest.split_once("\n\n").map_or(rest, |(part, _)| part))
}

/// The text at the end of a prompt.
pub(crate) fn text_of(prompt: &str) -> &str {
    prompt.split_once("TEXT:\n\"\"\"\n").unwrap().1.strip_suffix("\n\"\"\"").unwrap()
}

pub(crate) fn said(text: impl Into<String>) -> Answer {
    let usage = Usage { calls: 1, attempts: 1, prompt_tokens: 10, completion_tokens: 5, ..Usage::default() };
    Ok(ChatReply { text: text.into(), finish: Finish::Stop, usage })
}

pub(crate) fn entities(items: Value) -> Answer {
    said(json!({"entities": items}).to_string())
}

pub(crate) fn relations(items: Value) -> Answer {
    said(json!({"relations": items}).to_string())
}

pub(crate) fn ended(text: &str, finish: Finish) -> Answer {
    said(text).map(|reply| ChatReply { finish, ..reply })
}

pub(crate) fn failed(kind: ModelErrorKind, message: &str) -> Answer {
    Err(ModelError::new(kind, message).with_attempts(3))
}

/// A model that embeds: each vector is the length of its text.
#[derive(Debug, Default)]
pub(crate) struct Lengths {
    pub(crate) max_batch: usize,
    /// Batches with this word fail.
    pub(crate) poison: Option<(&'static str, ModelErrorKind)>,
    /// A text with this word gets a vector that is none.
    pub(crate) broken: Option<&'static str>,
    /// Vectors that are missing from each answer.
    pub(crate) lost: usize,
    pub(crate) delays: bool,
    pub(crate) asked: Mutex<Vec<Vec<String>>>,
}

#[async_trait]
impl Embedder for Lengths {
    fn id(&self) -> &str {
        "test/lengths"
    }

    fn max_batch(&self) -> usize {
        self.max_batch
    }

    async fn embed(&self, texts: &[&str]) -> Result<EmbedReply, ModelError> {
        let turn = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(texts.iter().map(|text| (*text).to_owned()).collect());
            u64::try_from(asked.len()).unwrap()
        };
        if self.delays {
            tokio::time::sleep(Duration::from_millis(100 / turn)).await;
        }
        if let Some((word, kind)) = self.poison.filter(|(word, _)| texts.iter().any(|text| text.contains(word))) {
            return Err(ModelError::new(kind, format!("{word} is not to be embedded")).with_attempts(2));
        }
        let vectors = texts.iter().skip(self.lost).map(|text| match self.broken {
            Some(word) if text.contains(word) => vec![f32::NAN],
            _ => vec![f32::from(u16::try_from(text.len()).unwrap())],
        });
        Ok(EmbedReply { vectors: vectors.collect(), usage: Usage { calls: 1, attempts: 1, ..Usage::default() } })
    }
}

pub(crate) fn compiled(spec: OntologySpec) -> Arc<Ontology> {
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

/// People, companies and cities; who works where since when, and where companies are.
pub(crate) fn ontology() -> Arc<Ontology> {
    let mut person = ClassSpec::new("Person").examples(["Ada Lovelace", "Alan Turing", "Grace Hopper", "Kurt Gödel"]);
    person.description = Some("a human being,\nliving or dead".to_owned());
    person.properties = vec!["profession".to_owned()];
    let mut works_at = RelationSpec::new("works at").from(["Person"]).to(["Company"]);
    works_at.description = Some("is employed by".to_owned());
    compiled(OntologySpec {
        classes: vec![
            ClassSpec::new("Agent"),
            person.parent("Agent"),
            ClassSpec::new("Company").parent("Agent"),
            ClassSpec::new("City"),
        ],
        relations: vec![
            works_at,
            RelationSpec::new("based in").from(["Company"]).to(["City"]),
            RelationSpec::new("founded").to(["date"]),
            RelationSpec::new("known for"),
        ],
        ..OntologySpec::default()
    })
}

pub(crate) fn input(text: &str) -> ToolInput {
    ToolInput::new(Arc::new(Document::new("d", text)), ontology())
}

/// An input with entities given.
pub(crate) fn input_with(text: &str, given: Value) -> ToolInput {
    ToolInput::from_json(&json!({"text": text, "entities": given}), "d", ontology()).unwrap()
}

pub(crate) fn context(model: Arc<dyn ChatModel>, parallelism: usize) -> ToolContext {
    ToolContext::offline().with_chat(model).with_parallelism(NonZeroUsize::new(parallelism).unwrap())
}

pub(crate) async fn run(tool: &str, config: Value, context: &ToolContext, input: ToolInput) -> ToolResult {
    let tool = Registry::collect().unwrap().build(tool, config).unwrap();
    tool.execute(context, input).await.unwrap()
}

pub(crate) fn graph(result: &ToolResult) -> &GraphFragment {
    match &result.output {
        ToolOutput::Graph(graph) => graph,
        other => panic!("not a graph: {other:?}"),
    }
}

/// Each mention as (type, quote, start).
pub(crate) fn mentions(result: &ToolResult) -> Vec<(String, String, usize)> {
    let all = graph(result).mentions().iter();
    all.map(|mention| {
        let evidence = mention.evidence();
        (mention.key().entity_type().to_owned(), evidence.quote().to_owned(), evidence.span().unwrap().start())
    })
    .collect()
}

pub(crate) fn quotes(result: &ToolResult) -> Vec<&str> {
    graph(result).mentions().iter().map(|mention| mention.evidence().quote()).collect()
}

pub(crate) fn reasons(result: &ToolResult) -> Vec<RejectReason> {
    result.rejected.iter().map(|rejection| rejection.reason).collect()
}

pub(crate) fn states(result: &ToolResult) -> Vec<&'static str> {
    result.chunks.iter().map(|chunk| chunk.state.as_str()).collect()
}
