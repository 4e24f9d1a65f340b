//! Talks to the model from Rust, in ways that hold it up.

use std::thread;
use std::time::Duration;

use reqwest::blocking;

struct Extractor {
    client: reqwest::Client,
    agent: ureq::Agent,
}

impl Extractor {
    fn new() -> Self {
        // blocking::get("in a comment")
        let agent = ureq::Agent::new_with_defaults(); // -> no-timeout
        Self { client: reqwest::Client::new(), agent } // -> no-timeout
    }

    fn entities(&self, text: &str) -> Result<String, Box<dyn std::error::Error>> {
        Ok(self.agent.post("http://localhost/entities").send(text)?.body_mut().read_to_string()?) // -> no-retry blocking-call
    }

    async fn summary(&self, text: &str) -> Result<String, reqwest::Error> {
        thread::sleep(Duration::from_millis(500)); // -> blocking-sleep-in-async
        self.client.post("http://localhost/summary").body(text.to_owned()).send().await?.text().await // -> no-retry
    }

    async fn summaries(&self, texts: &[String]) -> Vec<String> {
        let mut all = Vec::new();
        for text in texts {
            all.extend(self.summary(text).await); // -> single-calls-in-a-loop
        }
        all
    }

    async fn status(&self) -> String {
        let up = blocking::get("http://localhost/up"); // -> blocking-call-in-async no-retry
        let text = tokio::task::spawn_blocking(|| {
            thread::sleep(Duration::from_secs(1));
            "blocking::get(\"in a string\")"
        });
        format!("{} {}", up.is_ok(), text.await.unwrap_or_default())
    }
}
