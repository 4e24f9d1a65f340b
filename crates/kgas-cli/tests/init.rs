//! `kgas init`: from nothing to a graph in two commands.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::path::Path;

use support::{Desk, Ran, check_spans};

/// Runs the lines that `kgas init` has printed below "next:", each as it is, and gives what they said.
fn follow(desk: &Desk, said: &str) -> Vec<Ran> {
    let (_, next) = said.split_once("next:\n").unwrap();
    let mut folder = desk.path(".");
    let mut ran = Vec::new();
    for line in next.lines().map(str::trim) {
        match line.strip_prefix("cd ") {
            Some(name) => folder = folder.join(name),
            None => {
                let words: Vec<&str> = line.strip_prefix("kgas ").unwrap().split(' ').collect();
                ran.push(desk.command(&words).env_remove("KGAS_CONFIG").current_dir(&folder).output().unwrap().into());
            }
        }
    }
    ran
}

#[test]
fn what_init_says_to_do_next_gives_a_graph_without_a_model() {
    for (args, folder) in [(&["init"][..], "."), (&["init", "new"], "new")] {
        let desk = Desk::new();
        std::fs::remove_file(desk.path("ontology.json")).unwrap();
        let begun = desk.kgas(args);
        assert_eq!(begun.code, Some(0), "{}", begun.stderr);
        let next = follow(&desk, &begun.stdout);
        assert_eq!(next.len(), 2);
        for ran in &next {
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        }
        assert!(next[0].stderr.contains("nothing leaves this machine"), "{}", next[0].stderr);
        let graph = |file: &str| desk.lines(&format!("{folder}/graph/{file}"));
        assert!(graph("entities.jsonl").len() >= 6, "{:?}", graph("entities.jsonl"));
        let mut kinds: Vec<String> =
            graph("relations.jsonl").iter().map(|edge| edge["type"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        assert_eq!(kinds, ["designer", "designer", "founder", "location", "manufacturer", "manufacturer"]);
        let text = desk.read(&format!("{folder}/documents/harbour.md"));
        assert!(check_spans(&desk.path(folder).join("graph"), |_| text.clone()) > 0);
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    for name in ["kgas.toml", "ontology.json", "documents/harbour.md"] {
        let desk = Desk::new();
        desk.write(&format!("new/{name}"), "mine");
        let ran = desk.kgas(&["init", "new"]);
        assert_eq!(ran.code, Some(1));
        assert_eq!(
            ran.stderr,
            format!("kgas: new/{name} is there already, and nothing is overwritten: name another folder\n")
        );
        assert_eq!(desk.read(&format!("new/{name}")), "mine");
        let others = ["kgas.toml", "ontology.json", "documents/harbour.md"].into_iter().filter(|other| *other != name);
        assert!(others.into_iter().all(|other| !desk.path(&format!("new/{other}")).exists()));
    }
}

#[test]
fn the_file_that_init_writes_is_trusted_and_says_what_is_true_once_its_marks_are_taken_away() {
    let desk = Desk::new();
    assert_eq!(desk.kgas(&["init", "new"]).code, Some(0));
    let kept = desk.json("home/.config/kgas/trusted.json");
    let paths: Vec<&String> = kept["files"].as_object().unwrap().keys().collect();
    assert!(paths.len() == 1 && Path::new(paths[0]).ends_with("new/kgas.toml"), "{paths:?}");
    // Every line that is a setting behind a mark is one.
    let file = desk.read("new/kgas.toml");
    let line = |line: &str| match line.strip_prefix("# ").filter(|rest| rest.starts_with('[') || rest.contains(" = ")) {
        Some(setting) => setting.to_owned(),
        None => line.to_owned(),
    };
    desk.write("new/open.toml", file.lines().map(line).collect::<Vec<_>>().join("\n"));
    let shown = desk.kgas(&["config", "show", "--config", "new/open.toml"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("gpt-4o-mini"), "{}", shown.stdout);
}
