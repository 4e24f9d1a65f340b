//! `kgas-bench serve`: the simulated provider, for everyone's tests.

mod args;
mod signals;
mod spelled;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use kgas_mock::{Answer, Builder, Dirt, Dirty, Forms, Latency, Lines, MockServer, Reply};
use serde_json::{Value, json};
use tokio::runtime;

use crate::failure::Failure;
use crate::file;
use crate::show::Show;

pub(crate) use args::ServeArgs;
use args::{AnswerArgs, LimitArgs, TimeArgs};
use signals::Stop;

/// Serves until it is told to stop, and then shows what happened.
pub(crate) fn serve(args: &ServeArgs, show: Show) -> Result<ExitCode, Failure> {
    if let Some(idle) = args.idle() {
        return Err(Failure::usage(idle));
    }
    let script = args.answers.script.as_deref();
    file::check(&[("--statistics", args.statistics.as_deref())], &[("--script", script)])?;
    let builder = builder(args)?;
    // Made at the begin: nobody should lose an hour's account to a wrong path.
    let file = args.statistics.as_deref().map(|path| created(path).map(|file| (path, file))).transpose()?;
    let statistics = runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let server = started(builder, SocketAddr::new(args.address, args.port)).await?;
        // Before the address is told: whoever waits for it may stop the server at once.
        let stop = Stop::listen();
        show.result(server.url())?;
        show.note(&format!("statistics: {}/statistics; Ctrl-C ends it", server.url().trim_end_matches("/v1")));
        stop.heard().await;
        server.shutdown().await;
        if let Some((path, file)) = file {
            write(path, file, &whole(&server))?;
        }
        Ok::<_, Failure>(server.statistics())
    })?;
    show.result(&serde_json::to_string_pretty(&statistics)?)?;
    Ok(ExitCode::SUCCESS)
}

async fn started(builder: Builder, address: SocketAddr) -> Result<MockServer, Failure> {
    builder.start_on(address).await.map_err(|error| match error.kind() {
        ErrorKind::InvalidInput => Failure::usage(error),
        ErrorKind::AddrInUse => {
            format!("{address} is taken by another server: give another --port, or 0 for a free one").into()
        }
        _ => format!("can't listen on {address}: {error}").into(),
    })
}

fn builder(args: &ServeArgs) -> Result<Builder, Failure> {
    let mut builder = MockServer::builder().models(&args.models).embedding_dimensions(args.answers.dimensions);
    if let Some(key) = &args.key {
        builder = builder.require_key(key.0.as_str());
    }
    if args.keep_requests {
        builder = builder.keep_requests();
    }
    // Each its own, so that two faults by chance don't always meet the same requests.
    for (fault, nth) in args.faults.iter().zip(1..) {
        builder = builder.fault(fault.seeded(args.seed.wrapping_add(nth)));
    }
    builder = limited(builder, &args.limits);
    builder = timed(builder, &args.times, args.seed);
    answering(builder, &args.answers, args.seed)
}

fn limited(mut builder: Builder, args: &LimitArgs) -> Builder {
    if let Some(rpm) = args.rpm {
        builder = builder.requests_per_minute(rpm);
    }
    if let Some(tpm) = args.tpm {
        builder = builder.tokens_per_minute(tpm);
    }
    builder
        .algorithm(args.algorithm.into())
        .phase(args.phase)
        .refusals_count(args.refusals_count)
        .settle_tokens(args.settle_tokens)
        .header_style(args.headers.into())
        .hint(args.hint.into())
}

fn timed(builder: Builder, args: &TimeArgs, seed: u64) -> Builder {
    let latency = Latency::fixed(args.latency)
        .per_prompt_token(args.prompt_token)
        .per_completion_token(args.completion_token)
        .spread(args.spread)
        .outliers(args.outliers, args.outlier_factor)
        .seed(seed);
    builder.latency_model(latency).transit(args.transit, args.jitter, seed)
}

fn answering(builder: Builder, args: &AnswerArgs, seed: u64) -> Result<Builder, Failure> {
    let forms = if args.obey_forms { Forms::obeyed() } else { Forms::ignored() };
    let builder = builder.forms(args.refused_forms.iter().fold(forms, |forms, form| form.refuse_in(forms)));
    Ok(match &args.script {
        Some(path) => said(builder, lines(path)?, args, seed),
        None => said(builder, Reply::text(&args.answer), args, seed),
    })
}

fn said(builder: Builder, answer: impl Answer, args: &AnswerArgs, seed: u64) -> Builder {
    let kinds = if args.dirt.is_empty() { &Dirt::ALL[..] } else { &args.dirt };
    builder.answer(Dirty::new(answer, args.dirty, seed).kinds(kinds.iter().copied()))
}

fn lines(path: &Path) -> Result<Lines, Failure> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{name}: the script can't be read: {error}")))?;
    Lines::read(&name, &text).map_err(Failure::usage)
}

fn created(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| Failure::usage(unwritten(path, &error)))
}

fn write(path: &Path, mut file: File, statistics: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(statistics)?;
    file.write_all(format!("{text}\n").as_bytes()).map_err(|error| unwritten(path, &error).into())
}

fn unwritten(path: &Path, error: &io::Error) -> String {
    format!("{}: the statistics can't be written: {error}", path.display())
}

/// As `GET /statistics?attempts=true` has it.
fn whole(server: &MockServer) -> Value {
    let mut statistics = json!(server.statistics());
    if let Some(fields) = statistics.as_object_mut() {
        fields.insert("account".to_owned(), json!(server.account()));
    }
    statistics
}
