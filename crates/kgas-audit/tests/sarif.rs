//! SARIF: what version 2.1.0 requires, and what code scanning on GitHub reads.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use std::path::{Path, PathBuf};

use kgas_audit::{FileAudit, Language, RULES, audit_source, report};
use serde_json::Value;

fn run_of(path: &str, source: &str) -> Value {
    let audit = audit_source(Language::Python, source);
    let log = report::sarif(&[FileAudit { path: PathBuf::from(path), audit }]);
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].clone()
}

#[test]
fn a_result_points_to_its_rule_and_its_place() {
    let run = run_of("./src/a b.py", "import requests\nx = 'ä'; requests.get(u, timeout=1)\n");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "src/a%20b.py");
        assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&2.into(), &10.into()));
        assert_eq!((&place["region"]["endLine"], &place["region"]["endColumn"]), (&2.into(), &36.into()));
    }
    assert_eq!(run["columnKind"], "unicodeCodePoints");
}

#[test]
fn every_rule_has_what_is_shown_of_it() {
    let run = run_of("a.py", "");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    for (rule, known) in rules.iter().zip(RULES) {
        assert_eq!(rule["id"], known.id);
        assert_eq!(rule["defaultConfiguration"]["level"], known.severity.word());
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{text} of {}", known.id);
        }
    }
}

#[test]
fn a_fingerprint_stays_when_lines_come_above_and_differs_for_each_place() {
    let prints = |source: &str| -> Vec<String> {
        let run = run_of("a.py", source);
        let results = run["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|r| r["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned())
            .collect()
    };
    let call = "requests.get(u)\n";
    let before = prints(&format!("import requests\n{call}{call}"));
    let after = prints(&format!("# A comment.\n\nimport requests\n{call}{call}"));
    assert_eq!(before, after);
    let mut different = before.clone();
    different.sort();
    different.dedup();
    assert_eq!((before.len(), different.len()), (6, 6));
}

#[test]
fn a_path_from_the_root_is_a_file_uri_and_others_are_below_the_sources() {
    let place = |path: &str| {
        let run = run_of(path, "import requests\nrequests.get(u)\n");
        run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone()
    };
    assert_eq!(place("a/b.py")["uriBaseId"], "%SRCROOT%");
    let absolute = Path::new("/").join("a.py");
    assert_eq!(place(absolute.to_str().unwrap())["uri"], "file:///a.py");
}

#[test]
fn what_could_not_be_read_is_a_notification() {
    let run = run_of("a.py", "def f(:\n");
    let told = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert!(told["message"]["text"].as_str().unwrap().starts_with("a.py:1: the syntax is not understood"));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}
