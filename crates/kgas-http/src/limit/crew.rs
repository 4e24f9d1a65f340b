//! How many requests may be under way: as many as configured, fewer after signs of overload.

/// Additive increase, multiplicative decrease, as TCP does it: halved by an overload, one more
/// for each round of answers, never below one.
#[derive(Debug)]
pub(super) struct Crew {
    most: f64,
    allowed: f64,
    under_way: usize,
    /// The last ticket let through when it was halved: failures of those up to it say nothing new.
    halved_at: Option<u64>,
}

impl Crew {
    pub(super) fn new(most: usize) -> Self {
        // Beyond four thousand million at a time the number doesn't matter any more.
        let most = f64::from(u32::try_from(most).unwrap_or(u32::MAX));
        Self { most, allowed: most, under_way: 0, halved_at: None }
    }

    pub(super) fn has_room(&self) -> bool {
        f64::from(u32::try_from(self.under_way).unwrap_or(u32::MAX)) < self.allowed.floor()
    }

    pub(super) fn enter(&mut self) {
        self.under_way += 1;
    }

    pub(super) fn leave(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    pub(super) fn went_well(&mut self) {
        if self.allowed < self.most {
            self.allowed = (self.allowed + self.allowed.recip()).min(self.most);
        }
    }

    /// The request of this ticket met an overload; `last` is the last one let through so far.
    pub(super) fn overloaded(&mut self, ticket: u64, last: u64) {
        if self.halved_at.is_none_or(|at| ticket > at) {
            self.allowed = (self.allowed / 2.0).max(1.0);
            self.halved_at = Some(last);
        }
    }

    pub(super) const fn under_way(&self) -> usize {
        self.under_way
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between one and u32::MAX")]
    pub(super) fn allowed(&self) -> usize {
        self.allowed as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_overload_halves_once_however_many_meet_it() {
        let mut crew = Crew::new(16);
        for ticket in 1..=16 {
            crew.overloaded(ticket, 16);
        }
        assert_eq!(crew.allowed(), 8);
        crew.overloaded(17, 20);
        assert_eq!(crew.allowed(), 4);
    }

    #[test]
    fn it_never_falls_below_one_and_comes_back_round_by_round() {
        let mut crew = Crew::new(4);
        for ticket in 1..100 {
            crew.overloaded(ticket, ticket);
        }
        assert_eq!(crew.allowed(), 1);
        let mut answers = 0;
        while crew.allowed() < 4 {
            crew.went_well();
            answers += 1;
        }
        assert!((6..=12).contains(&answers), "1 + 2 + 3 answers, or a little more: {answers}");
    }
}
