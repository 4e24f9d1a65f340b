//! What holds: the flag, else the environment, else the file, else the default.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use serde_json::{Value, json};
use support::{Desk, Ran, extract_args, serve};

/// Runs `kgas extract` by rules with this file and these variables, and gives a tool's configuration.
fn config_of(tool: &str, file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Value {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write("kgas.toml", file);
    let args = [&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"], flags].concat();
    let mut command = desk.command(&args);
    command.envs(variables.iter().copied());
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let tools = desk.json("OUT/summary.json")["tools"].as_array().unwrap().clone();
    tools.into_iter().find(|told| told["id"] == tool).unwrap()["config"].clone()
}

/// What `kgas extract` says of this file, where it refuses it.
fn refused(file: &str) -> String {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write("kgas.toml", file);
    let ran = desk.kgas(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"]);
    assert_eq!(ran.code, Some(2), "{file}: {}", ran.stderr);
    assert!(!desk.path("OUT").exists());
    ran.stderr
}

#[test]
fn a_flag_comes_before_a_variable_before_the_file_before_the_default() {
    let file = "[tools]\nchunk_size = 400\nall_mentions = true\n[tools.T23a_rules]\nmin_confidence = 0.2\n";
    let variables = [("KGAS_CHUNK_SIZE", "500"), ("KGAS_MIN_CONFIDENCE", "0.3"), ("KGAS_ALL_MENTIONS", "true")];
    let flags = ["--chunk-size", "600", "--min-confidence", "0.4", "--all-mentions=false"];
    let cases = [
        ("", &[][..], &[][..], json!([3000, 0.7, false])),
        (file, &[], &[], json!([400, 0.2, true])),
        (file, &variables, &[], json!([500, 0.3, true])),
        ("", &variables, &[], json!([500, 0.3, true])),
        (file, &variables, &flags, json!([600, 0.4, false])),
        (file, &[], &["--all-mentions=false"], json!([400, 0.2, false])),
        ("", &[], &["--all-mentions"], json!([3000, 0.7, true])),
    ];
    for (file, variables, flags, expected) in cases {
        let found = config_of("T23a_rules", file, variables, flags);
        let found = json!([found["chunk_size"], found["min_confidence"], found["all_mentions"]]);
        assert_eq!(found, expected, "{file} {variables:?} {flags:?}");
    }
}

#[test]
fn a_tool_s_own_table_comes_before_the_one_for_all() {
    let file = "[tools]\nchunk_size = 400\n[tools.T27_rules]\nchunk_size = 700\n";
    assert_eq!(config_of("T23a_rules", file, &[], &[])["chunk_size"], 400);
    assert_eq!(config_of("T27_rules", file, &[], &[])["chunk_size"], 700);
}

/// The first line of a run that asks a server: the address and the limits in force.
fn first_line(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> String {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("in")).unwrap();
    desk.write("kgas.toml", file);
    let args = [&["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--config", "kgas.toml"], flags];
    let mut command = desk.command(&args.concat());
    command.envs(variables.iter().copied());
    Ran::from(command.output().unwrap()).stderr.lines().next().unwrap().to_owned()
}

#[test]
fn numbers_lists_and_words_hold_in_the_same_order() {
    let file = "[provider]\nbase_url = \"http://127.0.0.1:1\"\n[limits]\nrpm = 7\ntpm = \"none\"\nmax_concurrent = 2\n\
                [output]\ntools = [\"T23c_async\"]\n";
    let per_minute = |requests: &str, tokens: &str, rest: &str| {
        format!("asking http://127.0.0.1:1/v1: {requests} of requests per minute, {tokens}, {rest}")
            .replace("7 of requests", "7 requests")
            .replace("8 of requests", "8 requests")
    };
    let no_tokens = "no limit of tokens per minute";
    let variables = [("KGAS_RPM", "8"), ("KGAS_TPM", "900"), ("KGAS_TOOLS", "T27_async,T23c_async")];
    let flags = ["--rpm", "none", "--max-concurrent", "3", "--tools", "T27_async"];
    let cases = [
        (&[][..], &[][..], per_minute("7", no_tokens, "2 at a time; T23c_async")),
        (&variables, &[], per_minute("8", "900 tokens per minute", "2 at a time; T27_async, T23c_async")),
        (&variables, &flags, per_minute("no limit", "900 tokens per minute", "3 at a time; T27_async")),
    ];
    for (variables, flags, expected) in cases {
        assert_eq!(first_line(file, variables, flags), expected);
    }
}

#[test]
fn what_a_command_needs_may_be_in_the_file() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write(
        "kgas.toml",
        "[documents]\ninputs = \"in\"\n[ontology]\nontology = \"ontology.json\"\n[output]\nout = \"OUT\"\n",
    );
    let ran = desk.kgas(&["extract"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(desk.lines("OUT/entities.jsonl").len(), 1);
    let without = desk.kgas(&["extract", "--config", "none"]);
    assert_eq!(without.code, Some(2));
    assert!(without.stderr.contains("required arguments were not provided"), "{}", without.stderr);
}

#[test]
fn a_file_upwards_holds_and_its_paths_are_relative_to_it() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write("kgas.toml", "[ontology]\nontology = \"ontology.json\"\n[output]\nout = \"made/OUT\"\n");
    desk.write("deep/er/b.txt", "Paris.");
    std::fs::create_dir(desk.path("made")).unwrap();
    let mut command = desk.command(&["extract", "b.txt"]);
    let ran = Ran::from(command.current_dir(desk.path("deep/er")).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(desk.lines("made/OUT/entities.jsonl").len(), 1);
}

#[test]
fn the_nearest_file_holds_alone_and_another_may_be_named() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    desk.write("kgas.toml", "[tools]\nchunk_size = 400\n");
    desk.write("in/kgas.toml", "[tools]\nmin_confidence = 0.1\n");
    desk.write("other.toml", "[tools]\nchunk_size = 800\n");
    let sizes = |more: &[&str], variable: Option<&str>| {
        let args = [&["extract", "a.txt", "--ontology", "../ontology.json", "--out", "../OUT"], more].concat();
        let mut command = desk.command(&args);
        command.current_dir(desk.path("in")).envs(variable.map(|file| ("KGAS_CONFIG", file)));
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        desk.json("OUT/summary.json")["tools"][0]["config"]["chunk_size"].clone()
    };
    assert_eq!(sizes(&[], None), 3000);
    assert_eq!(sizes(&["--config", "../other.toml"], None), 800);
    assert_eq!(sizes(&[], Some("../other.toml")), 800);
    assert_eq!(sizes(&["--config", "none"], Some("../other.toml")), 3000);
}

#[test]
fn another_provider_leaves_behind_what_the_file_says_of_its_own() {
    let file = "[provider]\nbase_url = \"http://127.0.0.1:1\"\nmodel = \"mine\"\napi_key_env = \"NO_SUCH\"\n";
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("kgas.toml", file);
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.kgas(&extract_args(server.url(), &["--config", "kgas.toml"]));
    assert_eq!(ran.code, Some(0), "the variable is for the file's address: {}", ran.stderr);
    assert!(first_line(file, &[], &["--provider", "openai"]).contains("no API key for api.openai.com"));
}

#[test]
fn a_model_that_is_no_provider_s_in_particular_is_asked_of_whichever_is_named() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let model = |file: &str| {
        desk.write("kgas.toml", file);
        let base = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--show-prompt"];
        let ran = desk.kgas(&[&base[..], &["--provider", "openai"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["model"].clone()
    };
    assert_eq!(model("[provider]\nmodel = \"mine\"\n"), "mine");
    assert_eq!(model("[provider]\nname = \"openai\"\nmodel = \"mine\"\n"), "mine");
    assert_eq!(model("[provider]\nname = \"ollama\"\nmodel = \"mine\"\n"), "gpt-4");
    assert_eq!(model("[provider]\nbase_url = \"http://127.0.0.1:1\"\nmodel = \"mine\"\n"), "gpt-4");
}

#[test]
fn a_switch_of_the_file_can_be_turned_off_and_gives_way_to_what_excludes_it() {
    let run = |file: &str, more: &[&str]| {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        desk.write("kgas.toml", file);
        let (_runtime, server) = serve(|builder| builder);
        let ran = desk.extract(&server, more);
        (ran.code, desk.path("OUT/.kgas/journal.redb").exists(), desk.path("J/journal.redb").exists())
    };
    let file = "[cache]\nno_journal = true\n";
    assert_eq!(run(file, &[]), (Some(0), false, false));
    assert_eq!(run(file, &["--no-journal=false"]), (Some(0), true, false));
    assert_eq!(run(file, &["--cache", "J"]), (Some(0), false, true));
    assert_eq!(run("[cache]\ndir = \"J\"\n", &["--no-journal"]), (Some(0), false, false));
}

#[test]
fn what_a_file_says_for_another_command_or_another_merge_stands_in_nobody_s_way() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let (_runtime, server) = serve(|builder| builder);
    let run = |file: &str, args: &[&str]| {
        desk.write("kgas.toml", file);
        let ran = desk.kgas(&[args, &["--config", "kgas.toml", "--base-url", server.url()]].concat());
        assert_eq!(ran.code, Some(0), "{file}: {}", ran.stderr);
    };
    run("[provider]\nextra_body = { seed = 7 }\n", &["embed", "in", "--out", "vectors.jsonl"]);
    let plan = ["plan", "in", "--ontology", "ontology.json", "--merge", "exact"];
    run("[output]\nmerge = \"similar\"\nmerge_similar = 0.9\n", &plan);
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_line_and_the_nearest_name() {
    let cases = [
        (
            "[provider]\nbase_ulr = \"http://h\"\n",
            "kgas.toml:2: provider.base_ulr: there is no such setting; did you mean provider.base_url?",
        ),
        (
            "[provider]\nbase_url = \"ftp://me:hunter2@h\"\n",
            "kgas.toml:2: provider.base_url: the base URL has an unknown scheme: only http and https are spoken",
        ),
        ("[limit]\nrpm = 1\n", "kgas.toml:1: limit: there is no such setting; did you mean limits?"),
        ("\nrpm = 1\n", "kgas.toml:2: rpm stands in no section: it belongs in [limits]"),
        (
            "[limits]\n\nrpm = \"fast\"\n",
            "kgas.toml:3: limits.rpm is a string, and should be a whole number or \"none\"",
        ),
        ("[limits]\nrpm = 0\n", "kgas.toml:2: limits.rpm: give a whole number above 0, or none"),
        ("[cache]\noffline = 1\n", "kgas.toml:2: cache.offline is a whole number, and should be true or false"),
        ("[retry]\nmax_retries = -1\n", "kgas.toml:2: retry.max_retries: "),
        (
            "[output]\nmerge = \"alias\"\n",
            "kgas.toml:2: output.merge: there are exact, aliases, similar; did you mean aliases?",
        ),
        ("[output]\ntools = 3\n", "kgas.toml:2: output.tools is a whole number, and should be a list of strings"),
        ("output = 3\n", "kgas.toml:1: output is a whole number, and should be a table"),
        (
            "[tools.T23a_rule]\nchunk_size = 9\n",
            "kgas.toml:2: tools.T23a_rule: no tool is called T23a_rule, did you mean tools.T23a_rules?",
        ),
        (
            "[tools.T23a_rules]\nchunk_sise = 900\n",
            "kgas.toml:2: tools.T23a_rules.chunk_sise: no such setting of T23a_rules; did you mean tools.T23a_rules.chunk_size?",
        ),
        (
            "[tools]\nchunk_sise = 900\n",
            "kgas.toml:2: tools.chunk_sise: no tool has such a setting; did you mean tools.chunk_size?",
        ),
        (
            "[tools.T23a_rules]\nmin_confidence = 0.5\nchunk_size = 9\n",
            "kgas.toml:3: tools.T23a_rules.chunk_size: 9 is below 200",
        ),
        ("[tools]\nmin_confidence = 7\n", "kgas.toml:2: tools.min_confidence: 7 is not from 0 to 1"),
        (
            "[external.\"acme.words\"]\ncommand = [\"words\"]\ntimout = 3\n",
            "kgas.toml:3: external.acme.words.timout: there is no such setting; did you mean external.acme.words.timeout?",
        ),
        (
            "[external.\"acme.words\"]\nneeds = [\"ontology\"]\n",
            "kgas.toml:1: external.acme.words: say with command = [\"program\"] what is started",
        ),
        (
            "[external.T23a_rules]\ncommand = [\"words\"]\n",
            "kgas.toml:1: there is a tool T23a_rules already: give it another name",
        ),
        (
            "[external.w]\ncommand = [\"words\"]\nneeds = [\"money\"]\n",
            "kgas.toml:3: external.w.needs: there are ontology and chat_model",
        ),
        (
            "[cache]\nno_journal = true\noffline = true\n",
            "kgas.toml:2: cache.no_journal can't hold together with cache.offline: take one of them out",
        ),
        ("[limits]\nrpm = \n", "kgas.toml:2: not TOML: "),
        ("[limits]\nrpm = 1\nrpm = 2\n", "kgas.toml:3: not TOML: "),
    ];
    for (file, expected) in cases {
        let said = refused(file);
        assert!(said.starts_with(&format!("kgas: {expected}")), "{file}\n{said}");
    }
}

#[test]
fn a_wrong_value_of_a_variable_is_told_with_its_name_and_not_repeated() {
    let cases = [
        ("KGAS_RPM", "rapid", "kgas: KGAS_RPM: give a whole number above 0, or none"),
        ("KGAS_MERGE", "alias", "kgas: KGAS_MERGE: there are exact, aliases, similar; did you mean aliases?"),
        ("KGAS_HEADER", "hunter2", "kgas: KGAS_HEADER: give NAME=VALUE"),
        ("KGAS_OFFLINE", "perhaps", "kgas: KGAS_OFFLINE: there are true, false"),
        (
            "KGAS_API_KEY_ENV",
            "sk-hunter2",
            "kgas: KGAS_API_KEY_ENV: it is no name of an environment variable: put the key into one, as KGAS_API_KEY, \
             and name that",
        ),
        ("KGAS_CHUNK_SIZE", "9", "kgas: KGAS_CHUNK_SIZE: 9 is below 200"),
    ];
    for (name, value, expected) in cases {
        let desk = Desk::with(&[("a.txt", "Paris.")]);
        let mut command = desk.command(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"]);
        let ran = Ran::from(command.env(name, value).output().unwrap());
        assert_eq!((ran.code, ran.stderr.trim_end()), (Some(2), expected));
    }
}

#[test]
fn a_variable_that_looks_like_a_known_one_is_warned_of_and_any_other_is_not() {
    let said = |name: &str| {
        let desk = Desk::with(&[("a.txt", "Paris.")]);
        let mut command = desk.command(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "-q"]);
        Ran::from(command.env(name, "1").output().unwrap()).stderr
    };
    let expected = "warning: KGAS_MAX_RETRY in the environment is not used; did you mean KGAS_MAX_RETRIES?\n";
    assert_eq!(said("KGAS_MAX_RETRY"), expected);
    assert_eq!(said("KGAS_TEST_RPM"), "");
    assert_eq!(said("KGAS_API_KEY"), "");
}
