//! How latency grows with the prompt: a straight line by least squares, and how sure it is.

use serde::Serialize;

/// `seconds = base + per_token × tokens`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Seconds that don't grow with the prompt: the way there and back, and the answer.
    pub base: f64,
    /// Seconds for each token of the prompt.
    pub per_token: f64,
    /// The standard error of `per_token`; none for two points, through which every line goes.
    pub per_token_error: Option<f64>,
    /// How far the points lie from the line, as their standard deviation in seconds; none for two points.
    pub spread: Option<f64>,
    /// How many points there were.
    pub points: usize,
}

impl Line {
    /// The line through points of (tokens, seconds); none where all have one size, or there are fewer than two.
    ///
    /// Ordinary least squares: slope `Sxy / Sxx`; the spread is `sqrt(SSR / (n - 2))`, and the slope's standard error
    /// that over `sqrt(Sxx)`.
    #[must_use]
    pub fn through(points: &[(f64, f64)]) -> Option<Self> {
        let count = points.iter().fold(0.0, |n, _| n + 1.0);
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (middle, height) = (mean(|point| point.0), mean(|point| point.1));
        let sxx = points.iter().map(|(x, _)| (x - middle).powi(2)).sum::<f64>();
        if points.len() < 2 || sxx <= 0.0 {
            return None;
        }
        let sxy = points.iter().map(|(x, y)| (x - middle) * (y - height)).sum::<f64>();
        let per_token = sxy / sxx;
        let base = per_token.mul_add(-middle, height);
        let ssr = points.iter().map(|(x, y)| (y - per_token.mul_add(*x, base)).powi(2)).sum::<f64>();
        let spread = (points.len() > 2).then(|| (ssr / (count - 2.0)).sqrt());
        let per_token_error = spread.map(|spread| spread / sxx.sqrt());
        Some(Self { base, per_token, per_token_error, spread, points: points.len() })
    }

    /// Whether the prompt's size is seen in the latency at all: the slope is above zero by more than two of its
    /// standard errors.
    #[must_use]
    pub fn grows(&self) -> bool {
        self.per_token > 2.0 * self.per_token_error.unwrap_or_default()
    }
}
