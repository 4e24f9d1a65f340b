//! What is asked beside the first question: what is missing, in another form, what was missed.

use serde_json::{Map, Value};

use kgas_core::text::one_line;

/// An item of an answer: what it says, or its text where it can't be read.
pub(crate) type Read = Result<Value, String>;

/// Which question is asked about a chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Question<'q> {
    /// The one that each chunk is asked.
    First,
    /// An answer had no list: the form is spelled out.
    Format,
    /// An answer broke off, or some of its items can't be read: the rest, beside these.
    Missing(&'q [Read]),
    /// A second pass: what isn't among these.
    Missed(&'q [Read]),
}

/// The fields by which an item is known again.
const TELLING: [&str; 4] = ["text", "subject", "type", "object"];

/// The most characters of an unreadable item that are shown.
const LONGEST: usize = 200;

impl Question<'_> {
    /// The parts of the prompt that this question has beside those of the first, each with its title.
    pub(crate) fn parts(self, list: &str) -> Vec<(&'static str, String)> {
        match self {
            Self::First => Vec::new(),
            Self::Format => vec![(
                "NOTE",
                format!(
                    "An earlier answer to this had no list that can be read. Answer with one JSON object on its own: it begins \
                 with {{\"{list}\": [ and ends with ]}}. No words before or after it, no Markdown. Where there is nothing \
                 to report, answer {{\"{list}\": []}}."
                ),
            )],
            Self::Missing(read) => {
                let note = format!(
                    "An earlier answer to this broke off, or had items that can't be read. Report only what is not yet \
                     listed above, in the answer format; where nothing is missing, answer {{\"{list}\": []}}."
                );
                with_list("REPORTED ALREADY", read, note)
            }
            Self::Missed(read) => {
                let note = format!(
                    "This was reported by an earlier reading of the text. Read the text once more and report only what \
                     was missed, in the answer format; where nothing was, answer {{\"{list}\": []}}."
                );
                with_list("FOUND ALREADY", read, note)
            }
        }
    }
}

fn with_list(title: &'static str, read: &[Read], note: String) -> Vec<(&'static str, String)> {
    let mut lines: Vec<String> = read.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("- nothing".to_owned());
    }
    vec![(title, lines.join("\n")), ("NOTE", note)]
}

fn line(read: &Read) -> String {
    match read {
        Ok(item) => format!("- {}", telling(item).map_or_else(|| item.clone(), Value::Object)),
        Err(text) => format!("- not readable: {}", one_line(&text.chars().take(LONGEST).collect::<String>())),
    }
}

/// The telling fields of an item that is as it was asked for; `None` where it has names of its own.
fn telling(item: &Value) -> Option<Map<String, Value>> {
    let item = item.as_object().filter(|item| item.contains_key("text") || item.contains_key("subject"))?;
    Some(TELLING.iter().filter_map(|&field| Some((field.to_owned(), item.get(field)?.clone()))).collect())
}
