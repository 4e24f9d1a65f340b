//! `kgas diff`: what one graph says and another doesn't.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Exit;
use crate::args::DiffArgs;
use crate::failure::Failure;
use crate::graph::{ENTITIES, EntityHead, Graph, Lines, RELATIONS};
use crate::show::Show;

pub(crate) fn main(args: &DiffArgs, show: Show) -> Result<Exit, Failure> {
    let open = |out| Graph::open(out, &[ENTITIES, RELATIONS]);
    let mut graphs = [open(&args.before)?, open(&args.after)?];
    let [before, after] = graphs.each_ref().map(Graph::offsets);
    if before != after {
        return Err(Failure::usage(format!(
            "the first graph counts {before}, the second {after}: extract one anew with --offsets"
        )));
    }
    let ids = Ids::of(&mut graphs)?;
    let entities = compare(&mut graphs, ENTITIES, &ids)?;
    let relations = compare(&mut graphs, RELATIONS, &ids)?;
    let is_same = entities.differences.is_empty() && relations.differences.is_empty();
    if args.json {
        show.json(&json!({"same": is_same, "entities": entities.json(), "relations": relations.json()}))?;
    } else {
        for (what, compared) in [("entities", &entities), ("relations", &relations)] {
            show.result(&format!("{what}: {}", compared.in_words()))?;
        }
        for (what, compared) in [("entity", &entities), ("relation", &relations)] {
            for (fact, difference) in &compared.differences {
                show.result(&difference.line(what, fact))?;
            }
        }
    }
    Ok(if is_same { Exit::Complete } else { Exit::Fatal })
}

/// What entities that were merged in either graph are called in the comparison: an edge to one of them is an edge to
/// all.
#[derive(Default)]
struct Ids {
    above: HashMap<String, String>,
    /// All that are in the above, and all that they lead to.
    touched: HashSet<String>,
}

impl Ids {
    fn of(graphs: &mut [Graph; 2]) -> Result<Self, Failure> {
        let mut ids = Self::default();
        for graph in graphs {
            let mut lines = graph.lines(ENTITIES)?;
            while let Some(line) = lines.line()? {
                // Cheaper than to read each line; most have nothing of the kind.
                if line.contains("\"merged_from\":[") {
                    let head: EntityHead = lines.parse(&line)?;
                    head.merged_from.iter().for_each(|member| ids.unite(&head.id, &member.id));
                }
            }
        }
        Ok(ids)
    }

    fn unite(&mut self, one: &str, other: &str) {
        self.touched.extend([one.to_owned(), other.to_owned()]);
        let (one, other) = (self.root(one).to_owned(), self.root(other).to_owned());
        // The smaller stands for both, whatever the order.
        match one.cmp(&other) {
            Ordering::Less => self.above.insert(other, one),
            Ordering::Greater => self.above.insert(one, other),
            Ordering::Equal => None,
        };
    }

    /// Whether a fact is, or leads to, an entity that either graph has merged.
    fn have_touched(&self, fact: &Fact) -> bool {
        let ends = [Some(&fact.id), Some(&fact.subject), fact.object.as_ref()];
        ends.into_iter().flatten().any(|id| self.touched.contains(id))
    }

    fn root<'i>(&'i self, mut id: &'i str) -> &'i str {
        while let Some(above) = self.above.get(id) {
            id = above;
        }
        id
    }
}

/// What is compared of a line: an entity or an edge.
#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Fact {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    aliases: BTreeSet<String>,
    properties: Map<String, Value>,
    subject: String,
    object: Option<String>,
    value: Option<String>,
    confidence: f64,
    #[serde(alias = "evidence")]
    mentions: Vec<Place>,
    merged_from: Vec<Merged>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Merged {
    id: String,
}

/// A place, without what depends on how the text was cut up and on what found it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    document: String,
    start: Option<u64>,
    end: Option<u64>,
    quote: String,
}

/// The order of the files.
type Key = (String, String, String, String);

impl Fact {
    fn key(&self) -> Key {
        if self.subject.is_empty() {
            return (self.kind.clone(), self.name.clone(), self.id.clone(), String::new());
        }
        let (object, kind) = match &self.value {
            Some(value) => (value.clone(), "value"),
            None => (self.object.clone().unwrap_or_default(), "object"),
        };
        (self.kind.clone(), self.subject.clone(), object, kind.to_owned())
    }

    /// What makes it the same as one of the other graph, wherever it stands there.
    fn identity(&self, ids: &Ids) -> Key {
        if self.subject.is_empty() {
            let id = ids.root(&self.id).to_owned();
            return (String::new(), String::new(), id, String::new());
        }
        self.key()
    }

    fn is_entity(&self) -> bool {
        self.subject.is_empty()
    }

    /// Two lines of one graph that the other graph has as one.
    fn join(&mut self, other: Self) {
        self.mentions.extend(other.mentions);
        self.aliases.extend(other.aliases);
        self.aliases.insert(other.name);
        self.confidence = self.confidence.max(other.confidence);
        self.properties.extend(other.properties);
    }
}

/// What came of comparing two files.
#[derive(Debug, Default)]
struct Compared {
    same: u64,
    differences: BTreeMap<Key, Difference>,
}

#[derive(Debug)]
enum Difference {
    Added(Fact),
    Removed(Fact),
    Changed(Fact, Vec<String>),
}

/// Reads both files side by side, in their order. What merging has touched in either graph, or spelling has moved, has no
/// partner there: it is kept, and paired at the end. Memory depends on how much that is.
fn compare(graphs: &mut [Graph; 2], name: &str, ids: &Ids) -> Result<Compared, Failure> {
    let [before, after] = graphs;
    let mut before = Side { lines: before.lines(name)?, ids, apart: BTreeMap::new() };
    let mut after = Side { lines: after.lines(name)?, ids, apart: BTreeMap::new() };
    let mut compared = Compared::default();
    let (mut one, mut other) = (before.next()?, after.next()?);
    loop {
        let order = match (&one, &other) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.key().cmp(&other.key()),
        };
        let left = if order.is_le() { std::mem::replace(&mut one, before.next()?) } else { None };
        let right = if order.is_ge() { std::mem::replace(&mut other, after.next()?) } else { None };
        match (left, right) {
            (Some(left), Some(right)) => compared.pair(left, right),
            (left, right) => {
                left.into_iter().for_each(|fact| before.keep(fact));
                right.into_iter().for_each(|fact| after.keep(fact));
            }
        }
    }
    for (identity, fact) in before.apart {
        match after.apart.remove(&identity) {
            Some(other) => compared.pair(fact, other),
            None => compared.differ(Difference::Removed(fact)),
        }
    }
    after.apart.into_values().for_each(|fact| compared.differ(Difference::Added(fact)));
    Ok(compared)
}

/// One of the two files.
struct Side<'i> {
    lines: Lines<'i>,
    ids: &'i Ids,
    /// What is paired at the end.
    apart: BTreeMap<Key, Fact>,
}

impl Side<'_> {
    /// The next fact that merging hasn't touched.
    fn next(&mut self) -> Result<Option<Fact>, Failure> {
        while let Some(line) = self.lines.line()? {
            let mut fact: Fact = self.lines.parse(&line)?;
            let is_touched = self.ids.have_touched(&fact);
            let end = |id: &str| self.ids.root(id).to_owned();
            (fact.subject, fact.object) = (end(&fact.subject), fact.object.as_deref().map(end));
            fact.merged_from.sort();
            if !is_touched {
                return Ok(Some(fact));
            }
            self.keep(fact);
        }
        Ok(None)
    }

    fn keep(&mut self, fact: Fact) {
        let identity = fact.identity(self.ids);
        match self.apart.get_mut(&identity) {
            Some(known) => known.join(fact),
            None => {
                self.apart.insert(identity, fact);
            }
        }
    }
}

impl Compared {
    fn pair(&mut self, one: Fact, other: Fact) {
        let changes = changes(&one, &other);
        if changes.is_empty() { self.same += 1 } else { self.differ(Difference::Changed(other, changes)) }
    }

    fn differ(&mut self, difference: Difference) {
        self.differences.insert(difference.fact().key(), difference);
    }

    fn count(&self, word: &str) -> usize {
        self.differences.values().filter(|difference| difference.word() == word).count()
    }

    fn in_words(&self) -> String {
        let counts = ["added", "removed", "changed"].map(|word| format!("{} {word}", self.count(word)));
        format!("{}, {} the same", counts.join(", "), self.same)
    }

    fn json(&self) -> Value {
        let mut lists: Map<String, Value> = Map::new();
        lists.insert("same".to_owned(), json!(self.same));
        for word in ["added", "removed", "changed"] {
            let of_word = self.differences.values().filter(|difference| difference.word() == word);
            lists.insert(word.to_owned(), of_word.map(Difference::json).collect::<Vec<_>>().into());
        }
        lists.into()
    }
}

/// What changed, in words.
fn changes(one: &Fact, other: &Fact) -> Vec<String> {
    let mut changes = Vec::new();
    let what = if one.is_entity() { "mention" } else { "evidence" };
    let (before, after): (BTreeSet<&Place>, BTreeSet<&Place>) =
        (one.mentions.iter().collect(), other.mentions.iter().collect());
    for (count, word) in [(after.difference(&before).count(), "added"), (before.difference(&after).count(), "removed")]
    {
        if count > 0 {
            let many = if what == "mention" && count > 1 { "s" } else { "" };
            changes.push(format!("{count} {what}{many} {word}"));
        }
    }
    let names = |fact: &Fact| format!("{} {:?}", fact.kind, fact.name);
    if one.is_entity() && (&one.kind, &one.name) != (&other.kind, &other.name) {
        changes.push(format!("{} is {}", names(one), names(other)));
    }
    if one.aliases != other.aliases {
        changes.push("aliases".to_owned());
    }
    // A number that was written and read again is the same number.
    if (one.confidence - other.confidence).abs() > f64::EPSILON {
        changes.push(format!("confidence {} is {}", one.confidence, other.confidence));
    }
    let names: BTreeSet<&String> = one.properties.keys().chain(other.properties.keys()).collect();
    for name in names.into_iter().filter(|name| one.properties.get(*name) != other.properties.get(*name)) {
        changes.push(format!("property {name:?}"));
    }
    if one.merged_from != other.merged_from {
        changes.push(format!("{} merged into it, now {}", one.merged_from.len(), other.merged_from.len()));
    }
    changes
}

impl Difference {
    const fn fact(&self) -> &Fact {
        match self {
            Self::Added(fact) | Self::Removed(fact) | Self::Changed(fact, _) => fact,
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Added(_) => "added",
            Self::Removed(_) => "removed",
            Self::Changed(..) => "changed",
        }
    }

    fn line(&self, what: &str, (kind, first, second, _): &Key) -> String {
        let id = &self.fact().id;
        let fact = if what == "entity" { format!("{first:?}") } else { format!("{first} -> {second:?}") };
        let (sign, changes) = match self {
            Self::Added(_) => ('+', String::new()),
            Self::Removed(_) => ('-', String::new()),
            Self::Changed(_, changes) => ('~', format!(": {}", changes.join(", "))),
        };
        format!("{sign} {what} {kind} {fact} ({id}){changes}")
    }

    fn json(&self) -> Value {
        let fact = self.fact();
        let mut line = json!({"id": fact.id, "type": fact.kind});
        if let Some(fields) = line.as_object_mut() {
            if fact.is_entity() {
                fields.insert("name".to_owned(), json!(fact.name));
            } else {
                fields.insert("subject".to_owned(), json!(fact.subject));
                match &fact.value {
                    Some(value) => fields.insert("value".to_owned(), json!(value)),
                    None => fields.insert("object".to_owned(), json!(fact.object)),
                };
            }
            if let Self::Changed(_, changes) = self {
                fields.insert("changes".to_owned(), json!(changes));
            }
        }
        line
    }
}
