//! The limiter beside another client: here reqwest asks, and a tiny server in this process answers.
#![expect(clippy::print_stdout, reason = "an example prints what it does")]
use std::{convert::Infallible, num::NonZeroU32};

use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use kgas_http::{Cost, Limiter, Limits, Refusal, retry_after};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1/chat/completions", listener.local_addr()?);
    tokio::spawn(serve(listener));
    let limits = Limits { tokens_per_minute: NonZeroU32::new(90_000), ..Limits::default() };
    let (limiter, client) = (Limiter::new(limits), reqwest::Client::new());
    for number in 1..=3 {
        let question = json!({"messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 100});
        let mut permit = limiter.acquire(Cost::tokens(110)).await?; // the prompt, and the longest answer
        permit.written(); // from now on a dropped permit stays charged: the server may have seen it
        let answer = client.post(&url).json(&question).send().await?;
        permit.observe(answer.headers()); // they may tell how much of the quota is left
        if answer.status() == 429 {
            permit.refused(Refusal::TooFast, retry_after(answer.headers())); // all wait, not only this call
            continue;
        }
        let answer: Value = answer.json().await?;
        let used = u32::try_from(answer.pointer("/usage/total_tokens").and_then(Value::as_u64).unwrap_or(110))?;
        permit.settle(used); // gives back what the estimate was too high
        println!("call {number}: 110 tokens estimated, {used} used");
    }
    Ok(())
}

async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let answer = |_: Request<Incoming>| async {
        Ok::<_, Infallible>(Response::new(json!({"usage": {"total_tokens": 17}}).to_string()))
    };
    loop {
        let io = hyper_util::rt::TokioIo::new(listener.accept().await?.0);
        tokio::spawn(http1::Builder::new().serve_connection(io, service_fn(answer)));
    }
}
