//! Encoded bodies: gzip, br and zstd, decoded up to a cap.

use std::io;

use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// What is asked for.
pub(super) const ACCEPTED: Option<&str> = if cfg!(feature = "compression") { Some("gzip, br, zstd") } else { None };

/// The encoding that an answer names, unless it has none.
pub(super) fn of(headers: &HeaderMap) -> Option<String> {
    let names: Vec<_> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Why a body cannot be decoded.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(feature = "compression"), expect(dead_code, reason = "without a decoder none are known"))]
pub(super) enum Undecoded {
    #[error("an encoding that was not asked for")]
    Unknown,
    #[error("more than allowed once decoded")]
    TooLarge,
    #[error("the encoded bytes are damaged")]
    Broken(#[source] io::Error),
}

/// Decodes a body; what could be decoded is returned in any case.
pub(super) fn decode(encoding: &str, bytes: &[u8], cap: usize) -> (Vec<u8>, Result<(), Undecoded>) {
    let mut decoded = Vec::new();
    if bytes.is_empty() {
        return (decoded, Ok(()));
    }
    let outcome = decoders::run(encoding, bytes, cap, &mut decoded);
    decoded.truncate(cap);
    (decoded, outcome)
}

#[cfg(not(feature = "compression"))]
mod decoders {
    pub(super) fn run(_: &str, _: &[u8], _: usize, _: &mut Vec<u8>) -> Result<(), super::Undecoded> {
        Err(super::Undecoded::Unknown)
    }
}

#[cfg(feature = "compression")]
mod decoders {
    use std::io::{self, Read};

    use brotli_decompressor::Decompressor;
    use flate2::read::MultiGzDecoder;
    use ruzstd::decoding::StreamingDecoder;

    use super::Undecoded;

    /// The buffer between a reader of brotli and its source.
    const BUFFER: usize = 4096;

    /// The most frames of zstd in a body.
    const MOST_FRAMES: usize = 1000;

    pub(super) fn run(encoding: &str, bytes: &[u8], cap: usize, out: &mut Vec<u8>) -> Result<(), Undecoded> {
        match encoding {
            "gzip" | "x-gzip" => drain(MultiGzDecoder::new(bytes), cap, out),
            "br" => drain(Decompressor::new(bytes, BUFFER), cap, out),
            "zstd" => {
                let mut rest = bytes;
                // Several frames may follow one another; more are somebody's joke, and each costs.
                for _ in 0..MOST_FRAMES {
                    if rest.is_empty() {
                        return Ok(());
                    }
                    let frame = StreamingDecoder::new(&mut rest);
                    drain(frame.map_err(|e| Undecoded::Broken(io::Error::other(e)))?, cap, out)?;
                }
                if rest.is_empty() { Ok(()) } else { Err(Undecoded::TooLarge) }
            }
            _ => Err(Undecoded::Unknown),
        }
    }

    /// One byte more than allowed is enough to know.
    fn drain(reader: impl Read, cap: usize, out: &mut Vec<u8>) -> Result<(), Undecoded> {
        let left = cap.saturating_sub(out.len()).saturating_add(1);
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        reader.take(left).read_to_end(out).map_err(Undecoded::Broken)?;
        if out.len() > cap { Err(Undecoded::TooLarge) } else { Ok(()) }
    }
}
