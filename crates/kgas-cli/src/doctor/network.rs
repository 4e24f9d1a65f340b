//! The way to the server: what its steps came to, in lines.

use std::time::SystemTime;

use kgas_http::{BaseUrl, Diagnosis, ErrorKind, Handshake, HttpError, OnTheWay};

use super::report::Line;
use crate::words::counted;

const DAY: u64 = 86_400;

/// A certificate that ends sooner should have been renewed.
const SOON: u64 = 14;

const UNREACHED: &str = "there is no connection";

/// The lines of all steps that a way could not even be looked for.
pub(super) fn none(why: &str) -> Vec<Line> {
    ["dns", "tcp", "proxy", "tls"].map(|check| Line::skipped(check, why)).to_vec()
}

pub(super) fn lines(found: &Diagnosis, base: &BaseUrl, now: SystemTime) -> Vec<Line> {
    vec![dns(found, base), tcp(found), proxy(found), tls(found, base, now)]
}

/// Whether a request can be sent.
pub(super) fn is_open(found: &Diagnosis) -> bool {
    matches!(found.connection, Some(Ok(()))) && !matches!(found.tls, Some(Err(_)))
}

fn dns(found: &Diagnosis, base: &BaseUrl) -> Line {
    match &found.addresses {
        Some(Ok(addresses)) => {
            let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            let whose = found.proxy.as_ref().map_or_else(|| base.host(), |proxy| &proxy.address);
            Line::ok("dns", format!("{whose} is at {}", addresses.join(", ")))
        }
        Some(Err(error)) => Line::failed("dns", in_words(error)),
        None => Line::skipped("dns", "no name is looked up on this way"),
    }
}

fn tcp(found: &Diagnosis) -> Line {
    match &found.connection {
        Some(Ok(())) if found.proxy.is_none() => Line::ok("tcp", "connected"),
        Some(Ok(())) => Line::ok("tcp", "connected to the proxy"),
        Some(Err(error)) if error.kind() == ErrorKind::Proxy => Line::ok("tcp", "connected to the proxy"),
        Some(Err(error)) => Line::failed("tcp", in_words(error)),
        None => Line::skipped("tcp", "there is no address to connect to"),
    }
}

fn proxy(found: &Diagnosis) -> Line {
    let Some(proxy) = &found.proxy else { return Line::ok("proxy", "none is used for this server") };
    let OnTheWay { address, variable, .. } = proxy;
    let by = format!("named by {}", variable.unwrap_or("--proxy"));
    let named = format!("{address}, {by}");
    match &found.connection {
        Some(Ok(())) => Line::ok("proxy", format!("through {named}")),
        Some(Err(error)) if error.kind() == ErrorKind::Proxy => {
            Line::failed("proxy", format!("{} ({by})", in_words(error)))
        }
        _ => Line::skipped("proxy", format!("{named}: {UNREACHED}")),
    }
}

fn tls(found: &Diagnosis, base: &BaseUrl, now: SystemTime) -> Line {
    match &found.tls {
        Some(Ok(handshake)) => certificate(handshake, now),
        Some(Err(error)) => Line::failed("tls", in_words(error)),
        None if base.is_https() => Line::skipped("tls", UNREACHED),
        None if base.is_loopback() => Line::ok("tls", "not needed: the server is on this machine"),
        None => {
            let host = base.host();
            Line::warning("tls", format!("what is sent to {host} is not encrypted: write https:// where it speaks it"))
        }
    }
}

fn certificate(handshake: &Handshake, now: SystemTime) -> Line {
    let Handshake { version, issuer, not_after, .. } = handshake;
    let mut said = (*version).to_owned();
    if let Some(issuer) = issuer {
        said += &format!(", certificate by {issuer}");
    }
    let days = not_after.and_then(|end| end.duration_since(now).ok()).map(|left| left.as_secs() / DAY);
    match days {
        None => Line::ok("tls", said),
        Some(days) if days < SOON => {
            let left = counted(days, "day", "days");
            Line::warning("tls", format!("{said}, which ends in {left}: whoever runs the server should renew it"))
        }
        Some(days) => Line::ok("tls", format!("{said}, valid for {days} days")),
    }
}

/// An error, with the flag that does what it says is to be done.
pub(super) fn in_words(error: &HttpError) -> String {
    let url = error.url().unwrap_or("the server");
    match error.kind() {
        _ if error.is_unknown_authority() => {
            let what = "its certificate is from an authority that is not trusted here, or signed by itself";
            format!("no TLS connection to {url}: {what}: if it is yours, name the authority's file with --ca-file")
        }
        ErrorKind::FirstByteTimeout | ErrorKind::AttemptTimeout => {
            let allowed = error.message().map(|text| format!(": {text}")).unwrap_or_default();
            format!("{url} gave no answer in time{allowed}: is it busy, or no model API? --timeout allows more")
        }
        _ => error.to_string(),
    }
}
