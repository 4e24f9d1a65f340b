//! A process of a tool: how it is started, heard, and ended with all that it started.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::ExternalSpec;
use super::environment::is_secret;
use super::error::{LastWords, Problem, one_line};
use super::lines::Lines;
use super::message::{Hello, Introduction, hello};

/// The longest line of an answer.
const LONGEST: usize = 16 << 20;
/// The longest line of a complaint.
const LONGEST_COMPLAINT: usize = 64 << 10;
/// Lines that are quoted when a tool dies.
const LAST_WORDS: usize = 3;
/// How long a tool may take to start, however short its time for a document is.
const START: Duration = Duration::from_secs(30);
/// How long a process that closed a stream may take to end by itself, so that its status can be told.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked whether it has.
const GLANCE: Duration = Duration::from_millis(10);

/// A process of a tool. Dropping it kills it, and what it started in its process group.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pub(super) input: Input,
    pub(super) output: Lines<ChildStdout>,
    last_words: Arc<Mutex<VecDeque<String>>>,
    /// Reads standard error as long as the process lives.
    listener: JoinSet<()>,
    /// How many tasks it was given.
    tasks: u64,
}

/// The standard input of a process, and what is yet to be written to it.
#[derive(Debug)]
pub(super) struct Input {
    stream: Option<ChildStdin>,
    waiting: BytesMut,
}

impl Process {
    /// Starts a process of this tool.
    pub(super) fn start(tool: &str, spec: &ExternalSpec) -> Result<Self, Problem> {
        let mut child = command(spec)?.spawn().map_err(|error| refused(spec, error))?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Problem::Pipe(io::Error::other("the system gave no pipes")));
        };
        debug!(tool, process = child.id(), "an external tool is started");
        let last_words = Arc::<Mutex<VecDeque<String>>>::default();
        let mut listener = JoinSet::new();
        listener.spawn(listen(tool.to_owned(), stderr, Arc::clone(&last_words)));
        let input = Input { stream: Some(stdin), waiting: BytesMut::new() };
        Ok(Self { child, input, output: Lines::new(stdout, LONGEST), last_words, listener, tasks: 0 })
    }

    /// Hears what the tool says of itself.
    pub(super) async fn introduce(&mut self, spec: &ExternalSpec) -> Result<Introduction, Problem> {
        let within = spec.timeout.max(START);
        let line = match timeout(within, self.output.next()).await {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => return Err(self.end("output").await),
            Ok(Err(problem)) => return Err(problem),
            Err(_) => return Err(Problem::Nameless { after: within, said: self.last_words() }),
        };
        match hello(&line).map_err(Problem::Protocol)? {
            Hello::Introduction(introduction) => match introduction.taken() {
                Some(taken) => {
                    Err(Problem::Protocol(format!("a setting {taken}, which kgas minds itself: name it otherwise")))
                }
                None => Ok(introduction),
            },
            Hello::Version(version) => Err(Problem::Version(version)),
        }
    }

    /// The number of the next task; numbers begin with 1. What was said before is not about it.
    pub(super) fn next_task(&mut self) -> u64 {
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.tasks += 1;
        self.tasks
    }

    /// Whether it worked on a document before the one that it is at.
    pub(super) const fn was_used(&self) -> bool {
        self.tasks > 1
    }

    /// Whether it can be given another document.
    pub(super) fn is_fit(&mut self) -> bool {
        !self.has_ended() && self.input.stream.is_some() && !self.input.is_waiting()
    }

    /// Waits for the end of a process that closed a stream, and says how it came.
    pub(super) async fn end(&mut self, stream: &'static str) -> Problem {
        self.input.stream = None;
        let ended = async {
            while !self.has_ended() {
                sleep(GLANCE).await;
            }
        };
        if timeout(GRACE, ended).await.is_err() {
            return Problem::Closed { stream, said: self.last_words() };
        }
        // What it started works for nobody any more, and would hold its standard error open.
        end_group(&self.child);
        match self.child.wait().await {
            Ok(status) => {
                // What it said last may still be on its way.
                let _ = timeout(GRACE, self.listener.join_next()).await;
                Problem::Ended { status, said: self.last_words() }
            }
            Err(error) => Problem::Pipe(error),
        }
    }

    /// Ends what a process that has ended left behind, which would hold its output open as if there were more to come.
    pub(super) fn clear(&mut self) {
        if self.has_ended() {
            end_group(&self.child);
        }
    }

    /// Whether it has ended. It isn't waited for here: until it is, its number is that of its group and nobody else's.
    #[cfg(unix)]
    fn has_ended(&mut self) -> bool {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        number(&self.child).is_none_or(|process| !matches!(waitid(WaitId::Pid(process), options), Ok(None)))
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// What it said last on its standard error.
    pub(super) fn last_words(&self) -> LastWords {
        let lines = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        LastWords(lines.iter().cloned().collect())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The child itself is killed when it is dropped; a wrapper such as a shell would leave what it started.
        end_group(&self.child);
    }
}

impl Input {
    pub(super) fn give(&mut self, line: &[u8]) {
        self.waiting.extend_from_slice(line);
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Writes some of what waits; false where the tool reads no more. Dropping the future loses nothing.
    pub(super) async fn write(&mut self) -> bool {
        let Some(stream) = &mut self.stream else { return false };
        stream.write_buf(&mut self.waiting).await.is_ok_and(|written| written > 0)
    }
}

#[cfg(unix)]
fn end_group(child: &Child) {
    use rustix::process::{Signal, kill_process_group};
    if let Some(group) = number(child) {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The number of a process; a child that was waited for has none any more, so that none is killed that got it since.
#[cfg(unix)]
fn number(child: &Child) -> Option<rustix::process::Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
}

#[cfg(not(unix))]
const fn end_group(_: &Child) {}

fn command(spec: &ExternalSpec) -> Result<Command, Problem> {
    if !spec.folder.is_dir() {
        return Err(Problem::NoFolder(spec.folder.clone()));
    }
    let (_, arguments) = spec.command.split_first().ok_or(Problem::NoCommand)?;
    let mut command = Command::new(program(spec));
    command.args(arguments).current_dir(&spec.folder).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in std::env::vars_os() {
        if is_secret(&name, &value) || spec.withheld.iter().any(|withheld| name == withheld.as_str()) {
            command.env_remove(name);
        }
    }
    // A group of its own: Ctrl-C in the terminal is for kgas, which finishes what is under way first.
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    command.creation_flags(0x0000_0200);
    Ok(command)
}

/// The program: by its name on the PATH, or by its place, seen from the folder.
fn program(spec: &ExternalSpec) -> PathBuf {
    let name = spec.command.first().map(Path::new).unwrap_or(Path::new(""));
    if has_place(name) {
        let place = spec.folder.join(name);
        return std::path::absolute(&place).unwrap_or(place);
    }
    name.to_owned()
}

fn has_place(name: &Path) -> bool {
    name.components().count() > 1
}

fn refused(spec: &ExternalSpec, error: io::Error) -> Problem {
    let program = program(spec);
    let place = program.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound if program.exists() => Problem::Start(place, error),
        io::ErrorKind::NotFound if has_place(&program) => Problem::NoProgram(place),
        io::ErrorKind::NotFound => Problem::NoProgram(format!("{place} on the PATH")),
        io::ErrorKind::PermissionDenied => Problem::NotExecutable(place),
        _ => Problem::Start(place, error),
    }
}

/// Passes on what a tool says on its standard error, and remembers the end of it.
async fn listen(tool: String, stderr: ChildStderr, last_words: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = Lines::new(stderr, LONGEST_COMPLAINT);
    loop {
        match lines.next().await {
            Ok(Some(line)) => {
                let line = one_line(&String::from_utf8_lossy(&line));
                debug!(tool, line, "an external tool says");
                let mut kept = last_words.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back(line);
                while kept.len() > LAST_WORDS {
                    kept.pop_front();
                }
            }
            Err(Problem::TooLong(_)) => {}
            Ok(None) | Err(_) => return,
        }
    }
}
