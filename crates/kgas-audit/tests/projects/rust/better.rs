//! The same, as it may be: nothing is found here.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use futures::StreamExt;

async fn pages(urls: Vec<String>) -> Result<Vec<String>, reqwest::Error> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
    let page = |url: String| {
        let client = client.clone();
        async move {
            let ask = || async { client.get(&url).send().await?.error_for_status()?.text().await };
            ask.retry(ExponentialBuilder::default().with_jitter()).await
        }
    };
    Ok(futures::stream::iter(urls).map(page).buffer_unordered(5).filter_map(|page| async { page.ok() }).collect().await)
}
