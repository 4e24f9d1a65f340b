//! Which files a person has read and trusts, and what others may not do.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::file::File;
use super::find::Source;
use super::layers::{By, Layered, Said};
use super::table::Kind;
use crate::failure::Failure;

const STORE: &str = "trusted.json";

/// The files that are trusted, as they were then.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trust {
    /// SHA-256 of the content, by path.
    files: BTreeMap<String, String>,
}

impl Trust {
    /// Reads what is kept in the user's own folder.
    pub(crate) fn read() -> Result<Self, Failure> {
        let Some(path) = store() else { return Ok(Self::default()) };
        let told = |problem: String| {
            let to_do = "remove it, and trust files anew";
            Failure::fatal(format!("{}: {problem}: {to_do}", path.display()))
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| told(error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(told(error.to_string())),
        }
    }

    /// Whether this file is trusted, with just this content.
    pub(crate) fn has(&self, source: &Source) -> bool {
        key(source).and_then(|key| self.files.get(&key)).is_some_and(|kept| *kept == digest(&source.text))
    }

    /// Trusts a file as it is now.
    pub(crate) fn add(&mut self, source: &Source) -> Result<(), Failure> {
        let key = key(source).ok_or_else(|| Failure::fatal("a path that isn't UTF-8 can't be trusted"))?;
        self.files.insert(key, digest(&source.text));
        self.write()
    }

    /// Trusts a file no more; says whether it was.
    pub(crate) fn remove(&mut self, path: &Path) -> Result<bool, Failure> {
        let was = path.to_str().is_some_and(|key| self.files.remove(key).is_some());
        if was {
            self.write()?;
        }
        Ok(was)
    }

    /// Keeps it where only this user can read and write.
    fn write(&self) -> Result<(), Failure> {
        let Some(path) = store() else {
            return Err(Failure::fatal("there is no home folder to keep trust in: set HOME or XDG_CONFIG_HOME"));
        };
        let told = |error: io::Error| Failure::fatal(format!("{}: {error}", path.display()));
        let folder = path.parent().unwrap_or(Path::new("."));
        let text = serde_json::to_string_pretty(self).map_err(Failure::fatal)?;
        std::fs::create_dir_all(folder).map_err(told)?;
        // A scratch file belongs to its user alone, and takes the place of the other at once.
        let mut scratch = tempfile::NamedTempFile::new_in(folder).map_err(told)?;
        writeln!(scratch, "{text}").map_err(told)?;
        scratch.as_file().sync_all().map_err(told)?;
        scratch.persist(&path).map(drop).map_err(|error| told(error.error))
    }
}

/// Where trust is kept.
fn store() -> Option<PathBuf> {
    let absolute = |path: PathBuf| Some(path).filter(|path| path.is_absolute());
    let configured = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).and_then(absolute);
    let folder = configured.or_else(|| Some(std::env::home_dir().and_then(absolute)?.join(".config")))?;
    Some(folder.join("kgas").join(STORE))
}

/// Whether what is there of a path, seen from a folder, lies in that folder.
fn ends_below(home: &Path, inside: &Path) -> bool {
    let whole = home.join(inside);
    // A link to nowhere is there too: what is written through it makes its target.
    let there = whole.ancestors().find(|path| path.symlink_metadata().is_ok());
    there.and_then(|path| path.canonicalize().ok()).is_some_and(|path| path.starts_with(home))
}

fn key(source: &Source) -> Option<String> {
    source.path.to_str().map(str::to_owned)
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl File {
    /// Whether it may do all that a person may.
    pub(crate) const fn is_free(&self) -> bool {
        self.source.is_named || self.is_trusted
    }

    /// What two commands allow.
    fn allowance(&self) -> String {
        let name = &self.source.name;
        format!("read it, then allow it with `kgas config trust {name}`, or name it with `--config {name}`")
    }

    /// What it would do besides with these settings once something is sent, where it may not.
    pub(crate) fn withheld(&self, held: &Layered) -> Option<String> {
        if self.is_free() {
            return None;
        }
        let claim = |said: &Said| match said.by {
            By::Line(line) => Some(format!("line {line} would {}", said.claim()?)),
            By::Variable(_) => None,
        };
        let claims: Vec<String> = held.values().filter_map(claim).collect();
        if claims.is_empty() {
            return None;
        }
        Some(format!("nobody has trusted {}: {}; {}", self.source.name, claims.join(", "), self.allowance()))
    }

    /// Refuses paths that lead out of the file's folder: what lies there is not the file's business.
    pub(crate) fn stays_at_home(&self, held: &Layered) -> Result<(), Failure> {
        if self.is_free() {
            return Ok(());
        }
        let is_path = |said: &&Said| matches!(said.setting.kind, Kind::Path | Kind::Paths);
        let of_file = held.values().filter(|said| said.setting.claim.is_none() && matches!(said.by, By::Line(_)));
        match of_file.filter(is_path).find(|said| self.leads_out(said)) {
            None => Ok(()),
            Some(said) => {
                let (place, name) = (said.place(Some(self)), said.setting.name());
                Err(Failure::usage(format!(
                    "{place}: {name} leads out of the file's folder, and nobody has trusted the file: {}",
                    self.allowance()
                )))
            }
        }
    }

    /// Whether a path leads out of the file's folder, by its words or by links on its way.
    pub(crate) fn leads_out(&self, said: &Said) -> bool {
        let home = self.source.path.parent().unwrap_or(Path::new("/"));
        said.values.iter().any(|path| {
            let inside = Path::new(path).strip_prefix(&self.source.folder).unwrap_or(Path::new(path));
            let is_below = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
            !inside.components().all(is_below) || !ends_below(home, inside)
        })
    }

    /// Why a tool outside this program may not be started, where it may not.
    pub(crate) fn forbids_start(&self, id: &str, line: usize) -> Option<String> {
        (!self.is_free()).then(|| {
            let place = self.place(line);
            format!("{place}: tool {id} is a program, and nobody has trusted the file: {}", self.allowance())
        })
    }
}

impl Said {
    /// What only a trusted file may do by it.
    pub(crate) fn claim(&self) -> Option<String> {
        let claim = self.setting.claim?;
        match self.setting.kind {
            Kind::Switch => self.is_on().then(|| claim.to_owned()),
            _ => Some(self.shown().map_or_else(|| claim.to_owned(), |value| format!("{claim} ({value})"))),
        }
    }

    /// The value as it may be shown; none where it may be secret.
    pub(crate) fn shown(&self) -> Option<String> {
        let value = self.values.join(", ");
        let has_user = self.setting.argument == "base_url" && value.contains('@');
        (!self.setting.kind.is_secret() && !has_user).then_some(value)
    }
}
