//! `docs/migration.md` lists the settings for calls as the help has them.

mod support;

use std::path::Path;

use support::Desk;

#[test]
fn each_setting_of_the_page_is_a_flag_with_that_default_and_keys_are_spelt_after_it() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/migration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let help = Desk::new().kgas(&["extract", "--help"]).stdout;
    let rows = page.lines().filter(|line| line.starts_with("| `--") && line.contains("KGAS_"));
    let mut flags = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let flag = cells[1].trim_matches('`').trim_start_matches("--");
        let (snake, default) = (flag.replace('-', "_"), cells[4]);
        assert!(cells[2].ends_with(&format!("`{snake}`")), "{row}");
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
