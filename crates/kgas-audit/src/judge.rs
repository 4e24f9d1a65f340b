//! What to think of the calls of a source.

use std::collections::BTreeMap;

use crate::evidence::{Call, Evidence, Kind, Place, Setting};
use crate::finding::{Finding, Region};
use crate::rules::RULES;

/// All findings, in the order of the text.
pub(crate) fn findings(evidence: &Evidence) -> Vec<Finding> {
    let mut judge = Judge { reach: Reach::of(evidence), evidence, findings: Vec::new() };
    evidence.calls.iter().for_each(|call| judge.call(call));
    judge.uses();
    for endless in &evidence.endless {
        judge.find("no-timeout", endless.region, endless.message.clone(), endless.instead);
    }
    for silenced in &evidence.silenced {
        let message = format!(
            "`{}` never tries again: the `except` in line {} keeps all exceptions",
            silenced.decorator, silenced.handler
        );
        judge.find("retry-never-fires", silenced.region, message, "raise in the function, and catch around it");
    }
    for awaits in &evidence.awaits {
        let message = format!(
            "`{}` is awaited for each item of the loop in line {}, one after another",
            awaits.name, awaits.in_loop
        );
        judge.find("awaits-in-a-loop", awaits.region, message, awaits.instead);
    }
    let order = |finding: &Finding| RULES.iter().position(|rule| rule.id == finding.rule.id);
    judge.findings.sort_by_key(|finding| (finding.region, order(finding)));
    judge.findings
}

struct Judge<'e> {
    evidence: &'e Evidence,
    reach: Reach<'e>,
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn find(&mut self, id: &str, region: Region, message: String, instead: &str) {
        let Some(rule) = crate::rules::rule(id) else { return };
        let instead = instead.to_owned();
        self.findings.push(Finding {
            rule,
            severity: rule.severity,
            region,
            message,
            instead,
            fingerprint: String::new(),
        });
    }

    fn call(&mut self, call: &Call) {
        let (name, library, region) = (&call.name, call.library, call.region);
        match call.kind {
            Kind::Sleep if call.place.in_async => {
                let message = format!("`{name}` puts the whole event loop to sleep");
                self.find("blocking-sleep-in-async", region, message, library.instead);
            }
            Kind::Sleep => return,
            Kind::Blocking if call.place.in_async => {
                let message = format!("`{name}` blocks the event loop until the answer is there");
                self.find("blocking-call-in-async", region, message, library.instead);
            }
            Kind::Blocking => {
                let message = format!("`{name}` holds its thread until the answer is there");
                self.find("blocking-call", region, message, library.instead);
            }
            Kind::Async => {}
        }
        if call.kind == Kind::Sleep {
            return;
        }
        self.time_out(call);
        let is_retried = call.place.is_retried || self.reach.is_retried(&call.place);
        let retries = match call.retries {
            Setting::Unset => library.retries,
            Setting::Off => false,
            Setting::Set | Setting::Unknown => true,
        };
        if !is_retried && !retries {
            let message = format!("nothing tries `{name}` again after a 429, a 503 or a lost connection");
            self.find("no-retry", region, message, library.again);
        }
        let is_waited_for = call.kind == Kind::Blocking || call.place.is_awaited;
        if let (Some(at), true) = (call.place.in_loop, is_waited_for) {
            let message = format!("`{name}` is called for each turn of the loop in line {at}, one after another");
            self.find("single-calls-in-a-loop", region, message, library.many);
        }
    }

    fn time_out(&mut self, call: &Call) {
        let message = match (call.time_out, call.library.endless) {
            (Setting::Off, _) => format!("`{}` is told to wait for ever", call.name),
            (Setting::Unset, Some(why)) => format!("`{}` may wait for ever: {why}", call.name),
            _ => return,
        };
        self.find("no-timeout", call.region, message, call.library.time_out);
    }

    /// What calls of the source's own functions lead to.
    fn uses(&mut self) {
        for used in &self.evidence.uses {
            let Some(function) = self.evidence.functions.get(used.function) else { continue };
            let name = &function.name;
            let blocks = self.reach.blocks.get(&used.function).copied();
            if let (Some(call), true, false) = (blocks, used.place.in_async, function.is_async) {
                let at = call.region.line;
                let (id, message) = match call.kind {
                    Kind::Sleep => (
                        "blocking-sleep-in-async",
                        format!("`{name}` puts the whole event loop to sleep, by `{}` in line {at}", call.name),
                    ),
                    _ => (
                        "blocking-call-in-async",
                        format!("`{name}` blocks the event loop, by `{}` in line {at}", call.name),
                    ),
                };
                self.find(id, used.region, message, call.library.instead);
            }
            let sends = self.reach.sends.get(&used.function).copied();
            let is_waited_for = !function.is_async || used.place.is_awaited;
            if let (Some(call), Some(at), true) = (sends, used.place.in_loop, is_waited_for) {
                let message = format!(
                    "`{name}` is called for each turn of the loop in line {at}, one after another, and leads to `{}` in line {}",
                    call.name, call.region.line
                );
                self.find("single-calls-in-a-loop", used.region, message, call.library.many);
            }
        }
    }
}

/// What the functions of a source lead to.
struct Reach<'e> {
    /// The blocking call that a synchronous function makes.
    blocks: BTreeMap<usize, &'e Call>,
    /// The call that a function waits for.
    sends: BTreeMap<usize, &'e Call>,
    /// Functions that are called only where their calls are tried again.
    retried: Vec<bool>,
}

impl<'e> Reach<'e> {
    fn of(evidence: &'e Evidence) -> Self {
        let is_async = |function: usize| evidence.functions.get(function).is_some_and(|function| function.is_async);
        let mut blocks = BTreeMap::new();
        let mut sends = BTreeMap::new();
        for call in &evidence.calls {
            let Some(function) = call.place.function else { continue };
            if call.kind != Kind::Async && !call.place.in_async && !is_async(function) {
                blocks.entry(function).or_insert(call);
            }
            if call.kind == Kind::Blocking || call.kind == Kind::Async && call.place.is_awaited {
                sends.entry(function).or_insert(call);
            }
        }
        loop {
            let before = (blocks.len(), sends.len());
            for used in &evidence.uses {
                let Some(function) = used.place.function else { continue };
                if let (Some(call), false, false) =
                    (blocks.get(&used.function).copied(), used.place.in_async, is_async(used.function))
                {
                    blocks.entry(function).or_insert(call);
                }
                let is_waited_for = !is_async(used.function) || used.place.is_awaited;
                if let (Some(call), true) = (sends.get(&used.function).copied(), is_waited_for) {
                    sends.entry(function).or_insert(call);
                }
            }
            if before == (blocks.len(), sends.len()) {
                break;
            }
        }
        Self { blocks, sends, retried: retried(evidence) }
    }

    fn is_retried(&self, place: &Place) -> bool {
        place.function.and_then(|function| self.retried.get(function)).copied().unwrap_or_default()
    }
}

/// Functions all of whose calls, of which there are some, are in a function or loop that tries again.
fn retried(evidence: &Evidence) -> Vec<bool> {
    let mut places: BTreeMap<usize, Vec<&Place>> = BTreeMap::new();
    for used in &evidence.uses {
        places.entry(used.function).or_default().push(&used.place);
    }
    let mut retried = vec![false; evidence.functions.len()];
    loop {
        let is_tried = |place: &&Place| {
            let around = place.function.and_then(|function| retried.get(function));
            place.is_retried || around.copied().unwrap_or_default()
        };
        let is_always = |function| places.get(&function).is_some_and(|places| places.iter().all(is_tried));
        let next: Vec<bool> = (0..retried.len()).map(is_always).collect();
        if next == retried {
            return retried;
        }
        retried = next;
    }
}
