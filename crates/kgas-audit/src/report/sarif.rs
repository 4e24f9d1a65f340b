//! Findings as SARIF 2.1.0, in the form that code scanning on GitHub reads.

use serde_json::{Value, json};

use super::{path, words};
use crate::files::FileAudit;
use crate::finding::Finding;
use crate::rules::{RULES, Rule};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The whole log.
#[must_use]
pub fn sarif(files: &[FileAudit]) -> Value {
    let results: Vec<Value> =
        files.iter().flat_map(|file| file.audit.findings.iter().map(|finding| result(file, finding))).collect();
    let notifications: Vec<Value> = files
        .iter()
        .flat_map(words::problems)
        .map(|text| json!({"level": "warning", "message": {"text": text}}))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "kgas audit",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
            "results": results,
        }],
    })
}

fn rule(rule: &Rule) -> Value {
    let help = format!("{} {}", rule.why, rule.advice);
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": help, "markdown": format!("{}\n\n**Instead:** {}", rule.why, rule.advice)},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["performance", "reliability"]},
    })
}

fn result(file: &FileAudit, finding: &Finding) -> Value {
    let text = match finding.instead.as_str() {
        "" => finding.message.clone(),
        instead => format!("{}. Instead: {instead}", finding.message),
    };
    let region = finding.region;
    json!({
        "ruleId": finding.rule.id,
        "ruleIndex": RULES.iter().position(|rule| rule.id == finding.rule.id),
        "level": finding.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": artifact(file),
            "region": {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            },
        }}],
        // The name that GitHub looks for; the form is a hash of the line and a number.
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
    })
}

/// Where a file is: below the root of the sources, or where the path says.
fn artifact(file: &FileAudit) -> Value {
    let path = encoded(&path(file));
    if file.path.is_absolute() {
        json!({"uri": format!("file://{path}")})
    } else {
        json!({"uri": path, "uriBaseId": "%SRCROOT%"})
    }
}

/// A path as a URI has it.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
