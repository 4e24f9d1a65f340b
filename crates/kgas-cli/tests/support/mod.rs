//! The real binary in a folder of its own, and a server that keeps its own account.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test helpers may panic")]
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod proxy;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kgas_mock::{Answer, Builder, ChatCall, Gazetteer, MockServer, RelationTable};
use serde_json::Value;

pub(crate) use proxy::Proxy;

pub(crate) const ONTOLOGY: &str = r#"{"entities": {"Person": {"properties": ["role"]}, "City": {"examples": ["Paris"]}},
    "relations": {"knows": {"domain": "Person", "range": "Person"}}}"#;

/// A folder with an ontology and documents, in which `kgas` is run.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// What a run of the binary gave.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.write("ontology.json", ONTOLOGY);
        desk
    }

    /// A desk with these documents below `in`.
    pub(crate) fn with(documents: &[(&str, &str)]) -> Self {
        let desk = Self::new();
        for (name, text) in documents {
            desk.write(&format!("in/{name}"), text);
        }
        desk
    }

    /// A desk with so many documents that say where Ann is, no two alike: what is asked twice is bought once.
    pub(crate) fn of(count: usize) -> Self {
        let desk = Self::new();
        for at in 0..count {
            desk.write(&format!("in/{at:02}.txt"), format!("Ann is here at {at}."));
        }
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The lines of a JSONL file.
    pub(crate) fn lines(&self, name: &str) -> Vec<Value> {
        self.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// The command, with none of the keys, settings and proxies of the machine and the user it runs for.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kgas"));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KGAS_")) {
            command.env_remove(name);
        }
        for name in [
            "OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "OPENROUTER_API_KEY",
            "AZURE_OPENAI_API_KEY",
            "RUST_LOG",
            "NO_COLOR",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(name);
        }
        // A file above all desks would be found from each.
        if !self.path("kgas.toml").exists() {
            command.env("KGAS_CONFIG", "none");
        }
        command.env("HOME", self.path("home")).env("XDG_CONFIG_HOME", self.path("home/.config"));
        for proxy in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
            command.env_remove(proxy);
        }
        command
    }

    pub(crate) fn kgas(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// Runs [`extract_args`].
    pub(crate) fn extract(&self, server: &MockServer, more: &[&str]) -> Ran {
        self.kgas(&extract_args(server.url(), more))
    }
}

/// `kgas extract in --ontology ontology.json --out OUT --base-url URL …`, and no call but those about documents:
/// answers come in order and calls are counted.
pub(crate) fn extract_args<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = whole_args(url, more);
    if !more.contains(&"--response-format") {
        args.extend(["--response-format", "text"]);
    }
    args
}

/// The same with all that a user gets who says no more: the server is asked how it takes schemas.
pub(crate) fn whole_args<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let base = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--base-url", url];
    base.iter().copied().chain(more.iter().copied()).collect()
}

/// The chunk in a prompt.
pub(crate) fn chunk_of(prompt: &str) -> &str {
    prompt.rsplit_once("TEXT:").map_or(prompt, |(_, text)| text)
}

/// Ann, Bob and Paris are entities; Ann knows Bob.
pub(crate) fn people() -> impl Answer {
    |call: &ChatCall| {
        let names = [("Ann", "Person"), ("Bob", "Person"), ("Paris", "City")];
        let asks_relations = call.prompt().contains("\"relations\"");
        if asks_relations {
            RelationTable::new([("Ann", "knows", "Bob")]).text_of(chunk_of).answer(call)
        } else {
            Gazetteer::new(names).text_of(chunk_of).answer(call)
        }
    }
}

/// A server that knows people, on threads of its own.
pub(crate) fn serve(with: impl FnOnce(Builder) -> Builder) -> (tokio::runtime::Runtime, MockServer) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(with(MockServer::builder().answer(people())).start()).unwrap();
    (runtime, server)
}

/// The states of all chunks of `documents.jsonl` with a tool.
pub(crate) fn states(desk: &Desk, tool: &str) -> Vec<(String, u64, String)> {
    let mut states = Vec::new();
    for row in desk.lines("OUT/documents.jsonl") {
        for chunk in row["chunks"].as_array().unwrap() {
            let ended = &chunk["tools"][tool];
            states.push((
                row["document"].as_str().unwrap().to_owned(),
                chunk["index"].as_u64().unwrap(),
                ended["state"].as_str().unwrap_or("-").to_owned(),
            ));
        }
    }
    states
}

/// Holds every span of the outputs against the texts, as a reader in another language would.
pub(crate) fn check_spans(out: &Path, text_of: impl Fn(&str) -> String) -> usize {
    let mut checked = 0;
    for (file, list) in [("entities.jsonl", "mentions"), ("relations.jsonl", "evidence")] {
        for line in std::fs::read_to_string(out.join(file)).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            for place in line[list].as_array().unwrap() {
                let number = |field: &str| usize::try_from(place[field].as_u64().unwrap()).unwrap();
                let (start, end) = (number("start"), number("end"));
                let text: String =
                    text_of(place["document"].as_str().unwrap()).chars().skip(start).take(end - start).collect();
                assert_eq!(text, place["quote"].as_str().unwrap());
                checked += 1;
            }
        }
    }
    checked
}
