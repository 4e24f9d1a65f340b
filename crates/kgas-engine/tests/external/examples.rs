//! The tools of `examples/python-tool`, as they lie there.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::{
    ChatModel, ChatReply, ChatRequest, Document, KgasTool, ModelError, ModelErrorKind, Need, ToolContext, ToolInput,
};
use kgas_engine::{External, ExternalSpec};
use serde_json::{Value, json};

use crate::desk::{chunk, failure, output, python};

async fn example(file: &str, need: Need, config: Value) -> Option<External> {
    let spec = ExternalSpec {
        command: vec![python()?.to_owned(), file.to_owned()],
        folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/python-tool"),
        description: String::new(),
        needs: vec![need],
        timeout: Duration::from_secs(100),
        processes: NonZeroUsize::MIN,
        withheld: Vec::new(),
    };
    let introduction = External::meet("acme.example", &spec).await.unwrap();
    Some(External::new("acme.example", spec, introduction, config).unwrap())
}

fn about_health(text: &str) -> ToolInput {
    let spec = OntologySpec {
        classes: vec![ClassSpec::new("Acronym")],
        relations: vec![RelationSpec::new("stands for").from(["Acronym"]).to(["string"])],
        ..OntologySpec::default()
    };
    let ontology = Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0);
    ToolInput::new(Arc::new(Document::new("health", text)), ontology)
}

#[tokio::test]
async fn acronyms_are_found_with_what_they_stand_for() {
    let Some(tool) = example("acronyms.py", Need::Ontology, json!({"min_letters": 3})).await else { return };
    let text = include_str!("../../../../examples/python-tool/health.txt");
    let result = tool.execute(&ToolContext::offline(), about_health(&format!("Größe: {text}"))).await.unwrap();
    let found = output(&result);
    let said: Vec<_> = found["relations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|relation| (relation["subject"]["name"].as_str().unwrap(), relation["value"].as_str().unwrap()))
        .collect();
    let expected = [
        ("CDPC", "Centre for Disease Prevention and Control"),
        ("PAHO", "Pan American Health Organization"),
        ("WHO", "World Health Organization"),
    ];
    assert_eq!(said, expected);
    assert_eq!((chunk(&result).kept, chunk(&result).rejected), (6, 0));
    assert_eq!(found["entities"][2]["mentions"][0]["start"], 38);
}

/// A model that answers the same to all, or is away.
#[derive(Debug)]
struct Model(Option<&'static str>);

#[async_trait]
impl ChatModel for Model {
    fn id(&self) -> &str {
        "test/model"
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatReply, ModelError> {
        assert!(request.user.contains("at most 5 words") && request.user.ends_with("TEXT:\nAnn saw Bob."));
        let away = || ModelError::new(ModelErrorKind::GaveUp, "the server is away");
        Ok(ChatReply { text: self.0.ok_or_else(away)?.to_owned(), ..ChatReply::default() })
    }
}

#[tokio::test]
async fn a_title_is_asked_of_the_model() {
    let Some(tool) = example("title.py", Need::ChatModel, json!({"words": 5})).await else { return };
    let ask = async |model| {
        let context = ToolContext::offline().with_chat(Arc::new(model));
        tool.execute(&context, about_health("Ann saw Bob.")).await.unwrap()
    };
    assert_eq!(output(&ask(Model(Some(" A Meeting\n"))).await)["value"], json!({"title": "A Meeting"}));
    assert_eq!(failure(&ask(Model(None)).await), "the tool says: the server is away");
}
