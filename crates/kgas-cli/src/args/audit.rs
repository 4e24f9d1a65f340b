//! What was typed after `kgas audit`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use kgas_audit::{RULES, Rule, Severity, rule};

#[derive(Debug, ClapArgs)]
pub(crate) struct AuditArgs {
    /// Files and folders with Python or Rust sources
    #[arg(required_unless_present = "explain", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to tell what was found
    #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
    pub(crate) format: AuditFormat,
    /// End with 1 where something is as bad as this, or worse
    #[arg(long, value_enum, default_value_t = FailOn::Never, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// Only these rules
    #[arg(long = "rule", value_name = "IDS", value_delimiter = ',', value_parser = known)]
    pub(crate) rules: Vec<&'static Rule>,
    /// All rules but these
    #[arg(long, value_name = "IDS", value_delimiter = ',', value_parser = known, conflicts_with = "rules")]
    pub(crate) skip: Vec<&'static Rule>,
    /// Say what a rule is about, and audit nothing
    #[arg(long, value_name = "ID", value_parser = known, conflicts_with_all = ["paths", "format", "fail_on"])]
    pub(crate) explain: Option<&'static Rule>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// Lines by file, and the sums
    Table,
    /// All of it as JSON
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// End with 0, whatever was found
    Never,
    /// Fail on anything
    Note,
    /// Fail on warnings and errors
    Warning,
    /// Fail on errors
    Error,
}

impl FailOn {
    pub(crate) const fn severity(self) -> Option<Severity> {
        match self {
            Self::Never => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

fn known(id: &str) -> Result<&'static Rule, String> {
    rule(id).ok_or_else(|| {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        format!("there is no such rule: take one of {}", ids.join(", "))
    })
}
