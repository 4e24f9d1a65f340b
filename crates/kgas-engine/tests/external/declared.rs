//! What is said of a declaration that can't be followed, and what a tool says of itself.

use std::path::PathBuf;

use kgas_core::{KgasTool, Need};
use kgas_engine::External;
use serde_json::{Value, json};

use crate::desk::{Desk, ID, python};

fn command(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn a_command_that_can_not_be_started_is_told_with_what_to_do() {
    let Some(mut desk) = Desk::new() else { return };
    let place = |name: &str| desk.path(name).display().to_string();
    std::fs::write(desk.path("plain.txt"), "no program").unwrap();
    let cases = [
        (command(&[]), "has no command: name the program and its arguments".to_owned()),
        (
            command(&["kgas-no-such-program"]),
            "can't be started: there is no program kgas-no-such-program on the PATH; correct command".to_owned(),
        ),
        (
            command(&["./nowhere"]),
            format!("can't be started: there is no program {}; correct command", place("./nowhere")),
        ),
        (
            command(&["./plain.txt"]),
            format!(
                "can't be started: {} is not executable; make it so, or name what runs it first in command",
                place("./plain.txt")
            ),
        ),
    ];
    for (command, expected) in cases {
        desk.spec.command = command;
        let told = desk.refused().await;
        assert_eq!(told.replace("/./", "/"), format!("external tool {ID} {expected}").replace("/./", "/"));
    }
    desk.spec.folder = PathBuf::from("/no/such/folder");
    assert_eq!(
        desk.refused().await,
        format!("external tool {ID} can't be started: there is no folder /no/such/folder")
    );
}

#[tokio::test]
async fn a_first_line_that_is_no_introduction_is_refused() {
    let Some(mut desk) = Desk::new() else { return };
    let cases = [
        ("Loading…", "wrote what it should not: a line that is no JSON object"),
        (r#"{"tool": {"version": "1"}}"#, "wrote what it should not: a first line without \"kgas\": 1"),
        (r#"{"kgas": 2, "tool": {"version": "1"}}"#, "speaks version 2 of the protocol, and this kgas version 1"),
        (r#"{"kgas": 1, "tool": {"name": "x"}}"#, "wrote what it should not: \"tool\" has not the form"),
        (r#"{"kgas": 1, "tool": {"version": "1", "settings": {"a": 1}}}"#, "\"tool\" has not the form"),
        (
            r#"{"kgas": 1, "tool": {"version": "1", "settings": {"min_confidence": {"default": 1}}}}"#,
            "a setting min_confidence, which kgas minds itself: name it otherwise",
        ),
    ];
    for (line, expected) in cases {
        desk.spec.command = command(&[python().unwrap(), "-S", "fake.py", line]);
        let told = desk.refused().await;
        assert!(told.contains(expected), "{line}: {told}");
    }
}

#[tokio::test]
async fn a_tool_that_dies_at_its_start_is_told_with_its_last_words() {
    let Some(mut desk) = Desk::new() else { return };
    desk.spec.command = command(&[python().unwrap(), "-S", "-c", "import no_such_module"]);
    let told = desk.refused().await;
    assert!(told.contains("ended before it answered, with exit status: 1"), "{told}");
    assert!(told.contains("No module named 'no_such_module'"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_does_not_say_what_it_is_is_not_waited_for() {
    let Some(mut desk) = Desk::new() else { return };
    desk.spec.command = command(&[python().unwrap(), "-S", "-c", "import time; time.sleep(600)"]);
    let told = desk.refused().await;
    assert!(told.starts_with("external tool acme.fake did not say what it is within 100 s"), "{told}");
    assert!(told.ends_with(r#"its first line must be {"kgas": 1, "tool": {…}}, and be flushed"#), "{told}");
}

#[tokio::test]
async fn an_id_without_a_prefix_or_with_signs_for_files_is_refused() {
    let Some(desk) = Desk::new() else { return };
    for id in ["words", "acme.", ".words", "acme..words", "acme/words", "acme.wörds", "acme.../x", ""] {
        let told = External::meet(id, &desk.spec).await.unwrap_err().to_string();
        assert!(told.contains("give it a prefix, as in acme.words"), "{id}: {told}");
    }
    assert!(!desk.path("started").exists());
    for id in ["acme.words", "org.acme.words-2_x"] {
        External::meet(id, &desk.spec).await.unwrap();
    }
}

#[tokio::test]
async fn an_embedder_can_not_be_needed() {
    let Some(mut desk) = Desk::new() else { return };
    desk.spec.needs = vec![Need::Embedder];
    assert!(desk.refused().await.contains("needs an embedder, and has no way to ask one"));
}

#[tokio::test]
async fn what_a_tool_says_of_itself_is_its_metadata() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let metadata = tool.metadata();
    assert_eq!((&*metadata.id, &*metadata.name, &*metadata.version), (ID, "Fake", "1.0.0"));
    assert_eq!((&*metadata.description, &*metadata.category), ("Does as it is told", "external"));
    assert_eq!(metadata.needs, [Need::Ontology]);
}

#[tokio::test]
async fn settings_have_the_tools_defaults_and_those_that_kgas_minds() {
    let Some(desk) = Desk::new() else { return };
    let introduction = External::meet(ID, &desk.spec).await.unwrap();
    let own = json!({"words": 3, "min_confidence": 0.7, "all_mentions": false, "keep_ungrounded": false});
    assert_eq!(introduction.defaults(false), own);
    assert_eq!(introduction.defaults(true)["response_format"], "auto");
    let schema = introduction.config_schema(false);
    let words = json!({"type": "number", "default": 3, "description": "How many."});
    assert_eq!((&schema["properties"]["words"], &schema["additionalProperties"]), (&words, &Value::Bool(false)));
}

#[tokio::test]
async fn a_setting_that_is_unknown_or_of_another_type_is_refused() {
    let Some(desk) = Desk::new() else { return };
    let introduction = External::meet(ID, &desk.spec).await.unwrap();
    let cases = [
        (json!({"wrods": 1}), "wrods: no such setting; did you mean words?"),
        (json!({"words": "many"}), "words: it should be of type number, as its default is"),
        (json!({"min_confidence": 2}), "min_confidence: 2 is not between 0 and 1"),
        (json!({"response_format": "text"}), "response_format: no such setting"),
    ];
    for (config, expected) in cases {
        let made = External::new(ID, desk.spec.clone(), introduction.clone(), config);
        let told = made.unwrap_err().to_string();
        assert!(told.starts_with(&format!("config of tool {ID}: {expected}")), "{told}");
    }
}
