//! Scripts for shells and pages for `man`: both know every subcommand, and nothing that is hidden.

mod support;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use support::Desk;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// The subcommands below these words, as `--help` lists them.
fn below(desk: &Desk, words: &[&str]) -> Vec<String> {
    let help = desk.kgas(&[words, &["--help"]].concat()).stdout;
    let Some((_, list)) = help.split_once("Commands:\n") else { return Vec::new() };
    let rows = list.lines().take_while(|line| line.starts_with("  "));
    // A long explanation goes on in a line that begins further right.
    let names = rows.filter(|row| !row.starts_with("   ")).filter_map(|row| row.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// All of them with those below, as the pages are called.
fn pages(desk: &Desk) -> BTreeSet<String> {
    let mut pages = BTreeSet::from(["kgas.1".to_owned()]);
    for command in below(desk, &[]) {
        pages.insert(format!("kgas-{command}.1"));
        pages.extend(below(desk, &[&command]).iter().map(|inner| format!("kgas-{command}-{inner}.1")));
    }
    pages
}

#[test]
fn the_script_of_each_shell_names_every_subcommand() {
    let desk = Desk::new();
    let commands = below(&desk, &[]);
    assert!(commands.len() > 8 && commands.iter().any(|name| name == "doctor"), "{commands:?}");
    for shell in SHELLS {
        let ran = desk.kgas(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        for command in &commands {
            assert!(ran.stdout.contains(command.as_str()), "{shell} knows nothing of {command}");
        }
        for flag in ["base-url", "max-concurrent", "ontology"] {
            assert!(ran.stdout.contains(flag), "{shell} knows nothing of --{flag}");
        }
    }
}

#[test]
fn bash_can_read_its_script() {
    let script = Desk::new().kgas(&["completions", "bash"]).stdout;
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
}

#[test]
fn there_is_a_page_for_each_subcommand() {
    let desk = Desk::new();
    let ran = desk.kgas(&["man", "pages/man1"]);
    let expected = pages(&desk);
    assert_eq!(ran.stdout, format!("pages/man1: {} manual pages\n", expected.len()));
    let entries = std::fs::read_dir(desk.path("pages/man1")).unwrap();
    let written: BTreeSet<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(written, expected);
    for page in &written {
        let text = desk.read(&format!("pages/man1/{page}"));
        let name = page.trim_end_matches(".1");
        assert!(text.contains(&format!(".TH {name} 1")) && text.contains(".SH SYNOPSIS"), "{page}: {text}");
    }
    assert!(desk.read("pages/man1/kgas-extract.1").contains("max\\-usd"));
}

#[test]
fn without_a_folder_the_page_of_kgas_is_printed() {
    let ran = Desk::new().kgas(&["man"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains(".TH kgas 1") && ran.stdout.contains("kgas\\-extract(1)"), "{}", ran.stdout);
}

#[test]
fn a_file_in_the_way_of_the_pages_is_told() {
    let desk = Desk::new();
    desk.write("pages", "x");
    let ran = desk.kgas(&["man", "pages"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.starts_with("kgas: output pages: "), "{}", ran.stderr);
}
