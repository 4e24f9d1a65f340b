//! Of a certificate, who issued it and until when it is valid; TLS itself checks all else.

use std::time::SystemTime;

use crate::spelled::date;

/// The longest name that is shown.
const LONGEST: usize = 64;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// UTF-8, printable, Teletex and ASCII strings.
const STRINGS: [u8; 4] = [0x0c, 0x13, 0x14, 0x16];

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// What a person would ask about a certificate.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) issuer: Option<String>,
    pub(super) not_after: Option<SystemTime>,
}

impl Facts {
    /// Reads a certificate in DER (RFC 5280, section 4.1); what can't be read is left out.
    pub(super) fn of(der: &[u8]) -> Self {
        Self::read(der).unwrap_or_default()
    }

    fn read(der: &[u8]) -> Option<Self> {
        let mut certificate = Elements(enter(der, SEQUENCE)?);
        let mut fields = Elements(certificate.next().filter(|(tag, _)| *tag == SEQUENCE)?.1);
        let first = fields.next()?;
        if first.0 == VERSION {
            let _serial = fields.next()?;
        }
        let _algorithm = fields.next()?;
        let issuer = name(fields.next()?.1);
        let mut validity = Elements(fields.next()?.1);
        let _not_before = validity.next()?;
        Some(Self { issuer, not_after: validity.next().and_then(time) })
    }
}

/// The elements of a DER value, one after the other, as far as they are whole.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[tag, short], rest) = self.0.split_first_chunk::<2>()?;
        let (length, rest) = match short.checked_sub(0x80) {
            None => (usize::from(short), rest),
            Some(digits @ 1..=3) => {
                let (digits, rest) = rest.split_at_checked(usize::from(digits))?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
            Some(_) => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}

fn enter(der: &[u8], expected: u8) -> Option<&[u8]> {
    Elements(der).next().filter(|(tag, _)| *tag == expected).map(|(_, content)| content)
}

/// `common name (organization)`, or what there is of it.
fn name(parts: &[u8]) -> Option<String> {
    let attributes = Elements(parts).flat_map(|(_, set)| Elements(set));
    let (mut common, mut organization) = (None, None);
    for (_, attribute) in attributes {
        let mut pair = Elements(attribute);
        let Some(((_, kind), (tag, text))) = pair.next().zip(pair.next()) else { continue };
        match kind {
            COMMON_NAME => common = common.or(words(tag, text)),
            ORGANIZATION => organization = organization.or(words(tag, text)),
            _ => {}
        }
    }
    match (common, organization) {
        (Some(common), Some(organization)) => Some(format!("{common} ({organization})")),
        (common, organization) => common.or(organization),
    }
}

/// A text from outside, fit for a line on a screen.
fn words(tag: u8, text: &[u8]) -> Option<String> {
    let text = STRINGS.contains(&tag).then(|| String::from_utf8_lossy(text))?;
    let text: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `YYMMDDHHMMSSZ` until 2049, and `YYYYMMDDHHMMSSZ` after that.
fn time((tag, text): (u8, &[u8])) -> Option<SystemTime> {
    let text = str::from_utf8(text).ok()?;
    let (year, rest) = text.split_at_checked(if tag == GENERALIZED_TIME { 4 } else { 2 })?;
    let century = match tag {
        GENERALIZED_TIME => "",
        UTC_TIME if year < "50" => "20",
        UTC_TIME => "19",
        _ => return None,
    };
    let mut pairs = rest.strip_suffix('Z')?.as_bytes().chunks_exact(2).map(|pair| str::from_utf8(pair).ok());
    let mut two = || pairs.next().flatten();
    let (month, day, hour, minute, second) = (two()?, two()?, two()?, two()?, two()?);
    date::rfc3339(&format!("{century}{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(issuer: &[(DnType, &str)], year: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, text) in issuer {
            params.distinguished_name.push(kind.clone(), *text);
        }
        params.not_after = date_time_ymd(year, 3, 4);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn issuer_and_end_are_read_in_all_their_spellings() {
        let both = [(DnType::OrganizationName, "Ours"), (DnType::CommonName, "R\u{7}1")];
        let parts: [&[(DnType, &str)]; 4] = [&both, &both[..1], &both[1..], &[]];
        let names = [Some("R1 (Ours)"), Some("Ours"), Some("R1"), None];
        for (issuer, expected) in parts.into_iter().zip(names) {
            for (year, end) in [(2031, "2031-03-04T00:00:00Z"), (2061, "2061-03-04T00:00:00Z")] {
                let facts = Facts::of(&certificate(issuer, year));
                assert_eq!(facts.issuer.as_deref(), expected);
                assert_eq!(facts.not_after, date::rfc3339(end), "{year}");
            }
        }
    }

    #[test]
    fn a_certificate_that_is_cut_anywhere_is_read_as_far_as_it_goes() {
        let whole = certificate(&[(DnType::CommonName, "R1")], 2031);
        for length in 0..whole.len() {
            assert_eq!(Facts::of(whole.get(..length).unwrap()), Facts::default(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _nothing_to_say_of_it = Facts::of(&bytes);
        }
    }
}
