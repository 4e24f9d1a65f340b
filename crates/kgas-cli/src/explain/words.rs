//! An explanation as a person reads it.

use serde_json::Value;

use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

/// A line of what an id may mean.
pub(super) fn candidate(one: &Value) -> String {
    let rest = match one.get("name") {
        Some(name) => name.to_string(),
        None => format!("{} -> {}", text(one, "subject"), text(one, "object")),
    };
    format!("{}  {}  {rest}", text(one, "id"), text(one, "type"))
}

/// All that is known, as lines.
pub(super) fn tell(line: &Value, list: &str, show: Show) -> Result<(), Failure> {
    show.result(&head(line, list))?;
    let all = line.get("places").and_then(Value::as_u64).unwrap_or_default();
    let places = items(line, list);
    let what = if list == "mentions" {
        counted(all, "mention", "mentions")
    } else {
        counted(all, "piece of evidence", "pieces of evidence")
    };
    show.result(&format!("  confidence {}, {what}", line.get("confidence").unwrap_or(&Value::Null)))?;
    for member in items(line, "merged_from") {
        show.result(&format!(
            "  merged from {} {} ({}): {}",
            text(member, "type"),
            quoted(text(member, "name")),
            text(member, "id"),
            why(member)
        ))?;
    }
    for (name, values) in line.get("properties").and_then(Value::as_object).into_iter().flatten() {
        for value in values.as_array().into_iter().flatten() {
            let normal = value.get("normal").and_then(Value::as_str).map(|normal| format!(" = {normal}"));
            let (normal, place) = (normal.unwrap_or_default(), at(value));
            show.result(&format!("  {name}: {}{normal} ({place})", quoted(text(value, "value"))))?;
        }
    }
    for (number, place) in (1..).zip(places) {
        show.result(&format!("{number}. {}{}", at(place), by(place)))?;
        show.result(&format!("   {}", sentence(place)))?;
        show.result(&format!("   {}", checked(place)))?;
    }
    let more = all.saturating_sub(places.len() as u64);
    if more > 0 {
        show.result(&format!("and {more} more: --places shows them"))?;
    }
    Ok(())
}

fn head(line: &Value, list: &str) -> String {
    let (id, kind) = (text(line, "id"), text(line, "type"));
    if list == "mentions" {
        let aliases: Vec<String> = items(line, "aliases").iter().filter_map(Value::as_str).map(quoted).collect();
        let also = if aliases.is_empty() { String::new() } else { format!(", also {}", aliases.join(", ")) };
        return format!("entity {id}: {kind} {}{also}", quoted(text(line, "name")));
    }
    let end = |named: &str, id: &str| match line.get(named).and_then(Value::as_str) {
        Some(name) => format!("{name} ({})", text(line, id)),
        None => text(line, id).to_owned(),
    };
    let object = match line.get("value").and_then(Value::as_str) {
        Some(value) => {
            let normal = line.get("normal").and_then(Value::as_str).map(|normal| format!(" = {normal}"));
            format!("{}{}", quoted(value), normal.unwrap_or_default())
        }
        None => end("object_name", "object"),
    };
    format!("relation {id}: {} -- {kind} -> {object}", end("subject_name", "subject"))
}

/// Why an entity was merged into another.
fn why(member: &Value) -> String {
    let said = match text(member, "by") {
        "alias" => "the text calls both names of one thing",
        "hierarchy" => "the same name, and one class is a special case of the other",
        "similarity" => "the names mean nearly the same to the embedding model",
        other => other,
    };
    let evidence = member.get("evidence").map(|place| format!(": {} ({})", quoted(text(place, "quote")), at(place)));
    let with = member.get("with").and_then(Value::as_str).map(|id| format!(", by way of {id}"));
    format!("{said}{}{}", evidence.unwrap_or_default(), with.unwrap_or_default())
}

fn at(place: &Value) -> String {
    match (place.get("start").and_then(Value::as_u64), place.get("end").and_then(Value::as_u64)) {
        (Some(start), Some(end)) => format!("{} {start}-{end}", text(place, "document")),
        _ => format!("{}, at no place", text(place, "document")),
    }
}

fn by(place: &Value) -> String {
    let number = |field: &str| place.get(field).and_then(Value::as_u64);
    let chunk = number("chunk").map(|chunk| format!(", chunk {chunk} of {}", number("chunks").unwrap_or_default()));
    let model = place.get("model").and_then(Value::as_str).map(|model| format!(" asking {model}"));
    let attempts = number("attempts").filter(|attempts| *attempts > 0);
    let attempts = attempts.map(|attempts| format!(", {}", counted(attempts, "attempt", "attempts")));
    let state = match text(place, "state") {
        "" | "ok" => String::new(),
        state => format!(", the chunk is {state}"),
    };
    let parts = [chunk.unwrap_or_default(), format!(", found by {}", text(place, "tool")), model.unwrap_or_default()];
    format!("{}{}{state}", parts.concat(), attempts.unwrap_or_default())
}

/// The sentence with its quote marked, or the quote alone.
fn sentence(place: &Value) -> String {
    match items(place, "sentence") {
        [before, quote, after] => {
            let flat = |piece: &Value| piece.as_str().unwrap_or_default().replace(['\n', '\r', '\t'], " ");
            format!("{}[[{}]]{}", flat(before), flat(quote), flat(after))
        }
        _ => format!("[[{}]] (source {})", text(place, "quote"), text(place, "source")),
    }
}

/// What validation did.
fn checked(place: &Value) -> String {
    let mut said = vec![match text(place, "match") {
        "exact" => "the text has these very words".to_owned(),
        "normalised" => "the text has these words but for case, spaces, quotes or dashes".to_owned(),
        "fuzzy" => format!("the text has nearly these words (score {})", place.get("score").unwrap_or(&Value::Null)),
        "none" => "the text doesn't have these words".to_owned(),
        other => other.to_owned(),
    }];
    if let Some(confidence) = place.get("confidence") {
        said.push(format!("confidence {confidence}"));
    }
    said.extend(items(place, "flags").iter().filter_map(Value::as_str).map(|flag| flag_in_words(flag).to_owned()));
    said.join("; ")
}

fn flag_in_words(flag: &str) -> &str {
    match flag {
        "confidence_missing" => "no confidence was given",
        "confidence_read" => "the confidence was a word or a percentage",
        "other_occurrence" => "the same words were claimed at another place",
        "type_inferred" => "its class was not said and is the only one that the relation takes",
        "type_mapped" => "not the class or relation that was said, but the only one that can be meant",
        "evidence_apart" => "the quote names neither end",
        "evidence_inferred" => "the quote given is not in the chunk; this is the smallest span that holds both ends",
        "reversed" => "it was said the other way round and turned",
        "second_pass" => "found when asked again what was missed",
        "ungrounded" => "kept only because that was asked for",
        other => other,
    }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn items<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
