//! A call that goes out, or sleeps: which it is, and what it was told.

use tree_sitter::Node;

use super::known::{Client, function_named};
use super::value::{Settings, Thing, Values};
use crate::evidence::{Call, Place, Setting};
use crate::known::{HTTP_CLIENT, Library, REQUESTS, URLLIB, URLLIB3};
use crate::tree::{children, field, region};

/// The call, if it is one that goes out or sleeps.
pub(crate) fn sent<'t>(
    values: &Values<'_, 't>,
    node: Node<'t>,
    callee: &Thing,
    scope: usize,
    place: Place,
) -> Option<Call> {
    let region = region(values.names.source, node);
    match callee {
        Thing::Path(path) => {
            let known = function_named(path)?;
            let settings = values.settings(node, known.time_out_at, scope);
            let (time_out, retries) = (unless_sockets_end(values, known.library, settings.time_out), settings.retries);
            let (name, library, kind) = (path.clone(), known.library, known.kind);
            let sets_time_out = time_out == Setting::Set;
            Some(Call { region, name, library, kind, place, time_out, sets_time_out, retries })
        }
        Thing::Client { client, way, settings } if client.sends(way) => {
            let told = values.settings(node, None, scope);
            let mounted = mounted(values, node, client);
            // A client that waits for ever is told of where it is made.
            let farther = if settings.time_out == Setting::Off { Setting::Unknown } else { settings.time_out };
            Some(Call {
                region,
                name: format!("{}.{way}", client.name()),
                library: client.library,
                kind: client.kind,
                place,
                time_out: unless_sockets_end(
                    values,
                    client.library,
                    told.time_out.or(mounted.time_out).or(time_out_of(client, farther)),
                ),
                sets_time_out: told.time_out == Setting::Set,
                retries: told.retries.or(mounted.retries).or(settings.retries),
            })
        }
        _ => None,
    }
}

/// Libraries of the standard library's kind take the default of all sockets, where the source sets one.
fn unless_sockets_end(values: &Values<'_, '_>, library: &Library, time_out: Setting) -> Setting {
    let heeds_it = [&URLLIB, &HTTP_CLIENT, &URLLIB3].contains(&library);
    if time_out == Setting::Unset && values.names.sockets_end && heeds_it { Setting::Unknown } else { time_out }
}

/// A session of requests has no time-out to set; one that is not known to be made elsewhere has none either.
fn time_out_of(client: &Client, said: Setting) -> Setting {
    if client.library == &REQUESTS { Setting::Unset } else { said }
}

/// What the adapter of a session says, if it was given one in this source.
fn mounted<'t>(values: &Values<'_, 't>, node: Node<'t>, client: &Client) -> Settings {
    let unset = Settings { time_out: Setting::Unset, retries: Setting::Unset };
    let session = field(node, "function").and_then(|function| field(function, "object"));
    let found = session.and_then(|session| values.names.mounts.get(values.names.text(session)));
    let Some((adapter, scope)) = found.filter(|_| client.library == &REQUESTS) else { return unset };
    let made = values.made_from(*adapter, *scope);
    match made {
        Some((path, call)) if path.ends_with("HTTPAdapter") && path.starts_with("requests") => {
            let named = field(call, "arguments").map(children).unwrap_or_default();
            let has_retries = named
                .iter()
                .any(|argument| field(*argument, "name").is_some_and(|name| values.names.text(name) == "max_retries"));
            Settings { retries: if has_retries { Setting::Set } else { Setting::Unset }, ..unset }
        }
        // `session.request = partial(session.request, timeout=…)`.
        Some((path, _)) if path.ends_with("partial") => Settings { time_out: Setting::Unknown, ..unset },
        // An adapter of one's own may do both.
        _ => Settings { time_out: Setting::Unknown, retries: Setting::Unknown },
    }
}
