//! `docs/migration.md` lists the settings for calls as the help and the schema of `kgas.toml` have them.

mod support;

use std::path::Path;

use serde_json::Value;
use support::Desk;

#[test]
fn each_setting_of_the_page_is_a_flag_with_that_default_and_a_key_of_that_section() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/migration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let help = Desk::new().kgas(&["extract", "--help"]).stdout;
    let schema: Value = serde_json::from_str(&Desk::new().kgas(&["config", "schema"]).stdout).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `--") && line.contains("KGAS_"));
    let mut flags = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let flag = cells[1].trim_matches('`').trim_start_matches("--");
        let (snake, default) = (flag.replace('-', "_"), cells[4]);
        let (section, key) = cells[2].split_once("]` `").unwrap();
        let keys = &schema["properties"][section.trim_start_matches("`[")]["properties"];
        assert_eq!(key.trim_end_matches('`'), snake);
        assert!(keys.get(&snake).is_some(), "kgas.toml has {snake} in no such section: {row}");
        assert_eq!(cells[3], format!("`KGAS_{}`", snake.to_uppercase()));
        let (_, said) = help.split_once(&format!("--{flag} <")).unwrap();
        let said = said.split("\n      --").next().unwrap();
        if default.parse::<u32>().is_ok() {
            assert!(said.contains(&format!("[default: {default}]")), "{flag}: {said}");
        }
        flags.push(flag.to_owned());
    }
    let all = "rpm tpm burst max-concurrent context-window timeout total-timeout max-retries outage-patience";
    assert_eq!(flags.join(" "), all);
}
