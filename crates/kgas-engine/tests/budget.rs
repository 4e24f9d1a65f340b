//! A budget allows what it can pay for whatever comes, and not more.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kgas_engine::budget::{Budget, Caps, Prices, Usd};
use kgas_http::{ApiRequest, Purse, Reply, Spending};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

fn chat(prompt: &str, more: Value) -> ApiRequest {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": prompt}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ApiRequest::post("chat/completions", &body)
}

fn bytes(request: &ApiRequest) -> u64 {
    u64::try_from(request.body.as_ref().unwrap().len()).unwrap()
}

fn reply(body: &Value) -> Reply {
    Reply::new(200, Default::default(), body.to_string().into())
}

fn used(prompt: u64, completion: u64) -> Reply {
    reply(&json!({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}))
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

/// One dollar for a million tokens of the prompt, two for those of the answer.
fn prices() -> Prices {
    Prices::default().with("m", usd("1e-6"), usd("2e-6"))
}

fn budget(caps: Caps) -> Budget {
    Budget::new(caps, &prices(), ["m"]).unwrap()
}

fn tokens(most: u64) -> Budget {
    budget(Caps { tokens: Some(most), ..Caps::default() })
}

fn calls(most: u64) -> Budget {
    budget(Caps { calls: Some(most), ..Caps::default() })
}

async fn refusal(budget: &Budget, request: &ApiRequest) -> String {
    budget.reserve(request).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_most_is_the_bytes_of_the_body_and_the_longest_answers() {
    let file = r#"{"m": {"input_cost_per_token": 0, "output_cost_per_token": 0, "max_output_tokens": 900}}"#;
    let prices = Prices::parse(file.as_bytes(), Path::new("p.json")).unwrap();
    let cases = [
        (chat("hé", json!({"max_tokens": 100})), 100),
        (chat("hé", json!({"max_completion_tokens": 100})), 100),
        (chat("hé", json!({"max_tokens": 100, "max_completion_tokens": 300})), 300),
        (chat("hé", json!({"max_tokens": 100, "n": 3})), 300),
        (chat("hé", json!({})), 900),
        (chat("hé", json!({"max_tokens": null, "n": 2})), 1800),
        (ApiRequest::post("embeddings", &json!({"model": "m", "input": ["hé"]})), 0),
    ];
    for (request, answer) in cases {
        let need = bytes(&request) + answer;
        let enough = |most| Budget::new(Caps { tokens: Some(most), ..Caps::default() }, &prices, ["m"]).unwrap();
        assert!(enough(need).try_reserve(&request), "{need}");
        assert!(!enough(need - 1).try_reserve(&request), "{need}");
    }
}

#[tokio::test]
async fn an_answer_without_a_bound_is_refused_where_it_would_have_to_be_known() {
    let request = chat("hello", json!({}));
    insta::assert_snapshot!(refusal(&tokens(1_000_000), &request).await, @"the budget has to know how long the answer may be: set max_tokens, or name a price file with the model's max_output_tokens");
    assert!(calls(1).try_reserve(&request), "calls are counted all the same");
}

#[tokio::test]
async fn an_answer_is_charged_with_what_it_tells() {
    let request = chat("hello", json!({"max_tokens": 100}));
    let most = (bytes(&request), 100);
    let details = json!({"cached_tokens": 6});
    let cases = [
        (used(8, 5), (8, 5), "0.000018"),
        (
            reply(&json!({"usage": {"prompt_tokens": 8, "completion_tokens": 5, "total_tokens": 20}})),
            (8, 12),
            "0.000032",
        ),
        (
            reply(&json!({"usage": {"prompt_tokens": 8, "prompt_tokens_details": details, "completion_tokens": 0}})),
            (8, 0),
            "0.000008",
        ),
        (reply(&json!({"usage": {"prompt_tokens": 8, "total_tokens": 8}})), (8, 0), "0.000008"),
        (reply(&json!({"usage": {"prompt_tokens": 8}})), (8, 100), "0.000208"),
        (reply(&json!({"usage": {"prompt_tokens": 0, "completion_tokens": 0}})), most, ""),
        (reply(&json!({"usage": null})), most, ""),
        (reply(&json!({"choices": []})), most, ""),
        (Reply::new(200, Default::default(), "no JSON".into()), most, ""),
    ];
    for (reply, (prompt, completion), cost) in cases {
        let budget = budget(Caps::default());
        budget.reserve(&request).await.unwrap();
        budget.settle(&request, Spending::Answered(&reply));
        let account = budget.account();
        assert_eq!((account.prompt_tokens, account.completion_tokens), (prompt, completion), "{:?}", reply.body);
        if !cost.is_empty() {
            assert_eq!(account.usd, Some(usd(cost)), "{:?}", reply.body);
        }
    }
}

#[tokio::test]
async fn what_became_of_an_attempt_decides_what_is_charged() {
    let request = chat("hello", json!({"max_tokens": 100}));
    let most = bytes(&request) + 100;
    let budget = budget(Caps::default());
    for came in [Spending::Unsent, Spending::Refused, Spending::Refused, Spending::Perhaps] {
        budget.reserve(&request).await.unwrap();
        budget.settle(&request, came);
    }
    let account = budget.account();
    assert_eq!((account.attempts, account.turned_away, account.maybe_paid), (3, 2, 1));
    assert_eq!(account.tokens(), most, "what may have been done is charged in full");
    assert_eq!(account.maybe_usd, account.usd);
    assert_eq!((account.refused, budget.spent()), (0, None));
}

#[tokio::test]
async fn refusals_say_what_is_spent_and_what_is_wanted() {
    let request = chat("hello", json!({"max_tokens": 1000}));
    let mut said = Vec::new();
    let caps = [
        Caps { calls: Some(1), ..Caps::default() },
        Caps { tokens: Some(2000), ..Caps::default() },
        Caps { usd: Some(usd("0.004")), ..Caps::default() },
    ];
    for caps in caps {
        let budget = budget(caps);
        budget.reserve(&request).await.unwrap();
        budget.settle(&request, Spending::Answered(&used(1000, 800)));
        said.push(refusal(&budget, &request).await);
        assert_eq!(budget.spent().map(|why| why.to_string()).as_ref(), said.last(), "the first reason is kept");
        assert_eq!(budget.account().refused, 1);
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    the budget is spent: 1 of 1 calls
    the budget is spent: 2000 tokens allowed, 1800 spent, and this call may take 1078
    the budget is spent: $0.004 allowed, $0.0026 spent, and this call may cost $0.0021
    ");
}

#[tokio::test]
async fn dollars_need_a_price_for_each_model() {
    let caps = Caps { usd: Some(usd("5")), ..Caps::default() };
    let error = Budget::new(caps, &prices(), ["m", "other"]).unwrap_err();
    insta::assert_snapshot!(error, @"a limit in dollars needs to know what other costs: nobody said what other costs");
    let budget = budget(caps);
    let other = ApiRequest::post("embeddings", &json!({"model": "other", "input": "x"}));
    insta::assert_snapshot!(refusal(&budget, &other).await, @"the budget is in dollars, and nobody said what other costs");
    assert!(Budget::new(Caps { tokens: Some(9), ..Caps::default() }, &prices(), ["other"]).is_ok());
}

#[tokio::test]
async fn each_model_has_its_own_price() {
    let prices = prices().with("e", usd("5e-6"), Usd::ZERO);
    let budget = Budget::new(Caps::default(), &prices, ["m", "e"]).unwrap();
    let embedding = ApiRequest::post("embeddings", &json!({"model": "e", "input": "x"}));
    let chat = chat("hello", json!({"max_tokens": 10}));
    for (request, reply) in [(&embedding, used(10, 0)), (&chat, used(10, 10))] {
        budget.reserve(request).await.unwrap();
        budget.settle(request, Spending::Answered(&reply));
    }
    assert_eq!(budget.account().usd, Some(usd("0.00008")));
}

#[tokio::test]
async fn what_a_model_without_a_price_costs_is_unknown() {
    let budget = Budget::new(Caps::default(), &Prices::default(), ["m"]).unwrap();
    assert_eq!(budget.account().usd, Some(Usd::ZERO));
    let request = chat("hello", json!({"max_tokens": 10}));
    budget.reserve(&request).await.unwrap();
    budget.settle(&request, Spending::Answered(&used(1, 1)));
    assert_eq!((budget.account().usd, budget.account().tokens()), (None, 2));
}

#[tokio::test(start_paused = true)]
async fn who_could_be_helped_by_what_is_aside_waits_for_it() {
    let request = chat("hello", json!({"max_tokens": 100}));
    let budget = Arc::new(tokens(bytes(&request) + 150));
    budget.reserve(&request).await.unwrap();
    let waiting = tokio::spawn({
        let (budget, request) = (Arc::clone(&budget), request.clone());
        async move { budget.reserve(&request).await }
    });
    sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished());
    budget.settle(&request, Spending::Answered(&used(10, 10)));
    assert_eq!(timeout(Duration::from_secs(1), waiting).await.unwrap().unwrap(), Ok(()));
    budget.settle(&request, Spending::Perhaps);
    assert!(refusal(&budget, &request).await.contains("this call may take"));
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_vain_is_told_as_soon_as_it_is_known() {
    let request = chat("hello", json!({}));
    let budget = Arc::new(calls(2));
    let mut waiting = JoinSet::new();
    budget.reserve(&request).await.unwrap();
    budget.reserve(&request).await.unwrap();
    for _ in 0..5 {
        let (budget, request) = (Arc::clone(&budget), request.clone());
        waiting.spawn(async move { budget.reserve(&request).await });
    }
    sleep(Duration::from_secs(1)).await;
    budget.settle(&request, Spending::Refused);
    assert_eq!(waiting.len(), 5, "the other may still come back unsent");
    budget.settle(&request, Spending::Perhaps);
    let words = timeout(Duration::from_secs(1), waiting.join_all()).await.unwrap();
    assert!(words.iter().all(|word| word.as_ref().is_err_and(|why| why.to_string().ends_with("2 of 2 calls"))));
}

#[tokio::test(start_paused = true)]
async fn a_small_request_does_not_go_before_a_large_one_that_waits() {
    let (large, small) = (chat("hello", json!({"max_tokens": 900})), chat("hello", json!({"max_tokens": 10})));
    let budget = Arc::new(tokens(1100));
    budget.reserve(&chat("hello", json!({"max_tokens": 400}))).await.unwrap();
    let order = Arc::new(AtomicUsize::new(0));
    let mut came = JoinSet::new();
    for request in [large, small.clone()] {
        let (budget, order) = (Arc::clone(&budget), Arc::clone(&order));
        came.spawn(async move {
            budget.reserve(&request).await.unwrap();
            let at = order.fetch_add(1, Ordering::SeqCst);
            budget.settle(&request, Spending::Answered(&used(5, 5)));
            (bytes(&request), at)
        });
        sleep(Duration::from_secs(1)).await;
    }
    assert!(!budget.try_reserve(&small), "nor does one that can't wait");
    budget.settle(&chat("hello", json!({"max_tokens": 400})), Spending::Unsent);
    let mut came = timeout(Duration::from_secs(1), came.join_all()).await.unwrap();
    came.sort_unstable();
    assert_eq!(came.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [1, 0], "the longer body is that of the large one");
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_given_up_lets_the_next_go_on() {
    let request = chat("hello", json!({"max_tokens": 100}));
    let large = chat("hello", json!({"max_tokens": 250}));
    let budget = Arc::new(tokens(2 * bytes(&request) + 250));
    budget.reserve(&request).await.unwrap();
    let waiting = {
        let budget = Arc::clone(&budget);
        tokio::spawn(async move { timeout(Duration::from_secs(5), budget.reserve(&large)).await })
    };
    sleep(Duration::from_secs(1)).await;
    let next = {
        let (budget, request) = (Arc::clone(&budget), request.clone());
        tokio::spawn(async move { budget.reserve(&request).await })
    };
    assert!(waiting.await.unwrap().is_err(), "it waited in vain");
    assert_eq!(timeout(Duration::from_secs(1), next).await.unwrap().unwrap(), Ok(()));
    budget.settle(&request, Spending::Unsent);
    budget.settle(&request, Spending::Unsent);
    assert!(budget.try_reserve(&chat("hello", json!({"max_tokens": 250}))), "all came back");
}

/// A request, what becomes of it, and how long that takes.
#[derive(Clone, Debug)]
struct Plan {
    longest: u64,
    share: u64,
    end: u8,
    after: u64,
    takes: u64,
    patience: Option<u64>,
}

fn plan() -> impl Strategy<Value = Plan> {
    (1..600_u64, 0..=100_u64, 0..6_u8, 0..50_u64, 0..50_u64, prop::option::weighted(0.2, 0..60_u64))
        .prop_map(|(longest, share, end, after, takes, patience)| Plan { longest, share, end, after, takes, patience })
}

impl Plan {
    fn request(&self) -> ApiRequest {
        chat("hello", json!({"max_tokens": self.longest}))
    }

    /// Lives through it; whether a refusal was a true one.
    async fn live(self, budget: Arc<Budget>, caps: Caps) -> bool {
        sleep(Duration::from_millis(self.after)).await;
        let request = self.request();
        let (prompt, longest) = (bytes(&request), self.longest);
        let reserving = budget.reserve(&request);
        let word = match self.patience {
            Some(patience) => timeout(Duration::from_millis(patience), reserving).await,
            None => Ok(reserving.await),
        };
        match word {
            Err(_given_up) => return true,
            Ok(Err(_refused)) => {
                // Nothing that is aside any more can help: what is charged leaves no room.
                let account = budget.account();
                let cost = usd("1e-6").times(prompt).plus(usd("2e-6").times(longest));
                return caps.tokens.is_some_and(|most| account.tokens() + prompt + longest > most)
                    || caps.calls.is_some_and(|most| account.attempts + 1 > most)
                    || caps.usd.is_some_and(|most| account.usd.unwrap().plus(cost) > most);
            }
            Ok(Ok(())) => {}
        }
        sleep(Duration::from_millis(self.takes)).await;
        let answer = used(prompt * self.share / 100 + 1, longest * self.share / 100);
        budget.settle(
            &request,
            match self.end {
                0 => Spending::Unsent,
                1 => Spending::Refused,
                2 => Spending::Perhaps,
                _ => Spending::Answered(&answer),
            },
        );
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_limit_is_passed_and_nobody_is_refused_who_could_be_paid_for(
        plans in prop::collection::vec(plan(), 1..40),
        calls in prop::option::of(0..40_u64),
        tokens in prop::option::of(0..8000_u64),
        dollars in prop::option::of(0..12_000_u64),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let caps = Caps { calls, tokens, usd: dollars.map(|millionths| usd("1e-6").times(millionths)) };
            let budget = Arc::new(budget(caps));
            let mut all = JoinSet::new();
            for plan in plans {
                all.spawn(plan.live(Arc::clone(&budget), caps));
            }
            while let Some(is_right) = timeout(Duration::from_secs(1), all.join_next()).await.unwrap() {
                prop_assert!(is_right.unwrap(), "a refusal that was none: {:?}", budget);
                let account = budget.account();
                prop_assert!(calls.is_none_or(|most| account.attempts <= most));
                prop_assert!(tokens.is_none_or(|most| account.tokens() <= most));
                prop_assert!(caps.usd.is_none_or(|most| account.usd.unwrap() <= most));
            }
            Ok(())
        })?;
    }
}
