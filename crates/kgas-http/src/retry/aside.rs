//! What is set aside for one attempt: settled once, whatever becomes of it.

use std::pin::pin;

use futures_util::future::{Either, select};
use tokio::time::Instant;

use super::call::{Call, may_be_paid};
use super::run::Course;
use crate::limit::Mark;
use crate::{ApiRequest, ErrorKind, HttpError, Permit, Purse, Reply, Spending, Unaffordable};

/// What a purse set aside for an attempt, if there is a purse. Dropped, it says whether the request was written; from
/// then on it can't be any more.
#[derive(Default)]
pub(super) struct Aside<'a> {
    paid: Option<(&'a dyn Purse, &'a ApiRequest)>,
    mark: Option<Mark>,
}

/// The right to make an attempt, and since when.
pub(super) struct Admission<'a> {
    pub(super) permit: Permit,
    pub(super) aside: Aside<'a>,
    pub(super) began: Instant,
}

impl<'a> Aside<'a> {
    /// What can be had at once; `None` where it is not enough.
    pub(super) fn at_once(course: &'a Course, request: &'a ApiRequest) -> Option<Self> {
        let Some(purse) = course.purse.as_deref() else { return Some(Self::default()) };
        // Not made before it is known to be paid for: dropping it gives back.
        purse.try_reserve(request).then(|| Self { paid: Some((purse, request)), mark: None })
    }

    /// It is for the attempt with this permit.
    pub(super) fn for_attempt(&mut self, permit: &Permit) {
        self.mark = self.paid.is_some().then(|| permit.mark());
    }

    /// Says what came of the attempt; of an answer whose body is still to come nobody knows what it cost.
    pub(super) fn settle(mut self, outcome: Result<Option<&Reply>, &HttpError>) {
        let Some((purse, request)) = self.paid.take() else { return };
        let came = match outcome {
            Ok(Some(reply)) => Spending::Answered(reply),
            Ok(None) => Spending::Perhaps,
            Err(_) if !self.was_written() => Spending::Unsent,
            Err(error) if error.status().is_some() && !may_be_paid(error) => Spending::Refused,
            Err(_) => Spending::Perhaps,
        };
        purse.settle(request, came);
    }

    /// Whether it was written. If not, it won't be.
    fn was_written(&self) -> bool {
        self.mark.as_ref().is_some_and(Mark::withdraw)
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        if let Some((purse, request)) = self.paid.take() {
            let came = if self.was_written() { Spending::Perhaps } else { Spending::Unsent };
            purse.settle(request, came);
        }
    }
}

impl Call {
    /// Waits until the next attempt can be paid for, or nobody is let through any more. While it waits it holds
    /// nothing of the limiter's.
    pub(super) async fn afford<'a>(&self, course: &'a Course, request: &'a ApiRequest) -> Result<Aside<'a>, HttpError> {
        let Some(purse) = course.purse.as_deref() else { return Ok(Aside::default()) };
        match select(purse.reserve(request), pin!(course.limiter.closed())).await {
            Either::Left((Ok(()), _)) => Ok(Aside { paid: Some((purse, request)), mark: None }),
            Either::Left((Err(Unaffordable(why)), _)) => {
                let error = HttpError::new(ErrorKind::Spent).with_message(why);
                Err(match &self.last {
                    Some(last) => error.with_source(last.clone()),
                    None => error,
                })
            }
            Either::Right(_) => Err(HttpError::new(ErrorKind::Closed)),
        }
    }
}
