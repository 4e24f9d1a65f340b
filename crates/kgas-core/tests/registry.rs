//! How tools are found by name.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use async_trait::async_trait;
use kgas_core::{
    Capabilities, ConfigError, KgasTool, Need, Registry, RegistryError, ToolContext, ToolError, ToolInput,
    ToolMetadata, ToolOutput, ToolPlugin, ToolRegistration, ToolResult, nearest,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Counts words that are long enough.
#[derive(Debug)]
struct Words<const N: usize> {
    metadata: ToolMetadata,
    min_length: usize,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// The shortest word that counts.
    min_length: usize,
    nested: Nested,
}

#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Nested {
    deep: Vec<u8>,
}

impl Default for Config {
    fn default() -> Self {
        Self { min_length: 3, nested: Nested::default() }
    }
}

#[async_trait]
impl<const N: usize> KgasTool for Words<N> {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, _: &ToolInput) -> Result<(), ToolError> {
        Ok(())
    }

    async fn execute(&self, _: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        let long = input.document.text().split(' ').filter(|word| word.len() >= self.min_length).count();
        Ok(ToolResult::whole(&self.metadata.id, ToolOutput::Json { value: json!(long) }))
    }
}

impl<const N: usize> ToolPlugin for Words<N> {
    const ID: &'static str = match N {
        0 => "test_words",
        1 => "test_a_first",
        _ => "test_sentences",
    };
    type Config = Config;

    fn from_config(config: Config) -> Result<Self, ConfigError> {
        if config.min_length == 0 {
            return Err(ConfigError::new("min_length", "0 is below 1"));
        }
        let metadata = ToolMetadata {
            id: Self::ID.to_owned(),
            name: "Words".to_owned(),
            description: "Counts words.".to_owned(),
            category: "analysis".to_owned(),
            tags: vec!["test".to_owned()],
            version: "1.0.0".to_owned(),
            needs: vec![Need::Ontology],
            capabilities: Capabilities { is_async: true, ..Capabilities::default() },
        };
        Ok(Self { metadata, min_length: config.min_length })
    }
}

kgas_core::register_tool!(Words<0>);
kgas_core::register_tool!(Words<1>);
kgas_core::register_tool!(Words<2>);

fn registry() -> Registry {
    Registry::collect().unwrap()
}

fn refused(id: &str, config: Value) -> String {
    registry().build(id, config).unwrap_err().to_string()
}

#[test]
fn the_tools_of_a_binary_are_sorted_and_know_their_crate() {
    let registry = registry();
    let found: Vec<_> = registry.iter().map(|tool| (tool.id(), tool.crate_name())).collect();
    let expected = [("test_a_first", "kgas-core"), ("test_sentences", "kgas-core"), ("test_words", "kgas-core")];
    assert_eq!(found, expected);
    let words = registry.find("test_words").unwrap();
    assert_eq!(format!("{words:?}"), format!("test_words of kgas-core {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn an_id_that_is_used_twice_is_an_error_that_names_both_crates() {
    static ONE: ToolRegistration = ToolRegistration::of::<Words<0>>("crate-a", "1.0.0");
    static OTHER: ToolRegistration = ToolRegistration::of::<Words<0>>("crate-b", "2.1.0");
    let error = Registry::of([&ONE, &OTHER]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tool test_words is registered twice, by crate-a 1.0.0 and by crate-b 2.1.0: remove one of the crates"
    );
    assert_eq!(Registry::of([]).unwrap().iter().count(), 0);
}

#[test]
fn an_unknown_id_names_the_nearest_and_how_to_link() {
    let link = "a tool of another crate is there only if the binary says `use that_crate as _;`";
    assert_eq!(
        refused("test_wrods", Value::Null),
        format!("no tool is called test_wrods, did you mean test_words? ({link})")
    );
    assert_eq!(refused("zzz", Value::Null), format!("no tool is called zzz ({link})"));
    assert_eq!(nearest("MIN_LENGHT", ["max_length", "min_length"]), Some("min_length"));
    assert_eq!(nearest("x", []), None);
}

#[test]
fn a_configuration_that_does_not_fit_names_the_tool_and_the_key() {
    let cases = [
        (
            json!({"min_len": 3}),
            "config of tool test_words: min_len: unknown field `min_len`, expected `min_length` or `nested`",
        ),
        (
            json!({"min_length": "three"}),
            "config of tool test_words: min_length: invalid type: string \"three\", expected a whole number from 0 on",
        ),
        (
            json!({"nested": {"deep": [1, 300]}}),
            "config of tool test_words: nested.deep[1]: invalid value: integer `300`, expected u8",
        ),
        (json!({"min_length": 0}), "config of tool test_words: min_length: 0 is below 1"),
        (json!([5, {}]), "config of tool test_words: config: it is an array, and should be an object"),
        (json!("x"), "config of tool test_words: config: it is a string, and should be an object"),
    ];
    for (config, expected) in cases {
        assert_eq!(refused("test_words", config), expected);
    }
}

#[test]
fn a_tool_is_built_with_its_defaults_where_nothing_is_set() {
    let registry = registry();
    for config in [Value::Null, json!({}), json!({"min_length": 5})] {
        let tool = registry.build("test_words", config).unwrap();
        assert_eq!(tool.metadata().id, "test_words");
        assert!(tool.validate(&ToolInput::text("d", "")).is_ok());
    }
}

#[test]
fn the_defaults_and_the_schema_of_a_configuration_can_be_asked_for() {
    let registry = registry();
    let words = registry.find("test_words").unwrap();
    assert_eq!(words.defaults(), json!({"min_length": 3, "nested": {"deep": []}}));
    let schema = words.config_schema().to_value();
    assert_eq!(schema["properties"]["min_length"]["default"], 3);
    assert_eq!(schema["properties"]["min_length"]["description"], "The shortest word that counts.");
    assert_eq!(schema["additionalProperties"], false);
    assert!(matches!(registry.find("nothing"), Err(RegistryError::Unknown { .. })));
}
