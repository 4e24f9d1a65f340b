//! A purse with limits: reserve the most before an attempt, settle what it was after.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kgas_http::{ApiRequest, Purse, Spending, Unaffordable};
use tokio::sync::oneshot;

use super::bill::{Amount, Bill};
use super::books::{Books, Reply, Word};
use super::{Account, Caps, Price, Prices, PricesError};

/// What a run may spend. Give it to the client of every model of the run.
///
/// Before each attempt it sets aside the most that it can cost: as many tokens as the body has bytes, and the longest
/// answer. So no number of calls in flight together can pass a limit. After the attempt, what the answer tells is
/// charged; without such word, what was set aside.
///
/// ```
/// use kgas_engine::budget::{Budget, Caps, Prices};
///
/// let caps = Caps { calls: Some(137), ..Caps::default() };
/// let budget = Budget::new(caps, &Prices::default(), ["gpt-4o-mini"])?;
/// assert_eq!(budget.account().attempts, 0);
/// # Ok::<_, kgas_engine::budget::BudgetError>(())
/// ```
pub struct Budget {
    caps: Caps,
    prices: BTreeMap<String, Price>,
    books: Mutex<Books>,
}

/// A budget that can't be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// A limit in dollars, and no price.
    #[error("a limit in dollars needs to know what {model} costs: {source}")]
    NoPrice {
        /// The model.
        model: String,
        /// Why there is none.
        source: PricesError,
    },
    /// A price file that has something else in the place of a price.
    #[error(transparent)]
    Prices(PricesError),
}

impl Budget {
    /// A budget for calls to these models. Without a limit in dollars a price may be unknown.
    ///
    /// # Errors
    /// Where a limit in dollars is set and a model has no price, or its price is none.
    pub fn new<'m>(
        caps: Caps,
        prices: &Prices,
        models: impl IntoIterator<Item = &'m str>,
    ) -> Result<Self, BudgetError> {
        let mut known = BTreeMap::new();
        for model in models {
            match prices.of(model) {
                Ok(price) => {
                    known.insert(model.to_owned(), price);
                }
                Err(source) if caps.usd.is_some() => {
                    return Err(BudgetError::NoPrice { model: model.to_owned(), source });
                }
                Err(error @ PricesError::BadPrice { .. }) => return Err(BudgetError::Prices(error)),
                Err(_unknown) => {}
            }
        }
        Ok(Self { caps, prices: known, books: Mutex::new(Books::new(caps)) })
    }

    /// What was spent so far, without what is set aside.
    #[must_use]
    pub fn account(&self) -> Account {
        self.books().account()
    }

    /// Why the first attempt was refused, where one was: the budget is spent, or too small for it.
    #[must_use]
    pub fn spent(&self) -> Option<Unaffordable> {
        self.books().first_refusal()
    }

    /// The limits.
    #[must_use]
    pub const fn caps(&self) -> Caps {
        self.caps
    }

    /// The most that this may cost; an error where nobody can say, and it has to be known.
    fn bill(&self, request: &ApiRequest) -> Result<Bill<'_>, Unaffordable> {
        let bill = Bill::of(request, &self.prices);
        let needs_tokens = self.caps.usd.is_some() || self.caps.tokens.is_some();
        match &bill.unpriced {
            Some(model) if self.caps.usd.is_some() => {
                Err(Unaffordable(format!("the budget is in dollars, and nobody said what {model} costs")))
            }
            _ if bill.is_open && needs_tokens => Err(Unaffordable(
                "the budget has to know how long the answer may be: set max_tokens, or name a price file with the \
                 model's max_output_tokens"
                    .to_owned(),
            )),
            _ => Ok(bill),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Each change of the books is complete before anything could panic.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Purse for Budget {
    async fn reserve(&self, request: &ApiRequest) -> Word {
        let want = self.bill(request).map_err(|refusal| self.books().refuse(refusal))?.most;
        let reply = self.books().come(want);
        match reply {
            Reply::Now(word) => word,
            Reply::Later(number, coming) => Place { budget: self, number, want, coming: Some(coming) }.word().await,
        }
    }

    fn try_reserve(&self, request: &ApiRequest) -> bool {
        self.bill(request).is_ok_and(|bill| self.books().take_now(bill.most))
    }

    fn settle(&self, request: &ApiRequest, came: Spending<'_>) {
        let bill = Bill::of(request, &self.prices);
        let (aside, none) = (bill.most, Amount::default());
        let cost = match came {
            Spending::Unsent => none,
            Spending::Refused => Amount { calls: 1, ..none },
            Spending::Perhaps => aside,
            Spending::Answered(reply) => bill.settled(reply),
        };
        let mut books = self.books();
        let account = books.account_mut();
        match came {
            Spending::Refused => account.turned_away += 1,
            Spending::Perhaps => {
                account.maybe_paid += 1;
                account.maybe_usd = Some(account.maybe_usd.unwrap_or_default().plus(cost.usd));
            }
            Spending::Unsent | Spending::Answered(_) => {}
        }
        account.has_unpriced |= bill.unpriced.is_some() && cost.tokens() > 0;
        books.settle(aside, cost);
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("caps", &self.caps).field("account", &self.account()).finish_non_exhaustive()
    }
}

/// A place in the queue. Who drops it leaves nothing set aside.
struct Place<'b> {
    budget: &'b Budget,
    number: u64,
    want: Amount,
    /// Gone once the word has come.
    coming: Option<oneshot::Receiver<Word>>,
}

impl Place<'_> {
    async fn word(mut self) -> Word {
        let Some(coming) = self.coming.as_mut() else { return Ok(()) };
        let word = coming.await;
        self.coming = None;
        // The books give everyone in the queue a word, and live as long as this.
        word.unwrap_or_else(|_closed| Err(Unaffordable("the budget is closed".to_owned())))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(mut coming) = self.coming.take() else { return };
        let mut books = self.budget.books();
        if !books.leave(self.number) && matches!(coming.try_recv(), Ok(Ok(()))) {
            // It was granted in the instant in which it was given up.
            books.settle(self.want, Amount::default());
        }
    }
}
