//! Finds what holds a program up in Python and Rust sources that call model APIs: calls that block, time-outs and retries
//! that are missing, and loops of single calls.
//!
//! Names are followed to what they stand for, so an alias is found, and a look-alike, a comment or a string is not.
//!
//! ```
//! use kgas_audit::{Language, audit_source};
//!
//! let source = "import requests as r\n\nasync def page(url):\n    return r.get(url, timeout=5)\n";
//! let audit = audit_source(Language::Python, source);
//! let rules: Vec<&str> = audit.findings.iter().map(|finding| finding.rule.id).collect();
//! assert_eq!(rules, ["blocking-call-in-async", "no-retry"]);
//! assert_eq!(audit.findings[0].region.line, 4);
//! ```

#![forbid(unsafe_code)]

mod allow;
mod audit;
mod evidence;
mod files;
mod finding;
mod judge;
mod known;
mod python;
pub mod report;
mod rules;
mod rust;
mod tree;

pub use self::audit::{Audit, Counts, Problem, audit_source};
pub use self::files::{FileAudit, FilesError, Language, audit_paths};
pub use self::finding::{Finding, Region, Severity};
pub use self::rules::{RULES, Rule, rule};
