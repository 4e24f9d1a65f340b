//! What was got through over time, against what was allowed: calls, and tokens where they are limited.

use std::collections::BTreeSet;
use std::time::Duration;

use super::axis::{Tick, amounts, step, step_name, thousands};
use super::columns::{Columns, column_of, middle};
use super::markup::{Element, element};
use super::plot::{Plot, WIDTH, block, short};
use crate::trace::{Attempt, Performance};

const HEIGHT: u32 = 130;

/// What a limit per minute counts in.
const WINDOW: Duration = Duration::from_secs(60);

/// The most bars of a chart.
const MOST_BARS: u32 = 80;

/// The charts of a run: answers as they come, and the last minute's requests and tokens where these are limited.
pub(super) fn throughput(performance: &Performance) -> Vec<Element> {
    let terms = performance.terms;
    let mut charts = vec![answers(performance)];
    charts.extend(terms.requests_per_minute.map(|limit| requests(performance, limit)));
    charts.extend(terms.tokens_per_minute.map(|limit| tokens(performance, limit)));
    charts
}

/// Answered calls in each of equal parts of the time.
fn answers(performance: &Performance) -> Element {
    let span = performance.wall;
    let limit = performance.terms.requests_per_minute;
    // At its pace a limit allows one request in each part at least.
    let wide = step(span, MOST_BARS).max(limit.map_or(Duration::ZERO, |limit| step(WINDOW / limit.max(1), 1)));
    let mut bars = vec![0_u32; usize::try_from(span.as_nanos().div_ceil(wide.as_nanos())).unwrap_or(1).max(1)];
    let last = bars.len() - 1;
    for moment in good(performance).map(Attempt::ended) {
        // What comes at the very end of a part belongs to it, and not to the next.
        let place = moment.as_nanos().div_ceil(wide.as_nanos()).saturating_sub(1);
        let place = usize::try_from(place).unwrap_or(last);
        if let Some(bar) = bars.get_mut(place.min(last)) {
            *bar += 1;
        }
    }
    let most = f64::from(bars.iter().max().copied().unwrap_or_default());
    let pace = limit.map(|limit| f64::from(limit) * wide.as_secs_f64() / 60.0);
    let (top, labels) = amounts(most.max(pace.unwrap_or_default()));
    let limit = limit
        .zip(pace)
        .map(|(limit, pace)| Tick { at: pace / top, label: format!("pace of {} per minute", thousands(limit.into())) });
    let plot = Plot {
        title: format!("Calls answered in each {}", step_name(wide)),
        says: format!("At most {most} answers in {}.{}", step_name(wide), refusals(performance)),
        legend: None,
        height: HEIGHT,
        span,
        labels,
        has_grid: true,
        limits: limit.into_iter().collect(),
    };
    let unit = WIDTH * wide.as_secs_f64() / span.as_secs_f64().max(1e-9);
    let height = f64::from(HEIGHT);
    let bar = |(place, count): (usize, &u32)| {
        let high = height * f64::from(*count) / top;
        let left = place as f64 * unit;
        let width = (unit * 0.86).min(WIDTH - left);
        if *count == 0 { String::new() } else { block(left, height - high, width, high) }
    };
    let shape: String = bars.iter().enumerate().map(bar).collect();
    plot.draw([element("path").class("w").with("d", shape)].into_iter().chain(refused(performance)))
}

/// Requests sent in the minute before each moment, and those of them that were answered by then.
fn requests(performance: &Performance, limit: u32) -> Element {
    let attempts = performance.calls.iter().flat_map(|call| &call.attempts);
    let sent = minutes(attempts.map(|attempt| (attempt.began, 1.0)), performance.wall);
    let answered = minutes(good(performance).map(|attempt| (attempt.ended(), 1.0)), performance.wall);
    let (top, labels) = amounts(f64::from(limit).max(sent.most()));
    let plot = Plot {
        title: "Requests in the last 60 s: sent (line) and answered (area)".to_owned(),
        says: format!(
            "At most {:.0} requests were sent and {:.0} answered within 60 s, where {limit} are allowed.{}",
            sent.most(),
            answered.most(),
            refusals(performance)
        ),
        legend: None,
        height: HEIGHT,
        span: performance.wall,
        labels,
        has_grid: true,
        limits: vec![allowed(limit, top, "requests")],
    };
    let height = f64::from(HEIGHT);
    let marks = [
        element("path").class("area").with("d", answered.area(top, height)),
        element("path").class("sent").with("d", sent.line(top, height)),
    ];
    plot.draw(marks.into_iter().chain(refused(performance)))
}

/// Tokens that the server counted in the minute before each moment.
fn tokens(performance: &Performance, limit: u32) -> Element {
    let attempts = performance.account.attempts().iter().filter(|attempt| attempt.call);
    let counted = minutes(attempts.map(|attempt| (attempt.arrived, attempt.tokens as f64)), performance.wall);
    let (top, labels) = amounts(f64::from(limit).max(counted.most()));
    let plot = Plot {
        title: "Tokens in the last 60 s, as the server counts them".to_owned(),
        says: format!(
            "At most {:.0} tokens were counted within 60 s, where {limit} are allowed.{}",
            counted.most(),
            refusals(performance)
        ),
        legend: None,
        height: HEIGHT,
        span: performance.wall,
        labels,
        has_grid: true,
        limits: vec![allowed(limit, top, "tokens")],
    };
    let height = f64::from(HEIGHT);
    let marks = [
        element("path").class("area").with("d", counted.area(top, height)),
        element("path").class("sent").with("d", counted.line(top, height)),
    ];
    plot.draw(marks.into_iter().chain(refused(performance)))
}

fn allowed(limit: u32, top: f64, of_what: &str) -> Tick {
    Tick { at: f64::from(limit) / top, label: format!("{} {of_what} per minute", thousands(limit.into())) }
}

/// What came within the minute before each moment.
fn minutes(events: impl Iterator<Item = (Duration, f64)>, span: Duration) -> Columns {
    Columns::largest(events.flat_map(|(at, amount)| [(at, amount), (at + WINDOW, -amount)]).collect(), span)
}

fn good(performance: &Performance) -> impl Iterator<Item = &Attempt> {
    performance.calls.iter().flat_map(|call| &call.attempts).filter(|attempt| attempt.is_success())
}

fn too_many(performance: &Performance) -> impl Iterator<Item = &Attempt> {
    performance.calls.iter().flat_map(|call| &call.attempts).filter(|attempt| attempt.status == Some(429))
}

/// A stroke below the axis for each 429, or for many that are too close to be told apart.
fn refused(performance: &Performance) -> Option<Element> {
    let columns: BTreeSet<_> =
        too_many(performance).map(|attempt| column_of(attempt.ended(), performance.wall)).collect();
    let foot = HEIGHT + 1;
    let shape: String = columns.into_iter().map(|column| format!("M{} {foot}v7", short(middle(column)))).collect();
    (!shape.is_empty()).then(|| element("path").class("e").with("d", shape))
}

fn refusals(performance: &Performance) -> String {
    match too_many(performance).count() {
        0 => String::new(),
        1 => " One request was answered 429.".to_owned(),
        count => format!(" {count} requests were answered 429."),
    }
}

/// What the strokes below the axes are, where there are any.
pub(super) fn refusals_line(performance: &Performance) -> Option<Element> {
    let count = too_many(performance).count();
    let text = format!("{count} × answered 429, at such times");
    let stroke = element("path").class("e").with("d", "M4 1v10");
    let swatch = element("svg").with("width", "8").with("height", "12").with("aria-hidden", "true").child(stroke);
    let entry = || element("li").child(swatch).child(element("span").text(text));
    (count > 0).then(|| element("ul").class("legend").child(entry()))
}
