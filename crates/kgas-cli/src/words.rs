//! Counts as people say them.

/// `1 document`, `2 documents`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_singular_and_none_is_plural() {
        let said = [0, 1, 2].map(|count| counted(count, "entity", "entities"));
        assert_eq!(said, ["0 entities", "1 entity", "2 entities"]);
    }
}
