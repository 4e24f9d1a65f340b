//! How long a run will go on, by how fast it went lately.

use std::time::Duration;

/// Seconds after which what was counted weighs less by a factor of e: long beside the time of an answer, and short
/// beside a run whose limit has changed.
const MEMORY: f64 = 120.0;

/// How much the last gap between documents weighs against those before.
const NEWS: f64 = 0.2;

/// Documents and seconds before which nothing is said.
const FEWEST: u64 = 3;
const SHORTEST: f64 = 10.0;

/// What was done lately: documents and seconds, both fading alike, so that their ratio is a rate from the start.
///
/// Time counts when a document ends. So those that end together make no jumps: the time until they did counts with them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    documents: f64,
    seconds: f64,
    /// Since the last document has ended.
    open: f64,
    /// How long that takes lately.
    gap: f64,
    all_documents: u64,
    all_seconds: f64,
}

impl Pace {
    /// In this time so many documents were done.
    pub(crate) fn note(&mut self, documents: u32, took: Duration) {
        self.open += took.as_secs_f64();
        self.all_seconds += took.as_secs_f64();
        if documents == 0 {
            return;
        }
        let fades = (-self.open / MEMORY).exp();
        self.documents = self.documents.mul_add(fades, f64::from(documents));
        self.seconds = self.seconds.mul_add(fades, self.open);
        self.gap = if self.all_documents == 0 { self.open } else { (self.open - self.gap).mul_add(NEWS, self.gap) };
        self.all_documents += u64::from(documents);
        self.open = 0.0;
    }

    /// How long so many more will take; nothing while too little is known.
    pub(crate) fn left(&self, to_do: u64) -> Option<Duration> {
        if self.all_documents < FEWEST || self.all_seconds < SHORTEST || self.documents <= f64::EPSILON {
            return None;
        }
        let to_do = f64::from(u32::try_from(to_do).ok()?);
        // A run that stands still shows it.
        let overdue = 2.0_f64.mul_add(-self.gap, self.open).max(0.0);
        Duration::try_from_secs_f64(to_do * (self.seconds + overdue) / self.documents).ok()
    }
}

/// `about 12 min`, in steps that grow with the time, so that what is said moves as little as what is known.
pub(crate) fn in_words(left: Duration) -> String {
    let seconds = left.as_secs();
    let minutes = seconds.saturating_add(30) / 60;
    match minutes {
        0 => "less than a minute".to_owned(),
        minutes if minutes < 20 => format!("about {minutes} min"),
        minutes if minutes < 60 => format!("about {} min", (minutes + 2) / 5 * 5),
        minutes => {
            let tens = (minutes + 5) / 10;
            match (tens / 6, tens % 6) {
                (hours, 0) => format!("about {hours} h"),
                (hours, tens) if hours < 10 => format!("about {hours} h {tens}0 min"),
                (hours, tens) => format!("about {} h", hours + tens / 3),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(250);

    /// What is said at each tick of a run in which documents end as told, of so many.
    fn said(ends: impl Fn(u32) -> u32, ticks: u32, all: u64) -> Vec<Option<f64>> {
        let (mut pace, mut done) = (Pace::default(), 0);
        (0..ticks)
            .map(|tick| {
                let now = ends(tick);
                done += u64::from(now);
                pace.note(now, TICK);
                pace.left(all - done).map(|left| left.as_secs_f64())
            })
            .collect()
    }

    #[test]
    fn nothing_is_said_before_something_is_known() {
        let said = said(|tick| u32::from(tick % 20 == 19), 100, 1000);
        assert!(said.iter().take(59).all(Option::is_none), "three documents take 15 seconds");
        assert!(said.iter().skip(60).all(Option::is_some));
        assert_eq!(Pace::default().left(10), None);
    }

    #[test]
    fn nothing_is_said_where_nothing_is_done() {
        assert!(said(|_| 0, 1000, 10).iter().all(Option::is_none));
    }

    #[test]
    fn a_steady_run_counts_down_by_the_clock() {
        // One each second, of 1000.
        for (tick, left) in said(|tick| u32::from(tick % 4 == 3), 2000, 1000).into_iter().enumerate().skip(100) {
            let truth = 1000.0 - (tick as f64 + 1.0) / 4.0;
            let left = left.unwrap();
            assert!((left - truth).abs() < 0.03 * truth + 3.0, "tick {tick}: {left} for {truth}");
        }
    }

    #[test]
    fn documents_that_end_together_make_no_jumps() {
        // Ten at a time every 20 seconds, which is what ten in flight do.
        let said = said(|tick| if tick % 80 == 79 { 10 } else { 0 }, 2000, 10_000);
        let said: Vec<f64> = said.into_iter().flatten().skip(480).collect();
        for pair in said.windows(2) {
            assert!((pair[1] / pair[0] - 1.0).abs() < 0.01, "{pair:?}");
        }
    }

    #[test]
    fn a_run_that_stands_still_is_expected_to_take_longer() {
        let ends = |tick| if tick < 400 { u32::from(tick % 4 == 3) } else { 0 };
        let said: Vec<f64> = said(ends, 1000, 1000).into_iter().flatten().collect();
        assert!(said[said.len() - 1] > 2.0 * said[350], "{said:?}");
    }

    #[test]
    fn a_run_that_slows_down_is_believed_within_minutes() {
        // Ten a second for a minute, and then one every second.
        let ends = |tick| if tick < 240 { u32::from(tick % 2 == 0) * 5 } else { u32::from(tick % 4 == 3) };
        let last = said(ends, 240 + 4 * 600, 10_000).last().copied().flatten().unwrap();
        let truth = 10_000.0 - 600.0 - 600.0;
        assert!((last / truth - 1.0).abs() < 0.15, "{last} for {truth}");
    }

    #[test]
    fn times_are_said_as_roughly_as_they_are_known() {
        let cases = [
            (12, "less than a minute"),
            (45, "about 1 min"),
            (185, "about 3 min"),
            (13 * 60, "about 13 min"),
            (23 * 60, "about 25 min"),
            (59 * 60 + 40, "about 1 h"),
            (95 * 60, "about 1 h 40 min"),
            (3 * 3600, "about 3 h"),
            (11 * 3600 + 1900, "about 12 h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(in_words(Duration::from_secs(seconds)), expected);
        }
    }
}
