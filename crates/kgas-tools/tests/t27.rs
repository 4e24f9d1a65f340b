//! What `T27_async` makes of answers.

mod support;

use kgas_core::fact::{Flag, Object, RejectReason, Relation};
use kgas_core::ontology::{OntologySpec, RelationSpec};
use kgas_core::{Registry, ToolInput, ToolResult};
use serde_json::{Value, json};
use support::{
    compiled, context, graph, input, input_with, mentions, model, quotes, reasons, relations, run, said, states,
};

const TOOL: &str = "T27_async";

/// The result for an input of one chunk, about which these relations are answered.
async fn told(input: ToolInput, items: Value) -> ToolResult {
    run(TOOL, json!({}), &context(model(move |_| relations(items.clone())), 1), input).await
}

/// Subject, relation, object.
fn triple(relation: &Relation) -> (&str, &str, &str) {
    let object = match relation.object() {
        Object::Entity(key) => key.name(),
        Object::Value(value) => value,
    };
    (relation.subject().name(), relation.relation_type(), object)
}

fn triples(result: &ToolResult) -> Vec<(&str, &str, &str)> {
    graph(result).relations().iter().map(triple).collect()
}

#[tokio::test]
async fn relations_are_found_without_given_entities() {
    let item = json!({"subject": "Ann", "subject_type": "Person", "type": "works at", "object": "Acme",
        "object_type": "Company", "confidence": 0.9, "evidence": "Ann works at Acme"});
    let result = told(input("Today Ann works at Acme, in Oslo."), json!([item])).await;
    assert_eq!(triples(&result), [("ann", "works at", "acme")]);
    assert_eq!(mentions(&result), [("Person".into(), "Ann".into(), 6), ("Company".into(), "Acme".into(), 19)]);
    let evidence = graph(&result).relations()[0].evidence();
    assert_eq!((evidence.quote(), evidence.span().unwrap().start(), evidence.tool()), ("Ann works at Acme", 6, TOOL));
    assert_eq!((result.chunks[0].kept, result.chunks[0].rejected), (1, 0));
}

#[tokio::test]
async fn given_entities_are_what_relations_lead_to() {
    let given = json!([{"text": "Ann", "type": "Person"}, {"text": "Acme", "type": "Company"}]);
    let item = json!({"subject": "ann", "type": "works at", "object": "ACME", "evidence": "Ann works at Acme"});
    let result = told(input_with("Ann works at Acme.", given), json!([item])).await;
    assert_eq!(triples(&result), [("ann", "works at", "acme")]);
    assert_eq!(graph(&result).relations()[0].subject().entity_type(), "Person");
    assert!(mentions(&result).is_empty(), "only new facts are in the output");
    assert!(graph(&result).relations()[0].evidence().flags().contains(&Flag::ConfidenceMissing));
}

#[tokio::test]
async fn a_reference_to_nothing_dangles() {
    let item =
        |subject, object| json!({"subject": subject, "type": "known for", "object": object, "object_type": "Person"});
    let items = json!([item("Eve", "Ann"), item("Ann", "Eve"), item("Ann", "Bob")]);
    let given = json!([{"text": "Ann", "type": "Person"}]);
    let result = told(input_with("Ann met Bob.", given), items).await;
    assert_eq!(reasons(&result), [RejectReason::DanglingReference; 2]);
    assert_eq!(triples(&result), [("ann", "known for", "bob")]);
}

#[tokio::test]
async fn an_object_may_be_a_value() {
    let item = |object_type: Value| {
        json!({"subject": "Acme", "subject_type": "Company", "type": "founded", "object": "1984",
            "object_type": object_type})
    };
    for object_type in [Value::Null, json!("literal"), json!("Literal"), json!("date")] {
        let result = told(input("Acme began in 1984."), json!([item(object_type.clone())])).await;
        assert_eq!(triples(&result), [("acme", "founded", "1984")], "{object_type}");
        assert_eq!(graph(&result).relations()[0].object(), &Object::Value("1984".into()), "{object_type}");
    }
    let number = json!({"subject": "Acme", "subject_type": "Company", "type": "founded", "object": 1984});
    assert_eq!(triples(&told(input("Acme began in 1984."), json!([number])).await), [("acme", "founded", "1984")]);
}

#[tokio::test]
async fn what_the_ontology_does_not_allow_is_rejected() {
    let item = |subject: &str, subject_type: &str, relation: &str, object: &str, object_type: &str| {
        json!({"subject": subject, "subject_type": subject_type, "type": relation, "object": object,
            "object_type": object_type})
    };
    let items = json!([
        item("Ann", "Person", "marries", "Acme", "Company"),
        item("Acme", "Company", "works at", "Acme", "Company"),
        item("Ann", "Person", "works at", "Oslo", "City"),
        item("Ann", "Robot", "works at", "Acme", "Company"),
        item("Acme", "Company", "founded", "gladly", "literal"),
        item("Acme", "Company", "based in", "Oslo", "literal"),
    ]);
    let result = told(input("Ann gladly works at Acme in Oslo."), items).await;
    use RejectReason::{Datatype, Domain, Range, UnknownRelation, UnknownType};
    assert_eq!(reasons(&result), [UnknownRelation, Domain, Range, UnknownType, Datatype, Range]);
    assert_eq!(states(&result), ["rejected"]);
    assert!(graph(&result).is_empty());
}

#[tokio::test]
async fn confidence_is_enforced() {
    let item = |confidence: f64| {
        json!({"subject": "Ann", "subject_type": "Person", "type": "works at", "object": "Acme",
            "object_type": "Company", "confidence": confidence})
    };
    let result = told(input("Ann works at Acme."), json!([item(0.7), item(0.1), item(0.75)])).await;
    assert_eq!(reasons(&result), [RejectReason::LowConfidence; 2]);
    assert_eq!(triples(&result).len(), 1);
}

#[tokio::test]
async fn one_answer_serves_both_tools() {
    let item = json!({"subject": "Ann", "subject_type": "Person", "type": "works at", "object": "Acme",
        "object_type": "Company"});
    let both = json!({"entities": [{"text": "Oslo", "type": "City"}], "relations": [item]}).to_string();
    let bare = json!([item]).to_string();
    for (answer, tool, found) in
        [(&both, TOOL, vec!["Ann", "Acme"]), (&both, "T23c_async", vec!["Oslo"]), (&bare, TOOL, vec!["Ann", "Acme"])]
    {
        let answer = answer.clone();
        let model = model(move |_| said(answer.clone()));
        let result = run(tool, json!({}), &context(model, 1), input("Ann works at Acme in Oslo.")).await;
        assert_eq!(quotes(&result), found, "{tool}");
        assert!(result.rejected.is_empty(), "{tool}");
    }
}

#[tokio::test]
async fn a_repeated_relation_is_kept_once() {
    let item = json!({"subject": "Ann", "subject_type": "Person", "type": "works at", "object": "Acme",
        "object_type": "Company"});
    let result = told(input("Ann works at Acme."), json!(vec![item; 30])).await;
    assert_eq!((result.chunks[0].kept, result.chunks[0].rejected), (1, 29));
    assert_eq!(graph(&result).mentions().len(), 2);
}

#[tokio::test]
async fn evidence_in_the_second_chunk_is_of_the_document() {
    let item = json!({"subject": "Bob", "subject_type": "Person", "type": "works at", "object": "Acme",
        "object_type": "Company", "evidence": "Bob at Acme."});
    let model = model(move |text| relations(if text.contains("Bob") { json!([item.clone()]) } else { json!([]) }));
    let result = run(TOOL, json!({"chunk_size": 12}), &context(model, 2), input("Zoë is out. Bob at Acme.")).await;
    assert_eq!(states(&result), ["empty", "ok"]);
    let evidence = graph(&result).relations()[0].evidence();
    assert_eq!((evidence.chunk(), evidence.span().unwrap().start(), evidence.span().unwrap().end()), (1, 12, 24));
}

#[tokio::test]
async fn a_model_is_told_the_known_entities_of_its_chunk_only() {
    let given = json!([
        {"text": "Acme", "type": "Company"},
        {"text": "Ann", "type": "Person"},
        {"text": "Bob", "type": "Person"},
    ]);
    let model = model(|_| relations(json!([])));
    let input = input_with("Acme: Ann. Acme: Bob. Annual. So it is.", given);
    run(TOOL, json!({"chunk_size": 11}), &context(model.clone(), 1), input).await;
    let told: Vec<Vec<String>> = model
        .asked()
        .iter()
        .map(|request| {
            let lines = request.user.split_once("KNOWN TO BE IN THE TEXT:\n").map_or("", |(_, rest)| rest).lines();
            lines.take_while(|line| !line.is_empty()).map(str::to_owned).collect()
        })
        .collect();
    let acme = "- Company: Acme".to_owned();
    assert_eq!(told[0], [acme.clone(), "- Person: Ann".to_owned()]);
    assert_eq!(told[1], [acme, "- Person: Bob".to_owned()]);
    assert!(told[2..].iter().all(Vec::is_empty), "{told:?}");
}

#[tokio::test]
async fn a_model_is_told_of_sixty_entities_at_most() {
    let names: Vec<String> = (100..200).map(|number| format!("P{number}")).collect();
    let given: Vec<Value> = names.iter().map(|name| json!({"text": name, "type": "Person"})).collect();
    let model = model(|_| relations(json!([])));
    run(TOOL, json!({}), &context(model.clone(), 1), input_with(&names.join(" "), json!(given))).await;
    assert_eq!(model.asked()[0].user.matches("\n- Person: P1").count(), 60);
}

#[tokio::test]
async fn other_places_of_new_ends_are_added_where_all_mentions_are_wanted() {
    let item = json!({"subject": "Ann", "subject_type": "Person", "type": "works at", "object": "Acme",
        "object_type": "Company"});
    let model = model(move |_| relations(json!([item.clone()])));
    let config = json!({"all_mentions": true});
    let result = run(TOOL, config, &context(model, 1), input("Ann works at Acme. Ann left Acme.")).await;
    assert_eq!(quotes(&result), ["Ann", "Acme", "Acme", "Ann"]);
}

#[test]
fn an_ontology_without_relations_or_classes_is_refused() {
    let tool = Registry::collect().unwrap().build(TOOL, Value::Null).unwrap();
    assert_eq!(tool.validate(&input("Ann left.")), Ok(()));
    let bare = ToolInput::text("d", "Ann left.");
    let told = tool.validate(&bare).unwrap_err().to_string();
    assert_eq!(told, "tool T27_async needs an ontology with relations");
    let spec = OntologySpec { relations: vec![RelationSpec::new("knows")], ..OntologySpec::default() };
    let told = tool.validate(&ToolInput { ontology: compiled(spec), ..bare }).unwrap_err().to_string();
    assert_eq!(told, "tool T27_async needs an ontology with classes for the ends of its relations");
}
