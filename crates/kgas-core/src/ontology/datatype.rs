//! Kinds of values: what the object of a relation may be where it is not an entity.

use crate::text::is_calendar_word;

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datatype {
    /// Any text.
    Text,
    /// A number or a quantity: it has a digit.
    Number,
    /// A date, a time or a part of one: it has a digit, or names a month or a day of the week.
    Date,
    /// True or false.
    Boolean,
    /// An address on the web.
    Uri,
}

impl Datatype {
    /// Reads the name of a datatype: an XSD type (`xsd:date`, or its IRI), or a plain word such as `string`,
    /// `number` or `date`. Case doesn't matter.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.trim().to_ascii_lowercase();
        let local = lower
            .strip_prefix("http://www.w3.org/2001/xmlschema#")
            .or_else(|| lower.strip_prefix("xsd:"))
            .or_else(|| lower.strip_prefix("xs:"))
            .unwrap_or(&lower);
        Some(match local {
            "string" | "text" | "literal" | "str" | "normalizedstring" | "token" | "language" | "langstring" => {
                Self::Text
            }
            "number" | "integer" | "int" | "long" | "short" | "byte" | "decimal" | "float" | "double"
            | "nonnegativeinteger" | "positiveinteger" | "nonpositiveinteger" | "negativeinteger" | "unsignedint"
            | "unsignedlong" | "unsignedshort" | "unsignedbyte" | "duration" => Self::Number,
            "date" | "datetime" | "datetimestamp" | "time" | "gyear" | "gyearmonth" | "gmonth" | "gmonthday"
            | "gday" | "year" => Self::Date,
            "boolean" | "bool" => Self::Boolean,
            "anyuri" | "uri" | "url" => Self::Uri,
            _ => return None,
        })
    }

    /// The plain name, which [`Datatype::parse`] reads back.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "number",
            Self::Date => "date",
            Self::Boolean => "boolean",
            Self::Uri => "uri",
        }
    }

    /// Whether words of a text can be a value of this kind. It rules out what cannot be one; it parses nothing.
    #[must_use]
    pub fn admits(self, words: &str) -> bool {
        let has_digit = || words.chars().any(char::is_numeric);
        match self {
            Self::Text => true,
            Self::Number => has_digit(),
            Self::Date => has_digit() || names_calendar(words),
            Self::Boolean => matches!(words.trim().to_lowercase().as_str(), "true" | "false" | "yes" | "no"),
            Self::Uri => words.contains("://") || words.starts_with("www."),
        }
    }
}

fn names_calendar(words: &str) -> bool {
    words.split(|c: char| !c.is_alphabetic()).any(is_calendar_word)
}
