//! A text of one megabyte cut into chunks.

use std::num::NonZeroUsize;

use divan::Bencher;
use divan::counter::BytesCount;
use kgas_core::Document;
use kgas_core::text::{chunks, chunks_with_context};

use crate::made;

#[divan::bench(args = [1000, 4000, 16_000])]
fn chunks_of_characters(bencher: Bencher<'_, '_>, max: usize) {
    let (document, max) = (document(), NonZeroUsize::new(max).unwrap());
    bencher.counter(BytesCount::of_str(document.text())).bench_local(|| chunks(&document, max).count());
}

#[divan::bench]
fn chunks_of_4000_with_context_of_400(bencher: Bencher<'_, '_>) {
    let (document, max) = (document(), NonZeroUsize::new(4000).unwrap());
    bencher
        .counter(BytesCount::of_str(document.text()))
        .bench_local(|| chunks_with_context(&document, max, 400).count());
}

fn document() -> Document {
    Document::new("made", made::text(1_000_000, &made::names(1000)))
}
