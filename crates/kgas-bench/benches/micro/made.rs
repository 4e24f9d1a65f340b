//! Texts and names that are made up: the same for the same seed.

use fastrand::Rng;

const SEED: u64 = 7;
const SYLLABLES: [&str; 24] = [
    "ba", "bre", "ci", "cho", "du", "fa", "ge", "gri", "ho", "ju", "ka", "le", "mi", "no", "pu", "ra", "se", "sti",
    "to", "vu", "wa", "xe", "yi", "zo",
];

/// So many different names of two words.
pub(crate) fn names(count: usize) -> Vec<String> {
    let mut rng = Rng::with_seed(SEED);
    (0..count).map(|number| format!("{} {}", capital(&word(&mut rng, 3)), capital(&numbered(number)))).collect()
}

/// About so many bytes of sentences and paragraphs, in which the names stand evenly, each once.
pub(crate) fn text(bytes: usize, names: &[String]) -> String {
    let mut rng = Rng::with_seed(SEED);
    let mut text = String::new();
    let every = bytes / (names.len() + 1);
    let mut names = names.iter();
    let mut next = every;
    while text.len() < bytes {
        for _ in 0..rng.usize(6..20) {
            let syllables = rng.usize(1..4);
            text.push_str(&word(&mut rng, syllables));
            text.push(' ');
        }
        if text.len() >= next {
            text.push_str("said ");
            text.push_str(names.next().map_or("nobody", String::as_str));
            next += every;
        }
        text.push_str(if rng.u8(..) < 40 { ".\n\n" } else { ". " });
    }
    text
}

/// Another letter in the name's longer word.
pub(crate) fn misspelt(name: &str) -> String {
    let (first, second) = name.split_once(' ').unwrap();
    let last = second.chars().last().unwrap();
    format!("{first} {}y{last}", second.trim_end_matches(last))
}

fn word(rng: &mut Rng, syllables: usize) -> String {
    (0..syllables).filter_map(|_| rng.choice(SYLLABLES)).collect()
}

/// The number's digits as syllables, four at least.
fn numbered(number: usize) -> String {
    let digits = (0..4_u32).map(|place| number / SYLLABLES.len().pow(place) % SYLLABLES.len());
    digits.filter_map(|digit| SYLLABLES.get(digit)).copied().collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
