//! A purse with so many attempts, and its own account of what became of them.
#![allow(dead_code, reason = "each test binary uses its part of this")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test helpers may panic")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kgas_http::{ApiRequest, Purse, Spending, Unaffordable};
use tokio::sync::Notify;

/// So many attempts; each that was made is spent, or comes back.
#[derive(Debug)]
pub(crate) struct Allowance {
    books: Mutex<Books>,
    changed: Notify,
    comes_back: bool,
}

#[derive(Debug, Default)]
struct Books {
    left: usize,
    aside: BTreeMap<String, usize>,
    reserved: usize,
    settled: BTreeMap<&'static str, usize>,
}

impl Allowance {
    /// A purse that so many attempts empty.
    pub(crate) fn of(attempts: usize) -> Arc<Self> {
        Self::new(attempts, false)
    }

    /// A purse that pays for so many attempts at a time.
    pub(crate) fn at_once(attempts: usize) -> Arc<Self> {
        Self::new(attempts, true)
    }

    fn new(left: usize, comes_back: bool) -> Arc<Self> {
        let books = Mutex::new(Books { left, ..Books::default() });
        Arc::new(Self { books, changed: Notify::new(), comes_back })
    }

    /// How many attempts came to which end.
    pub(crate) fn settled(&self) -> BTreeMap<&'static str, usize> {
        self.books.lock().unwrap().settled.clone()
    }

    /// How many reservations were not settled.
    pub(crate) fn aside(&self) -> usize {
        self.books.lock().unwrap().aside.values().sum()
    }

    pub(crate) fn left(&self) -> usize {
        self.books.lock().unwrap().left
    }

    /// Attempts that were made, by this account.
    pub(crate) fn made(&self) -> usize {
        self.settled().iter().filter(|(name, _)| **name != "unsent").map(|(_, count)| count).sum()
    }

    /// What was set aside was settled, once each.
    pub(crate) fn assert_even(&self) {
        let books = self.books.lock().unwrap();
        assert_eq!(books.aside.values().sum::<usize>(), 0, "nothing is left aside");
        assert_eq!(books.settled.values().sum::<usize>(), books.reserved, "each is settled once");
    }

    fn take(&self, request: &ApiRequest) -> bool {
        let mut books = self.books.lock().unwrap();
        let takes = books.left > 0;
        if takes {
            books.left -= 1;
            books.reserved += 1;
            *books.aside.entry(name(request)).or_default() += 1;
        }
        takes
    }
}

fn name(request: &ApiRequest) -> String {
    format!("{} {:?}", request.path, request.body)
}

#[async_trait]
impl Purse for Allowance {
    async fn reserve(&self, request: &ApiRequest) -> Result<(), Unaffordable> {
        loop {
            let changed = self.changed.notified();
            if self.take(request) {
                return Ok(());
            }
            if self.aside() == 0 {
                return Err(Unaffordable("all attempts are made".to_owned()));
            }
            changed.await;
        }
    }

    fn try_reserve(&self, request: &ApiRequest) -> bool {
        self.take(request)
    }

    fn settle(&self, request: &ApiRequest, came: Spending<'_>) {
        let mut books = self.books.lock().unwrap();
        let aside = books.aside.get_mut(&name(request)).expect("something was set aside for it");
        *aside = aside.checked_sub(1).expect("it was not settled before");
        let end = match came {
            Spending::Unsent => "unsent",
            Spending::Refused => "refused",
            Spending::Perhaps => "perhaps",
            Spending::Answered(reply) => {
                assert!((200..300).contains(&reply.status));
                "answered"
            }
        };
        books.left += usize::from(self.comes_back || end == "unsent");
        *books.settled.entry(end).or_default() += 1;
        drop(books);
        self.changed.notify_waiters();
    }
}
