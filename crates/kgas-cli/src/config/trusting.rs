//! `kgas config trust`: a person says that a file may do all that they may.

use std::path::{Path, PathBuf};

use super::file::File;
use super::find::{self, NAME};
use super::layers::{By, Layered, Said};
use super::table::{Kind, Setting};
use super::trust::Trust;
use crate::Exit;
use crate::failure::Failure;
use crate::show::Show;

/// Trusts a file, or trusts it no more.
pub(crate) fn main(named: Option<&Path>, revoke: bool, show: Show) -> Result<Exit, Failure> {
    let path = match named.map(Path::to_owned).or_else(find::upwards) {
        Some(path) => path,
        None => return Err(Failure::fatal(format!("there is no {NAME} here or upwards: name a file"))),
    };
    match revoke {
        true => revoked(&path, show),
        false => trusted(&path, show),
    }
}

/// Trusts a file.
pub(crate) fn trust(path: &Path) -> Result<File, Failure> {
    // What can't be understood can't have been read.
    let file = File::read(find::read(path, true)?, true)?;
    Trust::read()?.add(&file.source)?;
    Ok(file)
}

/// Trusts a file, and says what it may do from now on.
fn trusted(path: &Path, show: Show) -> Result<Exit, Failure> {
    let file = trust(path)?;
    show.result(&format!("trusted, as it is now: {}", file.source.path.display()))?;
    for may in file.powers() {
        show.result(&format!("  {may}"))?;
    }
    Ok(Exit::Complete)
}

fn revoked(path: &Path, show: Show) -> Result<Exit, Failure> {
    // One that is gone was kept by the path that it had.
    let whole = find::place(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| PathBuf::from(path));
    let was = Trust::read()?.remove(&whole)?;
    let now = if was { "trusted no more" } else { "was not trusted" };
    show.result(&format!("{now}: {}", whole.display()))?;
    Ok(Exit::Complete)
}

impl File {
    /// All settings of the file.
    pub(crate) fn all(&self) -> Layered {
        let said = |(argument, written): (&&'static str, &super::file::Written)| {
            let (values, by) = (written.values.clone(), By::Line(written.line));
            Some((*argument, Said { setting: Setting::of(argument)?, values, by }))
        };
        self.settings.iter().filter_map(said).collect()
    }

    /// What it may do once it is trusted, line by line.
    fn powers(&self) -> Vec<String> {
        let mut lines: Vec<(usize, String)> = Vec::new();
        for said in self.all().values() {
            let By::Line(line) = said.by else { continue };
            if let Some(claim) = said.claim() {
                lines.push((line, claim));
            } else if matches!(said.setting.kind, Kind::Path | Kind::Paths) && self.leads_out(said) {
                lines.push((line, format!("go out of its folder by {}", said.setting.name())));
            }
        }
        for (id, (spec, line)) in &self.external {
            lines.push((*line, format!("start {} as tool {id}", spec.command.join(" "))));
        }
        lines.sort();
        lines.into_iter().map(|(line, may)| format!("line {line}: may {may}")).collect()
    }
}
