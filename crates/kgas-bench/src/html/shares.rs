//! Shares of a whole as one bar, with each share in words below it.

use super::markup::{Element, element};
use super::plot::percent;

/// A share from 0 to 1: how it is coloured, what it is called where there is little room, and in full.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    pub(super) class: &'static str,
    pub(super) short: &'static str,
    pub(super) full: &'static str,
    pub(super) part: f64,
}

/// What is smaller has no room for its name in the bar.
const LEAST_NAMED: f64 = 0.16;

/// The bar of a whole that is called so; shares of nothing are left out.
pub(super) fn bar(title: &str, shares: &[Share]) -> Element {
    let there: Vec<_> = shares.iter().filter(|share| share.part > 0.0).collect();
    let says = there.iter().map(|share| format!("{} {}", share.full, percents(share.part))).collect::<Vec<_>>();
    let mut left = 0.0;
    let mut pieces = Vec::new();
    for share in &there {
        let piece = element("rect").class(share.class).with("x", percent(left)).with("width", percent(share.part));
        pieces.push(piece.with("height", "26"));
        if share.part >= LEAST_NAMED {
            let middle = percent(left + share.part / 2.0);
            let name = element("text").with("x", middle).with("y", "17").text(share.short);
            // A phone has less room.
            pieces.push(if share.part < 2.0 * LEAST_NAMED { name.class("narrow") } else { name });
        }
        left += share.part;
    }
    let bar = element("svg")
        .class("bar")
        .with("role", "img")
        .with("aria-label", format!("{title}: {}", says.join(", ")))
        .with("width", "100%")
        .with("height", "26")
        .children(pieces);
    let list = element("ul").class("legend").children(there.into_iter().map(entry));
    element("figure").class("shares").child(element("figcaption").text(title)).child(bar).child(list)
}

fn entry(share: &Share) -> Element {
    let mark = element("rect").class(share.class).with("width", "12").with("height", "12");
    let swatch = element("svg").with("width", "12").with("height", "12").with("aria-hidden", "true").child(mark);
    let text = element("span").child(element("b").text(percents(share.part))).text(format!(" {}", share.full));
    element("li").child(swatch).child(text)
}

/// A share in percent; one that is there is never shown as nothing.
pub(super) fn percents(part: f64) -> String {
    if part > 0.0 && part < 0.0005 { "under 0.1 %".to_owned() } else { format!("{:.1} %", part * 100.0) }
}
