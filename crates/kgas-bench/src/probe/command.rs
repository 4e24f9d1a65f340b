//! `kgas-bench probe`: says what will be asked, asks it, and shows what came of it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::process::ExitCode;
use std::time::Duration;

use kgas_cli::key_for;
use kgas_http::openai::{self, Profile, base_url};
use kgas_http::{ApiRequest, BuildError, ClientBuilder, HttpError, Limits, Reply, Timeouts};
use serde::{Deserialize, Serialize};

use super::advice::Proposal;
use super::args::ProbeArgs;
use super::findings::Findings;
use super::plan::Plan;
use super::purse::Purse;
use super::report::{announce, presentable, render};
use super::run::{Ask, ask};
use crate::failure::Failure;
use crate::file;
use crate::show::Show;

/// Probes the server that was named. Nothing is sent before all that was typed makes sense.
pub(crate) fn main(args: &ProbeArgs, show: Show) -> Result<ExitCode, Failure> {
    file::check(&[("--json", args.json.as_deref())], &[("--ca-file", args.ca_file.as_deref())])?;
    let purse = Purse::new(builder(args)?, args.max_requests.get()).map_err(unbuilt)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(probe(args, &purse, show))?;
    Ok(ExitCode::SUCCESS)
}

/// What JSON has of a probe.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    findings: &'a Findings,
    limits: &'a Proposal,
}

async fn probe(args: &ProbeArgs, purse: &Purse, show: Show) -> Result<(), Failure> {
    if args.list_models {
        list_models(args, purse, show).await?;
    }
    let Some(model) = &args.model else { return Ok(()) };
    let allowance = args.allowance(u32::from(args.list_models));
    let Some(allowance) = allowance else {
        show.note("no request is left for the model: raise --max-requests");
        return Ok(());
    };
    let plan = Plan::of(&allowance);
    show.note(&announce(&purse.server(), model, &plan, args.max_requests.get()));
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let wanted = Ask { model: model.clone(), plan, seed };
    let findings = ask(purse, &wanted, &mut |line| show.note(&line)).await?;
    show.result(&render(&findings))?;
    if let Some(file) = &args.json {
        let record = Record { findings: &findings, limits: &Proposal::of(&findings) };
        let json = serde_json::to_string_pretty(&record)?;
        file::write(file, &format!("{json}\n"))?;
    }
    Ok(())
}

/// A server needs no list to be probed: where it has none, that is worth a line, unless nothing else was asked for.
async fn list_models(args: &ProbeArgs, purse: &Purse, show: Show) -> Result<(), Failure> {
    let answer = purse.send(ApiRequest::get("models")).await;
    match answer.outcome.and_then(|reply| models(&reply)) {
        Ok(models) => show.result(&format!("models of {}: {}", purse.server(), models.join(", "))),
        Err(error) if args.model.is_none() => Err(error.into()),
        Err(error) => {
            show.note(&format!("no list of models: {error}"));
            Ok(())
        }
    }
}

fn models(reply: &Reply) -> Result<Vec<String>, HttpError> {
    #[derive(Deserialize)]
    struct List {
        data: Vec<Model>,
    }
    #[derive(Deserialize)]
    struct Model {
        id: String,
    }
    let list: List = reply.json()?;
    Ok(list.data.iter().map(|model| presentable(&model.id)).collect())
}

fn builder(args: &ProbeArgs) -> Result<ClientBuilder, Failure> {
    // The address isn't repeated: it may hold a password.
    let base = base_url(&args.base_url).map_err(|error| Failure::usage(format!("--base-url: {error}")))?;
    let attempt = Duration::from_secs_f64(args.timeout);
    let timeouts = Timeouts { attempt, read: openai::TIMEOUTS.read.max(attempt), ..openai::TIMEOUTS };
    let builder = match Profile::of(&base) {
        Some(profile) => profile.builder(&base, None),
        None => openai::builder(&base.to_string()),
    };
    let mut builder = builder
        .limits(Limits::unlimited(at_once(args.max_concurrent)))
        .timeouts(timeouts)
        .allow_insecure_http(args.insecure_http);
    if let Some(key) = key_for(&base, args.api_key_env.as_deref())? {
        builder = builder.api_key(key);
    }
    if let Some(file) = &args.ca_file {
        builder = builder.ca_file(file);
    }
    Ok(builder)
}

fn at_once(number: NonZeroU32) -> NonZeroUsize {
    NonZeroUsize::try_from(number).unwrap_or(NonZeroUsize::MAX)
}

fn unbuilt(error: BuildError) -> Failure {
    match error {
        BuildError::InsecureKey { .. } => Failure::usage(format!("{error} with --insecure-http")),
        error => error.into(),
    }
}
