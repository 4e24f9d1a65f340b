//! The call to the model itself: whether it answers, in which form it takes schemas, and how much it takes at once.

use kgas_core::{ChatModel as _, ChatRequest, ModelError, Usage};
use kgas_engine::model::{Evidence, Finding, OpenAiModel};

use super::report::Line;
use crate::words::counted;

/// Enough for a greeting, and for a few words of thought before it.
const MAX_TOKENS: u32 = 128;

/// What came of asking.
#[derive(Debug)]
pub(super) enum Asked {
    /// It was not asked, and why.
    Not(&'static str),
    /// Nobody wanted it asked.
    Unwanted,
    Answered {
        finding: Finding,
        usage: Usage,
    },
    Silent(ModelError),
}

impl Asked {
    pub(super) const fn answers(&self) -> bool {
        matches!(self, Self::Answered { .. })
    }

    /// Why it was not asked.
    const fn unasked(&self) -> Option<&'static str> {
        match self {
            Self::Unwanted => Some("--call asks the model, at the cost of a small call"),
            Self::Not(why) => Some(why),
            Self::Answered { .. } | Self::Silent(_) => None,
        }
    }
}

/// Asks in the forms of JSON; where all are refused, without.
pub(super) async fn ask(model: &OpenAiModel) -> Asked {
    let finding = match model.probe().await {
        Ok(finding) => finding,
        Err(error) => return Asked::Silent(error),
    };
    if matches!(finding.evidence, Evidence::Obeyed | Evidence::Ignored) {
        return Asked::Answered { finding, usage: finding.usage };
    }
    let question = ChatRequest { user: "Greet me.".to_owned(), max_tokens: Some(MAX_TOKENS), ..ChatRequest::default() };
    match model.chat(question).await {
        Ok(reply) => {
            let mut usage = finding.usage;
            usage += reply.usage;
            Asked::Answered { finding, usage }
        }
        Err(error) => Asked::Silent(error),
    }
}

pub(super) fn chat(asked: &Asked, model: &str) -> Line {
    const CHECK: &str = "chat";
    match asked {
        Asked::Not(_) | Asked::Unwanted => Line::skipped(CHECK, asked.unasked().unwrap_or_default()),
        Asked::Answered { usage, .. } => {
            let tokens = usage.prompt_tokens.saturating_add(usage.completion_tokens);
            let cost = format!("{}, {}", counted(usage.calls, "call", "calls"), counted(tokens, "token", "tokens"));
            Line::ok(CHECK, format!("{model} answers ({cost})"))
        }
        Asked::Silent(error) => Line::failed(CHECK, error.to_string()),
    }
}

/// `is_set` tells that the fields for the body say which form an answer is to have.
pub(super) fn json(asked: &Asked, is_set: bool) -> Line {
    const CHECK: &str = "json";
    let finding = match asked {
        Asked::Not(_) | Asked::Unwanted => return Line::skipped(CHECK, asked.unasked().unwrap_or_default()),
        Asked::Silent(_) => return Line::skipped(CHECK, "the model gave no answer"),
        Asked::Answered { .. } if is_set => return Line::skipped(CHECK, "--extra-body says the form of answers"),
        Asked::Answered { finding, .. } => finding,
    };
    let form = finding.support.as_str();
    match finding.evidence {
        Evidence::Obeyed => Line::ok(CHECK, format!("{form}: the answer had the form that was asked for")),
        Evidence::Ignored => {
            let what = format!("{form} is taken, and the answer did not have the form");
            Line::warning(CHECK, format!("{what}: the prompt says it too, but expect more rejected items"))
        }
        Evidence::Refused => {
            let what = "no JSON mode: the prompt says the form, but expect more rejected items";
            Line::warning(CHECK, format!("{what}; --response-format text saves asking for one"))
        }
        Evidence::Unclear => Line::warning(
            CHECK,
            "no clear answer to any JSON mode: choose one with --response-format, or try again later",
        ),
    }
}

/// The most tokens that the model takes, by those who may know it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    pub(super) flag: Option<u64>,
    pub(super) prices: Option<u64>,
    pub(super) listed: Option<u64>,
}

pub(super) fn context(window: Window) -> Line {
    const CHECK: &str = "context";
    let to_do = "say it with --context-window";
    match window {
        Window { flag: Some(flag), listed: Some(listed), .. } if flag > listed => {
            let what = format!("--context-window {flag} is more than the {listed} tokens of the server's list");
            Line::warning(CHECK, format!("{what}: lower it"))
        }
        Window { flag: Some(flag), .. } => Line::ok(CHECK, format!("{flag} tokens, by --context-window")),
        Window { prices: Some(tokens), .. } => Line::ok(CHECK, format!("{tokens} tokens, by the price file")),
        Window { listed: Some(tokens), .. } => {
            let what = format!("{tokens} tokens, by the server's list of models");
            Line::ok(CHECK, format!("{what}: --context-window {tokens} lets kgas hold prompts below it"))
        }
        Window { .. } => {
            Line::skipped(CHECK, format!("not known: {to_do}, and what is too long fails before it is sent"))
        }
    }
}
