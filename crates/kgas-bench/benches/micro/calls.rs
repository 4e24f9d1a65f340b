//! Chat calls over loopback to a server in a process of its own: kgas-http, bare hyper-util, reqwest behind governor.

use divan::Bencher;
use divan::counter::ItemsCount;
use futures_util::future::try_join_all;
use tokio::runtime::{Builder, Runtime};

use crate::chat::{self, Shape};
use crate::clients::{Ask, Kgas, Raw, Reqwest};
use crate::server::ServerProcess;

/// How many calls are under way at a time.
const AT_ONCE: [usize; 2] = [1, 64];

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[divan::bench(args = AT_ONCE)]
fn kgas_http(bencher: Bencher<'_, '_>, at_once: usize) {
    calls(bencher, at_once, |port| Kgas::new(port, at_once).unwrap());
}

#[divan::bench(args = AT_ONCE)]
fn raw_hyper_util(bencher: Bencher<'_, '_>, at_once: usize) {
    calls(bencher, at_once, |port| Raw::new(port, Shape::Typed).unwrap());
}

#[divan::bench(args = AT_ONCE)]
fn reqwest_and_governor(bencher: Bencher<'_, '_>, at_once: usize) {
    calls(bencher, at_once, |port| Reqwest::new(port, Shape::Typed).unwrap());
}

fn calls<A: Ask>(bencher: Bencher<'_, '_>, at_once: usize, client: impl Fn(u16) -> A) {
    let server = ServerProcess::start(false).unwrap();
    let runtime = runtime();
    // A client is made where its connections live.
    let client = runtime.block_on(async { client(server.port()) });
    let ask = || runtime.block_on(try_join_all((0..at_once).map(|number| client.ask(chat::prompt(number))))).unwrap();
    // The connections are made.
    ask();
    bencher.counter(ItemsCount::new(at_once)).bench_local(ask);
}
