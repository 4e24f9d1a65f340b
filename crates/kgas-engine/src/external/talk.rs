//! The talk with a process about one document: the task, its questions to the chat model, and what it says in the end.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use kgas_core::{ChatReply, ChatRequest, ModelError, ModelErrorKind, ToolContext, Usage};
use serde_json::Value;
use tokio::time::sleep;
use tracing::warn;

use super::config::Minded;
use super::error::Problem;
use super::message::{Found, Question, Said, answer, message};
use super::process::Process;

/// How often a process that says nothing is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// Who asks, and whom.
#[derive(Debug)]
pub(super) struct Talk<'a> {
    pub(super) context: &'a ToolContext,
    pub(super) tool: &'a str,
    pub(super) minded: &'a Minded,
    /// Whether its declaration says that it asks a chat model.
    pub(super) chats: bool,
}

/// What a talk took, however it ended.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) usage: Usage,
    /// Whether a question wasn't asked because the run is stopping.
    pub(super) is_stopped: bool,
    /// Whether the process wrote anything.
    pub(super) is_heard: bool,
}

/// What a tool said of a document in the end.
#[derive(Debug)]
pub(super) enum End {
    Found(Found),
    Error(String),
}

/// A question with its answer.
struct Answered {
    call: Option<Value>,
    told: Result<ChatReply, ModelError>,
}

impl Talk<'_> {
    /// Gives a process its task, and answers its questions until it is done. As many questions are open at once as
    /// the context allows; no more is read meanwhile.
    pub(super) async fn hold(
        &self,
        process: &mut Process,
        (id, task): (u64, &[u8]),
        account: &mut Account,
    ) -> Result<End, Problem> {
        process.input.give(task);
        let mut open: FuturesUnordered<BoxFuture<'_, Answered>> = FuturesUnordered::new();
        let end = loop {
            let may_ask = open.len() < self.context.parallelism().get();
            let Process { input, output, .. } = &mut *process;
            tokio::select! {
                biased;
                is_open = input.write(), if input.is_waiting() => if !is_open {
                    return Err(process.end("input").await);
                },
                Some(answered) = open.next(), if !open.is_empty() => input.give(&account.settle(id, answered)),
                line = output.next(), if may_ask => {
                    let Some(line) = line? else { return Err(process.end("output").await) };
                    account.is_heard = true;
                    let said = message(&line).map_err(Problem::Protocol)?;
                    match said.said {
                        // It was told to work on one document after the other, and each has its answer already.
                        _ if said.id < id => warn!(tool = self.tool, "an external tool answers twice: left out"),
                        _ if said.id > id => return Err(Problem::Protocol(format!("the id {} of no task", said.id))),
                        Said::Chat { call, question } => open.push(self.ask(call, question).boxed()),
                        Said::Result(found) => break End::Found(found),
                        Said::Error(error) => break End::Error(error),
                    }
                }
                () = sleep(GLANCE) => process.clear(),
            }
        };
        // It didn't wait for these, but they are paid for.
        while let Some(answered) = open.next().await {
            account.settle(id, answered);
        }
        Ok(end)
    }

    async fn ask(&self, call: Option<Value>, question: Question) -> Answered {
        let request = self.minded.request(&self.tool.replace('.', "_"), question);
        Answered { call, told: self.chat(request).await }
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatReply, ModelError> {
        let refuse = |kind, message: &str| Err(ModelError::new(kind, message));
        if !self.chats {
            return refuse(ModelErrorKind::Denied, "this tool is not declared to ask: add \"chat_model\" to its needs");
        }
        if self.context.is_stopping() {
            return refuse(ModelErrorKind::Stopped, "the run was stopped before this call was made");
        }
        match self.context.chat(self.tool) {
            Ok(model) => model.chat(request).await,
            Err(none) => refuse(ModelErrorKind::Denied, &none.to_string()),
        }
    }
}

impl Account {
    /// Counts an answer, and gives the line that tells it.
    fn settle(&mut self, id: u64, Answered { call, told }: Answered) -> Vec<u8> {
        match &told {
            Ok(reply) => self.usage += reply.usage,
            Err(error) => {
                let attempts = u64::from(error.attempts());
                self.usage += Usage { calls: attempts.min(1), attempts, ..Usage::default() };
                self.is_stopped |= error.kind() == ModelErrorKind::Stopped;
            }
        }
        answer(id, call.as_ref(), &told)
    }
}
