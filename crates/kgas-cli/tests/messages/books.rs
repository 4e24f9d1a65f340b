//! The book in which command lines stand with what was said, and how they ended.

use std::fmt::Write as _;
use std::process::Command;

use super::support::{Desk, Ran};

/// What was said so far.
#[derive(Debug, Default)]
pub(crate) struct Book(String);

impl Book {
    /// What this writes into it.
    pub(crate) fn of(tell: fn(&mut Self)) -> Self {
        let mut book = Self::default();
        tell(&mut book);
        book
    }

    pub(crate) fn chapter(&mut self, title: &str) {
        writeln!(self.0, "# {title}\n").unwrap();
    }

    /// What `kgas` says to this.
    pub(crate) fn ask(&mut self, desk: &Desk, args: &[&str]) {
        self.ask_as(args, desk.command(args));
    }

    /// What it says to each.
    pub(crate) fn ask_all(&mut self, desk: &Desk, cases: &[&[&str]]) {
        cases.iter().for_each(|args| self.ask(desk, args));
    }

    /// What it says to this where variables are set.
    pub(crate) fn ask_with(&mut self, desk: &Desk, variables: &[(&str, &str)], args: &[&str]) {
        let mut command = desk.command(args);
        command.envs(variables.iter().copied());
        self.ask_as(args, command);
    }

    fn ask_as(&mut self, args: &[&str], mut command: Command) {
        let ran = Ran::from(command.output().unwrap());
        // What a check finds is its result.
        let found = if args.starts_with(&["ontology", "check"]) { ran.stdout.as_str() } else { "" };
        let lines = found.lines().chain(ran.stderr.lines());
        let said: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
        let (args, said, code) = (args.join(" "), said.join("\n"), ran.code.unwrap_or(-1));
        writeln!(self.0, "$ kgas {args}\n{said}\nexit {code}\n").unwrap();
    }

    pub(crate) fn text(&self) -> &str {
        self.0.trim_end()
    }
}
