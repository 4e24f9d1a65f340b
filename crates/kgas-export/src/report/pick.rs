//! The few that there is room for, of many.

use std::cmp::Reverse;

/// Which rows of a file go into the page.
#[derive(Debug)]
pub(super) struct Picked {
    chosen: Vec<bool>,
    /// How many there are in the page.
    pub(super) taken: usize,
}

impl Picked {
    /// The rows with the highest counts; of equal ones the first.
    pub(super) fn most(counts: &[usize], room: usize) -> Self {
        let mut chosen = vec![false; counts.len()];
        let order = order(counts);
        let mut taken = 0;
        for row in order.into_iter().take(room) {
            if let Some(slot) = chosen.get_mut(row) {
                *slot = true;
                taken += 1;
            }
        }
        Self { chosen, taken }
    }

    /// Whether this row is in the page.
    pub(super) fn has(&self, row: usize) -> bool {
        self.chosen.get(row).copied().unwrap_or_default()
    }

    /// How many are not.
    pub(super) fn left_out(&self) -> usize {
        self.chosen.len() - self.taken
    }
}

/// Rows by their counts, the highest first; equal ones as they stand.
pub(super) fn order(counts: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|row| Reverse(counts.get(*row).copied().unwrap_or_default()));
    order
}
