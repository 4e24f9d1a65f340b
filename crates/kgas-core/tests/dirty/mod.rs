//! The corpus of dirty answers, read from its page.
#![allow(dead_code, reason = "each user uses its part of this")]
#![allow(clippy::unwrap_used, reason = "test helpers may panic")]

use serde_json::Value;

/// An answer, and what a careful person would keep of it.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The public issue whose symptom it has.
    pub(crate) like: Option<&'static str>,
    pub(crate) key: &'static str,
    pub(crate) cut: bool,
    pub(crate) unreadable: usize,
    /// Why there is no list.
    pub(crate) none: Option<&'static str>,
    pub(crate) answer: String,
    pub(crate) items: Vec<Value>,
}

pub(crate) fn cases() -> Vec<Case> {
    let page = include_str!("answers.txt");
    page.split("\n=== ").skip(1).map(case).collect()
}

fn case(text: &'static str) -> Case {
    let (head, rest) = text.split_once("\n--- answer\n").unwrap();
    let (answer, items) = rest.split_once("\n--- items").unwrap();
    let mut lines = head.lines();
    let mut case = Case { name: lines.next().unwrap(), key: "entities", answer: shown(answer), ..Case::default() };
    for (word, value) in lines.filter_map(|line| line.split_once(": ")) {
        match word {
            "like" => case.like = Some(value),
            "key" => case.key = value,
            "cut" => case.cut = value == "yes",
            "unreadable" => case.unreadable = value.parse().unwrap(),
            "none" => case.none = Some(value),
            _ => unreachable!("{word}"),
        }
    }
    case.items =
        items.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
    case
}

/// With the characters that a page can't show.
fn shown(answer: &str) -> String {
    let mut pieces = answer.split('⟦');
    let mut all = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (hex, rest) = piece.split_once('⟧').unwrap();
        all.push(char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap());
        all.push_str(rest);
    }
    all
}
