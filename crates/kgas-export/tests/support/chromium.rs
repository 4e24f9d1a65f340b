//! Chromium without a window, driven by its DevTools protocol over two pipes.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test helpers may panic, and say what they leave out"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Its descriptors 3 and 4 are what it takes commands from and gives answers to.
const PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#;

const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--window-size=1280,800",
    "--remote-debugging-pipe",
    "about:blank",
];

/// A browser with one page, and what the page did.
pub(crate) struct Chromium {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    next: u64,
    session: String,
    /// What the page asked the network or the disk for, besides itself.
    pub(crate) requests: Vec<String>,
    /// Errors and warnings.
    pub(crate) complaints: Vec<String>,
    _profile: TempDir,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Chromium {
    /// A browser; none, and said so, where this machine has none.
    pub(crate) fn start() -> Option<Self> {
        let named = std::env::var("KGAS_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        let is_there = Command::new(&named).arg("--version").output().is_ok_and(|output| output.status.success());
        if !is_there {
            println!("NOT TESTED: there is no chromium on this machine, so that nobody has looked at the report");
            return None;
        }
        let profile = TempDir::new().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", PIPES, &named]).arg(format!("--user-data-dir={}", profile.path().display())).args(FLAGS);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (give, from) = channel();
        let answers = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for answer in answers.split(0).map_while(Result::ok) {
                if give.send(serde_json::from_slice(&answer).unwrap_or_default()).is_err() {
                    return;
                }
            }
        });
        let to = child.stdin.take().unwrap();
        let (requests, complaints) = (Vec::new(), Vec::new());
        let session = String::new();
        let mut chromium = Self { child, to, from, next: 0, session, requests, complaints, _profile: profile };
        chromium.attach();
        Some(chromium)
    }

    fn attach(&mut self) {
        let targets = self.call("Target.getTargets", json!({}));
        let pages = targets["targetInfos"].as_array().unwrap().iter();
        let page = pages.filter(|target| target["type"] == "page").map(|target| target["targetId"].clone()).next();
        let page =
            page.unwrap_or_else(|| self.call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone());
        let attached = self.call("Target.attachToTarget", json!({"targetId": page, "flatten": true}));
        attached["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        for domain in ["Page", "Runtime", "Network", "Log", "Accessibility"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
    }

    /// Asks for something and waits for the answer.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut command = json!({"id": self.next, "method": method, "params": params});
        if !self.session.is_empty() {
            command["sessionId"] = json!(self.session);
        }
        self.to.write_all(format!("{command}\0").as_bytes()).unwrap();
        self.to.flush().unwrap();
        loop {
            let mut said = self.from.recv_timeout(PATIENCE).unwrap();
            if said["id"] == self.next {
                assert!(said["error"].is_null(), "{method}: {}", said["error"]);
                return said["result"].take();
            }
            self.note(&said);
        }
    }

    fn note(&mut self, event: &Value) {
        let params = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" if params["type"] != "Document" => {
                self.requests.push(params["request"]["url"].to_string());
            }
            "Runtime.exceptionThrown" => self.complaints.push(params["exceptionDetails"].to_string()),
            "Runtime.consoleAPICalled" => self.complaints.push(params["args"].to_string()),
            "Log.entryAdded" => self.complaints.push(params["entry"].to_string()),
            _ => {}
        }
    }

    /// Opens a file, and waits until it shows itself.
    pub(crate) fn open(&mut self, file: &Path, hash: &str) {
        self.call("Page.navigate", json!({"url": format!("file://{}{hash}", file.display())}));
        self.wait("document.documentElement.dataset.ready");
    }

    /// What an expression is worth in the page.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.call("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// Waits until an expression holds.
    pub(crate) fn wait(&mut self, expression: &str) {
        let asked = format!("(() => {{ try {{ return !!({expression}); }} catch {{ return false; }} }})()");
        let until = Instant::now() + PATIENCE;
        while self.eval(&asked) != true {
            assert!(Instant::now() < until, "never: {expression}; complaints: {:?}", self.complaints);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a key as a person does.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            other => (0, other),
        };
        let mut down = json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code});
        if !text.is_empty() {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down);
        self.call(
            "Input.dispatchKeyEvent",
            json!({"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code}),
        );
    }

    /// What the reader's system prefers.
    pub(crate) fn prefer(&mut self, features: &[(&str, &str)]) {
        let features: Vec<Value> = features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// The size of the window.
    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// A picture of what is seen, in base64.
    pub(crate) fn picture(&mut self) -> String {
        self.call("Page.captureScreenshot", json!({"format": "png"}))["data"].as_str().unwrap().to_owned()
    }
}
