//! What may be spent, and what models cost.

use super::books::Book;
use super::support::{Desk, serve, whole_args};

pub(crate) fn tell(book: &mut Book) {
    book.chapter("the budget");
    let desk = Desk::with(&[("a.txt", "Ann is here with number 0."), ("b.txt", "Ann is here with number 1.")]);
    let price = r#"{"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}"#;
    desk.write(
        "prices.json",
        format!(r#"{{"gpt-4o": {price}, "free": {{}}, "odd": {{"input_cost_per_token": "x"}}}}"#),
    );
    desk.write("list.json", "[]");
    desk.write("broken.json", "{\n");
    let cases: [&[&str]; 15] = [
        &["--max-calls", "1"],
        &["--max-calls", "0"],
        &["--max-calls", "1", "--no-journal"],
        &["--max-total-tokens", "3000"],
        &["--max-usd", "0.0053", "--prices", "prices.json", "--model", "gpt-4o"],
        &["--max-usd", "5"],
        &["--max-usd", "5", "--prices", "prices.json", "--model", "gpt-4o-mini"],
        &["--max-usd", "5", "--prices", "prices.json", "--model", "free"],
        &["--max-usd", "5", "--prices", "prices.json", "--model", "odd"],
        &["--max-usd", "5", "--prices", "missing.json"],
        &["--max-usd", "5", "--prices", "list.json"],
        &["--max-usd", "5", "--prices", "broken.json"],
        &["--max-usd", "5", "--price-in", "1"],
        &["--max-usd", "5", "--price-out", "1"],
        &["--context-window", "100", "--limit", "1"],
    ];
    for more in cases {
        std::fs::remove_dir_all(desk.path("OUT")).ok();
        let (_runtime, server) = serve(|builder| builder);
        let fixed = ["-q", "--tools", "T23c_async", "--max-concurrent", "1", "--response-format", "text"];
        book.ask(&desk, &whole_args(server.url(), &[&fixed, more].concat()));
    }
}
