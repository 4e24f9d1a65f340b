//! What a record says of one quantity by another: a straight line, and how far it can be trusted.

/// Points are needed before more is believed than a proportion.
const ENOUGH: f64 = 8.0;
/// The scatter of what is known by, as a part of its mean, below which a slope can't be told from a level.
const LEAST_SPREAD: f64 = 0.02;

/// Sums over points, from which a line can be drawn. Memory doesn't grow with the points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Points {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

/// A line, and how far points lie from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    at_zero: f64,
    slope: f64,
    /// The standard deviation of a single point from the line.
    scatter: f64,
    /// How many points it rests on.
    n: f64,
}

/// A sum that is expected, and by how much it may be off: 19 times in 20 it lies within.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Expected {
    /// The most likely value.
    pub value: f64,
    /// How far the truth may be from it.
    pub plus_minus: f64,
}

impl Points {
    /// Adds a point.
    pub(super) fn add(&mut self, x: f64, y: f64) {
        self.n += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
        self.yy += y * y;
    }

    /// Adds the points of others.
    pub(super) fn extend(&mut self, more: &Self) {
        self.n += more.n;
        self.x += more.x;
        self.y += more.y;
        self.xx += more.xx;
        self.xy += more.xy;
        self.yy += more.yy;
    }

    /// How many there are.
    pub(super) const fn count(&self) -> f64 {
        self.n
    }

    /// The line of least squares; a proportion where there are few points, or where neither level nor slope of a line
    /// would make sense below zero. `None` without points.
    pub(super) fn line(&self) -> Option<Line> {
        self.drawn(true)
    }

    /// The same, with a level in place of a proportion.
    pub(super) fn line_or_level(&self) -> Option<Line> {
        self.drawn(false)
    }

    fn drawn(&self, is_proportional: bool) -> Option<Line> {
        let Self { n, x, y, xx, xy, yy } = *self;
        if n < 1.0 {
            return None;
        }
        let (mean_x, mean_y) = (x / n, y / n);
        let var_x = (xx / n - mean_x * mean_x).max(0.0);
        let cov = xy / n - mean_x * mean_y;
        let slope = if var_x > 0.0 { cov / var_x } else { 0.0 };
        let at_zero = mean_y - slope * mean_x;
        let is_line = n >= ENOUGH && var_x.sqrt() > mean_x * LEAST_SPREAD && slope >= 0.0 && at_zero >= 0.0;
        let (at_zero, slope) = match is_proportional && x > 0.0 {
            _ if is_line => (at_zero, slope),
            true => (0.0, y / x),
            false => (mean_y, 0.0),
        };
        // Σ(y − a − bx)², multiplied out.
        let squares = yy - 2.0 * (at_zero * y + slope * xy)
            + n * at_zero * at_zero
            + 2.0 * at_zero * slope * x
            + slope * slope * xx;
        let scatter = (squares.max(0.0) / (n - 1.0).max(1.0)).sqrt();
        Some(Line { at_zero, slope, scatter, n })
    }
}

impl Line {
    /// The value at one place.
    pub(super) fn at(&self, x: f64) -> f64 {
        self.at_zero + self.slope * x
    }

    /// The sum of so many values, at places that sum up to `x`.
    pub(super) fn sum(&self, count: f64, x: f64) -> Expected {
        let value = self.at_zero * count + self.slope * x;
        // Each value scatters, and the line itself is off by the scatter of the points that it rests on.
        let off = if self.n >= 1.0 { self.scatter * (count + count * count / self.n).sqrt() } else { 0.0 };
        Expected { value, plus_minus: 2.0 * off }
    }
}

impl Expected {
    /// A value that may be off by this part of it.
    pub(super) fn about(value: f64, part: f64) -> Self {
        Self { value, plus_minus: value * part }
    }

    /// Both, which are off independently of each other.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, plus_minus: self.plus_minus.hypot(other.plus_minus) }
    }

    /// Both, which are off together.
    pub(super) fn plus_likewise(self, other: Self) -> Self {
        Self { value: self.value + other.value, plus_minus: self.plus_minus + other.plus_minus }
    }
}
