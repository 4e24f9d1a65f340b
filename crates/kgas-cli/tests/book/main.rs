//! The book: every page is in it, every link leads somewhere, every command runs.

mod page;
mod stage;

use std::collections::BTreeSet;
use std::process::Command;

use page::{Page, pages, root};
use stage::Stage;

/// Commands that the book tells of and this test doesn't run, and why.
const NOT_RUN: &[(&str, &str)] = &[
    (".ci/run", "it runs this test"),
    ("cargo test", "it is what runs this test"),
    ("cargo bench", "measures for minutes"),
    ("cargo install", "would build all once more"),
    ("--provider azure", "needs an account; tests/providers.rs has a server that plays one"),
    ("config trust", "the folder has no file to trust; tests/trust.rs runs it"),
    ("cypher-shell", "needs Neo4j; kgas-export's tests load the script elsewhere"),
    ("dot -T", "needs Graphviz; kgas-export's tests draw with it where it is there"),
    ("git worktree", "needs another commit"),
    ("quality --data", "needs Text2KGBench; kgas-bench has tests of it with data of their own"),
    ("run --all", "measures for minutes; kgas-bench's tests run each scenario"),
    ("run latency_bound", "measures in real time; kgas-bench's tests run it"),
    ("compare --across-modes", "needs what was measured above"),
    ("compare before.json", "needs what was measured above"),
    ("compare ../base", "needs what was measured above"),
];

#[test]
fn every_page_is_in_the_table_of_contents() {
    let contents = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let named: BTreeSet<String> = Page::of("docs/SUMMARY.md", &contents).links().into_iter().collect();
    let there: BTreeSet<String> =
        pages().iter().filter_map(|page| page.name.strip_prefix("docs/")).map(str::to_owned).collect();
    assert_eq!(named, there);
}

#[test]
fn every_link_leads_somewhere() {
    let all = pages();
    for page in &all {
        for link in page.links() {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { page.path() } else { page.path().parent().unwrap().join(path) };
            assert!(target.exists(), "{}: {link} leads nowhere", page.name);
            if !heading.is_empty() {
                let text = std::fs::read_to_string(&target).unwrap();
                let headings = Page::of(&page.name, &text).headings();
                assert!(headings.contains(heading), "{}: {link}: there is no such heading", page.name);
            }
        }
    }
}

#[test]
fn nothing_is_told_twice() {
    let contents = |name: &str| Page::of(name, &std::fs::read_to_string(root().join(name)).unwrap());
    for page in pages().into_iter().chain([contents("CHANGELOG.md")]) {
        let mut seen = BTreeSet::new();
        for line in page.long_lines() {
            assert!(seen.insert(line.clone()), "{}: twice: {line}", page.name);
        }
    }
}

#[test]
fn every_command_runs() {
    let stage = Stage::set();
    let pages = pages();
    // Pages wait more than they work; each has a folder of its own.
    let told: Vec<Told> = std::thread::scope(|scope| {
        let threads: Vec<_> = pages.iter().map(|page| scope.spawn(|| play(&stage, page))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let left: BTreeSet<&String> = told.iter().flat_map(|told| &told.left).collect();
    left.iter().for_each(|reason| eprintln!("NOT RUN: {reason}"));
    let failed: Vec<&str> = told.iter().flat_map(|told| &told.failed).map(String::as_str).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let ran: usize = told.iter().map(|told| told.ran).sum();
    assert!(ran > 50, "only {ran} commands were found");
}

/// How the commands of a page ended.
#[derive(Default)]
struct Told {
    ran: usize,
    left: Vec<String>,
    failed: Vec<String>,
}

/// Runs the commands of a page, top to bottom in one folder.
fn play(stage: &Stage, page: &Page) -> Told {
    let mut told = Told::default();
    let folder = stage.folder();
    for block in page.blocks("sh") {
        let is_left = |command: &String| NOT_RUN.iter().find(|(what, _)| command.contains(what));
        let (left, run): (Vec<_>, Vec<_>) = page::commands(&block).into_iter().partition(|it| is_left(it).is_some());
        told.left.extend(left.iter().filter_map(is_left).map(|(what, why)| format!("{what}: {why}")));
        told.ran += run.len();
        told.failed.extend(stage.run(&folder, &page.name, &run.join("\n")));
    }
    stage.clear(&folder);
    told
}

#[test]
fn every_command_has_its_section_and_the_reference_is_what_help_says() {
    let stage = Stage::set();
    let commands = stage.subcommands(&[]);
    let told = std::fs::read_to_string(root().join("docs/commands.md")).unwrap();
    for command in &commands {
        assert!(told.contains(&format!("\n## kgas {command}\n")), "docs/commands.md has no section for {command}");
    }
    let reference = stage.reference();
    let path = root().join("docs/reference.md");
    if std::env::var_os("KGAS_TEST_WRITE").is_some() {
        std::fs::write(&path, &reference).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == reference, "docs/reference.md isn't what --help says: write it with KGAS_TEST_WRITE=1");
}

#[test]
fn mdbook_takes_it_where_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let built = Command::new("mdbook").arg("build").arg(root()).arg("-d").arg(folder.path()).output();
    match built {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => eprintln!("NOT TESTED: mdbook is not there to build the book"),
    }
}
