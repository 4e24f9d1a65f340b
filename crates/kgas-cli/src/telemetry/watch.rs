//! What looks at a run from time to time while it goes on: the meter, and the file of figures.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use kgas_engine::source::{self, Input, SourceOptions};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::board::Board;
use super::file::MetricsFile;
use super::outlook::{Outlook, in_words};
use crate::show::Show;

/// How often it looks.
const LOOK: Duration = Duration::from_millis(250);
/// How often a line is printed where there is no bar.
const LINE: Duration = Duration::from_secs(30);
/// How often the file of figures is written.
const FILE: Duration = Duration::from_secs(5);

/// Looks at a run.
#[derive(Debug)]
pub(crate) struct Watch {
    show: Show,
    bar: Option<ProgressBar>,
    board: Arc<Board>,
    file: Option<Arc<MetricsFile>>,
    documents: Option<(Vec<Input>, SourceOptions)>,
    /// How often it looks, and how often it writes the file.
    beat: (Duration, Duration),
}

impl Watch {
    /// Looks at this board, and shows it on this bar, or in lines where there is none.
    pub(crate) const fn new(show: Show, bar: Option<ProgressBar>, board: Arc<Board>) -> Self {
        Self { show, bar, board, file: None, documents: None, beat: (LOOK, FILE) }
    }

    /// With a file to write.
    pub(crate) fn writing(self, file: Option<Arc<MetricsFile>>) -> Self {
        Self { file, ..self }
    }

    /// With documents to count ahead, where that is cheap and somebody wants to know.
    pub(crate) fn counting(self, documents: (Vec<Input>, SourceOptions)) -> Self {
        let is_wanted = self.show.tells() || self.file.is_some();
        Self { documents: Some(documents).filter(|_| is_wanted), ..self }
    }

    /// Looks for as long as this takes. Dropping the future drops the work.
    pub(crate) async fn beside<T>(mut self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            ended = work => ended,
            never = self.forever() => match never {},
        }
    }

    async fn forever(&mut self) -> Infallible {
        let (documents, board) = (self.documents.take(), Arc::clone(&self.board));
        let count = async move {
            let Some((inputs, options)) = documents else { return };
            if let Ok(Some(count)) = tokio::task::spawn_blocking(move || source::count(inputs, &options)).await {
                board.expect(count);
            }
        };
        tokio::join!(count, self.looks()).1
    }

    async fn looks(&self) -> Infallible {
        let mut looks = interval(self.beat.0);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut outlook, mut line, mut file) = (Outlook::default(), Instant::now(), Instant::now());
        loop {
            looks.tick().await;
            let figures = self.board.figures();
            let left = outlook.look(&figures);
            match &self.bar {
                Some(bar) => {
                    if let Some(all) = figures.expected.filter(|all| bar.length() != Some(*all)) {
                        bar.set_length(all);
                        bar.set_style(style("{spinner} {elapsed_precise} [{bar:20}] {wide_msg}"));
                    }
                    bar.set_position(figures.seen.documents());
                    bar.set_message(in_words(&figures, left));
                }
                None if line.elapsed() >= LINE => {
                    line = Instant::now();
                    let words = in_words(&figures, left);
                    if !words.is_empty() {
                        self.show.note(&words);
                    }
                }
                None => {}
            }
            if let Some(metrics) = self.file.as_ref().filter(|_| file.elapsed() >= self.beat.1) {
                file = Instant::now();
                metrics.write(self.show).await;
            }
        }
    }
}

/// A bar without an end, as long as none is known.
pub(crate) fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_style(style("{spinner} {elapsed_precise} {wide_msg}"));
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use kgas_engine::{DocumentState, Tally};

    use super::*;
    use crate::args::{LogFormat, MetricsArgs};
    use crate::show::Stream;

    #[tokio::test]
    async fn the_file_is_written_again_while_the_work_goes_on_and_documents_are_counted_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "a").unwrap();
        let path = folder.path().join("kgas.prom");
        let board = Arc::<Board>::default();
        let metrics = MetricsFile::begin(&MetricsArgs { metrics_file: Some(path.clone()) }, &board).unwrap();
        let show = Show::new(true, Stream::Error, LogFormat::Text);
        let documents = (vec![Input::Path(folder.path().to_owned())], SourceOptions::default());
        let mut watch = Watch::new(show, None, Arc::clone(&board)).writing(metrics).counting(documents);
        watch.beat = (Duration::from_millis(1), Duration::from_millis(1));
        // It ends when the file says what the board was told after the work had begun.
        let work = async {
            board.see(&Tally { documents: [(DocumentState::Complete, 3)].into(), ..Tally::default() });
            loop {
                let text = std::fs::read_to_string(&path).unwrap();
                if text.contains("kgas_documents_total{state=\"complete\"} 3") && text.contains("documents_expected 1")
                {
                    return text;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(watch.beside(work).await.contains("kgas_run_state{state=\"running\"} 1"));
    }
}
