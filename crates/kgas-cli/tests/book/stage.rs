//! Where the commands of the book are run: a folder with what they name, and a server that answers.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "test helpers may panic, and say what was not run")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kgas_mock::{Answer, ChatCall, Gazetteer, MockServer, RelationTable};
use tempfile::TempDir;

use crate::page::root;

/// Programs that stand in for those of a user's path, and a server on loopback for every provider.
pub(crate) struct Stage {
    programs: TempDir,
    server: MockServer,
    /// Where a server of the book listens.
    port: u16,
    _runtime: tokio::runtime::Runtime,
}

const ONTOLOGY: &str = r#"{"entities": {"Person": {"examples": ["Ada Lindqvist"]}, "City": {"examples": ["Norrvik"]}},
    "relations": {"lives in": {"domain": "Person", "range": "City"}}}"#;
const PRICES: &str =
    r#"{"gpt-4o-mini": {"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07, "max_input_tokens": 128000}}"#;

const ANSWERS: &str = "{\"answer\": \"Marie Curie was a physicist.\"}\n";
const CLIENT: &str = "import requests\n\n\ndef ask(url):\n    return requests.get(url, timeout=5).json()\n";
/// Where servers that run on are noted, to be ended.
const ENDS: &str = ".ends";

/// `cargo run`, as it is written in the book, without building: the programs are there.
const CARGO: &str = r#"#!/usr/bin/env bash
set -eu
[ "$1" = run ] || { echo "cargo $1 is not run here" >&2; exit 99; }
shift
program=kgas
while [ $# -gt 0 ]; do
    case "$1" in
        --) shift; break ;;
        -p) program="$2"; shift 2 ;;
        *) shift ;;
    esac
done
[ "$program" = kgas-cli ] && program=kgas
exec "$program" "$@"
"#;

/// A program of the workspace that was built beside `kgas`; where it was not, that is said.
const BESIDE: &str = r#"#!/usr/bin/env bash
program="@PROGRAM@"
[ -x "$program" ] || { echo "NOT TESTED: $program is not built: cargo test --workspace builds it" >&2; exit 0; }
if [ "${1:-}" = serve ]; then
    "$program" "$@" >/dev/null 2>&1 &
    echo $! >>"$STAGE_ENDS"
    for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/@PORT@) 2>/dev/null && exit 0; sleep 0.05; done
    exit 1
fi
exec "$program" "$@"
"#;

impl Stage {
    pub(crate) fn set() -> Self {
        let programs = tempfile::tempdir().unwrap();
        let kgas = PathBuf::from(env!("CARGO_BIN_EXE_kgas"));
        let port = free_port();
        program(programs.path(), "cargo", CARGO);
        program(programs.path(), "kgas", &format!("#!/bin/sh\nexec {} \"$@\"\n", kgas.display()));
        for name in ["kgas-bench", "custom-kgas"] {
            let place = kgas.with_file_name(name);
            let text = BESIDE.replace("@PROGRAM@", &place.to_string_lossy()).replace("@PORT@", &port.to_string());
            program(programs.path(), name, &text);
        }
        if Command::new("curl").arg("--version").output().is_err() {
            program(
                programs.path(),
                "curl",
                "#!/bin/sh\necho 'NOT TESTED: there is no curl to ask a server with' >&2\n",
            );
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::builder().answer(people()).start()).unwrap();
        Self { programs, server, port, _runtime: runtime }
    }

    /// A folder of a user: documents, an ontology, prices, sources, a graph, and the examples of the project.
    pub(crate) fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for number in 0..6 {
            write(&format!("docs/{number}.txt"), &format!("Ada Lindqvist lives in Norrvik. This is note {number}."));
        }
        write("my.json", ONTOLOGY);
        write("model_prices.json", PRICES);
        write("answers.jsonl", ANSWERS);
        write("src/client.py", CLIENT);
        copy(&root().join("examples"), &folder.path().join("examples"));
        let graph = ["extract", "docs", "--ontology", "my.json", "--out", "OUT", "--config", "none"];
        Command::new(env!("CARGO_BIN_EXE_kgas")).args(graph).current_dir(folder.path()).output().unwrap();
        folder
    }

    /// Runs a block of a page, and says what went wrong.
    pub(crate) fn run(&self, folder: &TempDir, page: &str, block: &str) -> Option<String> {
        if block.trim().is_empty() {
            return None;
        }
        // Nobody is asked but the server of this test.
        let script = block
            .replace("--provider openai", &format!("--base-url {}", self.server.url()))
            .replace("http://127.0.0.1:11434", self.server.url())
            .replace("--base-url http://127.0.0.1:8080", &format!("--base-url {}", self.server.url()))
            .replace("8080", &self.port.to_string());
        let path = format!("{}:{}", self.programs.path().display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new("bash")
            .args(["-e", "-u", "-o", "pipefail", "-c", &script])
            .current_dir(folder.path())
            .env("PATH", path)
            .env("HOME", folder.path())
            .env("STAGE_ENDS", folder.path().join(ENDS))
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("OPENAI_API_KEY")
            .env_remove("KGAS_API_KEY")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        wrong.lines().filter(|line| line.starts_with("NOT TESTED")).for_each(|line| eprintln!("{page}: {line}"));
        (!output.status.success()).then(|| format!("{page}: {}\n{script}\n{told}\n{wrong}", output.status))
    }

    /// Ends the servers that a page has started.
    pub(crate) fn clear(&self, folder: &TempDir) {
        for id in std::fs::read_to_string(folder.path().join(ENDS)).unwrap_or_default().lines() {
            let _it_may_have_ended = Command::new("kill").arg(id).stderr(Stdio::null()).status();
        }
    }

    /// The commands below a command.
    pub(crate) fn subcommands(&self, path: &[&str]) -> Vec<String> {
        let help = self.help(path);
        let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
        let lines = list.lines().take_while(|line| line.starts_with("  "));
        let named = lines.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
        named.filter(|name| *name != "help").map(str::to_owned).collect()
    }

    /// What `--help` says of every command, as a page.
    pub(crate) fn reference(&self) -> String {
        let mut page = String::from("# Reference\n\nWhat `--help` says, of every command.\n");
        self.describe(&[], &mut page);
        page
    }

    fn describe(&self, path: &[&str], page: &mut String) {
        let name = ["kgas"].iter().chain(path).copied().collect::<Vec<_>>().join(" ");
        let level = "#".repeat(path.len() + 2);
        write!(page, "\n{level} {name}\n\n```text\n{}\n```\n", self.help(path).trim_end()).unwrap();
        for command in self.subcommands(path) {
            self.describe(&[path, &[command.as_str()]].concat(), page);
        }
    }

    fn help(&self, path: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kgas"));
        let output = command.args(path).arg("--help").env("COLUMNS", "100").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

fn program(folder: &Path, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Ada lives in Norrvik.
fn people() -> impl Answer {
    |call: &ChatCall| {
        if call.prompt().contains("\"relations\"") {
            RelationTable::new([("Ada Lindqvist", "lives in", "Norrvik")]).answer(call)
        } else {
            Gazetteer::new([("Ada Lindqvist", "Person"), ("Norrvik", "City")]).answer(call)
        }
    }
}
