//! A turn of the limiter, alone and with ten thousand who wait.

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::{calls, one, queue};

const TURNS: u32 = 1000;
const WAITERS: u32 = 10_000;

fn names() -> impl Iterator<Item = &'static str> {
    one::CONTENDERS.iter().map(|contender| contender.name)
}

#[divan::bench(args = names())]
fn a_thousand_turns_alone(bencher: Bencher<'_, '_>, name: &str) {
    let contender = one::CONTENDERS.iter().find(|contender| contender.name == name).unwrap();
    let runtime = calls::runtime();
    bencher.counter(ItemsCount::new(TURNS)).bench_local(|| runtime.block_on((contender.run)(TURNS)).unwrap());
}

#[divan::bench(args = queue::NAMES)]
fn ten_thousand_queue_and_leave(bencher: Bencher<'_, '_>, name: &str) {
    bencher.counter(ItemsCount::new(WAITERS)).bench_local(|| queue::measure(name, WAITERS).unwrap());
}
