//! What the benches have in common: their arguments, medians, and tables to print.
#![allow(dead_code, reason = "each bench uses its part of this")]
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::str::FromStr;

/// The arguments of a bench: names with a value each, and bare names.
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    /// Those of this process, without the `--bench` that cargo adds.
    pub(crate) fn of_this_process() -> Self {
        Self(std::env::args().skip(1).filter(|word| word != "--bench").collect())
    }

    /// The first word, if it is no name: what a child process is to do.
    pub(crate) fn task(&self) -> Option<&str> {
        self.0.first().map(String::as_str).filter(|word| !word.starts_with("--"))
    }

    /// All words after the first.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &str> {
        self.0.iter().skip(1).map(String::as_str)
    }

    /// Whether a bare name is there; it is taken away.
    pub(crate) fn has(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);
        self.0.len() < before
    }

    /// The value after a name, or the default; both are taken away.
    pub(crate) fn value<T: FromStr>(&mut self, name: &str, default: T) -> Result<T, String> {
        let Some(place) = self.0.iter().position(|word| word == name) else {
            return Ok(default);
        };
        let value = self.0.drain(place..self.0.len().min(place + 2)).nth(1);
        let value = value.and_then(|text| text.parse().ok());
        value.ok_or_else(|| format!("{name} wants a value that fits"))
    }

    /// An error if anything is left.
    pub(crate) fn end(self) -> Result<(), String> {
        match self.0.first() {
            Some(word) => Err(format!("{word} is not known")),
            None => Ok(()),
        }
    }
}

/// The middle of some figures; of an even number, the upper of the two in the middle.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints rows under a head, the first column to the left and all others to the right.
pub(crate) fn print_table(head: &[&str], rows: &[Vec<String>]) {
    let head: Vec<String> = head.iter().map(|&word| word.to_owned()).collect();
    let all = || std::iter::once(&head).chain(rows);
    let width =
        |column: usize| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for row in all() {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            match column {
                0 => line.push_str(&format!("{cell:<width$}")),
                _ => line.push_str(&format!("  {cell:>width$}")),
            }
        }
        println!("{}", line.trim_end());
    }
}
