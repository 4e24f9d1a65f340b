//! Whatever a model answers, the account adds up and no fact lacks its place in the text.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kgas_core::{ChunkState, Document, Finish, ToolInput, ToolResult};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{context, ended, graph, input, input_with, model, ontology, run, said, talker};

const TOOLS: [(&str, &str); 2] = [("T23c_async", "entities"), ("T27_async", "relations")];
const TEXT: &str = "Zoë works at Acme in Oslo. Acme began in 1984, says Zoë; Acme's Bob is known for jam. 東京 too.";

fn answered(tool: &str, answer: &str, all_mentions: bool, chunk_size: usize) -> ToolResult {
    let answer = answer.to_owned();
    let model = model(move |_| said(answer.clone()));
    let input = if all_mentions { input_with(TEXT, json!([{"text": "Bob", "type": "Person"}])) } else { input(TEXT) };
    let config = json!({"all_mentions": all_mentions, "chunk_size": chunk_size});
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(run(tool, config, &context(model, 2), input))
}

fn check(result: &ToolResult) {
    let document = Document::new("d", TEXT);
    let facts = graph(result);
    let evidence = facts.mentions().iter().map(|mention| mention.evidence());
    for evidence in evidence.chain(facts.relations().iter().map(|relation| relation.evidence())) {
        assert_eq!(document.slice(evidence.span().unwrap()), Some(evidence.quote()));
        assert!(result.chunks[evidence.chunk()].span.contains(evidence.span().unwrap()));
    }
    for mention in facts.mentions() {
        assert!(mention.properties().iter().all(|property| document.slice(property.span()) == Some(property.value())));
    }
    assert_eq!(result.chunks.last().map(|chunk| chunk.span.end()), Some(document.characters()));
    let order = |result: &ToolResult| -> Vec<_> { result.rejected.iter().map(|r| (r.chunk, r.position)).collect() };
    assert!(order(result).is_sorted());
    serde_json::to_string(result).unwrap();
}

/// The result of a run in which the calls are answered in turn, and how many there were.
fn in_turn(tool: &str, answers: Vec<(String, Finish)>, text: &str, config: Value) -> (ToolResult, usize) {
    let turn = AtomicUsize::new(0);
    let model = talker(move |_| {
        let (answer, finish) = &answers[turn.fetch_add(1, Ordering::Relaxed) % answers.len()];
        ended(answer, *finish)
    });
    let input = ToolInput::new(Arc::new(Document::new("d", text)), ontology());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let result = runtime.block_on(run(tool, config, &context(model.clone(), 2), input));
    (result, model.asked().len())
}

/// What holds however chunks are shown, cut and asked about again.
fn check_account(result: &ToolResult, text: &str, calls: usize) {
    let document = Document::new("d", text);
    let facts = graph(result);
    let evidence = facts.mentions().iter().map(|mention| mention.evidence());
    for evidence in evidence.chain(facts.relations().iter().map(|relation| relation.evidence())) {
        let span = evidence.span().unwrap();
        assert_eq!(document.slice(span), Some(evidence.quote()));
        let chunk = result.chunks[evidence.chunk()].span;
        assert!(chunk.start() <= span.start() && span.start() < chunk.end());
    }
    let mut end = 0;
    for chunk in &result.chunks {
        assert_eq!(chunk.span.start(), end);
        end = chunk.span.end();
        let mut within = chunk.span.start();
        for part in &chunk.parts {
            assert_eq!(part.span.start(), within);
            within = part.span.end();
        }
        assert!(chunk.parts.is_empty() || within == end);
        let worst = chunk.parts.iter().map(|part| part.state).reduce(ChunkState::worst);
        assert!(worst.is_none_or(|worst| worst == chunk.state));
        assert!(chunk.state.is_complete() || chunk.error.is_some() || chunk.state == ChunkState::Skipped);
        assert!(chunk.state != ChunkState::Ok || chunk.kept > 0);
    }
    assert_eq!(end, document.characters());
    let listed = result.rejected.iter().filter(|item| !item.reason.is_of_a_property()).count();
    assert_eq!(listed, result.chunks.iter().map(|chunk| chunk.rejected).sum::<usize>());
    assert!(result.rejected.iter().map(|item| (item.chunk, item.position)).is_sorted());
    assert_eq!(usize::try_from(result.usage.calls).unwrap(), calls);
    assert_eq!(result.chunks.iter().map(|chunk| u64::from(chunk.attempts)).sum::<u64>(), result.usage.attempts);
}

/// Words of the text, of the ontology, and others.
/// Any text that is no stand-in, as in `<name>`: an item of such is the format told again, and no item.
fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.replace(['<', '{', '.', '…'], "-"))
}

fn word() -> impl Strategy<Value = Value> {
    const KNOWN: [&str; 12] =
        ["Zoë", "Acme", "Oslo", "1984", "Bob", "東", "Person", "Company", "City", "works at", "founded", "literal"];
    prop_oneof![
        6 => proptest::sample::select(KNOWN.as_slice()).prop_map(|word| json!(word)),
        1 => text().prop_map(|word| json!(word)),
        1 => anything(),
    ]
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// An item that could be one of the two kinds, with fields missing or odd.
fn item() -> impl Strategy<Value = Value> {
    const FIELDS: [&str; 10] = [
        "text",
        "type",
        "subject",
        "object",
        "subject_type",
        "object_type",
        "evidence",
        "confidence",
        "start",
        "properties",
    ];
    let number = prop_oneof![Just(json!(0.9)), Just(json!(0.7)), (0_u64..99).prop_map(Value::from), anything()];
    let fields = proptest::collection::vec((proptest::sample::select(FIELDS.as_slice()), word(), number), 0..12);
    let odd = fields.prop_map(|fields| {
        let valued = fields.into_iter().map(|(field, word, number)| match field {
            "confidence" | "start" => (field.to_owned(), number),
            "properties" => (field.to_owned(), json!({"profession": word})),
            _ => (field.to_owned(), word),
        });
        Value::Object(valued.collect())
    });
    prop_oneof![8 => odd, 1 => anything()]
}

/// A list of objects within the list is read as these objects.
fn claims_of(item: &Value) -> usize {
    let inner = item.as_array().filter(|inner| !inner.is_empty() && inner.iter().all(Value::is_object));
    inner.map_or(1, Vec::len)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn items_of_an_answer_are_kept_or_rejected(
        items in proptest::collection::vec(item(), 0..8),
        all_mentions: bool,
        chunk_size in prop_oneof![Just(3000_usize), 1_usize..40],
    ) {
        for (tool, key) in TOOLS {
            let result = answered(tool, &json!({key: items}).to_string(), all_mentions, chunk_size);
            check(&result);
            for chunk in result.chunks.iter().filter(|chunk| chunk.attempts > 0) {
                let claimed = items.iter().map(claims_of).sum();
                assert_eq!(chunk.kept + chunk.rejected, claimed);
                let state = match (chunk.kept, claimed) {
                    (_, 0) => ChunkState::Empty,
                    (0, _) => ChunkState::Rejected,
                    _ => ChunkState::Ok,
                };
                assert_eq!(chunk.state, state);
            }
        }
    }

    #[test]
    fn a_cut_answer_does_no_harm(items in proptest::collection::vec(item(), 0..6), at in 0_usize..600) {
        for (tool, key) in TOOLS {
            let whole = json!({key: items}).to_string();
            let cut: String = whole.chars().take(at).collect();
            check(&answered(tool, &cut, true, 3000));
        }
    }

    #[test]
    fn whatever_is_asked_again_the_account_adds_up(
        lists in proptest::collection::vec((proptest::collection::vec(item(), 0..5), 0_usize..500, 0_usize..4), 1..6),
        overlap in 0_usize..300,
        ask_again in 0_u32..3,
        second_pass: bool,
    ) {
        let text = TEXT.repeat(9);
        let config = json!({"chunk_size": 450, "chunk_overlap": overlap, "ask_again": ask_again,
            "second_pass": second_pass, "all_mentions": overlap % 2 == 0});
        for (tool, key) in TOOLS {
            let answers = lists.iter().map(|(items, at, end)| {
                let whole = json!({key: items}).to_string();
                match end {
                    0 => (whole.chars().take(*at).collect(), Finish::Length),
                    1 => (whole.chars().take(*at).collect(), Finish::Stop),
                    2 if *at < 50 => (whole, Finish::Refused),
                    _ => (whole, Finish::Stop),
                }
            });
            let (result, calls) = in_turn(tool, answers.collect(), &text, config.clone());
            check_account(&result, &text, calls);
        }
    }

    #[test]
    fn any_words_do_no_harm(answer in any::<String>(), json in anything()) {
        for (tool, _) in TOOLS {
            check(&answered(tool, &answer, false, 3000));
            check(&answered(tool, &json.to_string(), true, 10));
        }
    }

    #[test]
    fn brackets_and_quotes_do_no_harm(answer in r#"[\[\]{}":,\\ a-e0]{0,60}("entities"|"relations")?[\[\]{}":, ]{0,20}"#) {
        for (tool, _) in TOOLS {
            check(&answered(tool, &answer, false, 3000));
        }
    }
}
