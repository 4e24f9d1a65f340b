//! A survey sends nothing and counts everything; what answers tell makes its plan right.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use kgas_core::{
    Capabilities, ChatRequest, GraphFragment, KgasTool, ToolContext, ToolError, ToolInput, ToolMetadata, ToolOutput,
    ToolResult,
};
use kgas_engine::budget::{Price, Usd};
use kgas_engine::model::{Gate, OpenAiModel};
use kgas_engine::plan::bound::Binding;
use kgas_engine::plan::{
    Answered, Conditions, Counter, Estimator, Gauge, Gauged, Learned, Plan, Shelf, Survey, SurveyedTool,
};
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Limits, Reply, Transport};
use serde_json::{Map, json};

const PREAMBLE: &str = "Find the names.\nReport them as JSON.\nTEXT:\n";

/// Asks about each line of a document, and once more where something was found.
#[derive(Debug)]
struct Asker(ToolMetadata);

impl Asker {
    fn tool() -> Arc<dyn KgasTool> {
        let nothing = String::new;
        Arc::new(Self(ToolMetadata {
            id: "test_asker".to_owned(),
            name: nothing(),
            description: nothing(),
            category: nothing(),
            tags: Vec::new(),
            version: nothing(),
            needs: Vec::new(),
            capabilities: Capabilities::default(),
        }))
    }
}

#[async_trait]
impl KgasTool for Asker {
    fn metadata(&self) -> &ToolMetadata {
        &self.0
    }

    fn validate(&self, _: &ToolInput) -> Result<(), ToolError> {
        Ok(())
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        let model = context.chat("test_asker")?;
        for line in input.document.text().lines() {
            let user = format!("{PREAMBLE}{line}");
            let question = |user| ChatRequest {
                system: "You find names.".into(),
                user,
                max_tokens: Some(100),
                ..ChatRequest::default()
            };
            let Ok(reply) = model.chat(question(user.clone())).await else { continue };
            if reply.text.contains("Ann") {
                let _ = model.chat(question(format!("{user}\nKnown: Ann"))).await;
            }
        }
        Ok(ToolResult::whole("test_asker", ToolOutput::Graph(GraphFragment::default())))
    }
}

/// Answers by the text of a request, and what it reports for each.
#[derive(Debug, Default)]
struct Answers(BTreeMap<String, (u64, u64)>);

fn text_of(request: &ApiRequest) -> String {
    request.json().unwrap()["messages"][1]["content"].as_str().unwrap().to_owned()
}

fn reply(prompt: u64, completion: u64) -> Reply {
    let body = json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Ann"}}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion}});
    Reply::new(200, HeaderMap::new(), serde_json::to_vec(&body).unwrap().into())
}

#[async_trait]
impl Shelf for Answers {
    async fn find(&self, request: &ApiRequest) -> Result<Option<Reply>, HttpError> {
        let text = text_of(request);
        let found = self.0.iter().find(|(about, _)| text.contains(about.as_str()));
        Ok(found.map(|(_, (prompt, completion))| reply(*prompt, *completion)))
    }
}

async fn surveyed(survey: &Survey, documents: &[(&str, &str)]) {
    let model = OpenAiModel::new("test", "small", Map::new(), Arc::new(survey.clone()), Arc::new(Gate::default()));
    let context = ToolContext::offline().with_chat(Arc::new(model));
    let tool = SurveyedTool::new(Asker::tool(), survey.clone());
    for (id, text) in documents {
        tool.execute(&context, ToolInput::text(*id, *text)).await.unwrap();
    }
}

fn gauge() -> Arc<Gauge> {
    Arc::new(Gauge::by_name())
}

fn unlimited() -> Limits {
    Limits::unlimited(NonZeroUsize::MIN)
}

fn plan(survey: &Survey, learned: &Learned, limits: Limits) -> Plan {
    let price = Price::flat("1e-6".parse::<Usd>().unwrap(), "4e-6".parse::<Usd>().unwrap());
    survey.plan(&Conditions { limits, learned, price: &|_| Some(price.clone()) })
}

#[tokio::test]
async fn what_is_on_the_shelf_is_told_apart_from_what_is_to_be_bought() {
    let shelf = Answers([("Ann".to_owned(), (50, 5))].into());
    let survey = Survey::new(gauge(), Some(Arc::new(shelf)));
    surveyed(&survey, &[("a", "Ann is here.\nNobody is."), ("b", "Rain.\nSnow.\nWind.")]).await;
    let plan = plan(&survey, &Learned::default(), unlimited());
    assert_eq!((plan.calls, plan.held, plan.to_buy), (6, 2, 4.0), "Ann's line is asked about once more");
}

#[tokio::test]
async fn what_answers_add_is_learned_from_documents_that_have_them_all() {
    let shelf = Answers([("Ann".to_owned(), (50, 5))].into());
    let survey = Survey::new(gauge(), Some(Arc::new(shelf)));
    surveyed(&survey, &[("a", "Ann is here."), ("b", "Ann left."), ("c", "Rain.\nSnow.\nWind.")]).await;
    let plan = plan(&survey, &Learned::default(), unlimited());
    let tool = plan.tools.get("test_asker").unwrap();
    assert_eq!((tool.calls, tool.held, tool.growth), (7, 4, Some(2.0)));
    assert!((plan.to_buy - 6.0).abs() < 1e-9, "each of three lines may be asked about twice: {}", plan.to_buy);
}

#[tokio::test]
async fn requests_that_ask_anew_are_bought_although_there_is_an_answer() {
    let shelf = Arc::new(Answers([("Ann".to_owned(), (50, 5))].into()));
    let survey = Survey::new(gauge(), Some(shelf));
    let body =
        json!({"model": "small", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "Ann"}]});
    let request = ApiRequest::post("chat/completions", &body);
    survey.send(request.clone()).await;
    survey.send(request.with_anew(true)).await;
    let plan = plan(&survey, &Learned::default(), unlimited());
    assert_eq!((plan.calls, plan.held), (2, 1));
}

#[tokio::test]
async fn one_answer_serves_all_calls_that_are_the_same() {
    let survey = Survey::new(gauge(), None);
    surveyed(&survey, &[("a", "Rain.\nSnow.\nRain."), ("b", "Snow.\nWind.")]).await;
    let plan = plan(&survey, &Learned::default(), unlimited());
    assert_eq!((plan.calls, plan.repeated, plan.to_buy), (5, 2, 3.0));
}

/// What a provider reports that adds a schema of 200 tokens and has a third more of them than are counted.
fn reported(counted: u64) -> u64 {
    200 + counted * 4 / 3
}

#[tokio::test]
async fn tokens_and_cost_are_right_once_usage_was_learned() {
    let gauge = gauge();
    let mut learned = Learned::default();
    let line = |words: usize| "word ".repeat(words);
    let body = |words: usize| {
        json!({"model": "small", "messages": [{"role": "system", "content": "You find names."},
            {"role": "user", "content": format!("{PREAMBLE}{}", line(words))}], "max_tokens": 100})
    };
    for words in 10..40 {
        let request = serde_json::to_vec(&body(words)).unwrap();
        let size = gauge.size(&request).unwrap();
        let answered = Answered {
            request: &request,
            prompt_tokens: reported(size.prompt),
            completion_tokens: 10 + size.own / 2,
            took: Duration::from_millis(500 + 20 * (10 + size.own / 2)),
        };
        learned.take(&gauge, &answered);
    }
    let survey = Survey::new(Arc::clone(&gauge), None);
    let text: String = (5..60).map(|words| line(words) + "\n").collect();
    surveyed(&survey, &[("a", &text)]).await;
    let plan = plan(&survey, &learned, unlimited());
    let sizes = (5..60).map(|words| gauge.size(&serde_json::to_vec(&body(words)).unwrap()).unwrap());
    let (mut prompt, mut completion) = (0.0, 0.0);
    for size in sizes {
        prompt += reported(size.prompt) as f64;
        completion += (10 + size.own / 2) as f64;
    }
    let near = |planned: f64, real: f64| (planned / real - 1.0).abs() < 0.02;
    assert!(near(plan.prompt_tokens.value, prompt), "{:?}, in truth {prompt}", plan.prompt_tokens);
    assert!(near(plan.completion_tokens.value, completion), "{:?}, in truth {completion}", plan.completion_tokens);
    let cost = plan.cost.unwrap();
    assert!(near(cost.value, (prompt + 4.0 * completion) / 1e6), "{cost:?}");
    let seconds = 55.0 * 0.5 + 0.02 * completion;
    assert!(near(plan.time.seconds, seconds), "{:?}, in truth {seconds}", plan.time);
}

#[tokio::test]
async fn without_any_record_the_range_is_wide_and_the_plan_says_so() {
    let survey = Survey::new(gauge(), None);
    surveyed(&survey, &[("a", "Rain fell on the hills.\nSnow fell on the peaks.")]).await;
    let limits = Limits { requests_per_minute: NonZeroU32::new(2), ..unlimited() };
    let plan = plan(&survey, &Learned::default(), limits);
    assert!(!plan.is_learned && !plan.is_exact && !plan.time.has_latency);
    assert!(plan.prompt_tokens.plus_minus > plan.prompt_tokens.value * 0.2);
    assert!(plan.completion_tokens.plus_minus > plan.completion_tokens.value * 0.5);
    assert_eq!(plan.time.bound_by, Binding::Requests, "what the limits alone allow is known");
}

#[tokio::test]
async fn prompts_that_the_model_can_not_take_are_listed_with_their_document() {
    let gauge = Arc::new(Gauge::by_name().with_window(Some(400)));
    let survey = Survey::new(gauge, None);
    let (long, longer) = ("word ".repeat(400), "word ".repeat(500));
    surveyed(&survey, &[("a", "Rain."), ("b", &long), ("c", &longer)]).await;
    let too_long = plan(&survey, &Learned::default(), unlimited()).too_long;
    assert_eq!((too_long.calls, &*too_long.document), (2, "c"));
    assert!(too_long.largest > 600, "{too_long:?}");
}

/// Answers everything, and reports a third more than four characters a token.
#[derive(Debug, Default)]
struct Server(Mutex<u64>);

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        *self.0.lock().unwrap() += 1;
        let prompt = Gauge::with(Counter::Characters).size(request.body.as_deref().unwrap()).unwrap().prompt;
        let mut response = ApiResponse::replayed(reply(prompt * 4 / 3, 5));
        response.replayed = false;
        response
    }
}

fn question(words: usize) -> ApiRequest {
    let body =
        json!({"model": "small", "messages": [{"role": "user", "content": "word ".repeat(words)}], "max_tokens": 100});
    ApiRequest::post("chat/completions", &body)
}

#[tokio::test]
async fn a_request_that_can_not_fit_fails_before_it_is_sent_and_says_what_to_do() {
    let server = Arc::new(Server::default());
    let estimator = Estimator::new(Arc::new(Gauge::by_name().with_window(Some(400))));
    let gauged = Gauged::new(Arc::<Server>::clone(&server), estimator);
    let error = gauged.send(question(600)).await.outcome.unwrap_err();
    assert_eq!((error.kind(), *server.0.lock().unwrap()), (ErrorKind::InvalidRequest, 0));
    let said = error.to_string();
    assert!(said.contains("takes 400 in all") && said.contains("--chunk-size"), "{said}");
    assert!(gauged.send(question(20)).await.outcome.is_ok());
}

#[tokio::test]
async fn the_error_of_an_estimate_is_told_over_what_was_bought() {
    let estimator = Estimator::new(gauge());
    let gauged = Gauged::new(Arc::new(Server::default()), estimator.clone());
    assert_eq!(estimator.error(), None);
    for words in [100, 200, 300] {
        gauged.send(question(words)).await.outcome.unwrap();
    }
    let error = estimator.error().unwrap();
    assert!(error.prompt_tokens_reported > error.prompt_tokens_estimated, "{error:?}");
    assert!((error.error_percent + 25.0).abs() < 1.0, "three quarters were foreseen: {error:?}");
}

#[test]
fn characters_are_counted_by_their_script() {
    let cases =
        [("The cat sat on the mat.", 4..9), ("Кошка сидела на ковре.", 8..16), ("猫坐在垫子上。", 5..9), ("", 0..1)];
    for (text, expected) in cases {
        let count = Counter::of("llama3.2").count(text);
        assert!(expected.contains(&count), "{text}: {count}");
    }
}

// Counts of OpenAI's own tokenizer, as its documentation shows them for this sentence.
#[cfg(feature = "tokenizer")]
#[test]
fn models_of_openai_are_counted_by_their_tokenizer() {
    let counters = [
        ("gpt-4o-mini", Counter::O200k),
        ("openai/gpt-4", Counter::Cl100k),
        ("text-embedding-3-small", Counter::Cl100k),
    ];
    for (model, counter) in counters {
        assert_eq!(Counter::of(model), counter, "{model}");
    }
    assert_eq!(Counter::of("gpt-4").count("tiktoken is great!"), 6);
}

#[test]
fn a_body_that_is_no_question_has_no_size() {
    for body in ["", "[]", "{}", r#"{"messages": []}"#] {
        assert!(gauge().size(body.as_bytes()).is_none(), "{body}");
    }
    let size = gauge().size(br#"{"model": "m", "input": ["some text", "more"]}"#).unwrap_or_else(|| panic!("vectors"));
    assert!(size.kind.is_embedding() && size.prompt >= 3);
}
