//! Where the ticks of an axis stand, and what they are called.

use std::time::Duration;

/// A place on an axis, from 0 at its begin to 1 at its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// The most ticks that an axis of time has, the first at zero left out.
const MOST_TICKS: u32 = 8;

const SECOND: Duration = Duration::from_secs(1);

/// Steps that people count in, in milliseconds, up to half a day.
const STEPS: [u32; 24] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    1_200_000, 1_800_000, 3_600_000, 7_200_000, 43_200_000,
];

/// The least of the steps of which `most` cover the span; the largest for any longer span.
pub(super) fn step(span: Duration, most: u32) -> Duration {
    let mut steps = STEPS.into_iter().map(|step| Duration::from_millis(step.into()));
    steps.clone().find(|step| *step * most >= span).or(steps.next_back()).unwrap_or(SECOND)
}

/// Ticks over a span of time; none but the first where there is none.
pub(super) fn times(span: Duration) -> Vec<Tick> {
    let step = step(span, MOST_TICKS);
    let finest = if span < Duration::from_secs(1) { step } else { step.max(SECOND) };
    let tick = |count: u32| Tick { at: part(step * count, span), label: time(step * count, finest) };
    (0..=MOST_TICKS).take_while(|count| *count == 0 || step * *count <= span).map(tick).collect()
}

/// How far into the span a moment lies, from 0 to 1.
pub(super) fn part(moment: Duration, span: Duration) -> f64 {
    if span.is_zero() { 0.0 } else { (moment.as_secs_f64() / span.as_secs_f64()).clamp(0.0, 1.0) }
}

/// A step, as it is called.
pub(super) fn step_name(step: Duration) -> String {
    time(step, step)
}

/// A time in the unit in which such a step is a whole number.
fn time(time: Duration, step: Duration) -> String {
    match step.as_millis() {
        _ if time.is_zero() => "0".to_owned(),
        ..1_000 => format!("{} ms", time.as_millis()),
        1_000..60_000 => format!("{} s", time.as_secs_f64()),
        60_000..3_600_000 => format!("{} min", time.as_secs() / 60),
        _ => format!("{} h", time.as_secs() / 3_600),
    }
}

/// The end of an axis that has room for the amount, and its ticks.
pub(super) fn amounts(largest: f64) -> (f64, Vec<Tick>) {
    let largest = largest.max(1.0);
    let ten = 10_f64.powf((largest / 4.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| (step * ten).max(1.0));
    let step = steps.into_iter().find(|step| step * 4.0 >= largest).unwrap_or(largest);
    let count = (1..=4_u32).find(|count| f64::from(*count) * step >= largest).unwrap_or(4);
    let tick =
        |number: u32| Tick { at: f64::from(number) / f64::from(count), label: short(f64::from(number) * step, step) };
    (f64::from(count) * step, (0..=count).map(tick).collect())
}

/// A whole number that has little room.
fn short(amount: f64, step: f64) -> String {
    if step >= 1_000.0 && amount > 0.0 { format!("{}k", amount / 1_000.0) } else { thousands(amount) }
}

/// A whole number with spaces between its thousands.
pub(super) fn thousands(amount: f64) -> String {
    let digits = format!("{amount:.0}");
    let count = digits.chars().count();
    let spaced = digits.chars().enumerate().flat_map(|(place, digit)| {
        let space = (place > 0 && (count - place) % 3 == 0).then_some('\u{202f}');
        space.into_iter().chain([digit])
    });
    spaced.collect()
}
