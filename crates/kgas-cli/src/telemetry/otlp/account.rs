//! The account of spans: how many there were, and how many the collector has taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};

/// What is a list by the conventions; `tracing` has no lists.
const LISTS: [&str; 1] = ["gen_ai.response.finish_reasons"];

/// How many spans ended, and how many arrived.
#[derive(Debug, Default)]
pub(super) struct Account {
    ended: AtomicU64,
    arrived: AtomicU64,
}

impl Account {
    /// Those that did not arrive, and all.
    pub(super) fn lost(&self) -> (u64, u64) {
        let all = self.ended.load(Ordering::Acquire);
        (all.saturating_sub(self.arrived.load(Ordering::Acquire)), all)
    }
}

/// A processor whose spans are counted.
#[derive(Debug)]
pub(super) struct Counted<P> {
    inner: P,
    account: Arc<Account>,
}

impl<P> Counted<P> {
    pub(super) fn new(inner: P, account: &Arc<Account>) -> Self {
        Self { inner, account: Arc::clone(account) }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<P: SpanProcessor> SpanProcessor for Counted<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.inner.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        self.account.ended.fetch_add(1, Ordering::Release);
        self.inner.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.inner.shutdown()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

/// An exporter of which it is known what arrived.
#[derive(Debug)]
pub(super) struct Recorded<E> {
    inner: E,
    account: Arc<Account>,
}

impl<E> Recorded<E> {
    pub(super) fn new(inner: E, account: &Arc<Account>) -> Self {
        Self { inner, account: Arc::clone(account) }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<E: SpanExporter> SpanExporter for Recorded<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len() as u64;
        batch.iter_mut().flat_map(|span| &mut span.attributes).for_each(as_list);
        self.inner.export(batch).await?;
        self.account.arrived.fetch_add(count, Ordering::Release);
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.inner.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

fn as_list(attribute: &mut KeyValue) {
    if LISTS.contains(&attribute.key.as_str())
        && let Value::String(one) = &attribute.value
    {
        attribute.value = Value::Array(Array::String(vec![StringValue::from(one.as_str().to_owned())]));
    }
}
