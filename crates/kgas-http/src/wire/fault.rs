//! From the errors of the libraries below to ours.

use std::error::Error;
use std::io;

use hyper_util::client::legacy;

use super::connect::{ConnectTimeout, DnsError};
use crate::{ErrorKind, HttpError};

/// An error that came instead of an answer's head.
pub(super) fn before_answer(error: legacy::Error) -> HttpError {
    let (kind, message) = if has::<DnsError>(&error) {
        (ErrorKind::Dns, None)
    } else if let Some(timeout) = find::<ConnectTimeout>(&error) {
        let message = format!("{:?} allowed for a connection", timeout.0);
        (ErrorKind::ConnectTimeout, Some(message))
    } else if has::<rustls::Error>(&error) {
        (ErrorKind::Tls, None)
    } else if error.is_connect() {
        (ErrorKind::Connect, None)
    } else {
        match find::<hyper::Error>(&error) {
            Some(e) if e.is_parse() => {
                let message = "its head is not HTTP, or too large".to_owned();
                (ErrorKind::Protocol, Some(message))
            }
            Some(e) if e.is_user() => {
                let message = "its headers contradict each other".to_owned();
                (ErrorKind::InvalidRequest, Some(message))
            }
            _ => (ErrorKind::Reset, None),
        }
    };
    let fault = HttpError::new(kind).with_source(error);
    match message {
        Some(message) => fault.with_message(message),
        None => fault,
    }
}

fn has<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    find::<E>(error).is_some()
}

/// The first error of a type in a chain of causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // The source of an io error is the source of what it wraps, and not that itself.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
