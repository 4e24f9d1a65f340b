//! `kgas-bench serve` as a process: what it prints, what its flags do, and how it ends.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

fn serve(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kgas-bench"));
    command.arg("serve").args(flags).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server of one's own, ended with its test.
struct Serving {
    process: Child,
    said: BufReader<std::process::ChildStdout>,
    authority: String,
}

impl Serving {
    fn with(flags: &[&str]) -> Self {
        let mut process = serve(flags).spawn().unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let authority = line.trim_end().strip_prefix("http://").and_then(|rest| rest.strip_suffix("/v1"));
        assert!(authority.is_some(), "no address came, but {line:?}");
        Self { process, said, authority: authority.unwrap().to_owned() }
    }

    /// Status and body of a request.
    fn request(&self, method: &str, path: &str, key: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\ncontent-type: application/json\r\n\
             authorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn ask(&self, text: &str) -> (u16, Value) {
        let body = json!({"model": "m", "messages": [{"role": "user", "content": text}]}).to_string();
        let (status, body) = self.request("POST", "/v1/chat/completions", "sk-kgas-test", &body);
        (status, serde_json::from_str(&body).unwrap())
    }

    fn says(&self, text: &str) -> String {
        let (status, answer) = self.ask(text);
        answer.pointer("/choices/0/message/content").map_or(format!("{status}"), |said| said.as_str().unwrap().into())
    }

    /// Ends it as a user would, and returns what it printed at the end.
    #[cfg(unix)]
    fn stop(mut self, signal: &str) -> Value {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        assert!(self.process.wait().unwrap().success());
        serde_json::from_str(&said).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(unix)]
#[test]
fn it_ends_at_either_signal_with_statistics_on_stdout_and_the_account_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("statistics.json");
    for signal in ["-INT", "-TERM"] {
        let server = Serving::with(&["--statistics", file.to_str().unwrap(), "--rpm", "2", "--fault", "500 nth 1"]);
        for status in [200, 500, 429] {
            assert_eq!(server.ask("hello").0, status);
        }
        let (status, body) = server.request("GET", "/statistics?attempts=true", "", "");
        let asked: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &asked["by_status"]), (200, &json!({"200": 1, "429": 1, "500": 1})));

        let said = server.stop(signal);
        assert_eq!(said["by_status"], asked["by_status"]);
        assert_eq!(said.get("account"), None);
        let written: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(written["account"]["attempts"], asked["account"]["attempts"]);
        assert_eq!(written["calls"], 3);
    }
}

#[test]
fn a_script_answers_and_dirt_is_put_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("answers.jsonl");
    fs::write(&script, "{\"answer\": {\"a\": 1}}\n{\"when\": \"Curie\", \"answer\": \"Marie\"}\n").unwrap();
    let script = script.to_str().unwrap();
    let plain = Serving::with(&["--script", script]);
    assert_eq!([plain.says("Curie"), plain.says("x"), plain.says("x")], ["Marie", "{\"a\":1}", "400"]);
    let dirty = Serving::with(&["--script", script, "--dirty", "1", "--dirt", "bare-keys"]);
    assert_eq!(dirty.says("x"), "{a: 1}");
}

#[test]
fn key_and_model_are_asked_for() {
    let server = Serving::with(&["--key", "sk-kgas-test", "--model", "m", "--model", "n", "--answer", "yes"]);
    assert_eq!(server.says("x"), "yes");
    assert_eq!(server.request("GET", "/v1/models", "sk-other", "").0, 401);
    let (_, models) = server.request("GET", "/v1/models", "sk-kgas-test", "");
    assert!(models.contains("\"m\"") && models.contains("\"n\""), "{models}");
}

#[test]
fn faults_are_spelled_in_words() {
    for (fault, statuses) in [
        ("503", ["503", "503", "503", "503"]),
        ("429 every 2", ["ok", "429", "ok", "429"]),
        ("500 nth 0", ["500", "ok", "ok", "ok"]),
        ("500 first 3 times 2", ["500", "500", "ok", "ok"]),
        ("502 on call 2", ["ok", "ok", "502", "ok"]),
        ("502 on  call 2 ", ["ok", "ok", "502", "ok"]),
        ("500 chance 1", ["500", "500", "500", "500"]),
        ("500 chance 0", ["ok", "ok", "ok", "ok"]),
        ("500 0s..50m first 1", ["500", "ok", "ok", "ok"]),
        ("500 20m..50m", ["ok", "ok", "ok", "ok"]),
        ("outage 20m..50m", ["ok", "ok", "ok", "ok"]),
    ] {
        let server = Serving::with(&["--fault", fault]);
        let said: Vec<String> = (0..4).map(|call| server.says(&format!("call {call}"))).collect();
        assert_eq!(said, statuses, "{fault}");
    }
}

fn refused(flags: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = serve(flags).output().unwrap();
    assert!(stdout.is_empty());
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn what_makes_no_sense_is_refused_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("answers.jsonl");
    fs::write(&script, "{\"answer\": 1}\n{\"anwser\": 1}\n").unwrap();
    let nowhere = folder.path().join("nowhere/file.json");
    for (flags, problem) in [
        (["--fault", "503 sometimes"], "\"sometimes\" says not when: every N, nth N, first N"),
        (["--fault", ""], "a fault is a status from 200 to 599, reset, "),
        (["--fault", "999"], "\"999\" is no fault: a status from 200 to 599, reset, "),
        (["--fault", "503 every often"], "every needs a number, and \"often\" is none"),
        (["--fault", "503 every"], "something must follow every: "),
        (["--fault", "503 chance 2"], "\"2\" is no share from 0 to 1"),
        (["--fault", "503 1s..soon"], "\"soon\" is no time such as 50us"),
        (["--fault", "outage"], "an outage needs its times, as in outage 10s..13s"),
        (["--fault", "outage 1s..2s every 3"], "only the clock can say when a fault refuses connections"),
        (["--fault", "503 header a b=c"], "\"a\" is no header: NAME=VALUE"),
        (["--fault", "hang header a=c"], "only a status sends headers, and hang is none"),
        (["--fault", "503 header ä=c"], "header ä: c of a fault cannot be sent over HTTP"),
        (["--latency", "5"], "\"5\" is no time such as"),
        (["--latency", "-5s"], "\"-5s\" is no time such as"),
        (["--latency", "5h"], "\"5h\" is no time such as"),
        (["--spread", "NaN"], "\"NaN\" is no number from 0 up"),
        (["--dirty", "1.5"], "\"1.5\" is no share from 0 to 1"),
        (["--dirt", "mud"], "known kinds are fence, prose, "),
        (["--refuse-form", "xml"], "known forms are json_schema, "),
        (["--refuse-form", "json_schema=200"], "the status is a number from 400 to 599"),
        (["--algorithm", "guess"], "full-bucket, second-bucket, fixed-minute, sliding-log, second-quanta"),
        (["--script", script.to_str().unwrap()], "answers.jsonl, line 2: unknown field `anwser`"),
        (["--script", nowhere.to_str().unwrap()], "file.json: the script can't be read: "),
        (["--statistics", nowhere.to_str().unwrap()], "file.json can't be written: "),
    ] {
        // Flags whose value begins with a dash are no values otherwise.
        let flags = [format!("{}={}", flags[0], flags[1])];
        let (code, said) = refused(&flags.each_ref().map(String::as_str));
        // Help is wrapped to the width of the terminal.
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(code == Some(2) && said.contains(problem.trim_end()), "{flags:?}: {code:?}: {said}");
    }
}

#[test]
fn what_would_be_passed_over_without_another_flag_is_refused() {
    for (flags, missing) in [
        (&["--algorithm", "fixed-minute"][..], "<--rpm <N>|--tpm <N>>"),
        (&["--phase", "30s"], "<--rpm <N>|--tpm <N>>"),
        (&["--refusals-count"], "<--rpm <N>|--tpm <N>>"),
        (&["--headers", "anthropic"], "<--rpm <N>|--tpm <N>>"),
        (&["--hint", "millis"], "<--rpm <N>|--tpm <N>>"),
        (&["--rpm", "60", "--settle-tokens"], "--tpm <N>"),
        (&["--outlier-factor", "5"], "--outliers <SHARE>"),
        (&["--dirt", "fence"], "--dirty <SHARE>"),
        (&["--jitter", "5ms"], "--transit <TIME>"),
        (&["--transit", "1ms", "--jitter", "5ms"], "--jitter can't be longer than --transit"),
        (&["--spread", "0.5"], "give --latency, --prompt-token or --completion-token"),
        (&["--outliers", "0.1"], "give --latency, --prompt-token or --completion-token"),
    ] {
        let (code, said) = refused(flags);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(code == Some(2) && said.contains(missing), "{flags:?}: {code:?}: {said}");
    }
}

#[test]
fn a_script_is_not_written_over_by_statistics() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("answers.jsonl");
    fs::write(&script, "{\"answer\": 1}\n").unwrap();
    let name = script.to_str().unwrap();
    let (code, said) = refused(&["--script", name, "--statistics", name]);
    assert_eq!(code, Some(2));
    assert_eq!(said, format!("kgas-bench: --statistics and --script both name {name}\n"));
    assert_eq!(fs::read_to_string(script).unwrap(), "{\"answer\": 1}\n");
}

#[test]
fn a_port_that_is_taken_is_said_with_exit_code_1() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said =
        format!("kgas-bench: 127.0.0.1:{port} is taken by another server: give another --port, or 0 for a free one\n");
    assert_eq!(refused(&["--port", &port]), (Some(1), said));
}

#[test]
fn the_documentation_has_each_flag_and_no_other() {
    let help = serve(&["--help"]).output().unwrap().stdout;
    let flags_in = |text: &str, before: &str| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix(before));
        lines.filter_map(|rest| rest.split([' ', '`', ',']).next().map(str::to_owned)).collect()
    };
    let documented =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/simulated-server.md")).unwrap();
    let documented = flags_in(&documented, "| `--");
    assert!(documented.contains("rpm"), "{documented:?}");
    assert_eq!(documented, flags_in(&String::from_utf8(help).unwrap(), "--"));
}
