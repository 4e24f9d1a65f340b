//! Words out of names that were written for machines: `worksAt` is "works at".

/// Splits camel case, `_` and `-` into words. `FilmAward` keeps its capitals, `worksAt` loses them; an acronym stays.
pub(crate) fn words(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before)).copied();
        let after = chars.get(at + 1).copied();
        let is_gap = c == '_' || c == '-' || c.is_whitespace();
        let is_start = c.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase));
        if is_gap || is_start {
            words.push(String::new());
        }
        if !is_gap && let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    let is_lower = chars.first().is_some_and(|first| first.is_lowercase());
    let one_capital = |word: &str| word.chars().filter(|c| c.is_uppercase()).count() == 1 && word.chars().count() > 1;
    for word in words.iter_mut().filter(|word| is_lower && one_capital(word)) {
        *word = word.to_lowercase();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn camel_case_and_underscores_are_words() {
        for (name, said) in [
            ("worksAt", "works at"),
            ("FilmAward", "Film Award"),
            ("has_part", "has part"),
            ("hasISBN", "has ISBN"),
            ("HTMLPage", "HTML Page"),
            ("Q5", "Q5"),
            ("film-award", "film award"),
            ("élanVital", "élan vital"),
            ("_", ""),
        ] {
            assert_eq!(words(name), said, "{name}");
        }
    }
}
