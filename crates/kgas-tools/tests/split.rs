//! What becomes of a chunk whose answer is too long.

mod support;

use kgas_core::{Finish, ModelErrorKind, Stop};
use serde_json::{Value, json};
use support::{Answer, context, ended, entities, failed, input, model, quotes, run, states, text_of};

const TOOL: &str = "T23c_async";

/// So many sentences of 20 characters, each with a name of its own.
fn sentences(count: usize) -> String {
    (0..count).map(|at| format!("Person{at:02} went home. ")).collect()
}

fn named(text: &str) -> Vec<Value> {
    let names = text.split([' ', '.']).filter(|word| word.starts_with("Person"));
    names.map(|name| json!({"text": name, "type": "Person", "confidence": 0.9})).collect()
}

/// All names, or as many as an answer has room for.
fn at_most(room: usize, text: &str) -> Answer {
    let all = named(text);
    if all.len() <= room {
        return entities(json!(all));
    }
    let items: Vec<String> = all.iter().take(room).map(Value::to_string).collect();
    ended(&format!("{{\"entities\": [{}, {{\"text\": \"Per", items.join(", ")), Finish::Length)
}

#[tokio::test]
async fn halves_are_asked_about_until_their_answers_fit() {
    let text = sentences(40);
    let model = model(|text| at_most(10, text));
    let result = run(TOOL, json!({}), &context(model.clone(), 3), input(&text)).await;
    assert_eq!(states(&result), ["ok"]);
    assert_eq!(quotes(&result).len(), 40);
    let chunk = &result.chunks[0];
    assert_eq!((chunk.kept, chunk.rejected, chunk.attempts), (40, 0, 7));
    assert_eq!(chunk.parts.len(), 4);
    assert_eq!(chunk.parts.iter().map(|part| part.attempts).sum::<u32>(), 4);
    assert_eq!((result.usage.calls, result.usage.prompt_tokens), (7, 70));
    let asked = model.asked();
    assert!(asked.iter().all(|request| request.max_tokens == Some(2000)), "before any larger max_tokens");
}

#[tokio::test]
async fn parts_cover_their_chunk_in_order() {
    let text = sentences(80);
    let model = model(|text| at_most(10, text));
    let result = run(TOOL, json!({}), &context(model, 1), input(&text)).await;
    let parts = &result.chunks[0].parts;
    assert_eq!(parts[0].span.start(), 0);
    assert!(parts.windows(2).all(|pair| pair[0].span.end() == pair[1].span.start()));
    assert_eq!(parts.last().unwrap().span.end(), text.chars().count());
    assert!(result.chunks[0].error.is_none());
}

#[tokio::test]
async fn the_smallest_part_gets_twice_the_tokens_once() {
    let model = support::talker(|request| match request.max_tokens {
        Some(2000) => at_most(1, text_of(&request.user)),
        _ => at_most(99, text_of(&request.user)),
    });
    let result = run(TOOL, json!({}), &context(model.clone(), 1), input(&sentences(10))).await;
    assert_eq!(states(&result), ["ok"]);
    assert_eq!(model.asked().iter().map(|request| request.max_tokens.unwrap()).collect::<Vec<_>>(), [2000, 4000]);
    assert!(result.chunks[0].parts.is_empty());
}

#[tokio::test]
async fn what_is_cut_off_at_its_smallest_keeps_what_came_before_the_cut() {
    let model = model(|text| at_most(3, text));
    let result = run(TOOL, json!({}), &context(model.clone(), 1), input(&sentences(10))).await;
    assert_eq!(states(&result), ["truncated"]);
    assert_eq!(quotes(&result), ["Person00", "Person01", "Person02"]);
    assert_eq!(result.chunks[0].attempts, 2);
    assert!(result.chunks[0].error.as_deref().unwrap().contains("max_tokens"));
}

#[tokio::test]
async fn the_state_of_a_chunk_is_its_worst_part_s() {
    let model = model(|text| match text {
        text if text.contains("Person00") && !text.contains("Person39") => failed(ModelErrorKind::GaveUp, "no luck"),
        text => at_most(20, text),
    });
    let result = run(TOOL, json!({}), &context(model, 1), input(&sentences(40))).await;
    // The first half failed; what the cut answer had of it is kept, and of that only.
    assert_eq!(states(&result), ["truncated"]);
    assert_eq!(result.chunks[0].error.as_deref(), Some("no luck"));
    let parts: Vec<&str> = result.chunks[0].parts.iter().map(|part| part.state.as_str()).collect();
    assert_eq!(parts, ["truncated", "ok"]);
    assert_eq!(quotes(&result).len(), 40);
    assert_eq!((result.chunks[0].kept, result.chunks[0].rejected), (40, 0));
}

#[tokio::test]
async fn a_part_that_was_refused_shows() {
    let model = model(|text| match text {
        text if text.contains("Person39") && !text.contains("Person00") => ended("", Finish::Refused),
        text => at_most(20, text),
    });
    let result = run(TOOL, json!({}), &context(model, 1), input(&sentences(40))).await;
    assert_eq!(states(&result), ["refused"]);
    assert_eq!(quotes(&result).len(), 20);
}

#[tokio::test]
async fn halving_ends() {
    let model = model(|_| ended("{\"entities\": [", Finish::Length));
    let result = run(TOOL, json!({}), &context(model.clone(), 1), input(&sentences(140))).await;
    assert_eq!(states(&result), ["truncated"]);
    assert!(model.asked().len() <= 15 + 2 * 16, "{}", model.asked().len());
    assert!(result.chunks[0].parts.len() <= 16);
}

#[tokio::test]
async fn positions_of_rejected_items_go_on_from_part_to_part() {
    let model = model(|text| {
        let mut all = named(text);
        if all.len() > 20 {
            return at_most(20, text);
        }
        all.insert(0, json!({"text": "Nobody", "type": "Person"}));
        entities(json!(all))
    });
    let result = run(TOOL, json!({}), &context(model, 1), input(&sentences(40))).await;
    let positions: Vec<usize> = result.rejected.iter().map(|rejection| rejection.position).collect();
    assert_eq!(positions, [0, 21]);
    assert_eq!((result.chunks[0].kept, result.chunks[0].rejected), (40, 2));
}

#[tokio::test]
async fn a_stop_between_halves_keeps_what_came_before_the_cut() {
    let stop = Stop::default();
    let switch = stop.clone();
    let model = model(move |text| {
        switch.request();
        at_most(5, text)
    });
    let context = context(model.clone(), 1).with_stop(stop);
    let result = run(TOOL, json!({}), &context, input(&sentences(40))).await;
    assert_eq!((states(&result), model.asked().len()), (vec!["skipped"], 1));
    let parts: Vec<&str> = result.chunks[0].parts.iter().map(|part| part.state.as_str()).collect();
    assert_eq!(parts, ["truncated", "skipped"]);
    assert!(result.chunks[0].parts[0].error.as_deref().is_some_and(|told| told.contains("stopped")));
    assert_eq!(quotes(&result).len(), 5);
}
