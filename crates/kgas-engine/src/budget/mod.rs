//! What may be spent, and what was: prices, and a purse that is asked before each attempt.

mod account;
mod bill;
mod books;
mod entry;
mod price;
mod prices;
mod purse;
mod usd;

pub use account::Account;
pub use books::Caps;
pub use price::Price;
pub use prices::{Prices, PricesError};
pub use purse::{Budget, BudgetError};
pub use usd::{Usd, UsdError};
