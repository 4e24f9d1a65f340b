//! `docs/audit.md` has the rules as they are.

use std::path::Path;

use kgas_audit::RULES;

#[test]
fn the_table_of_the_page_is_that_of_the_rules() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/audit.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let rules: Vec<String> =
        RULES.iter().map(|rule| format!("| `{}` | {} | {} |", rule.id, rule.severity, rule.title)).collect();
    assert_eq!(table, rules);
}
