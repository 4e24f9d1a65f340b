//! Places in a text, counted as a browser counts: in units of UTF-16.

use kgas_engine::Offsets;

/// Turns the places of one text into units of UTF-16.
#[derive(Debug)]
pub(super) enum Units {
    /// They are that already, up to this length.
    Same(usize),
    /// For each unit of the graph its place in UTF-16; none within a character.
    Table(Vec<Option<u32>>),
}

impl Units {
    /// What a text needs, whose places the graph counts in this unit.
    pub(super) fn of(text: &str, offsets: Offsets) -> Self {
        if text.is_ascii() {
            return Self::Same(text.len());
        }
        let mut table = Vec::with_capacity(text.len());
        let mut at = 0_u32;
        for character in text.chars() {
            table.push(Some(at));
            let within = match offsets {
                Offsets::Chars => 1,
                Offsets::Bytes => character.len_utf8(),
                Offsets::Utf16 => character.len_utf16(),
            };
            table.extend(std::iter::repeat_n(None, within - 1));
            at = at.saturating_add(if u32::from(character) > 0xFFFF { 2 } else { 1 });
        }
        table.push(Some(at));
        Self::Table(table)
    }

    /// A span in units of UTF-16; none where the text has no such span.
    pub(super) fn span(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let at = |unit: usize| match self {
            Self::Same(length) => (unit <= *length).then_some(unit),
            Self::Table(table) => table.get(unit).copied().flatten().and_then(|at| usize::try_from(at).ok()),
        };
        (start <= end).then(|| Some((at(start)?, at(end)?))).flatten()
    }
}

#[cfg(test)]
mod tests {
    use kgas_engine::Offsets::{self, Bytes, Chars, Utf16};

    use super::Units;

    const TEXT: &str = "a é 🦉 b";

    fn cut(offsets: Offsets, start: usize, end: usize) -> Option<String> {
        let (start, end) = Units::of(TEXT, offsets).span(start, end)?;
        let units: Vec<u16> = TEXT.encode_utf16().skip(start).take(end - start).collect();
        String::from_utf16(&units).ok()
    }

    #[test]
    fn a_span_is_the_same_words_in_all_three_units() {
        for (offsets, owl, b) in [(Chars, (4, 5), (6, 7)), (Bytes, (5, 9), (10, 11)), (Utf16, (4, 6), (7, 8))] {
            assert_eq!(cut(offsets, owl.0, owl.1).as_deref(), Some("🦉"), "{offsets:?}");
            assert_eq!(cut(offsets, b.0, b.1).as_deref(), Some("b"), "{offsets:?}");
        }
    }

    #[test]
    fn there_is_no_span_within_a_character_nor_past_the_end() {
        assert_eq!(cut(Bytes, 6, 9), None);
        assert_eq!(cut(Utf16, 5, 6), None);
        assert_eq!(cut(Chars, 6, 8), None);
        assert_eq!(Units::of("plain", Chars).span(4, 6), None);
        assert_eq!(Units::of("plain", Chars).span(5, 4), None);
    }
}
