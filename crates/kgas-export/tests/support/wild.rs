//! A graph of names that some format or other stumbles over.

use serde_json::json;

use super::{Draft, place};

/// Names and values, each of which means something to a parser.
pub(crate) const WILD: [&str; 26] = [
    "plain",
    "\"double\" and 'single' quotes",
    "two\nlines",
    "two\r\nlines of Windows, one\rof old",
    "a\ttab, a comma; a semicolon",
    "a backslash \\ and one at the end \\",
    "\\n \\N \\u0041 \\\\u0041 \\\"",
    "`backticks` and ``more``",
    "<b>&amp; & ]]> --> </data></b>",
    "東京 Zürich Ελλάδα עברית العربية",
    "e\u{301} is not é",
    "👩‍🚀 and 𝄞",
    "control \u{1} \u{7} \u{b} \u{1b} \u{1f} \u{7f} \u{85} \u{9f}",
    "\\\u{1} a control character behind a backslash",
    "no \0 end",
    "lines \u{2028} and \u{2029} of Unicode, no-break \u{a0}, \u{feff} mark",
    "no characters: \u{fffe} \u{ffff} \u{fffd}",
    "  spaces around  ",
    "NA",
    "null",
    "007",
    "1e5",
    "true",
    "{\"json\": [1]}",
    "=1+1",
    "// # -- /* not a comment */ ; :param",
];

impl Draft {
    /// Each name, as that of an entity and in a quote; parallel edges, loops, and labels that are hard to write down.
    pub(crate) fn wild() -> Self {
        let mut draft = Self::default();
        let classes = ["MATCH", "Class with `ticks` and \\ and \"quotes\"", "東京 <Ort>"];
        for (number, name) in WILD.iter().enumerate() {
            draft.entity(&format!("e{number}"), classes[number * classes.len() / WILD.len()], name);
        }
        for label in ["id", "name", "Type", "born in", "Born in", "x\ny", "a & <b> \"c\" `d` \\"] {
            draft.property(0, label, &["one", "two; three", "one"]);
        }
        draft.entities[1]["merged_from"] = json!([{"id": "f1", "type": "MATCH", "name": "other", "by": "alias"}]);
        draft.entities[2]["aliases"] = json!([]);
        let relations = ["RETURN", "has `ticks`", "is \"quoted\" \\u0060 & <b>"];
        for (number, quote) in WILD.iter().enumerate() {
            let relation = relations[number * relations.len() / WILD.len()];
            draft.edge(&format!("r{number}"), relation, &format!("e{number}"), &format!("e{}", number / 2));
            let last = draft.relations.len() - 1;
            draft.relations[last]["evidence"] = json!([place(quote), place("another")]);
        }
        draft.edge("parallel", "has `ticks`", "e3", "e1");
        draft.edge("loop", "RETURN", "e5", "e5");
        for (number, value) in WILD.iter().enumerate() {
            draft.value(&format!("v{number}"), "is worth", &format!("e{}", number % 20), value);
        }
        draft.value("v-id", "id", "e0", "one more");
        draft.relations.iter_mut().for_each(|relation| relation["confidence"] = json!(1.0));
        draft.documents.push(json!({"document": "d1", "source": "a \"b\"\\c.txt", "sha256": null, "characters": 100,
            "state": "complete", "error": null, "chunks": []}));
        draft
    }

    fn property(&mut self, entity: usize, label: &str, values: &[&str]) {
        let values: Vec<_> = values
            .iter()
            .map(|value| json!({"value": value, "document": "d1", "start": 1, "end": 2, "quote": value}))
            .collect();
        self.entities[entity]["properties"][label] = json!(values);
    }
}
