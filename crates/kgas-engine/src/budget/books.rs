//! The books of a budget: what was spent, what is set aside, and who waits for that to come back.

use std::collections::VecDeque;

use kgas_http::Unaffordable;
use tokio::sync::oneshot;

use super::bill::Amount;
use super::{Account, Usd};

/// The most that may be spent; what isn't said has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// In dollars.
    pub usd: Option<Usd>,
    /// Tokens, of prompts and answers.
    pub tokens: Option<u64>,
    /// Attempts on the wire.
    pub calls: Option<u64>,
}

/// Whether an attempt can be paid for.
pub(super) type Word = Result<(), Unaffordable>;

#[derive(Debug, Default)]
pub(super) struct Books {
    caps: Caps,
    charged: Amount,
    aside: Amount,
    queue: VecDeque<Waiter>,
    next: u64,
    account: Account,
    first_refusal: Option<Unaffordable>,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    want: Amount,
    word: oneshot::Sender<Word>,
}

/// What is said to who asks.
#[derive(Debug)]
pub(super) enum Reply {
    Now(Word),
    /// The number in the queue, and where the word comes.
    Later(u64, oneshot::Receiver<Word>),
}

impl Caps {
    /// Whether there is none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.usd.is_none() && self.tokens.is_none() && self.calls.is_none()
    }

    fn hold(&self, all: Amount) -> bool {
        self.calls.is_none_or(|most| all.calls <= most)
            && self.tokens.is_none_or(|most| all.tokens() <= most)
            && self.usd.is_none_or(|most| all.usd <= most)
    }

    /// Which limit is passed by what was spent and what is wanted.
    fn passed(&self, spent: Amount, want: Amount) -> Unaffordable {
        let all = spent.plus(want);
        let is = if spent == Amount::default() { "too small" } else { "spent" };
        let words = match *self {
            Self { calls: Some(most), .. } if all.calls > most => {
                format!("the budget is spent: {} of {most} calls", spent.calls)
            }
            Self { tokens: Some(most), .. } if all.tokens() > most => format!(
                "the budget is {is}: {most} tokens allowed, {} spent, and this call may take {}",
                spent.tokens(),
                want.tokens()
            ),
            Self { usd, .. } => format!(
                "the budget is {is}: {} allowed, {} spent, and this call may cost {}",
                usd.unwrap_or(Usd::MAX),
                spent.usd,
                want.usd
            ),
        };
        Unaffordable(words)
    }
}

impl Books {
    pub(super) fn new(caps: Caps) -> Self {
        Self { caps, ..Self::default() }
    }

    /// Sets this aside, now or when its turn comes. Who comes later never goes before.
    pub(super) fn come(&mut self, want: Amount) -> Reply {
        if !self.is_possible(want) {
            return Reply::Now(Err(self.refuse(self.caps.passed(self.charged, want))));
        }
        if self.take_now(want) {
            return Reply::Now(Ok(()));
        }
        let (word, coming) = oneshot::channel();
        let number = self.next;
        self.next += 1;
        self.queue.push_back(Waiter { number, want, word });
        Reply::Later(number, coming)
    }

    /// Sets this aside, if it is there and nobody waits.
    pub(super) fn take_now(&mut self, want: Amount) -> bool {
        let takes = self.queue.is_empty() && self.fits(want);
        if takes {
            self.aside = self.aside.plus(want);
        }
        takes
    }

    /// Takes a waiter out of the queue; false where it has had its word.
    pub(super) fn leave(&mut self, number: u64) -> bool {
        let before = self.queue.len();
        self.queue.retain(|waiter| waiter.number != number);
        let has_left = self.queue.len() < before;
        // Who stood behind may be at the head now.
        self.advance();
        has_left
    }

    /// Puts back what was set aside, and charges what it came to.
    pub(super) fn settle(&mut self, aside: Amount, cost: Amount) {
        self.aside = self.aside.minus(aside);
        self.charged = self.charged.plus(cost);
        self.advance();
    }

    /// Counts a refusal, and remembers the first.
    pub(super) fn refuse(&mut self, refusal: Unaffordable) -> Unaffordable {
        self.account.refused += 1;
        self.first_refusal.get_or_insert_with(|| refusal.clone());
        refusal
    }

    pub(super) fn first_refusal(&self) -> Option<Unaffordable> {
        self.first_refusal.clone()
    }

    pub(super) const fn account_mut(&mut self) -> &mut Account {
        &mut self.account
    }

    pub(super) fn account(&self) -> Account {
        let is_priced = !self.account.has_unpriced;
        Account {
            attempts: self.charged.calls,
            prompt_tokens: self.charged.prompt,
            completion_tokens: self.charged.completion,
            usd: is_priced.then_some(self.charged.usd),
            maybe_usd: is_priced.then_some(self.account.maybe_usd.unwrap_or_default()),
            ..self.account
        }
    }

    fn fits(&self, want: Amount) -> bool {
        self.caps.hold(self.charged.plus(self.aside).plus(want))
    }

    /// Whether it could be had if all that is set aside came back. What is spent stays so: what isn't possible never
    /// becomes so again.
    fn is_possible(&self, want: Amount) -> bool {
        self.caps.hold(self.charged.plus(want))
    }

    /// Gives their word to those who can have it.
    fn advance(&mut self) {
        if !self.queue.iter().all(|waiter| self.is_possible(waiter.want)) {
            let (waiting, hopeless) = std::mem::take(&mut self.queue)
                .into_iter()
                .partition::<VecDeque<_>, _>(|waiter| self.is_possible(waiter.want));
            self.queue = waiting;
            for Waiter { want, word, .. } in hopeless {
                let refusal = self.refuse(self.caps.passed(self.charged, want));
                // Whoever leaves takes itself out of the queue first, so it is heard.
                let _ = word.send(Err(refusal));
            }
        }
        while self.queue.front().is_some_and(|head| self.fits(head.want)) {
            let Some(Waiter { want, word, .. }) = self.queue.pop_front() else { return };
            self.aside = self.aside.plus(want);
            let _ = word.send(Ok(()));
        }
    }
}
