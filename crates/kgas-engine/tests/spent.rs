//! What a run says it took: what was bought apart from what the journal had.

use kgas_core::Usage;
use kgas_engine::{Bought, Cost, Replayed, Spent, Tokens};

#[test]
fn what_was_bought_and_what_the_journal_had_are_what_was_used() {
    let usage = |calls, attempts, prompt_tokens, completion_tokens| Usage {
        calls,
        attempts,
        prompt_tokens,
        completion_tokens,
        ..Usage::default()
    };
    let mut used = usage(3, 4, 30, 6).all_saved();
    used += usage(1, 2, 11, 2);
    let spent = Spent::new(used, Cost::default());
    assert_eq!(spent.bought, Bought { calls: 1, attempts: 2, prompt: 11, completion: 2 });
    assert_eq!(spent.journal, Replayed { calls: 3, prompt: 30, completion: 6 });
    // What the graph is made of is the same, wherever it came from.
    let tokens = Tokens::from(used);
    assert_eq!((tokens.prompt, tokens.completion), (41, 8));
    let written = serde_json::to_value(spent).unwrap_or_default();
    assert_eq!((&written["usd"], &written["usd_saved"]), (&serde_json::Value::Null, &serde_json::Value::Null));
}
