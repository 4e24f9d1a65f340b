//! A file that was found decides nothing about where a key goes, and starts nothing, until a person trusts it.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use support::{Desk, Ran, serve};

const KEY: &str = "sk-kgas-test-of-trust";

const BASE: [&str; 6] = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT"];

/// `kgas extract` with nothing about a provider typed, a key in the environment, and no call but those about documents.
fn extract(desk: &Desk, more: &[&str]) -> Ran {
    let args = [&BASE[..], &["--response-format", "text"], more].concat();
    Ran::from(desk.command(&args).env("KGAS_API_KEY", KEY).output().unwrap())
}

#[test]
fn nothing_is_sent_before_a_found_file_is_trusted_nor_after_it_has_changed() {
    let (_runtime, server) = serve(|builder| builder.require_key(KEY));
    let file = format!("[provider]\nbase_url = \"{}\"\n", server.url());
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("kgas.toml", &file);
    let refused = |ran: Ran| {
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let said = format!(
            "kgas: nobody has trusted kgas.toml: line 2 would send requests to this address ({}); read it, then allow it \
             with `kgas config trust kgas.toml`, or name it with `--config kgas.toml`\n",
            server.url()
        );
        assert_eq!(ran.stderr, said);
        assert!(!desk.path("OUT").exists());
    };
    refused(extract(&desk, &[]));
    assert_eq!(server.account().connections(), 0);

    let trusted = desk.kgas(&["config", "trust"]);
    assert_eq!(trusted.code, Some(0), "{}", trusted.stderr);
    let may = format!("  line 2: may send requests to this address ({})", server.url());
    assert_eq!(trusted.stdout.lines().nth(1), Some(may.as_str()));
    assert_eq!(extract(&desk, &[]).code, Some(0));
    let calls = server.account().attempts().len();
    assert!(calls > 0, "the server was asked, and took the key");

    std::fs::remove_dir_all(desk.path("OUT")).unwrap();
    desk.write("kgas.toml", format!("{file}# changed\n"));
    refused(extract(&desk, &[]));
    assert_eq!(server.account().attempts().len(), calls);

    assert_eq!(desk.kgas(&["config", "trust", "kgas.toml"]).code, Some(0));
    let revoked = desk.kgas(&["config", "trust", "--revoke"]);
    assert!(revoked.stdout.starts_with("trusted no more: "), "{}", revoked.stdout);
    refused(extract(&desk, &[]));
    assert_eq!(server.account().attempts().len(), calls);
}

#[test]
fn naming_a_file_is_trust_for_this_once() {
    let (_runtime, server) = serve(|builder| builder.require_key(KEY));
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("kgas.toml", format!("[provider]\nbase_url = \"{}\"\n", server.url()));
    assert_eq!(extract(&desk, &["--config", "kgas.toml"]).code, Some(0));
    assert_eq!(extract(&desk, &[]).code, Some(2));
}

#[test]
fn each_setting_that_leads_a_key_elsewhere_needs_trust_where_it_takes_effect() {
    let (_runtime, server) = serve(|builder| builder);
    let to_server = ["--base-url", server.url()];
    // The first ones hold with an address of the file's own alone.
    let cases = [
        ("api_key_env = \"HOME\"", "line 2 would send the key in this variable (HOME)", true, &to_server[..]),
        ("header = {x-to = \"hunter2\"}", "line 2 would send headers of its own", true, &to_server),
        ("organization = \"org-1\"", "line 2 would let this organisation pay (org-1)", true, &to_server),
        ("name = \"openai\"", "line 2 would ask this provider (openai)", true, &[]),
        (
            "proxy = \"http://me:hunter2@127.0.0.1:1\"",
            "line 2 would send all through a proxy",
            false,
            &["--proxy", "none"],
        ),
        ("ca_file = \"a.pem\"", "line 2 would trust other authorities (a.pem)", false, &["--ca-file", "ontology.json"]),
        ("insecure_http = true", "line 2 would send the key unencrypted", false, &["--insecure-http=false"]),
    ];
    let cases = cases.into_iter().chain([(
        "extra_body = {x = \"hunter2\"}",
        "line 2 would put fields of its own into each request",
        false,
        &["--extra-body", "{}"][..],
    )]);
    for (line, claim, has_address, instead) in cases {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let address = if has_address { "base_url = \"http://127.0.0.1:9\"\n" } else { "" };
        desk.write("kgas.toml", format!("[provider]\n{line}\n{address}"));
        let run = |more: &[&str]| {
            let mut command = desk.command(&[&BASE[..], &["--response-format", "text"], more].concat());
            command.envs((!has_address).then_some(("KGAS_BASE_URL", server.url())));
            Ran::from(command.output().unwrap())
        };
        let ran = run(&[]);
        assert_eq!(ran.code, Some(2), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(claim), "{line}: {}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        assert!(instead.is_empty() || !run(instead).stderr.contains("nobody has trusted"), "{line}");
        let ruled = desk.kgas(&[&BASE[..], &["--tools", "T23a_rules"]].concat());
        assert_eq!(ruled.code, Some(0), "{line}: who sends nothing doesn't care: {}", ruled.stderr);
    }
    assert!(server.account().attempts().iter().all(|attempt| !format!("{attempt:?}").contains("hunter2")));
}

#[test]
fn a_plan_and_a_prompt_send_nothing_and_need_no_trust() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("kgas.toml", "[provider]\nbase_url = \"http://127.0.0.1:1\"\n");
    assert_eq!(desk.kgas(&["plan", "in", "--ontology", "ontology.json"]).code, Some(0));
    let shown = desk.kgas(&[&BASE[..], &["--show-prompt"]].concat());
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
}

#[test]
fn a_found_file_stays_in_its_folder() {
    let cases = [
        "[output]\nout = \"../elsewhere\"\n",
        "[output]\nout = \"/tmp/kgas-test-elsewhere\"\n",
        "[documents]\ninputs = [\"in\", \"../../secrets\"]\n",
        "[cache]\ndir = \"in/../../cache\"\n",
    ];
    for file in cases {
        let desk = Desk::with(&[("a.txt", "Paris.")]);
        desk.write("kgas.toml", format!("{file}[ontology]\nontology = \"ontology.json\"\n"));
        let args: &[&str] = match file.starts_with("[output]") {
            true => &["extract", "in"],
            false => &["extract", "--out", "OUT"],
        };
        let args = if file.starts_with("[cache]") { &["extract", "in", "--out", "OUT"] } else { args };
        let ran = desk.kgas(args);
        assert_eq!(ran.code, Some(2), "{file}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("leads out of the file's folder, and nobody has trusted the file"),
            "{}",
            ran.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn links_in_its_folder_lead_a_found_file_nowhere_else() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("b.txt"), "Rome.").unwrap();
    let cases = [
        ("[output]\nout = \"link/OUT\"\n", &["extract", "in"][..]),
        ("[output]\nout = \"nowhere\"\n", &["extract", "in"]),
        ("[documents]\ninputs = [\"in\", \"link/b.txt\"]\n", &["extract", "--out", "OUT"]),
        ("[cache]\ndir = \"link\"\n", &["extract", "in", "--out", "OUT"]),
    ];
    for (file, args) in cases {
        let desk = Desk::with(&[("a.txt", "Paris.")]);
        std::os::unix::fs::symlink(outside.path(), desk.path("link")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("new"), desk.path("nowhere")).unwrap();
        std::os::unix::fs::symlink("in", desk.path("beside")).unwrap();
        desk.write("kgas.toml", format!("{file}[ontology]\nontology = \"ontology.json\"\n"));
        let ran = desk.kgas(args);
        assert_eq!(ran.code, Some(2), "{file}: {}", ran.stderr);
        assert!(ran.stderr.contains("leads out of the file's folder, and nobody has trusted"), "{}", ran.stderr);
        desk.write("kgas.toml", "[documents]\ninputs = [\"beside\"]\n");
        let within = desk.kgas(&["extract", "--ontology", "ontology.json", "--out", "OUT"]);
        assert_eq!(within.code, Some(0), "a link that stays inside is as good as what it leads to: {}", within.stderr);
    }
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1, "nothing is written there");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_trusted_file_lends_no_trust_to_the_folder_it_stands_in() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write("mine/kgas.toml", "[provider]\nbase_url = \"https://127.0.0.1:1\"\nca_file = \"ca.pem\"\n");
    assert_eq!(desk.kgas(&["config", "trust", "mine/kgas.toml"]).code, Some(0));
    desk.write("theirs/ca.pem", "");
    std::os::unix::fs::symlink(desk.path("mine/kgas.toml"), desk.path("theirs/kgas.toml")).unwrap();
    let may_in = |folder: &str| {
        let mut command = desk.command(&["config", "show", "--json"]);
        let ran = Ran::from(command.env_remove("KGAS_CONFIG").current_dir(desk.path(folder)).output().unwrap());
        serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()["file"]["may"].as_str().unwrap().to_owned()
    };
    assert!(may_in("mine").starts_with("trusted"));
    assert!(may_in("theirs").starts_with("not trusted"));
    assert!(desk.kgas(&["config", "trust", "--revoke", "theirs/kgas.toml"]).stdout.starts_with("was not trusted"));
    assert!(desk.kgas(&["config", "trust", "--revoke", "mine/kgas.toml"]).stdout.starts_with("trusted no more"));
}

#[test]
fn a_program_is_not_started_before_the_file_is_trusted() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write("kgas.toml", "[external.\"acme.words\"]\ncommand = [\"touch\", \"started\"]\n");
    let ran = desk.kgas(&[&BASE[..], &["--tools", "acme.words"]].concat());
    assert_eq!(ran.code, Some(2));
    let said = "kgas: kgas.toml:1: tool acme.words is a program, and nobody has trusted the file: read it, then allow it \
                with `kgas config trust kgas.toml`, or name it with `--config kgas.toml`\n";
    assert_eq!(ran.stderr, said);
    assert!(!desk.path("started").exists());
    assert_eq!(desk.kgas(&BASE).code, Some(0), "who doesn't use the tool needs no trust");
    let trusted = desk.kgas(&["config", "trust"]);
    assert!(trusted.stdout.contains("line 1: may start touch started as tool acme.words"), "{}", trusted.stdout);
}

#[cfg(unix)]
#[test]
fn trust_is_kept_where_only_its_user_can_change_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    desk.write("kgas.toml", "[limits]\nrpm = 1\n");
    assert_eq!(desk.kgas(&["config", "trust"]).code, Some(0));
    let kept = desk.path("home/.config/kgas/trusted.json");
    assert_eq!(std::fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_passed_over_until_it_is_named_or_trusted() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write("kgas.toml", "[cache]\ndir = \"open-to-all\"\n[tools]\nchunk_size = 400\n");
    // Only the system's own user may give a file away; for others this file is theirs, and there is nothing to see.
    if std::os::unix::fs::chown(desk.path("kgas.toml"), Some(4_711), None).is_err() {
        return;
    }
    let size = |more: &[&str]| {
        let ran = desk.kgas(&[&BASE[..], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let warned = ran.stderr.contains("warning: kgas.toml belongs to another user and is passed over");
        let summary = desk.json("OUT/summary.json");
        (warned, summary.pointer("/tools/0/config/chunk_size").cloned().unwrap())
    };
    assert_eq!(size(&[]), (true, 3000.into()));
    assert_eq!(size(&["--config", "kgas.toml"]), (false, 400.into()));
    assert_eq!(desk.kgas(&["config", "trust"]).code, Some(0));
    assert_eq!(size(&[]), (false, 400.into()));
}

#[test]
fn a_file_that_makes_no_sense_cannot_be_trusted() {
    let desk = Desk::new();
    desk.write("kgas.toml", "[limits]\nrpm = \n");
    assert_eq!(desk.kgas(&["config", "trust"]).code, Some(2));
    assert!(!desk.path("home").exists());
    assert_eq!(desk.kgas(&["config", "trust", "missing.toml"]).code, Some(1));
}
