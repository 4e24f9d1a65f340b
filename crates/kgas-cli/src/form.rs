//! The form in which answers are asked for: as it was kept, or as the server is found to take it.

use std::path::Path;

use kgas_core::{Need, Usage};
use kgas_engine::Folder;
use kgas_engine::model::{Evidence, Finding, KnownForms, OpenAiModel, Support};

use crate::endpoint::Endpoint;
use crate::record::Record;
use crate::settings::Equipped;
use crate::show::Show;

/// Whether the form is left to the server: by a setting of a tool that asks a chat model, and by the fields for the
/// body, which win over it.
pub(crate) fn is_open(endpoint: &Endpoint, tools: &[Equipped]) -> bool {
    let is_auto = |equipped: &Equipped| {
        let asks = equipped.tool.metadata().needs.contains(&Need::ChatModel);
        asks && equipped.config.get("response_format").is_some_and(|form| form == "auto")
    };
    !endpoint.sets_form() && tools.iter().any(is_auto)
}

/// What an earlier run into this folder has found.
pub(crate) fn known(out: &Path, show: Show) -> KnownForms {
    KnownForms::read(out).unwrap_or_else(|error| {
        show.warning(&format!("{error}: the server is asked anew how it takes schemas"));
        KnownForms::default()
    })
}

/// The form that is kept, or the one that is found by asking, which is kept then; and what that cost.
///
/// After an error that all calls would meet there is none: the run has been stopped.
pub(crate) async fn settle(
    model: &OpenAiModel,
    endpoint: &Endpoint,
    record: &Record,
    out: &Folder,
    show: Show,
) -> (Option<Support>, Usage) {
    let address = endpoint.base.to_string();
    let mut known = known(out.path(), show);
    if let Some(form) = known.of(&address, model.name()) {
        return (Some(form), Usage::default());
    }
    let mut begun = KnownForms::begun(out.path()).unwrap_or_default();
    if let Some(form) = begun.of(&address, model.name()).filter(|_| record.has_answers()) {
        return (Some(form), Usage::default());
    }
    let finding = match model.probe().await {
        Ok(finding) => finding,
        Err(error) => {
            let attempts = u64::from(error.attempts());
            return (None, Usage { calls: attempts.min(1), attempts, ..Usage::default() });
        }
    };
    match in_words(finding, record.is_kept()) {
        Ok(note) => show.note(&note),
        Err(warning) => show.warning(&warning),
    }
    let kept = match finding.is_lasting() {
        true => known.keep(out, &address, model.name(), finding.support),
        // In another form the same questions would be bought again.
        false if record.is_kept() => begun.keep(out, &address, model.name(), finding.support),
        false => Ok(()),
    };
    if let Err(error) = kept {
        show.warning(&format!("{error}: the next run asks the server again how it takes schemas"));
    }
    (Some(finding.support), finding.usage)
}

/// A note, or a warning where a person may lose by it.
fn in_words(finding: Finding, is_kept: bool) -> Result<String, String> {
    let form = finding.support.as_str();
    let asked = "asked how the server takes schemas";
    match finding.evidence {
        Evidence::Obeyed => Ok(format!("{asked}: {form}")),
        Evidence::Ignored => Ok(format!("{asked}: {form}, which it takes and may ignore")),
        Evidence::Refused => Ok(format!("{asked}: not at all, so the prompt says it")),
        Evidence::Unclear => {
            let long = if is_kept { "for this run and those that go on with it" } else { "for this run" };
            Err(format!("{asked}, and it gave no clear answer: {form} {long}; choose with --response-format"))
        }
    }
}
