//! The file of `--metrics-file`: whole at every moment, and written again and again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kgas_engine::OutputError;

use super::board::Board;
use super::prometheus::render;
use crate::args::MetricsArgs;
use crate::failure::Failure;
use crate::show::Show;

/// A file for a run's figures.
#[derive(Debug)]
pub(crate) struct MetricsFile {
    path: PathBuf,
    board: Arc<Board>,
    has_warned: AtomicBool,
    has_ended: AtomicBool,
}

impl MetricsFile {
    /// The file that was asked for, written for the first time: where that can't be done nothing should be begun.
    pub(crate) fn begin(args: &MetricsArgs, board: &Arc<Board>) -> Result<Option<Arc<Self>>, Failure> {
        let Some(path) = args.metrics_file.clone() else { return Ok(None) };
        write(&path, &render(&board.figures()))
            .map_err(|error| Failure::fatal(format!("--metrics-file: {}", OutputError::new(&path, error))))?;
        let (has_warned, has_ended) = Default::default();
        Ok(Some(Arc::new(Self { path, board: Arc::clone(board), has_warned, has_ended })))
    }

    /// Writes it with the figures of now. A run goes on where that fails, and says so once.
    pub(crate) async fn write(self: &Arc<Self>, show: Show) {
        let file = Arc::clone(self);
        let written = tokio::task::spawn_blocking(move || write(&file.path, &render(&file.board.figures()))).await;
        if let Err(error) = written.map_err(io::Error::other).and_then(|written| written)
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            show.warning(&format!("--metrics-file {}: it can't be written any more: {error}", self.path.display()));
        }
    }

    /// Writes it for the last time.
    pub(crate) async fn end(self: &Arc<Self>, show: Show) {
        self.board.end_at_least();
        self.write(show).await;
        self.has_ended.store(true, Ordering::Relaxed);
    }
}

impl Drop for MetricsFile {
    /// A command that gave up on its way leaves no file that says it still runs.
    fn drop(&mut self) {
        if !self.has_ended.load(Ordering::Relaxed) {
            self.board.end_at_least();
            let _the_command_says_why_it_gave_up = write(&self.path, &render(&self.board.figures()));
        }
    }
}

/// Whoever reads it meets the old text or the new one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    // Collectors that read a folder look for `.prom` at the end.
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _perhaps_it_never_was = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kgas.prom");
        for text in ["one\n", "two\n"] {
            write(&path, text).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(folder.path(), "x").is_err(), "a folder is no file");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
