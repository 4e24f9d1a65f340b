//! `kgas doctor`: whether the way to a model is open, and what to do where it ends.

mod call;
mod key;
mod local;
mod network;
mod report;
mod server;

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use kgas_engine::Interrupt;
use kgas_engine::budget::Prices;
use kgas_engine::model::Gate;
use kgas_http::openai::CHAT_MODEL;
use kgas_http::{Client, HttpError, Reply};

use self::call::{Asked, Window};
use self::report::{Line, Report};
use crate::Exit;
use crate::args::DoctorArgs;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::purse::{self, Asked as Model};
use crate::show::Show;

pub(crate) async fn main(args: &DoctorArgs, config: Option<&Path>, show: Show) -> Result<Exit, Failure> {
    let endpoint = Endpoint::from_args(&args.model)?;
    let mut checks = local::lines(config);
    match &endpoint {
        None => checks.push(Line::skipped(
            "endpoint",
            "none was named, so nothing is sent: name one with --provider or --base-url",
        )),
        Some(endpoint) => checks.extend(examine(endpoint, args).await?),
    }
    Report::of(checks).show(args.json, show)
}

/// The way to an endpoint, from its settings to the model. Usage errors end it as they end an extraction.
async fn examine(endpoint: &Endpoint, args: &DoctorArgs) -> Result<Vec<Line>, Failure> {
    let asked = [Model { name: name(endpoint).0.to_owned(), chats: true }];
    let prices = purse::prices(&args.budget, &asked)?;
    let budget = purse::budget(&args.budget, &prices, &asked)?;
    let (key_line, key) = key::look(endpoint.key(), &endpoint.base);
    let key_is_good = key_line.state != report::State::Failed;
    let has_key = key.is_some();
    let mut checks = Vec::new();
    let found = match endpoint.diagnosing_client(budget, key) {
        Ok(client) => {
            checks.extend([Line::ok("endpoint", endpoint.in_words()), key_line]);
            let found = client.diagnose().await;
            checks.extend(network::lines(&found, &endpoint.base, SystemTime::now()));
            if !network::is_open(&found) {
                Err("there is no way to the server")
            } else if !key_is_good {
                Err("the key can't be sent")
            } else {
                Ok(client)
            }
        }
        Err(failure) => {
            checks.extend([Line::failed("endpoint", failure.to_string()), key_line]);
            let why = "a setting of the endpoint is wrong";
            checks.extend(network::none(why));
            Err(why)
        }
    };
    match found {
        Ok(client) => checks.extend(question(endpoint, client, has_key, (args.call, &prices)).await),
        Err(why) => {
            let later = ["server", "model", "clock", "chat", "json"].map(|check| Line::skipped(check, why));
            checks.extend(later);
            checks.push(call::context(window(endpoint, &prices, None)));
            checks.push(Line::skipped("limits", why));
        }
    }
    Ok(checks)
}

/// What the server says, and its model where that may be asked.
async fn question(endpoint: &Endpoint, client: Client, has_key: bool, (calls, prices): (bool, &Prices)) -> Vec<Line> {
    let outcome = client.get("models").await.outcome;
    let here = SystemTime::now();
    let there = outcome.as_ref().map_or_else(HttpError::date, Reply::date);
    let limiter = client.limiter().clone();
    let useless = server::useless(&outcome);
    let asked = match useless {
        Some(why) => Asked::Not(why),
        None if !calls => Asked::Unwanted,
        None => {
            let gate = Arc::new(Gate::new(Interrupt::default()));
            call::ask(&endpoint.chat_model(Arc::new(client), gate)).await
        }
    };
    let models = outcome.as_ref().ok().and_then(server::list);
    let (name, is_default) = name(endpoint);
    let listed = models.as_deref().and_then(|models| server::known(name, models)).and_then(|model| model.window);
    vec![
        server::server(&outcome, has_key, asked.answers()),
        match useless {
            None => server::model((name, is_default), models.as_deref(), &asked),
            Some(why) => Line::skipped("model", why),
        },
        server::clock(there, here),
        call::chat(&asked, name),
        call::json(&asked, endpoint.sets_form()),
        call::context(window(endpoint, prices, listed)),
        server::limits(limiter.snapshot().learned, endpoint.limits, &asked),
    ]
}

/// The chat model's name, and whether nobody named it.
fn name(endpoint: &Endpoint) -> (&str, bool) {
    (endpoint.model.as_deref().unwrap_or(CHAT_MODEL), endpoint.model.is_none())
}

fn window(endpoint: &Endpoint, prices: &Prices, listed: Option<u64>) -> Window {
    Window { flag: endpoint.context_window, prices: prices.context_window(name(endpoint).0), listed }
}
