//! A page of the book: its links, its headings, its blocks of commands.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A page in Markdown.
pub(crate) struct Page {
    /// Its path from the root.
    pub(crate) name: String,
    text: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap_or_default()
}

/// All pages of the book, by name, the first page of the project before them.
pub(crate) fn pages() -> Vec<Page> {
    let found = std::fs::read_dir(root().join("docs")).into_iter().flatten().flatten();
    let mut names: Vec<String> = found.map(|entry| format!("docs/{}", entry.file_name().to_string_lossy())).collect();
    names.retain(|name| name.ends_with(".md") && name != "docs/SUMMARY.md");
    names.sort();
    names.insert(0, "README.md".to_owned());
    names
        .into_iter()
        .map(|name| Page::of(&name, &std::fs::read_to_string(root().join(&name)).unwrap_or_default()))
        .collect()
}

impl Page {
    pub(crate) fn of(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        root().join(&self.name)
    }

    /// What its links lead to.
    pub(crate) fn links(&self) -> Vec<String> {
        let prose = self.prose();
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        links.map(|(link, _)| link.to_owned()).collect()
    }

    /// Its headings, as links write them.
    pub(crate) fn headings(&self) -> BTreeSet<String> {
        let prose = self.prose();
        let lines = prose.lines().filter(|line| line.starts_with('#'));
        lines.map(|line| slug(line.trim_start_matches('#').trim())).collect()
    }

    /// Its lines of prose that are too long to be equal by chance, but for the heads of tables.
    pub(crate) fn long_lines(&self) -> Vec<String> {
        let prose = self.prose();
        let lines = prose.lines().filter(|line| line.len() > 70 && !line.starts_with("| |"));
        lines.map(str::to_owned).collect()
    }

    /// The text of its blocks in a language.
    pub(crate) fn blocks(&self, language: &str) -> Vec<String> {
        let mut blocks: Vec<String> = Vec::new();
        let mut inside: Option<bool> = None;
        for line in self.text.lines() {
            match (line.strip_prefix("```"), inside) {
                (Some(named), None) => {
                    inside = Some(named.trim() == language);
                    if named.trim() == language {
                        blocks.push(String::new());
                    }
                }
                (Some(_), Some(_)) => inside = None,
                (None, Some(true)) => {
                    if let Some(block) = blocks.last_mut() {
                        block.push_str(line);
                        block.push('\n');
                    }
                }
                _ => {}
            }
        }
        blocks
    }

    /// Its text without blocks of code, and without what stands between back-ticks.
    fn prose(&self) -> String {
        let mut is_code = false;
        let mut prose = String::new();
        for line in self.text.lines() {
            if line.starts_with("```") {
                is_code = !is_code;
            } else if !is_code {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        prose
    }
}

/// The commands of a block, one each: a line that ends in a backslash goes on in the next.
pub(crate) fn commands(block: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        match commands.last_mut().filter(|_| goes_on) {
            Some(command) => *command += &format!("\n{line}"),
            None => commands.push(line.to_owned()),
        }
        goes_on = line.ends_with('\\');
    }
    commands
}

/// A heading as GitHub and mdBook make an anchor of it.
fn slug(heading: &str) -> String {
    let letters = heading.to_lowercase();
    letters
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}
