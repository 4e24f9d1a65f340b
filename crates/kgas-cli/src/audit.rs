//! `kgas audit`: what holds synchronous code up, and what to write instead.

use kgas_audit::report::{self, Totals};
use kgas_audit::{FileAudit, Rule, audit_paths};

use crate::Exit;
use crate::args::{AuditArgs, AuditFormat};
use crate::failure::Failure;
use crate::show::Show;

pub(crate) fn main(args: &AuditArgs, show: Show) -> Result<Exit, Failure> {
    if let Some(rule) = args.explain {
        return explain(rule, show);
    }
    let mut files = audit_paths(&args.paths).map_err(Failure::usage)?;
    for file in &mut files {
        file.audit.findings.retain(|finding| is_wanted(args, finding.rule));
        tell_problems(file, show);
    }
    match args.format {
        AuditFormat::Table => report::lines(&files).iter().try_for_each(|line| show.result(line))?,
        AuditFormat::Json => show.json(&report::json(&files))?,
        AuditFormat::Sarif => show.json(&report::sarif(&files))?,
    }
    let (worst, limit) = (Totals::of(&files).worst(), args.fail_on.severity());
    let has_failed = limit.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit));
    Ok(if has_failed { Exit::Fatal } else { Exit::Complete })
}

fn is_wanted(args: &AuditArgs, rule: &Rule) -> bool {
    (args.rules.is_empty() || args.rules.contains(&rule)) && !args.skip.contains(&rule)
}

fn tell_problems(file: &FileAudit, show: Show) {
    for problem in &file.audit.problems {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        show.warning(&format!("{}{line}: {}", file.path.display(), problem.message));
    }
}

fn explain(rule: &Rule, show: Show) -> Result<Exit, Failure> {
    show.result(&format!("{} ({})", rule.id, rule.severity))?;
    show.result(&format!("{}. {}", rule.title, rule.why))?;
    show.result(&format!("Instead: {}", rule.advice))?;
    Ok(Exit::Complete)
}
