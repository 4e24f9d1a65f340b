//! Tools outside this program beside those in it: found, set, refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use kgas_core::{ToolContext, ToolInput};

use super::*;
use crate::args::{LogFormat, ToolArgs, ToolsCommand};
use crate::settings::{Equipped, equip, registry};
use crate::show::{Show, Stream};

fn spec() -> ExternalSpec {
    ExternalSpec {
        command: ["python3", "acronyms.py"].map(str::to_owned).to_vec(),
        folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/python-tool"),
        description: "Finds acronyms".to_owned(),
        needs: vec![Need::Ontology],
        timeout: Duration::from_secs(100),
        processes: NonZeroUsize::MIN.saturating_add(99),
        withheld: Vec::new(),
    }
}

/// What is declared, where an interpreter is there that can run it.
fn declared(ids: &[&str]) -> Option<Declared> {
    let python = std::process::Command::new("python3").arg("--version").output();
    if python.is_err() {
        crate::show::Show::new(false, Stream::Error, LogFormat::default())
            .warning("SKIPPED: there is no python3 to run an external tool");
        return None;
    }
    let external = ids.iter().map(|id| ((*id).to_owned(), spec())).collect();
    Some(Declared { external, ..Declared::default() })
}

fn equipped(ids: &[&str], args: &ToolArgs) -> Result<Vec<Equipped>, String> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    equip(&registry().unwrap(), &ids, args).map_err(|failure| failure.to_string())
}

#[test]
fn external_tools_are_equipped_beside_those_of_the_binary_and_work() {
    let Some(declared) = declared(&["acme.acronyms"]) else { return };
    let tools = equipped(&["T23a_rules", "acme.acronyms"], &ToolArgs { declared, ..ToolArgs::default() }).unwrap();
    let metadata = tools[1].tool.metadata();
    assert_eq!((&*metadata.id, &*metadata.version, &*metadata.name), ("acme.acronyms", "1.0.0", "Acronyms"));
    assert_eq!((tools[0].processes, tools[1].processes.map(NonZeroUsize::get)), (None, Some(100)));
    let two = NonZeroUsize::MIN.saturating_add(1);
    assert_eq!(crate::models::in_flight(&tools, two).get(), 100);
    let source = br#"{"entities": {"Acronym": {}}}"#;
    let ontology = kgas_ontology::from_value(&serde_json::from_slice(source).unwrap(), &Default::default()).unwrap();
    let mut input = ToolInput::text("a", "World Health Organization (WHO).");
    input.ontology = Arc::new(ontology.ontology);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(tools[1].tool.execute(&ToolContext::offline(), input)).unwrap();
    assert_eq!(json!(result.output)["entities"][0]["name"], "WHO");
}

#[test]
fn nothing_is_promised_of_what_an_external_tool_sends() {
    let Some(declared) = declared(&["acme.acronyms"]) else { return };
    let args = ToolArgs { declared, ..ToolArgs::default() };
    let cases = [("T23a_rules", "nothing leaves this machine"), ("acme.acronyms", "external tools may")];
    for (id, expected) in cases {
        let tools = equipped(&[id], &args).unwrap();
        assert!(crate::extract::first_line(None, &tools).contains(expected), "{id}");
    }
}

#[test]
fn settings_reach_an_external_tool_from_the_file_and_then_from_the_command_line() {
    let Some(mut declared) = declared(&["acme.acronyms"]) else { return };
    let of_file = json!({"min_letters": 5, "all_mentions": true});
    declared.settings.insert("acme.acronyms".to_owned(), of_file.as_object().unwrap().clone());
    let set = vec![("acme.acronyms.min_letters".to_owned(), "3".to_owned())];
    let args = ToolArgs { declared, set, min_confidence: Some(0.2), ..ToolArgs::default() };
    let tools = equipped(&["acme.acronyms"], &args).unwrap();
    let whole = json!({"min_letters": 3, "min_confidence": 0.2, "all_mentions": true, "keep_ungrounded": false});
    assert_eq!(tools[0].config, whole);
}

#[test]
fn what_an_external_tool_does_not_have_is_refused() {
    let Some(declared) = declared(&["acme.acronyms"]) else { return };
    let with = |key: &str, value: &str| ToolArgs {
        declared: declared.clone(),
        set: vec![(key.to_owned(), value.to_owned())],
        ..ToolArgs::default()
    };
    let cases = [
        ("acme.acronyms.min_leters", "3", "no such setting of acme.acronyms; did you mean min_letters?"),
        ("min_letters", "\"three\"", "config of tool acme.acronyms: min_letters: it should be of type number"),
    ];
    for (key, value, expected) in cases {
        let told = equipped(&["acme.acronyms"], &with(key, value)).unwrap_err();
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn an_unknown_id_is_told_with_the_nearest_of_all() {
    let external = BTreeMap::from([("acme.acronyms".to_owned(), spec())]);
    let args = ToolArgs { declared: Declared { external, ..Declared::default() }, ..ToolArgs::default() };
    for (id, nearest) in [("acme.acronym", "acme.acronyms"), ("T23a_rule", "T23a_rules")] {
        let told = equipped(&[id], &args).unwrap_err();
        assert!(told.contains(&format!("no tool is called {id}, did you mean {nearest}?")), "{told}");
    }
    let twice = equipped(&["acme.acronyms", " acme.acronyms"], &args).unwrap_err();
    assert_eq!(twice, "--tools: acme.acronyms is named twice, name it once");
}

#[test]
fn an_id_that_a_tool_of_the_binary_has_is_refused_and_both_are_named() {
    let external = BTreeMap::from([("T23a_rules".to_owned(), spec())]);
    let args = ToolArgs { declared: Declared { external, ..Declared::default() }, ..ToolArgs::default() };
    let told = equipped(&["T27_rules"], &args).unwrap_err();
    let both = format!(r#"[external."T23a_rules"] and kgas-tools {} both have a tool"#, env!("CARGO_PKG_VERSION"));
    assert_eq!(told, format!("{both} T23a_rules: name the external one otherwise"));
}

#[test]
fn a_tool_that_can_not_be_started_is_told_with_where_it_is_declared_and_does_not_hide_the_others() {
    let broken = ExternalSpec { command: vec!["kgas-no-such-program".to_owned()], ..spec() };
    let external = BTreeMap::from([("acme.broken".to_owned(), broken)]);
    let declared = Declared { external, ..Declared::default() };
    let args = ToolArgs { declared: declared.clone(), ..ToolArgs::default() };
    let told = equipped(&["acme.broken"], &args).unwrap_err();
    let why = "external tool acme.broken can't be started: there is no program kgas-no-such-program on the PATH";
    assert_eq!(told, format!(r#"{why}; correct command; it is declared as [external."acme.broken"]"#));
    let show = Show::new(true, Stream::Error, LogFormat::default());
    for json in [true, false] {
        let list = ToolsCommand::List { json, declared: declared.clone() };
        assert_eq!(crate::tools::main(&list, show).unwrap(), crate::Exit::Complete);
        let one = ToolsCommand::Show { id: "T23a_rules".to_owned(), json, declared: declared.clone() };
        assert_eq!(crate::tools::main(&one, show).unwrap(), crate::Exit::Complete);
    }
}
