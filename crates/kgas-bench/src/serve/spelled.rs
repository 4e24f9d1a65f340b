//! How times, shares, faults and forms are spelled on the command line.

use std::str::FromStr;
use std::time::Duration;

use kgas_mock::{Dirt, Fault, Forms};

/// What a proxy in between might say.
const HTML: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";
const WHAT: &str = "a status from 200 to 599, reset, reset-mid-body, hang, not-json, empty, truncated or outage";
const WHEN: &str = "every N, nth N, first N, times N, chance SHARE, FROM..UNTIL, header NAME=VALUE or on TEXT";

/// A time: a number and `us`, `ms`, `s` or `m`.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let wanted = || format!("\"{text}\" is no time such as 50us, 300ms, 2.5s or 1m");
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(wanted)?;
    let (number, unit) = text.split_at_checked(unit).ok_or_else(wanted)?;
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(wanted()),
    };
    let number: f64 = number.parse().map_err(|_none| wanted())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_negative_or_too_large| wanted())
}

/// A share from 0 to 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("\"{text}\" is no share from 0 to 1"))
}

/// A number from 0 up.
pub(super) fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| format!("\"{text}\" is no number from 0 up"))
}

/// A kind of dirt, by its name.
pub(super) fn dirt(text: &str) -> Result<Dirt, String> {
    let names = || Dirt::ALL.map(Dirt::name).join(", ");
    Dirt::ALL.into_iter().find(|dirt| dirt.name() == text).ok_or_else(|| format!("known kinds are {}", names()))
}

/// A form and the status it is refused with: `json_schema` or `json_schema=500`.
#[derive(Debug, Clone)]
pub(super) struct SpelledForm {
    form: String,
    status: u16,
}

impl SpelledForm {
    pub(super) fn refuse_in(&self, forms: Forms) -> Forms {
        forms.refuse(self.form.as_str(), self.status)
    }
}

impl FromStr for SpelledForm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (form, status) = text.split_once('=').unwrap_or((text, "400"));
        if !["json_schema", "json_object", "json_object_schema"].contains(&form) {
            return Err("known forms are json_schema, json_object and json_object_schema".to_owned());
        }
        let status = status.parse().ok().filter(|status| (400..=599).contains(status));
        let status = status.ok_or("the status is a number from 400 to 599")?;
        Ok(Self { form: form.to_owned(), status })
    }
}

/// A fault in words: what happens, and then when, such as `503 every 10 header retry-after=2`.
#[derive(Debug, Clone)]
pub(super) struct SpelledFault {
    fault: Fault,
    chance: Option<f64>,
}

impl SpelledFault {
    /// The fault, with a seed for its chance.
    pub(super) fn seeded(&self, seed: u64) -> Fault {
        let fault = self.fault.clone();
        match self.chance {
            Some(share) => fault.with_chance(share, seed),
            None => fault,
        }
    }
}

impl FromStr for SpelledFault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = Words(text);
        let what = words.next().ok_or_else(|| format!("a fault is {WHAT}"))?;
        let mut spelled = Self { fault: happening(what)?, chance: None };
        let mut has_span = false;
        while let Some(word) = words.next() {
            let fault = spelled.fault;
            spelled.fault = match word {
                "every" => fault.every(words.number(word)?),
                "nth" => fault.nth(words.number(word)?),
                "first" => fault.first(words.number(word)?),
                "times" => fault.times(words.number(word)?),
                "chance" => {
                    spelled.chance = Some(share(words.wanted(word)?)?);
                    fault
                }
                "header" => {
                    let header = words.wanted(word)?;
                    let (name, value) =
                        header.split_once('=').ok_or_else(|| format!("\"{header}\" is no header: NAME=VALUE"))?;
                    if what.parse::<u16>().is_err() {
                        return Err(format!("only a status sends headers, and {what} is none"));
                    }
                    fault.header(name, value)
                }
                "on" => fault.on_prompt(words.rest().ok_or("on needs the text that the prompt contains")?),
                span => {
                    let (from, until) =
                        span.split_once("..").ok_or_else(|| format!("\"{span}\" says not when: {WHEN}"))?;
                    has_span = true;
                    fault.between(time(from)?, time(until)?)
                }
            };
        }
        if what == "outage" && !has_span {
            return Err("an outage needs its times, as in outage 10s..13s".to_owned());
        }
        Ok(spelled)
    }
}

fn happening(what: &str) -> Result<Fault, String> {
    match what {
        "reset" => Ok(Fault::reset()),
        "reset-mid-body" => Ok(Fault::reset_mid_body()),
        "hang" => Ok(Fault::hang()),
        "not-json" => Ok(Fault::not_json(HTML)),
        "empty" => Ok(Fault::empty_body()),
        "truncated" => Ok(Fault::truncated()),
        "outage" => Ok(Fault::refuse_connections()),
        status => {
            let code = status.parse().ok().filter(|code| (200..=599).contains(code));
            code.map(Fault::status).ok_or_else(|| format!("\"{what}\" is no fault: {WHAT}"))
        }
    }
}

/// What is still unread of a fault.
#[derive(Debug)]
struct Words<'t>(&'t str);

impl<'t> Words<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let text = self.0.trim_start();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }

    fn rest(&mut self) -> Option<&'t str> {
        let rest = self.0.trim();
        self.0 = "";
        (!rest.is_empty()).then_some(rest)
    }

    fn wanted(&mut self, before: &str) -> Result<&'t str, String> {
        self.next().ok_or_else(|| format!("something must follow {before}: {WHEN}"))
    }

    fn number<N: FromStr>(&mut self, before: &str) -> Result<N, String> {
        let word = self.wanted(before)?;
        word.parse().map_err(|_none| format!("{before} needs a number, and \"{word}\" is none"))
    }
}
