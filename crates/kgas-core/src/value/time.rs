//! Times of day, alone and beside a date.

use super::date::{self, Date};

/// Reads `14:30`, `14:30:05`, `2:30 pm`, `2 p.m.`, `14h30`, `noon`, with `UTC`, `GMT`, `Z` or an offset, into ISO 8601.
pub(super) fn read(words: &str) -> Option<String> {
    let lower = words.to_lowercase();
    let lower = lower.strip_prefix("at ").unwrap_or(&lower).trim();
    match lower {
        "noon" | "midday" => return Some("12:00".to_owned()),
        "midnight" => return Some("00:00".to_owned()),
        _ => {}
    }
    let (lower, zone) = zone(lower);
    let (clock, half) = half_of_day(lower);
    let parts: Vec<&str> = clock.split([':', 'h']).collect();
    let number = |text: &str, digits: usize| {
        let is_number = (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok())?
    };
    let pair = |text: &str| number(text, 2).filter(|value| text.len() == 2 && *value < 60);
    let (hour, minute, second) = match parts.as_slice() {
        [hour] if half.is_some() => (number(hour, 2)?, 0, None),
        [hour, ""] if clock.ends_with('h') => (number(hour, 2)?, 0, None),
        [hour, minute] => (number(hour, 2)?, pair(minute)?, None),
        [hour, minute, second] => (number(hour, 2)?, pair(minute)?, Some(pair(second)?)),
        _ => return None,
    };
    let hour = match half {
        None if hour < 24 => hour,
        Some(later) if (1..=12).contains(&hour) => hour % 12 + later,
        _ => return None,
    };
    let second = second.map_or_else(String::new, |second| format!(":{second:02}"));
    Some(format!("{hour:02}:{minute:02}{second}{zone}"))
}

/// Whether words tell a time of day that [`read`] doesn't make out: another zone, a part of the day.
pub(super) fn is_clock(words: &str) -> bool {
    let lower = words.to_lowercase();
    let without_zone = lower.rsplit_once(' ').filter(|(_, zone)| zone.chars().all(char::is_alphabetic));
    without_zone.is_some_and(|(clock, _)| read(clock).is_some())
        || lower.contains("o'clock")
        || ["past ", "quarter to ", "morning", "afternoon", "evening", "night", "dawn", "dusk"]
            .iter()
            .any(|word| lower.contains(word))
        || lower
            .split_once('.')
            .is_some_and(|(hour, minute)| minute.len() == 2 && read(&format!("{hour}:{minute}")).is_some())
}

/// A date and the time beside it, in either order.
pub(super) fn split(words: &str) -> Option<(Date, String)> {
    let tidy = |part: &str| part.trim_matches([' ', ',']).to_owned();
    let borders = words.char_indices().filter(|(_, character)| matches!(character, ' ' | 'T' | 't'));
    borders.into_iter().find_map(|(at, border)| {
        let (left, right) = (tidy(words.get(..at)?), tidy(words.get(at + border.len_utf8()..)?));
        let as_said = || Some((date::read(&left)?, read(&right)?));
        let turned = || Some((date::read(&right)?, read(&left)?));
        as_said().or_else(|| if border == ' ' { turned() } else { None })
    })
}

fn zone(clock: &str) -> (&str, String) {
    for name in ["utc", "gmt", "z"] {
        if let Some(rest) = clock.strip_suffix(name) {
            return (rest.trim_end(), "Z".to_owned());
        }
    }
    let offset = clock.len().checked_sub(6).and_then(|at| clock.split_at_checked(at));
    match offset {
        Some((rest, offset)) if offset.starts_with(['+', '-']) && read_offset(offset) => {
            (rest.trim_end(), offset.to_owned())
        }
        _ => (clock, String::new()),
    }
}

fn read_offset(offset: &str) -> bool {
    let shape: Vec<bool> = offset.chars().map(|c| c.is_ascii_digit()).collect();
    shape == [false, true, true, false, true, true] && offset.get(3..4) == Some(":")
}

/// Hours to add after noon, where a half of the day is said.
fn half_of_day(clock: &str) -> (&str, Option<u32>) {
    for (name, later) in [("a.m.", 0), ("am", 0), ("a.m", 0), ("p.m.", 12), ("pm", 12), ("p.m", 12)] {
        if let Some(rest) = clock.strip_suffix(name) {
            return (rest.trim_end(), Some(later));
        }
    }
    (clock, None)
}
