//! What can be set, and what is said of a setting that can't be.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_core::Registry;
use serde_json::{Value, json};

fn refused(tool: &str, config: Value) -> String {
    Registry::collect().unwrap().build(tool, config).unwrap_err().to_string()
}

#[test]
fn an_error_names_tool_key_and_what_is_wrong() {
    for tool in ["T23c_async", "T27_async"] {
        let cases = [
            (json!({"min_confidence": 2}), "min_confidence: 2 is not between 0 and 1"),
            (json!({"min_confidence": -0.5}), "min_confidence: -0.5 is not between 0 and 1"),
            (json!({"temperature": 2.5}), "temperature: 2.5 is not between 0 and 2"),
            (json!({"chunk_size": 0}), "chunk_size: invalid value: integer `0`, expected a whole number above 0"),
            (
                json!({"chunk_size": "3000"}),
                "chunk_size: invalid type: string \"3000\", expected a whole number above 0",
            ),
            (json!({"max_tokens": 0}), "max_tokens: invalid value: integer `0`, expected a whole number above 0"),
        ];
        for (config, told) in cases {
            assert_eq!(refused(tool, config), format!("config of tool {tool}: {told}"));
        }
    }
}

#[test]
fn an_unknown_key_is_refused_with_those_that_are_known() {
    let told = refused("T23c_async", json!({"chunk_sise": 100}));
    assert!(told.contains("unknown field `chunk_sise`") && told.contains("`chunk_size`"), "{told}");
    let told = refused("T23c_async", json!({"response_format": "yaml"}));
    assert!(told.contains("response_format: unknown variant `yaml`") && told.contains("`json_object`"), "{told}");
}

#[test]
fn the_defaults_are_the_seeds_and_the_form_of_answers_is_the_server_s() {
    let registry = Registry::collect().unwrap();
    let defaults = registry.find("T23c_async").unwrap().defaults();
    assert_eq!(
        defaults,
        json!({"chunk_size": 3000, "chunk_overlap": 0, "min_confidence": 0.7, "max_tokens": 2000, "temperature": 0.3,
            "all_mentions": false, "keep_ungrounded": false, "ask_again": 1, "second_pass": false,
            "ontology_tokens": 4000, "instructions": null, "response_format": "auto"})
    );
    assert_eq!(registry.find("T27_async").unwrap().defaults(), defaults);
}

#[test]
fn defaults_build_their_tool_and_schemas_describe_each_key() {
    for tool in Registry::collect().unwrap().iter().filter(|tool| tool.id().ends_with("_async")) {
        let defaults = tool.defaults();
        Registry::collect().unwrap().build(tool.id(), defaults.clone()).unwrap();
        let schema = tool.config_schema().to_value();
        for key in defaults.as_object().unwrap().keys() {
            assert!(schema["properties"][key]["description"].is_string(), "{}: {key}: {schema}", tool.id());
        }
        assert_eq!(schema["additionalProperties"], false);
    }
}
