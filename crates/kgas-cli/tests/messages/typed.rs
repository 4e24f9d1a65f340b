//! What was typed, and the environment: what no command can make sense of.

use super::books::Book;
use super::support::{Desk, whole_args};

const LOCAL: &str = "http://127.0.0.1:9";

const BY_RULES: [&str; 6] = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT"];

pub(crate) fn tell(book: &mut Book) {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    book.chapter("what clap says");
    book.ask_all(
        &desk,
        &[
            &["extrat"],
            &["extract", "in"],
            &["extract", "in", "--out", "OUT", "--bace-url", LOCAL],
            &["extract", "in", "--out", "OUT", "--provider", "openia"],
            &["completions", "tcsh"],
            &["journal", "OUT", "prune"],
            &["journal", "OUT", "prune", "--older-than", "soon"],
            &["journal", "OUT", "show", "xyz"],
        ],
    );
    let clap: [&[&str]; 20] = [
        &["--rpm", "0"],
        &["--tpm", "many"],
        &["--max-concurrent", "0"],
        &["--max-retries", "x"],
        &["--context-window", "x"],
        &["--burst", "0"],
        &["--timeout", "0"],
        &["--total-timeout", "0"],
        &["--outage-patience=-1"],
        &["--header", "x"],
        &["--set", "chunk_size"],
        &["--temperature", "hot"],
        &["--chunk-size", "0"],
        &["--merge", "all"],
        &["--offsets", "words"],
        &["--sample", "2", "--limit", "2"],
        &["--retry-failed", "--refresh"],
        &["--no-journal", "--cache", "C"],
        &["--max-calls", "many"],
        &["--max-usd", "5 USD"],
    ];
    clap.iter().for_each(|more| book.ask(&desk, &whole_args(LOCAL, more)));
    endpoints(book, &desk);
    keys(book, &desk);
    tools(book, &desk);
    others(book, &desk);
}

fn endpoints(book: &mut Book, desk: &Desk) {
    book.chapter("the endpoint");
    let urls = [
        "not a url",
        "ftp://host",
        "https://",
        "http://me:password@host",
        "http://host:99999",
        "http://host/v1?k=v",
        "http://ho st",
    ];
    urls.iter().for_each(|url| book.ask(desk, &whole_args(url, &[])));
    let cases: [&[&str]; 9] = [
        &["--burst", "9", "--rpm", "8"],
        &["--header", "x y=z"],
        &["--header", "x=\u{7}"],
        &["--extra-body", "[]"],
        &["--ca-file", "missing.pem"],
        &["--ca-file", "ontology.json"],
        &["--ca-file", "in"],
        &["--proxy", "socks5://me:password@proxy"],
        &["--proxy", "http://me:password@"],
    ];
    cases.iter().for_each(|more| book.ask(desk, &whole_args(LOCAL, more)));
    book.ask(desk, &["embed", "in", "--out", "v.jsonl", "--base-url", LOCAL, "--extra-body", "{\"top_p\": 1}"]);
    let proxied = whole_args("https://models.invalid", &[]);
    book.ask_with(desk, &[("HTTPS_PROXY", "socks5://me:password@proxy")], &proxied);
    book.ask(desk, &["doctor", "--base-url", "ftp://host"]);
}

fn keys(book: &mut Book, desk: &Desk) {
    book.chapter("the key");
    let openai = [&BY_RULES[..], &["--provider", "openai"]].concat();
    book.ask(desk, &openai);
    book.ask(desk, &whole_args(LOCAL, &["--api-key-env", "NO_SUCH_VARIABLE_HERE"]));
    let keys = [
        ("http://models.invalid", "sk-kgas-test"),
        (LOCAL, "sk-kgas-test\n"),
        (LOCAL, " sk-kgas-test"),
        (LOCAL, "sk-kgas test"),
    ];
    keys.iter().for_each(|(url, key)| book.ask_with(desk, &[("KGAS_API_KEY", key)], &whole_args(url, &[])));
}

fn tools(book: &mut Book, desk: &Desk) {
    book.chapter("tools and their settings");
    let with_model: [&[&str]; 11] = [
        &["--set", "chunk_sise=3"],
        &["--set", "chunk_size=0"],
        &["--set", "T27_async.chunk_size=none"],
        &["--set", "T41_async.chunk_size=9"],
        &["--set", "T23c_asynk.chunk_size=9"],
        &["--min-confidence", "7"],
        &["--chunk-size", "9", "--chunk-overlap", "9"],
        &["--response-format", "xml"],
        &["--instructions", "missing.txt"],
        &["--instructions", "in"],
        &["--tools", "T23a_rules,T23a_rules"],
    ];
    with_model.iter().for_each(|more| book.ask(desk, &whole_args(LOCAL, more)));
    let by_rules: [&[&str]; 6] = [
        &["--tools", "T23c_asynk"],
        &["--tools", "T23c_async"],
        &["--temperature", "1"],
        &["--show-prompt"],
        &["--merge-similar", "0.9"],
        &["--merge", "similar", "--merge-similar", "2"],
    ];
    by_rules.iter().for_each(|more| book.ask(desk, &[&BY_RULES[..], more].concat()));
    book.ask_all(
        desk,
        &[
            &["extract", "in", "--out", "OUT"],
            &["embed", "in", "--out", "v.jsonl"],
            &["run", "T23c_async", "--input", "in/a.txt", "--ontology", "ontology.json"],
            &["run", "T41", "--input", "in/a.txt"],
            &["tools", "show", "T41"],
        ],
    );
}

fn others(book: &mut Book, desk: &Desk) {
    book.chapter("what goes together");
    book.ask_all(
        desk,
        &[
            &[&["plan", "--show-prompt"], &whole_args(LOCAL, &[])[1..]].concat(),
            &[&["plan"], &BY_RULES[1..]].concat(),
            &["run", "T41_async", "--input", "in/a.txt", "--base-url", LOCAL, "--offline"],
            &[&BY_RULES[..], &["--retry-failed"]].concat(),
        ],
    );
}
