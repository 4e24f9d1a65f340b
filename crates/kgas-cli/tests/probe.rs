//! The call that asks how the server takes schemas, by the server's own account.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_mock::{Answer as _, Builder, ChatCall, Fault, Forms, MockServer, Reply};
use serde_json::{Value, json};
use support::{Desk, Ran, people, serve, whole_args};

fn extract(desk: &Desk, server: &MockServer, more: &[&str]) -> Ran {
    desk.kgas(&whole_args(server.url(), more))
}

fn serving(forms: Forms) -> (tokio::runtime::Runtime, MockServer) {
    serve(|builder| builder.forms(forms).keep_requests())
}

/// The bodies that the server was sent, in order.
fn bodies(server: &MockServer) -> Vec<Value> {
    let account = server.account();
    let sent = account.attempts().iter().map(|attempt| attempt.request.as_ref().unwrap());
    sent.map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

fn forms(server: &MockServer) -> Vec<String> {
    let form = |body: &Value| match &body["response_format"] {
        Value::Null => "text".to_owned(),
        format if format.get("schema").is_some() => "json_object_schema".to_owned(),
        format => format["type"].as_str().unwrap().to_owned(),
    };
    bodies(server).iter().map(form).collect()
}

/// Those about documents.
fn about_documents(server: &MockServer) -> Vec<String> {
    let mut bodies: Vec<_> = bodies(server).iter().map(Value::to_string).collect();
    bodies.retain(|body| body.contains("TEXT:"));
    bodies.sort();
    bodies
}

#[test]
fn one_call_comes_before_the_rest_and_all_others_are_in_the_form_that_it_found() {
    let desk = Desk::of(3);
    let (_runtime, server) = serving(Forms::obeyed());
    let ran = extract(&desk, &server, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let said: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("asked how")).collect();
    assert_eq!(said, ["asked how the server takes schemas: json_schema"]);
    let bodies = bodies(&server);
    assert!(!bodies[0].to_string().contains("TEXT:"));
    assert_eq!((bodies.len(), about_documents(&server).len()), (7, 6));
    assert!(forms(&server).iter().all(|form| form == "json_schema"));
    assert!(bodies.iter().all(|body| body["response_format"]["json_schema"]["strict"] == true));
    assert!(server.account().attempts()[1].arrived >= server.account().attempts()[0].answered.unwrap());
    let summary = desk.json("OUT/summary.json");
    // The question is bought, and no part of what the graph is made of.
    assert_eq!((&summary["calls"], &summary["run"]["bought"]["calls"]), (&json!(6), &json!(7)));
    assert!(ran.stdout.contains("7 calls"), "{}", ran.stdout);
}

#[test]
fn the_second_run_sends_the_same_bodies_and_asks_nothing_else() {
    for forms in [Forms::obeyed(), Forms::ignored(), Forms::ignored().refuse("json_schema", 400)] {
        let desk = Desk::of(2);
        let (_runtime, first) = serving(forms.clone());
        assert_eq!(extract(&desk, &first, &[]).code, Some(0));
        let sent = about_documents(&first);
        let kept = desk.json("OUT/.kgas/formats.json");
        // The same server, with an account of its own.
        let (_runtime, second) = serving(forms);
        let port = |server: &MockServer| server.url().to_owned();
        desk.write("OUT/.kgas/formats.json", kept.to_string().replace(&port(&first), &port(&second)));
        let ran = extract(&desk, &second, &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(!ran.stderr.contains("asked how"), "{}", ran.stderr);
        assert_eq!(second.account().attempts().len(), 4);
        assert_eq!(about_documents(&second), sent);
    }
}

#[test]
fn what_is_kept_is_by_address_and_model() {
    let desk = Desk::of(1);
    let (_runtime, server) = serving(Forms::obeyed());
    for model in ["small", "large", "small"] {
        assert_eq!(extract(&desk, &server, &["--tools", "T23c_async", "--model", model]).code, Some(0));
    }
    // Each model was asked how, and about the document; the third run has all that from the first.
    assert_eq!(server.account().attempts().len(), 4);
    let known = json!({server.url(): {"small": "json_schema", "large": "json_schema"}});
    assert_eq!(desk.json("OUT/.kgas/formats.json"), known);
}

#[test]
fn a_server_that_refuses_all_but_text_still_gives_a_graph() {
    let cases = [
        (Forms::obeyed().refuse("json_schema", 400), "json_object_schema", 2),
        (Forms::obeyed().refuse("json_schema", 500).refuse("json_object_schema", 422), "json_object", 3),
        (
            Forms::ignored().refuse("json_schema", 400).refuse("json_object_schema", 400).refuse("json_object", 400),
            "text",
            3,
        ),
    ];
    for (refusing, form, asking) in cases {
        let desk = Desk::with(&[("a.txt", "Ann knows Bob.")]);
        let (_runtime, server) = serving(refusing);
        let ran = extract(&desk, &server, &["--max-retries", "0"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(desk.lines("OUT/relations.jsonl").len(), 1, "{form}");
        let forms = forms(&server);
        assert_eq!(forms.len(), asking + 2, "{forms:?}");
        assert!(forms[asking..].iter().all(|sent| sent == form), "{forms:?}");
    }
}

#[test]
fn a_server_that_ignores_forms_gives_the_same_graph() {
    let graph = |forms: Forms| {
        let desk = Desk::with(&[("a.txt", "Ann knows Bob.")]);
        let (_runtime, server) = serving(forms);
        assert_eq!(extract(&desk, &server, &[]).code, Some(0));
        (desk.read("OUT/entities.jsonl"), desk.read("OUT/relations.jsonl"))
    };
    assert_eq!(graph(Forms::ignored()), graph(Forms::obeyed()));
}

#[test]
fn a_form_that_was_chosen_is_asked_for_at_once() {
    for chosen in [
        &["--response-format", "json_object"][..],
        &["--set", "response_format=json_object"],
        &["--extra-body", r#"{"response_format": {"type": "json_object"}}"#],
    ] {
        let desk = Desk::of(1);
        let (_runtime, server) = serving(Forms::obeyed());
        let ran = extract(&desk, &server, chosen);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(forms(&server), ["json_object", "json_object"]);
        assert!(!desk.path("OUT/.kgas/formats.json").exists());
    }
}

#[test]
fn a_damaged_file_is_told_of_and_made_anew() {
    let desk = Desk::of(1);
    desk.write("OUT/.kgas/formats.json", "{");
    let (_runtime, server) = serving(Forms::obeyed());
    let ran = extract(&desk, &server, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told = "warning: OUT/.kgas/formats.json can't be used: the server is asked anew how it takes schemas";
    assert!(ran.stderr.lines().any(|line| line == told), "{}", ran.stderr);
    assert_eq!(desk.json("OUT/.kgas/formats.json")[server.url()]["gpt-4"], "json_schema");
}

#[test]
fn after_a_fatal_error_of_the_first_call_nothing_is_bought_and_nothing_overwritten() {
    let desk = Desk::of(3);
    desk.write("OUT/entities.jsonl", "of an earlier run");
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(401)));
    let ran = extract(&desk, &server, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("refused the API key (401)"), "{}", ran.stderr);
    assert_eq!(server.account().attempts().len(), 1);
    assert_eq!(desk.read("OUT/entities.jsonl"), "of an earlier run");
    assert!(!desk.path("OUT/.kgas/formats.json").exists());
}

#[test]
fn an_unclear_answer_is_told_of_and_not_kept() {
    let desk = Desk::of(1);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(503).times(1)).keep_requests());
    let ran = extract(&desk, &server, &["--max-retries", "0"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: asked how the server takes schemas, and it gave no"), "{}", ran.stderr);
    assert_eq!(forms(&server), ["json_schema", "text", "text"]);
    assert!(!desk.path("OUT/.kgas/formats.json").exists());
}

#[test]
fn a_schema_that_is_refused_later_is_asked_for_in_a_lower_form() {
    let picky = |call: &ChatCall| {
        let name = &call.body["response_format"]["json_schema"]["name"];
        if name == "entities" {
            return Reply::error(400, "Invalid schema for response_format 'entities': it is too large.");
        }
        people().answer(call)
    };
    let desk = Desk::with(&[("a.txt", "Ann knows Bob. Ann knows Bob.")]);
    let (_runtime, server) = serve(|builder: Builder| builder.answer(picky).forms(Forms::obeyed()).keep_requests());
    let ran = extract(&desk, &server, &["--max-concurrent", "1", "--chunk-size", "16"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("the server refuses a schema").count(), 1, "{}", ran.stderr);
    let mut sent = forms(&server);
    sent.sort();
    // The question, one refusal, and two for relations; those for entities after it.
    assert_eq!(
        sent,
        ["json_object_schema", "json_object_schema", "json_schema", "json_schema", "json_schema", "json_schema"]
    );
    assert_eq!(desk.json("OUT/summary.json")["calls"], 5);
    assert_eq!(desk.json("OUT/.kgas/formats.json")[server.url()]["gpt-4"], "json_schema");
}

#[test]
fn the_prompt_is_shown_in_the_form_that_is_known_and_nothing_is_sent() {
    let desk = Desk::of(1);
    let (_runtime, server) = serving(Forms::obeyed().refuse("json_schema", 400));
    let shown = |desk: &Desk| {
        let ran = extract(desk, &server, &["--show-prompt"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let body: Value = serde_json::from_str(&ran.stdout).unwrap();
        (body["response_format"]["type"].clone(), ran.stderr.contains("is not known yet: json_schema is shown"))
    };
    assert_eq!(shown(&desk), (json!("json_schema"), true));
    assert!(!desk.path("OUT").exists());
    assert_eq!(server.account().connections(), 0);
    assert_eq!(extract(&desk, &server, &["--tools", "T23c_async"]).code, Some(0));
    let sent = server.account().attempts().len();
    assert_eq!(shown(&desk), (json!("json_object"), false));
    assert_eq!(server.account().attempts().len(), sent);
}

#[test]
fn one_tool_on_one_text_is_one_call_by_the_prompt_alone() {
    let desk = Desk::of(1);
    let (_runtime, server) = serving(Forms::obeyed());
    let args = ["run", "T23c_async", "--input", "in/00.txt", "--ontology", "ontology.json", "--base-url", server.url()];
    assert_eq!(desk.kgas(&args).code, Some(0));
    assert_eq!(forms(&server), ["text"]);
}
