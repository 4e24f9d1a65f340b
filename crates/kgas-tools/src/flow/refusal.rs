//! Whether an answer in prose declines: most servers have no other way to say so.

/// Characters at the beginning in which a refusal is said.
const BEGINNING: usize = 300;

const OPENINGS: [&str; 11] = [
    "i'm ",
    "i am ",
    "i can",
    "i won't",
    "i will not",
    "i must",
    "i apologi",
    "sorry",
    "my apologies",
    "unfortunately",
    "as an ai",
];

const NOT: [&str; 8] = ["can't", "cannot", "can not", "unable to", "not able to", "won't", "will not", "must decline"];

/// What is declined. "I can't find any" is no refusal.
const WHAT: [&str; 11] = [
    "help",
    "assist",
    "comply",
    "fulfil",
    "your request",
    "this request",
    "that request",
    "engage",
    "discuss",
    "provide that",
    "do that",
];

/// Whether English prose begins by saying that the model won't do what it was asked for.
pub(super) fn declines(answer: &str) -> bool {
    let start = answer.trim_start_matches(|character: char| !character.is_alphabetic());
    let start: String = start.chars().take(BEGINNING).collect::<String>().replace('\u{2019}', "'").to_lowercase();
    OPENINGS.iter().any(|opening| start.starts_with(opening))
        && NOT
            .iter()
            .filter_map(|not| start.split_once(not))
            .any(|(_, what)| WHAT.iter().any(|word| what.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::declines;

    #[test]
    fn refusals_are_told_from_other_prose() {
        for answer in [
            "I'm sorry, but I can't help with that.",
            "I\u{2019}m sorry, I can\u{2019}t assist with this.",
            "**Sorry** - as a language model I am unable to fulfill your request.",
            "As an AI, I must decline to discuss this.",
            "I cannot comply.",
        ] {
            assert!(declines(answer), "{answer}");
        }
        for answer in [
            "",
            "That is all.",
            "I'm sorry, I can't find any entities in the text.",
            "Unfortunately the text names nobody.",
            "The text says: I can't help with that.",
            "I can help: Ann is a Person.",
        ] {
            assert!(!declines(answer), "{answer}");
        }
    }
}
