//! Kinds of values: what the object of a relation may be where it is not an entity.

use crate::value;

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datatype {
    /// Any text.
    Text,
    /// A whole number, perhaps with a unit.
    Integer,
    /// A number or a quantity.
    Number,
    /// A day, or a longer part of the calendar: a month, a year, a decade.
    Date,
    /// A day and the time of it.
    DateTime,
    /// A time of day.
    Time,
    /// A year, or a date in it.
    Year,
    /// A length of time.
    Duration,
    /// True or false.
    Boolean,
    /// An address on the web.
    Uri,
}

impl Datatype {
    /// Every datatype.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Integer,
        Self::Number,
        Self::Date,
        Self::DateTime,
        Self::Time,
        Self::Year,
        Self::Duration,
        Self::Boolean,
        Self::Uri,
    ];

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
            "integer" | "int" | "long" | "short" | "byte" | "nonnegativeinteger" | "positiveinteger"
            | "nonpositiveinteger" | "negativeinteger" | "unsignedint" | "unsignedlong" | "unsignedshort"
            | "unsignedbyte" => Self::Integer,
            "number" | "decimal" | "float" | "double" => Self::Number,
            "date" | "gyearmonth" | "gmonth" | "gmonthday" | "gday" => Self::Date,
            "datetime" | "datetimestamp" => Self::DateTime,
            "time" => Self::Time,
            "gyear" | "year" => Self::Year,
            "duration" | "daytimeduration" | "yearmonthduration" => Self::Duration,
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
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Time => "time",
            Self::Year => "year",
            Self::Duration => "duration",
            Self::Boolean => "boolean",
            Self::Uri => "uri",
        }
    }

    /// Whether a careful person would take words of a text for a value of this kind, see [`value::admits`].
    #[must_use]
    pub fn admits(self, words: &str) -> bool {
        value::admits(words, self)
    }
}
