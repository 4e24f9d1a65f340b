//! What models cost, by a file of prices and by what somebody said.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::path::Path;

use kgas_engine::budget::{Price, Prices, PricesError, Usd};

const FILE: &str = r#"{
    "sample_spec": {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0, "max_tokens": "an old name"},
    "gpt-4o-mini": {"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07,
        "cache_read_input_token_cost": 7.5e-08, "max_input_tokens": 128000, "max_output_tokens": 16384,
        "max_tokens": 16384, "litellm_provider": "openai", "mode": "chat", "supports_vision": true},
    "ft:gpt-4o-mini": {"input_cost_per_token": 3e-07, "output_cost_per_token": 1.2e-06, "mode": "chat"},
    "text-embedding-3-small": {"input_cost_per_token": 2e-08, "mode": "embedding", "max_input_tokens": "8191"},
    "one/llama": {"input_cost_per_token": "1e-7", "output_cost_per_token": 2e-7, "mode": "chat"},
    "two/x/llama": {"input_cost_per_token": 5e-8, "output_cost_per_token": "3e-7", "mode": "chat"},
    "tiers": {"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06,
        "input_cost_per_token_above_200k_tokens": 2e-06, "cache_read_input_token_cost": 1e-07,
        "output_cost_per_token_above_200k_tokens": 6e-06, "mode": "chat"},
    "listed": {"mode": "chat", "tiered_pricing": [
        {"range": [0, 32000], "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
        {"range": [32000, 128000.0], "input_cost_per_token": 3e-06, "output_cost_per_token": 5e-06}]},
    "thinks": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
        "output_cost_per_reasoning_token": 3e-06, "cache_creation_input_token_cost": 1.25e-06,
        "input_cost_per_request": 0.005, "mode": "chat"},
    "image": {"output_cost_per_image": 0.04, "mode": "image_generation"},
    "half": {"input_cost_per_token": 1e-06, "mode": "chat"},
    "broken": {"input_cost_per_token": [1], "output_cost_per_token": 2e-06},
    "negative": {"input_cost_per_token": -1, "output_cost_per_token": -1}
}"#;

fn prices() -> Prices {
    Prices::parse(FILE.as_bytes(), Path::new("prices.json")).unwrap()
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

#[test]
fn dollars_are_read_to_the_digit_and_never_rounded_down() {
    let cases = [
        ("5", 5_000_000_000_000),
        ("0.50", 500_000_000_000),
        ("$.5", 500_000_000_000),
        ("1.5e-7", 150_000),
        ("1.5E-07", 150_000),
        ("2e+0", 2_000_000_000_000),
        ("0.000000000001", 1),
        ("1e-13", 1),
        ("1.0000000000001", 1_000_000_000_001),
        ("1e-40", 1),
        ("0.0", 0),
        ("0e99", 0),
    ];
    for (text, steps) in cases {
        assert_eq!(usd(text).steps(), steps, "{text}");
    }
    for text in ["", "-1", ".", "e5", "1,5", "NaN", "inf", "1e", "18446745", "1e30", "5 USD", "１"] {
        assert!(text.parse::<Usd>().is_err(), "{text}");
    }
}

#[test]
fn dollars_are_shown_in_cents_or_in_what_says_more() {
    let cases = [
        ("3.2", "$3.20"),
        ("5", "$5.00"),
        ("0", "$0.00"),
        ("4.9981", "$4.9981"),
        ("4.99996", "$5.00"),
        ("0.05", "$0.05"),
        ("0.0123", "$0.0123"),
        ("0.00034", "$0.00034"),
        ("0.000000000001", "$0.000000000001"),
        ("1234.5", "$1234.50"),
    ];
    for (text, shown) in cases {
        assert_eq!(usd(text).to_string(), shown, "{text}");
    }
}

#[test]
fn a_call_costs_what_its_tokens_cost() {
    let price = prices().of("gpt-4o-mini").unwrap();
    assert_eq!(price.cost(1_000_000, 0, 0), usd("0.15"));
    assert_eq!(price.cost(1000, 500, 0), usd("0.00045"));
    assert_eq!(price.cost(1000, 500, 400), usd("0.00042"), "what was cached costs half");
    assert_eq!(price.cost(10, 0, 99), usd("7.5e-7"), "no more is cached than was sent");
    assert_eq!((price.context_window(), price.max_output()), (Some(128_000), Some(16_384)));
}

#[test]
fn a_model_is_found_by_the_names_that_may_mean_it() {
    let prices = prices();
    let mini = prices.of("gpt-4o-mini").unwrap();
    for name in ["openai/gpt-4o-mini", "openrouter/openai/gpt-4o-mini"] {
        assert_eq!(prices.of(name).unwrap(), mini, "{name}");
    }
    let tuned = prices.of("ft:gpt-4o-mini:acme::8x").unwrap();
    assert_eq!(tuned.cost(1_000_000, 0, 0), usd("0.30"));
}

#[test]
fn of_providers_that_differ_the_dearest_counts() {
    let price = prices().of("llama").unwrap();
    assert_eq!(price.cost(1_000_000, 0, 0), usd("0.10"));
    assert_eq!(price.cost(0, 1_000_000, 0), usd("0.30"));
}

#[test]
fn an_embedding_model_has_no_price_for_answers() {
    let price = prices().of("text-embedding-3-small").unwrap();
    assert_eq!(price.most(1_000_000, 0), usd("0.02"));
    assert_eq!(prices().context_window("text-embedding-3-small"), Some(8191));
}

#[test]
fn a_long_prompt_is_charged_by_its_tier() {
    for (name, threshold, below, above) in [("tiers", 200_000, "1e-6", "2e-6"), ("listed", 32_000, "1e-6", "3e-6")] {
        let price = prices().of(name).unwrap();
        assert_eq!(price.cost(threshold, 0, 0), usd(below).times(threshold), "{name}");
        assert_eq!(price.cost(threshold + 1, 0, 0), usd(above).times(threshold + 1), "{name}");
        assert_eq!(price.most(threshold + 1, 0), usd(above).times(threshold + 1), "{name}");
    }
    let price = prices().of("tiers").unwrap();
    assert_eq!(price.cost(300_000, 1, 300_000), usd("0.600006"), "a discount is only what the tier says");
}

#[test]
fn the_most_that_a_call_can_cost_counts_what_may_be_dearer() {
    let price = prices().of("thinks").unwrap();
    assert_eq!(price.most(1000, 1000), usd("0.00925"), "a written cache, thoughts, and the request itself");
    assert_eq!(price.cost(1000, 1000, 0), usd("0.009"));
}

#[test]
fn what_was_said_goes_before_the_file_which_still_tells_the_lengths() {
    let said = prices().with("gpt-4o-mini", usd("1").of_a_million(), usd("2").of_a_million());
    let price = said.of("gpt-4o-mini").unwrap();
    assert_eq!(price.cost(1_000_000, 1_000_000, 500_000), usd("3"));
    assert_eq!((price.context_window(), price.max_output()), (Some(128_000), Some(16_384)));
    let alone = Prices::default().with("mine", usd("1e-6"), usd("2e-6")).of("mine").unwrap();
    assert_eq!(alone, Price::flat(usd("1e-6"), usd("2e-6")));
}

#[test]
fn what_is_wrong_is_said_with_file_and_model() {
    let of = |model: &str| prices().of(model).unwrap_err().to_string();
    insta::assert_snapshot!(of("gpt-4o-mimi"), @"price file prices.json has no model gpt-4o-mimi (did you mean gpt-4o-mini?)");
    insta::assert_snapshot!(of("zzz"), @"price file prices.json has no model zzz");
    insta::assert_snapshot!(of("sample_spec"), @"price file prices.json has no model sample_spec");
    insta::assert_snapshot!(of("image"), @"price file prices.json has no price for tokens of image");
    insta::assert_snapshot!(of("half"), @"price file prices.json has no price for tokens of half");
    insta::assert_snapshot!(of("broken"), @"price file prices.json, model broken: input_cost_per_token is no amount of dollars");
    insta::assert_snapshot!(of("negative"), @"price file prices.json, model negative: input_cost_per_token is no amount of dollars");
    insta::assert_snapshot!(Prices::default().of("m").unwrap_err().to_string(), @"nobody said what m costs");
    let read = |text: &str| Prices::parse(text.as_bytes(), Path::new("p.json")).unwrap_err().to_string();
    insta::assert_snapshot!(read("[1]"), @"price file p.json is no JSON object of models (line 1, column 0)");
    let missing = Prices::read(Path::new("missing.json")).unwrap_err();
    assert!(matches!(missing, PricesError::Unreadable { .. }) && missing.to_string().contains("missing.json"));
}
