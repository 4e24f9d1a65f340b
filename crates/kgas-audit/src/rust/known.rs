//! What Rust's libraries offer that sends requests, by full path.

use crate::evidence::Kind;
use crate::known::{Library, REQWEST, REQWEST_BLOCKING, UREQ};

/// A library with clients of its own.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) library: &'static Library,
    pub(crate) kind: Kind,
    /// The path of its client.
    pub(crate) client: &'static str,
    /// Paths of functions that give a builder, a client, or a request.
    builders: &'static [&'static str],
    clients: &'static [&'static str],
    requests: &'static [&'static str],
    /// Paths of functions that send.
    pub(crate) sends: &'static [&'static str],
    /// Types whose objects are a client or a request.
    types: &'static [&'static str],
    /// Methods of a request that send it.
    last: &'static [&'static str],
}

/// How far a value is on its way to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Builder,
    Client,
    Request,
}

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "trace", "request"];

pub(crate) const FAMILIES: &[Family] = &[
    Family {
        library: &REQWEST,
        kind: Kind::Async,
        client: "reqwest::Client",
        builders: &["reqwest::Client::builder", "reqwest::ClientBuilder::new"],
        clients: &["reqwest::Client::new", "reqwest::Client::default"],
        requests: &[],
        sends: &["reqwest::get"],
        types: &["reqwest::Client"],
        last: &["send"],
    },
    Family {
        library: &REQWEST_BLOCKING,
        kind: Kind::Blocking,
        client: "reqwest::blocking::Client",
        builders: &["reqwest::blocking::Client::builder", "reqwest::blocking::ClientBuilder::new"],
        clients: &["reqwest::blocking::Client::new", "reqwest::blocking::Client::default"],
        requests: &[],
        sends: &["reqwest::blocking::get"],
        types: &["reqwest::blocking::Client"],
        last: &["send"],
    },
    Family {
        library: &UREQ,
        kind: Kind::Blocking,
        client: "ureq::Agent",
        builders: &["ureq::AgentBuilder::new", "ureq::builder", "ureq::Agent::config_builder"],
        clients: &["ureq::agent", "ureq::Agent::new", "ureq::Agent::new_with_defaults"],
        requests: &[
            "ureq::get",
            "ureq::post",
            "ureq::put",
            "ureq::patch",
            "ureq::delete",
            "ureq::head",
            "ureq::request",
        ],
        sends: &[],
        types: &["ureq::Agent"],
        last: &["call", "send", "send_json", "send_string", "send_bytes", "send_form", "send_empty"],
    },
];

/// Crates that try again.
const RETRIES: &[&str] =
    &["reqwest_middleware", "reqwest_retry", "backoff", "backon", "tokio_retry", "tokio_retry2", "retry", "again"];

/// What a function gives.
pub(crate) fn given_by(path: &str) -> Option<(&'static Family, Stage)> {
    FAMILIES.iter().find_map(|family| {
        let lists =
            [(family.builders, Stage::Builder), (family.clients, Stage::Client), (family.requests, Stage::Request)];
        lists.into_iter().find(|(paths, _)| paths.contains(&path)).map(|(_, stage)| (family, stage))
    })
}

/// The library whose client a type is.
pub(crate) fn type_named(path: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.types.contains(&path))
}

pub(crate) fn is_retry(path: &str) -> bool {
    RETRIES.contains(&path.split("::").next().unwrap_or_default())
}

impl Family {
    pub(crate) fn is_last(&self, method: &str) -> bool {
        self.last.contains(&method)
    }

    pub(crate) fn is_verb(method: &str) -> bool {
        VERBS.contains(&method)
    }
}
