//! Abbreviations in the names of companies end no sentence.

use kgas_core::text::sentences;

#[test]
fn a_company_name_is_not_cut_after_its_abbreviation() {
    for text in ["It is a 1952 Hale Bros. Nightjar short.", "Hale & Co. Limited paid.", "Hale Corp. Inns closed."] {
        assert_eq!(sentences(text).count(), 1, "{text}");
    }
}
