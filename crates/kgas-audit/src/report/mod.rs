//! The forms in which findings are told.

mod sarif;
mod totals;
mod words;

use serde_json::{Value, json};

pub use self::sarif::sarif;
pub use self::totals::Totals;
pub use self::words::lines;
use crate::files::FileAudit;

/// All files and totals, as JSON.
#[must_use]
pub fn json(files: &[FileAudit]) -> Value {
    let each = files.iter().map(|file| {
        json!({
            "path": path(file),
            "findings": file.audit.findings,
            "calls": file.audit.calls,
            "time_outs": file.audit.time_outs,
            "allowed": file.audit.allowed,
            "problems": file.audit.problems,
        })
    });
    json!({"files": each.collect::<Vec<_>>(), "totals": Totals::of(files)})
}

/// A file's path with slashes, whatever the system has.
fn path(file: &FileAudit) -> String {
    let path = file.path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/");
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}
