//! Porter's stemmer of 1980 with the changes that NLTK makes to it, because the benchmark compares stems.
//!
//! From M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 130–137, and NLTK's account of what its
//! default mode does otherwise. `rust-stemmers` has the later Porter2, whose stems differ.

/// Words that NLTK looks up instead of cutting.
const IRREGULAR: [(&str, &str); 16] = [
    ("sky", "sky"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// Step 2: endings that become another where anything measurable stands before them; the first that is met decides.
const DOUBLE_ENDINGS: [(&str, &str); 21] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    // The paper has "abli" to "able"; Porter's own programs have this.
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    // NLTK's.
    ("fulli", "ful"),
];

/// Step 3, likewise.
const FURTHER_ENDINGS: [(&str, &str); 7] =
    [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

/// Step 4: endings that go where the measure of what stands before them is above 1.
const LAST_ENDINGS: [&str; 19] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
];

/// The stem of a word, in lower case, as NLTK's `PorterStemmer().stem` gives it.
///
/// ```
/// use kgas_bench::quality::stem;
///
/// assert_eq!(stem("Directed"), "direct");
/// assert_eq!(stem("ties"), "tie");
/// ```
#[must_use]
pub fn stem(word: &str) -> String {
    let lower = word.to_lowercase();
    if let Some((_, stem)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == lower) {
        return (*stem).to_owned();
    }
    if word.chars().count() <= 2 {
        return lower;
    }
    let steps = [plural, past, y_to_i, double_endings, further_endings, last_endings, final_e, final_l];
    steps.into_iter().fold(lower, |word, step| step(word))
}

/// Step 1a.
fn plural(word: String) -> String {
    // NLTK's: "ties" is no "ti", where "ponies" is "poni".
    if let Some(stem) = word.strip_suffix("ies") {
        return stem.to_owned() + if length(&word) == 4 { "ie" } else { "i" };
    }
    if word.ends_with("ss") {
        return word;
    }
    match (word.strip_suffix("es"), word.strip_suffix('s')) {
        (Some(stem), _) if stem.ends_with("ss") => stem.to_owned(),
        (_, Some(stem)) => stem.to_owned(),
        _ => word,
    }
}

/// Step 1b.
fn past(word: String) -> String {
    // NLTK's: "died" is "die", "spied" is "spi".
    if let Some(stem) = word.strip_suffix("ied") {
        return stem.to_owned() + if length(&word) == 4 { "ie" } else { "i" };
    }
    if let Some(stem) = word.strip_suffix("eed") {
        return if measure(stem) > 0 { stem.to_owned() + "ee" } else { word };
    }
    let cut = ["ed", "ing"].into_iter().find_map(|ending| word.strip_suffix(ending).filter(|stem| has_vowel(stem)));
    match cut {
        Some(stem) => mended(stem),
        None => word,
    }
}

/// What is left where "ed" or "ing" went, made a word again.
fn mended(stem: &str) -> String {
    if ["at", "bl", "iz"].iter().any(|ending| stem.ends_with(ending)) {
        return stem.to_owned() + "e";
    }
    if ends_in_double_consonant(stem) {
        let mut single = stem.to_owned();
        if !stem.ends_with(['l', 's', 'z']) {
            single.pop();
        }
        return single;
    }
    if measure(stem) == 1 && is_short(stem) { stem.to_owned() + "e" } else { stem.to_owned() }
}

/// Step 1c, as NLTK has it: after a consonant that isn't the whole stem, so that "enjoy" stays and "fly" doesn't.
fn y_to_i(word: String) -> String {
    match word.strip_suffix('y') {
        Some(stem) if length(stem) > 1 && ends_in_consonant(stem) => stem.to_owned() + "i",
        _ => word,
    }
}

fn double_endings(word: String) -> String {
    // NLTK's: this ending first, and then the others.
    if let Some(stem) = word.strip_suffix("alli").filter(|stem| measure(stem) > 0) {
        return double_endings(stem.to_owned() + "al");
    }
    // NLTK's: the "l" counts as a part of what stands before "ogi".
    match word.strip_suffix("ogi").filter(|stem| stem.ends_with('l')) {
        Some(stem) if measure(stem) > 0 => stem.to_owned() + "og",
        _ => replaced(word, &DOUBLE_ENDINGS),
    }
}

fn further_endings(word: String) -> String {
    replaced(word, &FURTHER_ENDINGS)
}

fn replaced(word: String, rules: &[(&str, &str)]) -> String {
    match rules.iter().find_map(|(ending, other)| Some((word.strip_suffix(ending)?, other))) {
        Some((stem, other)) if measure(stem) > 0 => stem.to_owned() + other,
        _ => word,
    }
}

fn last_endings(word: String) -> String {
    let met = LAST_ENDINGS.iter().find_map(|ending| Some((word.strip_suffix(ending)?, *ending)));
    match met {
        Some((stem, ending)) if measure(stem) > 1 && (ending != "ion" || stem.ends_with(['s', 't'])) => stem.to_owned(),
        _ => word,
    }
}

/// Step 5a.
fn final_e(word: String) -> String {
    match word.strip_suffix('e') {
        Some(stem) if measure(stem) > 1 || (measure(stem) == 1 && !is_short(stem)) => stem.to_owned(),
        _ => word,
    }
}

/// Step 5b.
fn final_l(word: String) -> String {
    match word.strip_suffix('l') {
        Some(stem) if stem.ends_with('l') && measure(stem) > 1 => stem.to_owned(),
        _ => word,
    }
}

fn length(word: &str) -> usize {
    word.chars().count()
}

/// Whether each letter is a consonant: no vowel, and no "y" after a consonant. What isn't a letter counts as one.
fn consonants(word: &str) -> Vec<bool> {
    let mut all: Vec<bool> = Vec::with_capacity(word.len());
    for letter in word.chars() {
        let is_consonant = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' => false,
            'y' => all.last() != Some(&true),
            _ => true,
        };
        all.push(is_consonant);
    }
    all
}

/// Porter's m: how often consonants follow vowels.
fn measure(stem: &str) -> usize {
    consonants(stem).windows(2).filter(|pair| *pair == [false, true]).count()
}

fn has_vowel(stem: &str) -> bool {
    consonants(stem).contains(&false)
}

fn ends_in_consonant(stem: &str) -> bool {
    consonants(stem).last() == Some(&true)
}

fn ends_in_double_consonant(stem: &str) -> bool {
    let mut last = stem.chars().rev();
    matches!((last.next(), last.next()), (Some(one), Some(other)) if one == other) && ends_in_consonant(stem)
}

/// Porter's *o: consonant, vowel, and a consonant that is not w, x or y; for NLTK also a vowel and a consonant alone.
fn is_short(stem: &str) -> bool {
    match consonants(stem).as_slice() {
        [false, true] => true,
        [.., true, false, true] => !stem.ends_with(['w', 'x', 'y']),
        _ => false,
    }
}
