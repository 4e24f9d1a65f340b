//! The file around the data: our own markup, style and script, and a policy that allows nothing else.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::data::Data;

const PAGE: &str = include_str!("page/page.html");

const STYLE: &str = concat!(
    include_str!("page/colours.css"),
    include_str!("page/frame.css"),
    include_str!("page/content.css"),
    include_str!("page/narrow.css"),
);

/// The parts see each other, and nothing outside sees them.
const SCRIPT: &str = concat!(
    "\"use strict\";(() => {\n",
    include_str!("page/dom.js"),
    include_str!("page/data.js"),
    include_str!("page/route.js"),
    include_str!("page/overview.js"),
    include_str!("page/account.js"),
    include_str!("page/table.js"),
    include_str!("page/lists.js"),
    include_str!("page/text.js"),
    include_str!("page/documents.js"),
    include_str!("page/panel.js"),
    include_str!("page/forces.js"),
    include_str!("page/drawing.js"),
    include_str!("page/graph.js"),
    include_str!("page/hands.js"),
    include_str!("page/start.js"),
    "})();\n",
);

/// Writes the page.
pub(super) fn write(data: &Data, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, marked)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (name, after) = marked.split_once("}}").unwrap_or((marked, ""));
        match name {
            "policy" => out.write_all(policy().as_bytes())?,
            "name" => out.write_all(as_text(&data.name).as_bytes())?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "data" => out.write_all(inert(&serde_json::to_string(data)?).as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            _ => {}
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// Our script and our style may run, by their digests; nothing may be loaded or sent.
fn policy() -> String {
    let allowed = |source: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(source.as_bytes())));
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        allowed(SCRIPT),
        allowed(STYLE)
    )
}

/// JSON that no markup can end: what HTML or a script might see in it is written by its number. Outside strings JSON has
/// none of these.
fn inert(json: &str) -> String {
    let mut inert = String::with_capacity(json.len() + json.len() / 16);
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                inert.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => inert.push(other),
        }
    }
    inert
}

fn as_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
