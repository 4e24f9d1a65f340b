//! The JSON of a question: its fields in their order, written once, straight into its bytes.

use serde::Serialize;
use serde_json::Value;

use super::{ChatMessage, ResponseFormat};

/// The fields of a question. They are borrowed, for a prompt is long.
pub(super) struct Body<'a> {
    fields: Vec<(&'a str, Field<'a>)>,
}

pub(super) enum Field<'a> {
    Text(&'a str),
    Texts(&'a [&'a str]),
    Messages(&'a [ChatMessage]),
    Format(Format<'a>),
    Given(&'a Value),
    Own(Value),
}

/// A response format as servers want it.
#[derive(Default, Serialize)]
pub(super) struct Format<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    strict: bool,
    schema: &'a Value,
}

impl<'a> Body<'a> {
    /// A body without fields, and with room for so many.
    pub(super) fn with_capacity(fields: usize) -> Self {
        Self { fields: Vec::with_capacity(fields) }
    }

    /// Sets a field, in its place if it is there, and else behind all others.
    pub(super) fn set(&mut self, name: &'a str, field: Field<'a>) {
        match self.fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => *place = field,
            None => self.fields.push((name, field)),
        }
    }

    /// Sets a field unless it is there.
    pub(super) fn set_default(&mut self, name: &'a str, field: Field<'a>) {
        if self.get(name).is_none() {
            self.fields.push((name, field));
        }
    }

    /// The field of this name, if it is a number that counts something.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Field::Given(value) => value.as_u64(),
            Field::Own(value) => value.as_u64(),
            _ => None,
        }
    }

    fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find_map(|(known, field)| (*known == name).then_some(field))
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let room = self.fields.iter().fold(2, |sum: usize, (name, field)| {
            sum.saturating_add(name.len()).saturating_add(4).saturating_add(field.room())
        });
        let mut bytes = Vec::with_capacity(room);
        bytes.push(b'{');
        write_all(&mut bytes, &self.fields, |bytes, (name, field)| {
            write_text(bytes, name);
            bytes.push(b':');
            field.write(bytes);
        });
        bytes.push(b'}');
        bytes
    }
}

impl Field<'_> {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Text(text) => write_text(bytes, text),
            Self::Texts(texts) => {
                bytes.push(b'[');
                write_all(bytes, texts, |bytes, text| write_text(bytes, text));
                bytes.push(b']');
            }
            Self::Messages(messages) => {
                bytes.push(b'[');
                write_all(bytes, messages, |bytes, message| {
                    bytes.extend_from_slice(br#"{"role":"#);
                    write_json(bytes, &message.role);
                    bytes.extend_from_slice(br#","content":"#);
                    write_text(bytes, &message.content);
                    bytes.push(b'}');
                });
                bytes.push(b']');
            }
            Self::Format(format) => write_json(bytes, format),
            Self::Given(value) => write_json(bytes, value),
            Self::Own(value) => write_json(bytes, value),
        }
    }

    /// About how many bytes it takes.
    fn room(&self) -> usize {
        // Prompts have a few line ends and quotes.
        let of_text = |text: &str| text.len().saturating_add(text.len() / 16).saturating_add(32);
        let sum = |room: usize, more: usize| room.saturating_add(more);
        match self {
            Self::Text(text) => of_text(text),
            Self::Texts(texts) => texts.iter().map(|text| of_text(text)).fold(2, sum),
            Self::Messages(messages) => messages.iter().map(|message| of_text(&message.content)).fold(2, sum),
            Self::Format(_) | Self::Given(_) | Self::Own(_) => 32,
        }
    }
}

impl<'a> Format<'a> {
    /// `None` where nothing is asked of the server.
    pub(super) fn of(format: &'a ResponseFormat) -> Option<Self> {
        let object = Self { kind: "json_object", ..Self::default() };
        match format {
            ResponseFormat::Text => None,
            ResponseFormat::JsonObject => Some(object),
            ResponseFormat::JsonObjectSchema(schema) => Some(Self { schema: Some(schema), ..object }),
            ResponseFormat::JsonSchema { name, schema } => {
                let named = Named { name, strict: true, schema };
                Some(Self { kind: "json_schema", json_schema: Some(named), ..object })
            }
        }
    }
}

/// Writes these one after the other, with commas between.
fn write_all<T>(bytes: &mut Vec<u8>, all: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    for (number, one) in all.iter().enumerate() {
        if number > 0 {
            bytes.push(b',');
        }
        write(bytes, one);
    }
}

#[expect(clippy::expect_used, reason = "a vector takes all that is written, and names are text")]
fn write_json(bytes: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(bytes, value).expect("a value is JSON");
}

/// Writes a text as serde_json does, which looks at each byte for itself.
fn write_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'"');
    let mut rest = text.as_bytes();
    while let Some((plain, [special, behind @ ..])) = rest.split_at_checked(plain(rest)) {
        bytes.extend_from_slice(plain);
        match special {
            b'"' | b'\\' => bytes.extend_from_slice(&[b'\\', *special]),
            b'\n' => bytes.extend_from_slice(br"\n"),
            b'\r' => bytes.extend_from_slice(br"\r"),
            b'\t' => bytes.extend_from_slice(br"\t"),
            0x08 => bytes.extend_from_slice(br"\b"),
            0x0c => bytes.extend_from_slice(br"\f"),
            control => bytes.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
        rest = behind;
    }
    bytes.extend_from_slice(rest);
    bytes.push(b'"');
}

/// How many bytes come before the first that is written otherwise: a quote, a backslash, or one
/// below a space. Looks at eight at a time.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    // The lowest byte below the limit, which is at most 0x80, gets its high bit set; so may bytes
    // above that one.
    let below = |eight: u64, limit: u8| eight.wrapping_sub(ONES * u64::from(limit)) & !eight & HIGHS;
    let (eights, rest) = bytes.as_chunks();
    let mut count = 0;
    for eight in eights {
        let eight = u64::from_le_bytes(*eight);
        let are = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
        let special = below(eight, b' ') | are(b'"') | are(b'\\');
        if special != 0 {
            return count + usize::try_from(special.trailing_zeros() / 8).unwrap_or_default();
        }
        count += 8;
    }
    count + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..b' ')).count()
}
