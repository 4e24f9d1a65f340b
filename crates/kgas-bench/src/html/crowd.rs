//! How many calls do what at a time, all of them counted: what a timeline of every n-th call can't show.

use super::axis::{Tick, amounts};
use super::columns::{Columns, fill, nothing};
use super::markup::{Element, element};
use super::plot::Plot;
use crate::trace::{Call, Doing, Performance};

const HEIGHT: u32 = 110;

/// The calls on the wire, backing off and queued, upon each other.
pub(super) fn crowd(performance: &Performance) -> Element {
    let Performance { calls, wall, terms, .. } = performance;
    let doing = |doing: Doing| {
        let mut columns = nothing();
        let stretches = calls.iter().flat_map(Call::stretches).filter(|stretch| stretch.doing == doing);
        stretches.for_each(|stretch| fill(&mut columns, stretch.from, stretch.to, *wall));
        Columns::of(columns)
    };
    let wire = doing(Doing::Wire);
    let with_back_off = doing(Doing::BackOff).on(&wire);
    let all = doing(Doing::Queued).on(&with_back_off);
    let most = all.most();
    let (top, labels) = amounts(most);
    let limit =
        Tick { at: terms.max_concurrent as f64 / top, label: format!("at most {} on the wire", terms.max_concurrent) };
    let plot = Plot {
        title: format!("All {} calls: how many do what at a time", calls.len()),
        says: format!("Up to {most:.0} calls are in hand at a time, up to {:.0} of them on the wire.", wire.most()),
        legend: None,
        height: HEIGHT,
        span: *wall,
        labels,
        has_grid: true,
        limits: (limit.at <= 1.0).then_some(limit).into_iter().collect(),
    };
    let height = f64::from(HEIGHT);
    let areas = [("q", all), ("b", with_back_off), ("w", wire)];
    let area =
        |(class, columns): (&'static str, Columns)| element("path").class(class).with("d", columns.area(top, height));
    plot.draw(areas.map(area))
}
