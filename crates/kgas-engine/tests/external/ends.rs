//! How processes end: with the time that a document has, with the run, and with whoever waits for them.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kgas_core::{ChunkState, KgasTool, Stop, ToolContext};
use serde_json::json;

use crate::desk::{Desk, chunk, failure, input, output, ran};

/// Waits until a process is gone; one that nobody has waited for yet is gone too.
async fn is_gone(process: &str) -> bool {
    let state = format!("/proc/{process}/stat");
    for _ in 0..500 {
        match std::fs::read_to_string(&state) {
            Err(_) => return true,
            Ok(stat) if stat.contains(") Z ") => return true,
            Ok(_) => std::thread::sleep(Duration::from_millis(10)),
        }
        tokio::task::yield_now().await;
    }
    false
}

async fn lines(desk: &Desk, count: usize) -> Vec<String> {
    while !desk.path("started").exists() || desk.started().len() < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.started()
}

#[tokio::test]
async fn a_tool_that_hangs_is_ended_with_what_it_started() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    ran(&tool, json!([{"result": {}}])).await;
    let context = ToolContext::offline();
    let hanging = tool.execute(&context, input(json!([{"complain": "loading"}, {"hang": 1}])));
    let until_it_hangs = async {
        let started = lines(&desk, 3).await;
        // From here on time runs as fast as it can.
        tokio::time::pause();
        started
    };
    let (result, started) = tokio::join!(hanging, until_it_hangs);
    let result = result.unwrap();
    let told = "external tool acme.fake did not answer within 100 s and was ended (its last words: loading); raise \
                timeout if it needs longer";
    assert_eq!(failure(&result), told);
    tokio::time::resume();
    for process in &started {
        assert!(is_gone(process).await, "{process} of {started:?}");
    }
}

#[tokio::test]
async fn what_a_tool_started_ends_with_it_where_it_ends_by_itself() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let result = ran(&tool, json!([{"leave": 1}, {"die": "always"}])).await;
    assert_eq!(failure(&result), "external tool acme.fake ended before it answered, with exit status: 3");
    for _ in 0..2 {
        ran(&tool, json!([{"die": "when used"}, {"leave": 1}, {"result": {}}])).await;
    }
    drop(tool);
    let left = std::fs::read_to_string(desk.path("left")).unwrap();
    assert_eq!(left.lines().count(), 3);
    for process in left.lines() {
        assert!(is_gone(process).await, "{process}");
    }
}

#[tokio::test]
async fn whoever_no_longer_waits_for_a_document_ends_its_process() {
    let Some(desk) = Desk::new() else { return };
    let tool = Arc::new(desk.tool().await);
    let waiting = tokio::spawn({
        let tool = Arc::clone(&tool);
        async move { tool.execute(&ToolContext::offline(), input(json!([{"hang": 1}]))).await }
    });
    let started = lines(&desk, 3).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    for process in &started {
        assert!(is_gone(process).await, "{process} of {started:?}");
    }
    let result = ran(&tool, json!([{"result": {}}])).await;
    assert_eq!(chunk(&result).state, ChunkState::Empty);
}

#[tokio::test]
async fn free_processes_end_with_their_tool() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    ran(&tool, json!([{"result": {}}])).await;
    drop(tool);
    for process in desk.started() {
        assert!(is_gone(&process).await);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_process_has_a_group_of_its_own_which_ctrl_c_does_not_reach() {
    let Some(desk) = Desk::new() else { return };
    let result = ran(&desk.tool().await, json!([{"group": 1}])).await;
    let value = output(&result);
    assert!(value.pointer("/value/0").is_some());
    assert_eq!(value.pointer("/value/0"), value.pointer("/value/1"));
}

#[tokio::test]
async fn no_more_processes_run_than_are_allowed_and_each_takes_one_document_at_a_time() {
    let Some(mut desk) = Desk::new() else { return };
    desk.spec.processes = NonZeroUsize::new(2).unwrap();
    let tool = Arc::new(desk.tool().await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let tool = Arc::clone(&tool);
        tasks.spawn(async move { (number, ran(&tool, json!([{"result": {"json": number}}])).await) });
    }
    while let Some(done) = tasks.join_next().await {
        let (number, result) = done.unwrap();
        assert_eq!(output(&result).pointer("/value"), Some(&json!(number)));
    }
    // The first only said what it is.
    assert!((2..=3).contains(&desk.started().len()), "{:?}", desk.started());
}

#[tokio::test]
async fn a_document_that_comes_after_the_stop_is_skipped() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let stop = Stop::default();
    stop.request();
    let context = ToolContext::offline().with_stop(stop);
    let result = tool.execute(&context, input(json!([{"result": {}}]))).await.unwrap();
    assert_eq!(chunk(&result).state, ChunkState::Skipped);
    assert!(!desk.path("heard.jsonl").exists() || desk.heard().is_empty());
}
