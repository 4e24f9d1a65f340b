//! The frame of a chart over time: axes, grid and limit lines, around marks that stretch to any width.

use std::time::Duration;

use super::axis::{Tick, times};
use super::markup::{Element, element};

/// How many units wide the marks are, whatever the screen has.
pub(super) const WIDTH: f64 = 1000.0;

/// Room above the marks, and below them for the labels of time.
const ABOVE: u32 = 8;
const BELOW: u32 = 26;

/// A chart without its marks.
#[derive(Debug)]
pub(super) struct Plot {
    /// What it shows, in a line.
    pub(super) title: String,
    /// What somebody should know who can't see it.
    pub(super) says: String,
    /// What its marks mean, where somebody could ask.
    pub(super) legend: Option<Element>,
    /// How high its marks are, in pixels.
    pub(super) height: u32,
    /// The time from its left to its right.
    pub(super) span: Duration,
    /// The labels at its left, from 0 at the bottom to 1 at the top.
    pub(super) labels: Vec<Tick>,
    /// Whether lines go from the labels through the chart.
    pub(super) has_grid: bool,
    /// Lines with their names, at such a height from 0 to 1.
    pub(super) limits: Vec<Tick>,
}

impl Plot {
    /// The chart with its marks, which are drawn in units of [`WIDTH`] by `height`, from the top.
    pub(super) fn draw(self, marks: impl IntoIterator<Item = Element>) -> Element {
        let whole = self.height + ABOVE + BELOW;
        let stretching = element("svg")
            .with("y", ABOVE)
            .with("width", "100%")
            .with("height", self.height)
            .with("viewBox", format!("0 0 {WIDTH} {}", self.height))
            .with("preserveAspectRatio", "none")
            .children(marks);
        let chart = element("svg")
            .class("x")
            .with("role", "img")
            .with("aria-label", &self.title)
            .with("width", "100%")
            .with("height", whole)
            .child(element("desc").text(self.says.clone()))
            .children(self.grid())
            .child(stretching)
            .children(self.limits.iter().flat_map(|limit| self.limit(limit)))
            .children(self.times());
        let labels = element("svg")
            .class("y")
            .with("aria-hidden", "true")
            .with("width", "44")
            .with("height", whole)
            .children(self.labels.iter().map(|tick| self.label(tick)));
        element("figure")
            .child(element("figcaption").text(self.title))
            .children(self.legend)
            .child(element("div").class("plot").child(labels).child(chart))
    }

    fn grid(&self) -> Vec<Element> {
        let across = |y: f64| line("0", "100%", y, y);
        let labels = self.labels.iter().filter(|tick| self.has_grid && tick.at > 0.0);
        let mut lines: Vec<_> = labels.map(|tick| across(self.height_of(tick.at)).class("grid")).collect();
        lines.push(across(self.height_of(0.0)).class("base"));
        lines
    }

    fn label(&self, tick: &Tick) -> Element {
        let y = self.height_of(tick.at) + 4.0;
        element("text").with("x", "100%").with("dx", "-6").with("y", short(y)).text(tick.label.clone())
    }

    fn times(&self) -> Vec<Element> {
        let bottom = self.height_of(0.0);
        let tick = |(place, tick): (usize, Tick)| {
            let x = percent(tick.at);
            let class = match place {
                0 => "first",
                _ if place % 2 == 1 => "odd",
                _ => "even",
            };
            let text = element("text").class(class).with("x", &x).with("y", short(bottom + 19.0)).text(tick.label);
            [line(&x, &x, bottom, bottom + 4.0).class("base"), text]
        };
        times(self.span).into_iter().enumerate().flat_map(tick).collect()
    }

    fn limit(&self, limit: &Tick) -> [Element; 2] {
        let y = self.height_of(limit.at);
        // Above the line, but where it is at the very top.
        let text = if y < 22.0 { y + 14.0 } else { y - 5.0 };
        let name = element("text").class("limit").with("x", "100%").with("y", short(text)).text(limit.label.clone());
        [line("0", "100%", y, y).class("limit"), name]
    }

    fn height_of(&self, part: f64) -> f64 {
        f64::from(ABOVE) + f64::from(self.height) * (1.0 - part)
    }
}

fn line(x1: &str, x2: &str, y1: f64, y2: f64) -> Element {
    element("line").with("x1", x1).with("x2", x2).with("y1", short(y1)).with("y2", short(y2))
}

/// A part of the width as an attribute says it.
pub(super) fn percent(part: f64) -> String {
    format!("{}%", short(part * 100.0))
}

/// A number of an attribute: one place is finer than a screen, and a report should be small.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A rectangle as a part of a path.
pub(super) fn block(x: f64, y: f64, width: f64, height: f64) -> String {
    let (width, height) = (short(width), short(height));
    format!("M{} {}h{width}v{height}h-{width}z", short(x), short(y))
}
