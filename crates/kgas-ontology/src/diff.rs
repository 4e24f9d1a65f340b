//! In what two ontologies differ, by content: neither order nor the namespace of ids matters.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;

use kgas_core::Ontology;
use kgas_core::ontology::{Cardinality, Class, ClassId, RelationType, local_name};
use kgas_core::text::label_key;

use crate::write::decoded;

/// Whether it is about a class or a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A class.
    Class,
    /// A relation.
    Relation,
}

/// One thing in which two ontologies, A and B, differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whether it is about a class or a relation.
    pub subject: Subject,
    /// Its label; in A, where both have it.
    pub label: String,
    /// What differs.
    pub kind: DifferenceKind,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// B hasn't it.
    OnlyInA,
    /// A hasn't it.
    OnlyInB,
    /// Both have it, and say different things of it.
    Differs {
        /// What is said differently.
        aspect: Aspect,
        /// What A says, in words.
        a: String,
        /// What B says, in words.
        b: String,
    },
}

/// What is said of a class or a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// What it is called.
    Label,
    /// What else it is called.
    Synonyms,
    /// What it means.
    Description,
    /// What it is a special case of.
    Parents,
    /// Names of entities of a class.
    Examples,
    /// The properties of a class.
    Properties,
    /// The classes of a relation's subjects.
    Domain,
    /// The classes and datatypes of a relation's objects.
    Range,
    /// The values that are listed.
    Values,
    /// How many objects a subject has.
    Cardinality,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Class => "class",
            Self::Relation => "relation",
        })
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Label => "label",
            Self::Synonyms => "synonyms",
            Self::Description => "description",
            Self::Parents => "parents",
            Self::Examples => "examples",
            Self::Properties => "properties",
            Self::Domain => "domain",
            Self::Range => "range",
            Self::Values => "values",
            Self::Cardinality => "cardinality",
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, label, kind } = self;
        match kind {
            DifferenceKind::OnlyInA => write!(f, "only in A: {subject} {label:?}"),
            DifferenceKind::OnlyInB => write!(f, "only in B: {subject} {label:?}"),
            DifferenceKind::Differs { aspect, a, b } => write!(f, "{subject} {label:?}: {aspect}: {a} in A, {b} in B"),
        }
    }
}

/// What differs between A and B: classes, then relations, in the order of A, then what only B has.
///
/// Two things are one where their ids have the same local name, else where their labels are the same but for case,
/// white space, `_` and `-`. Titles and ids are not compared.
#[must_use]
pub fn diff(a: &Ontology, b: &Ontology) -> Vec<Difference> {
    let in_a: Vec<&Class> = a.classes().map(|(_, class)| class).collect();
    let in_b: Vec<&Class> = b.classes().map(|(_, class)| class).collect();
    let id_and_label = |class: &&Class| (id_key(&class.id), label_key(&class.label));
    let mut classes = Pairs::new(in_a.len(), in_b.len());
    classes.pair(&in_a, &in_b, id_and_label);
    classes.pair(&in_a, &in_b, |class| id_key(&class.id));
    classes.pair(&in_a, &in_b, |class| label_key(&class.label));
    let mut names = Names::default();
    names.add(a.classes().map(|(id, _)| id), Side::A, &classes);
    names.add(b.classes().map(|(id, _)| id), Side::B, &classes);

    let mut differences = Vec::new();
    let side = |ontology, side| View { ontology, side, names: &names };
    let (a, b) = (side(a, Side::A), side(b, Side::B));
    for (class, partner) in in_a.iter().zip(&classes.partners) {
        let Some(other) = partner.and_then(|at| in_b.get(at)) else {
            differences.push(only(Subject::Class, &class.label, DifferenceKind::OnlyInA));
            continue;
        };
        let aspects = [
            (Aspect::Label, one(&class.label), one(&other.label)),
            (Aspect::Synonyms, all(&class.synonyms), all(&other.synonyms)),
            (Aspect::Description, maybe(class.description.as_deref()), maybe(other.description.as_deref())),
            (Aspect::Parents, a.classes(&class.parents), b.classes(&other.parents)),
            (Aspect::Examples, all(&class.examples), all(&other.examples)),
            (Aspect::Properties, all(&class.properties), all(&other.properties)),
        ];
        differences.extend(differing(Subject::Class, &class.label, aspects));
    }
    let only_in_b = in_b.iter().zip(&classes.taken).filter(|(_, taken)| !**taken);
    differences.extend(only_in_b.map(|(class, _)| only(Subject::Class, &class.label, DifferenceKind::OnlyInB)));
    relations(&a, &b, &mut differences);
    differences
}

fn relations(a: &View<'_>, b: &View<'_>, differences: &mut Vec<Difference>) {
    let in_a: Vec<(&View<'_>, &RelationType)> = a.ontology.relations().iter().map(|relation| (a, relation)).collect();
    let in_b: Vec<(&View<'_>, &RelationType)> = b.ontology.relations().iter().map(|relation| (b, relation)).collect();
    let id = |(_, relation): &(&View<'_>, &RelationType)| id_key(&relation.id);
    let label = |(_, relation): &(&View<'_>, &RelationType)| label_key(&relation.label);
    let ends = |(view, relation): &(&View<'_>, &RelationType)| (view.domain(relation), view.range(relation));
    let mut pairs = Pairs::new(in_a.len(), in_b.len());
    // One label may have several relations, which their ends tell apart.
    pairs.pair(&in_a, &in_b, |each| (id(each), label(each), ends(each)));
    pairs.pair(&in_a, &in_b, |each| (id(each), label(each)));
    pairs.pair(&in_a, &in_b, id);
    pairs.pair(&in_a, &in_b, |each| (label(each), ends(each)));
    pairs.pair(&in_a, &in_b, label);
    for ((a, relation), partner) in in_a.iter().zip(&pairs.partners) {
        let Some((b, other)) = partner.and_then(|at| in_b.get(at)) else {
            differences.push(only(Subject::Relation, &relation.label, DifferenceKind::OnlyInA));
            continue;
        };
        // Any number is what holds where nothing is said.
        let said = |of: &RelationType| of.cardinality.filter(|said| *said != Cardinality::default());
        let cardinality = |of: &RelationType| maybe(said(of).map(|said| said.to_string()).as_deref());
        let aspects = [
            (Aspect::Label, one(&relation.label), one(&other.label)),
            (Aspect::Synonyms, all(&relation.synonyms), all(&other.synonyms)),
            (Aspect::Description, maybe(relation.description.as_deref()), maybe(other.description.as_deref())),
            (Aspect::Parents, a.parents(relation), b.parents(other)),
            (Aspect::Domain, a.domain(relation), b.domain(other)),
            (Aspect::Range, a.range(relation), b.range(other)),
            (Aspect::Values, all(&relation.range.values), all(&other.range.values)),
            (Aspect::Cardinality, cardinality(relation), cardinality(other)),
        ];
        differences.extend(differing(Subject::Relation, &relation.label, aspects));
    }
    let only_in_b = in_b.iter().zip(&pairs.taken).filter(|(_, taken)| !**taken);
    differences.extend(only_in_b.map(|((_, one), _)| only(Subject::Relation, &one.label, DifferenceKind::OnlyInB)));
}

/// A set of names, and how each is spelt for a reader.
type Said = BTreeSet<(String, String)>;

fn only(subject: Subject, label: &str, kind: DifferenceKind) -> Difference {
    Difference { subject, label: label.to_owned(), kind }
}

fn differing<'s, const N: usize>(
    subject: Subject,
    label: &'s str,
    aspects: [(Aspect, Said, Said); N],
) -> impl Iterator<Item = Difference> + 's {
    let keys = |said: &Said| said.iter().map(|(key, _)| key.clone()).collect::<BTreeSet<String>>();
    aspects.into_iter().filter(move |(_, a, b)| keys(a) != keys(b)).map(move |(aspect, a, b)| {
        let none = if matches!(aspect, Aspect::Domain | Aspect::Range) { "any" } else { "none" };
        let kind = DifferenceKind::Differs { aspect, a: in_words(&a, none), b: in_words(&b, none) };
        Difference { subject, label: label.to_owned(), kind }
    })
}

fn in_words(said: &Said, none: &str) -> String {
    if said.is_empty() {
        return none.to_owned();
    }
    let words: Vec<String> = said.iter().map(|(_, words)| format!("{words:?}")).collect();
    words.join(" or ")
}

fn one(text: &str) -> Said {
    maybe(Some(text))
}

fn maybe(text: Option<&str>) -> Said {
    text.map(|text| (text.to_owned(), text.to_owned())).into_iter().collect()
}

fn all(texts: &[String]) -> Said {
    texts.iter().map(|text| (text.clone(), text.clone())).collect()
}

fn id_key(id: &str) -> String {
    label_key(&decoded(local_name(id)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    A,
    B,
}

/// Which of A is which of B.
struct Pairs {
    /// For each of A, its place in B.
    partners: Vec<Option<usize>>,
    /// For each of B, whether it is one of A.
    taken: Vec<bool>,
}

impl Pairs {
    fn new(a: usize, b: usize) -> Self {
        Self { partners: vec![None; a], taken: vec![false; b] }
    }

    /// Pairs what has the same key and no partner yet, in order.
    fn pair<T, K: Eq + Hash>(&mut self, a: &[T], b: &[T], key: impl Fn(&T) -> K) {
        let mut places: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (at, (each, _)) in b.iter().zip(&self.taken).enumerate().filter(|(_, (_, taken))| !**taken) {
            places.entry(key(each)).or_default().push_back(at);
        }
        for (each, partner) in a.iter().zip(&mut self.partners).filter(|(_, partner)| partner.is_none()) {
            if let Some(at) = places.get_mut(&key(each)).and_then(VecDeque::pop_front) {
                *partner = Some(at);
                if let Some(taken) = self.taken.get_mut(at) {
                    *taken = true;
                }
            }
        }
    }
}

/// One key for a class of A and its partner in B.
#[derive(Default)]
struct Names(HashMap<(Side, ClassId), String>);

impl Names {
    fn add(&mut self, ids: impl Iterator<Item = ClassId>, side: Side, pairs: &Pairs) {
        let places: HashMap<usize, usize> =
            pairs.partners.iter().enumerate().filter_map(|(a, b)| Some(((*b)?, a))).collect();
        for (at, id) in ids.enumerate() {
            let key = match (side, places.get(&at)) {
                (Side::A, _) => format!("a{at}"),
                (Side::B, Some(a)) => format!("a{a}"),
                (Side::B, None) => format!("b{at}"),
            };
            self.0.insert((side, id), key);
        }
    }
}

/// One of the two, with keys that both share.
struct View<'o> {
    ontology: &'o Ontology,
    side: Side,
    names: &'o Names,
}

impl View<'_> {
    fn classes(&self, ids: &[ClassId]) -> Said {
        let key = |id: ClassId| self.names.0.get(&(self.side, id)).cloned().unwrap_or_default();
        ids.iter().map(|&id| (key(id), self.ontology.label(id).to_owned())).collect()
    }

    fn domain(&self, relation: &RelationType) -> Said {
        self.classes(&relation.domain)
    }

    fn range(&self, relation: &RelationType) -> Said {
        let mut range = self.classes(&relation.range.classes);
        let datatypes = relation.range.datatypes.iter().map(|datatype| datatype.name());
        range.extend(datatypes.map(|name| (format!("literal {name}"), name.to_owned())));
        range
    }

    fn parents(&self, relation: &RelationType) -> Said {
        let known = |name: &str| self.ontology.relations_named(name).next().map(|parent| parent.label.clone());
        let labels = relation.parents.iter().map(|name| known(name).unwrap_or_else(|| local_name(name).to_owned()));
        labels.map(|label| (label_key(&label), label)).collect()
    }
}
