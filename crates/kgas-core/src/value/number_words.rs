//! English words for numbers.

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// How many zeros a scale adds to a number.
pub(super) fn zeros(word: &str) -> Option<usize> {
    Some(match word {
        "mn" => 6,
        "bn" => 9,
        "tn" => 12,
        _ => return scale(word),
    })
}

/// A scale that is a word.
fn scale(word: &str) -> Option<usize> {
    Some(match word {
        "hundred" => 2,
        "thousand" => 3,
        "lakh" => 5,
        "million" => 6,
        "crore" => 7,
        "billion" => 9,
        "trillion" => 12,
        _ => return None,
    })
}

/// Whether a number may begin with this word.
pub(super) fn is_number_word(word: &str) -> bool {
    small(word).is_some() || scale(word).is_some() || word == "dozen"
}

fn small(word: &str) -> Option<u64> {
    let at = |list: &[&str]| list.iter().position(|known| *known == word).and_then(|at| u64::try_from(at).ok());
    at(&ONES).or_else(|| at(&TENS).map(|tens| (tens + 2) * 10))
}

/// The number that the first words say, and how many words that takes: "two hundred and five people" is 205, and
/// four words.
pub(super) fn read(words: &[&str]) -> Option<(u64, usize)> {
    let is_one = words.first().is_some_and(|word| matches!(*word, "a" | "an"));
    if is_one && !words.get(1).is_some_and(|next| scale(next).is_some() || *next == "dozen") {
        return None;
    }
    let (mut total, mut group) = (0_u64, u64::from(is_one));
    let mut taken = usize::from(is_one);
    let mut last = 100;
    for (at, word) in words.iter().enumerate().skip(taken) {
        if *word == "and" && taken > 0 && last >= 100 {
            continue;
        }
        if *word == "dozen" && total == 0 && group < 20 {
            return Some((group.max(1) * 12, at + 1));
        }
        if let Some(value) = small(word) {
            // "twenty one" is one number; "one two" and "twenty thirty" are two.
            if last < 20 || last < 100 && !(1..10).contains(&value) {
                return None;
            }
            group = group.checked_add(value)?;
            last = value;
        } else if let Some(zeros) = scale(word) {
            let times = 10_u64.checked_pow(u32::try_from(zeros).ok()?)?;
            let counted = if taken == 0 { 1 } else { group };
            // "thousand million": who counts so?
            let scaled = counted.checked_mul(times).filter(|scaled| *scaled > 0)?;
            (total, group) = if times == 100 { (total, scaled) } else { (total.checked_add(scaled)?, 0) };
            last = times;
        } else {
            break;
        }
        taken = at + 1;
    }
    (taken > 0).then_some((total.checked_add(group)?, taken))
}
