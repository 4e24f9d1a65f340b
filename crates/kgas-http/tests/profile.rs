//! What is known of providers: addresses, and how a key gets there.
#![cfg(feature = "openai")]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::path::Path;

use kgas_http::openai::{ChatParams, KeyHeader, OpenAi, Profile};
use kgas_http::{BaseUrl, BuildError, Client};
use support::{Act, Seen, Server, answer};

const KEY: &str = "kgas-test-profile-0123456789";
const ANSWER: &str = r#"{"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}"#;

fn profile(name: &str) -> &'static Profile {
    Profile::named(name).unwrap()
}

fn address(name: &str, given: Option<&str>, version: Option<&str>) -> Option<String> {
    profile(name).address(given, version).unwrap().map(|base| base.to_string())
}

#[test]
fn an_address_is_the_one_that_is_given_or_the_provider_s_own() {
    let azure = "https://mine.openai.azure.com";
    let whole = "https://mine.openai.azure.com/openai/deployments/four";
    let cases = [
        ("openai", None, None, Some("https://api.openai.com/v1")),
        ("ollama", None, None, Some("http://localhost:11434/v1")),
        ("ollama", Some("http://box:1"), None, Some("http://box:1/v1")),
        ("openrouter", Some("http://box:1/api"), None, Some("http://box:1/api")),
        ("azure", None, None, None),
        ("azure", Some(azure), None, Some("https://mine.openai.azure.com/openai/v1")),
        ("azure", Some(azure), Some("2024-10-21"), Some("https://mine.openai.azure.com/openai")),
        ("azure", Some(whole), Some("2024-10-21"), Some(whole)),
    ];
    for (name, given, version, expected) in cases {
        assert_eq!(address(name, given, version).as_deref(), expected, "{name} {given:?} {version:?}");
    }
}

#[test]
fn a_host_is_a_provider_s_own_only_by_its_whole_name() {
    let cases = [
        ("https://api.openai.com/v1", Some("openai")),
        ("https://API.OPENAI.COM", Some("openai")),
        ("https://api.openai.com.example.org", None),
        ("https://my-api.openai.com", None),
        ("https://mine.openai.azure.com", Some("azure")),
        ("https://mine.services.ai.azure.com", Some("azure")),
        ("https://openai.azure.com", None),
        ("https://mineopenai.azure.com", None),
        ("https://openai.azure.com.example.org", None),
        ("https://api.anthropic.com/v1", Some("anthropic")),
        ("https://openrouter.ai/api/v1", Some("openrouter")),
        ("http://localhost:11434/v1", None),
    ];
    for (text, expected) in cases {
        let base: BaseUrl = text.parse().unwrap();
        assert_eq!(Profile::of(&base).map(|profile| profile.name), expected, "{text}");
    }
}

#[test]
fn every_address_of_the_table_is_one_and_its_host_gets_its_key() {
    for profile in Profile::ALL {
        let Some(base) = profile.address(None, None).unwrap() else { continue };
        assert_eq!(Some(base.to_string().as_str()), profile.base_url);
        assert_eq!(profile.owns(&base), profile.key_variable.is_some(), "{}", profile.name);
        assert_eq!(base.is_https(), profile.needs_key, "{}", profile.name);
    }
}

/// One chat with a deployment through a builder of this profile, as it reached the server.
async fn asked(name: &str, path: &str, version: Option<&str>) -> Seen {
    let (server, socket) = Server::on_a_socket(|_, _| Act::Answer(answer(200, &[], ANSWER))).await;
    let base: BaseUrl = format!("http://{socket}{path}").parse().unwrap();
    let client = profile(name).builder(&base, version).api_key(KEY.into()).build().unwrap();
    let shown = format!("{client:?}");
    assert!(!shown.contains(KEY), "{shown}");
    let params = ChatParams { model: "four/o mini".into(), ..ChatParams::prompt("Hello") };
    OpenAi::from(client).chat(&params).await.unwrap();
    server.seen().first().unwrap().clone()
}

#[tokio::test]
async fn azure_is_asked_below_the_deployment_with_its_version_and_its_header() {
    let cases = [
        ("/openai", Some("2024-10-21"), "/openai/deployments/four%2Fo%20mini/chat/completions?api-version=2024-10-21"),
        ("/openai/v1", None, "/openai/v1/chat/completions"),
        ("/openai/v1", Some("preview"), "/openai/v1/chat/completions?api-version=preview"),
        (
            "/openai/deployments/four",
            Some("2024-10-21"),
            "/openai/deployments/four/chat/completions?api-version=2024-10-21",
        ),
    ];
    for (path, version, expected) in cases {
        let seen = asked("azure", path, version).await;
        assert_eq!(seen.target(), expected);
        assert_eq!((seen.header("api-key"), seen.header("authorization")), (Some(KEY), None));
    }
}

#[tokio::test]
async fn others_take_the_key_as_a_bearer_s() {
    for profile in Profile::ALL.iter().filter(|profile| profile.key_header == KeyHeader::Bearer) {
        let seen = asked(profile.name, "/v1", None).await;
        assert_eq!(seen.target(), "/v1/chat/completions");
        assert_eq!(seen.header("authorization"), Some(format!("Bearer {KEY}").as_str()), "{}", profile.name);
        assert_eq!(seen.header("api-key"), None);
    }
}

#[tokio::test]
async fn a_key_in_a_header_of_any_name_is_as_secret_as_a_bearer_s() {
    for header in ["api-key", "x-of-our-own"] {
        let echo = format!(r#"{{"error": {{"message": "bad key {KEY}"}}}}"#);
        let (_server, builder) = Server::in_memory(move |_, _| Act::Answer(answer(401, &[], &echo)));
        let builder = builder.api_key(KEY.into()).key_header(header);
        assert!(!format!("{builder:?}").contains(KEY));
        let answer = builder.build().unwrap().get("models").await;
        let shown = format!("{answer:?} {}", answer.error().unwrap());
        assert!(shown.contains("bad key") && !shown.contains(KEY), "{shown}");
    }
    let open = Client::builder("http://example.com").api_key(KEY.into()).key_header("x-of-our-own").build();
    assert!(matches!(open, Err(BuildError::InsecureKey { .. })));
}

#[tokio::test]
async fn a_request_s_own_query_comes_before_the_client_s() {
    let (server, builder) = Server::in_memory(|_, _| Act::Answer(answer(200, &[], "{}")));
    let client = builder.query("api-version", "1").build().unwrap();
    client.get("models").query("api-version", "2").await;
    client.get("models").query("limit", "5").await;
    let targets: Vec<String> = server.seen().iter().map(|seen| seen.target().to_owned()).collect();
    assert_eq!(targets, ["/v1/models?api-version=2", "/v1/models?limit=5&api-version=1"]);
}

#[test]
fn the_page_has_the_table() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers.md");
    let page = std::fs::read_to_string(page).unwrap();
    let row = |profile: &Profile| {
        let code = |text: &str| format!("`{text}`");
        let address = profile.base_url.map_or("yours".to_owned(), code);
        let variable = profile.key_variable.map_or("none".to_owned(), code);
        let limit =
            profile.requests_per_minute.map_or("none".to_owned(), |limit| format!("{limit} requests per minute"));
        let header = profile.key_header.name();
        format!("| `{}` | {} | {address} | `{header}` | {variable} | {limit} |", profile.name, profile.title)
    };
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows, Profile::ALL.iter().map(row).collect::<Vec<_>>());
    for host in Profile::ALL.iter().flat_map(|profile| profile.hosts) {
        assert!(page.contains(&format!("`{}`", host.trim_start_matches('.'))), "{host}");
    }
}
