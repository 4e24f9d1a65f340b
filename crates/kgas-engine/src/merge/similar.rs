//! Which entities' names may mean the same to a model, without comparing each with each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use kgas_core::fact::EntityKey;

use super::{By, Link};

/// Names that a name is compared with, of those after it that share a word with it.
const WINDOW: usize = 20;

/// The names of a graph that share something with another of their type, and which are to be compared.
///
/// Names share a word; names of one word share three letters in a row. Of those with the same, in their order, each is
/// compared with the next twenty: a graph of many names takes time in proportion to their number, and in exchange
/// misses pairs that only share a very common word.
#[derive(Debug, Default)]
pub struct Names {
    keys: Vec<EntityKey>,
    pairs: BTreeSet<(usize, usize)>,
}

impl Names {
    /// Takes all entities, in order of type and name.
    pub(crate) fn new(keys: Vec<EntityKey>) -> Self {
        let mut blocks: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, key) in keys.iter().enumerate() {
            for shared in shared(key) {
                blocks.entry(shared).or_default().push(at);
            }
        }
        let mut pairs = BTreeSet::new();
        for block in blocks.into_values() {
            for (at, one) in block.iter().enumerate() {
                pairs.extend(block.iter().skip(at + 1).take(WINDOW).map(|other| (*one, *other)));
            }
        }
        let type_of = |at: usize| keys.get(at).map(EntityKey::entity_type);
        pairs.retain(|(one, other)| type_of(*one) == type_of(*other));
        Self { keys, pairs }
    }

    /// The names that are to be embedded, by number.
    #[must_use]
    pub fn wanted(&self) -> BTreeMap<usize, &str> {
        let numbers = self.pairs.iter().flat_map(|(one, other)| [*one, *other]);
        numbers.filter_map(|at| Some((at, self.keys.get(at)?.name()))).collect()
    }

    /// What connects those whose vectors, by number, have a cosine of `least` or more.
    #[must_use]
    pub fn similar(&self, vectors: &HashMap<usize, Vec<f32>>, least: f64) -> Vec<Link> {
        let lengths: HashMap<usize, f64> =
            vectors.iter().map(|(at, vector)| (*at, dot(vector, vector).sqrt())).collect();
        let cosine = |one: &usize, other: &usize| {
            let (a, b) = (vectors.get(one)?, vectors.get(other)?);
            let length = lengths.get(one)? * lengths.get(other)?;
            (a.len() == b.len() && length > 0.0).then(|| dot(a, b) / length)
        };
        let link = |(one, other): &(usize, usize)| {
            cosine(one, other).filter(|cosine| *cosine >= least)?;
            let (one, other) = (self.keys.get(*one)?.clone(), self.keys.get(*other)?.clone());
            Some(Link { one, other, by: By::Similarity, evidence: None })
        };
        self.pairs.iter().filter_map(link).collect()
    }
}

fn dot(one: &[f32], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// What a name may share with others of its type.
fn shared(key: &EntityKey) -> BTreeSet<u64> {
    let of = |part: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        key.entity_type().hash(&mut hasher);
        part(&mut hasher);
        hasher.finish()
    };
    let words: Vec<&str> =
        key.name().split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [word] => {
            let letters: Vec<char> = word.chars().collect();
            let width = letters.len().clamp(1, 3);
            letters
                .windows(width)
                .map(|three| of(&|hasher| three.hash(hasher)))
                .chain([of(&|hasher| word.hash(hasher))])
                .collect()
        }
        _ => words.iter().map(|word| of(&|hasher| word.hash(hasher))).collect(),
    }
}
