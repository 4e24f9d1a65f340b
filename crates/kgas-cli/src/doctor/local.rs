//! What can be checked on this machine: the configuration, the tools, the folder.

use std::fs::{self, File};
use std::path::Path;

use super::report::Line;
use crate::config;
use crate::settings::registry;
use crate::words::counted;

pub(super) fn lines(config: Option<&Path>) -> Vec<Line> {
    vec![settings(config), tools(), folder(Path::new("."))]
}

/// What there is to say of the configuration: one that doesn't make sense was refused before.
fn settings(named: Option<&Path>) -> Line {
    match config::held(named) {
        Ok(None) => Line::ok("config", "no configuration file"),
        Ok(Some((name, true))) => Line::ok("config", name),
        Ok(Some((name, false))) => {
            let to_do = "kgas config trust, once you have read it";
            Line::warning("config", format!("{name}: nobody has trusted it, so it may not say whom to ask: {to_do}"))
        }
        Err(failure) => Line::failed("config", failure.to_string()),
    }
}

fn tools() -> Line {
    match registry().map(|registry| registry.iter().count() as u64) {
        Ok(0) => Line::failed("tools", "this binary has none: link their crates with `use that_crate as _;`"),
        Ok(count) => Line::ok("tools", counted(count, "tool", "tools")),
        Err(failure) => Line::failed("tools", failure.to_string()),
    }
}

/// Whether results can be written to the folder in which kgas is run.
fn folder(path: &Path) -> Line {
    let probe = path.join(format!(".kgas-doctor-{}", std::process::id()));
    match File::create_new(&probe).and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => Line::ok("folder", "this folder can be written to"),
        Err(error) => {
            let problem = error.kind();
            Line::warning("folder", format!("this folder can't be written to ({problem}): name another one with --out"))
        }
    }
}
