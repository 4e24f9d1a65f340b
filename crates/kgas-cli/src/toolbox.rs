//! The tools that can be named: those of this binary, and those outside it that a configuration declares.

use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_core::{KgasTool, Need, Registry, RegistryError, ToolRegistration, nearest};
use kgas_engine::{External, ExternalError, ExternalSpec, Introduction};
use serde_json::{Value, json};

use crate::declared::Declared;
use crate::failure::Failure;

/// All tools that can be named.
#[derive(Debug)]
pub(crate) struct Toolbox<'a> {
    registry: &'a Registry,
    declared: &'a Declared,
}

/// A tool that was named, before it is built.
#[derive(Debug)]
pub(crate) enum Named<'a> {
    Registered(&'static ToolRegistration),
    /// It was started once, and has said what it is.
    External(&'a str, &'a ExternalSpec, Introduction),
}

impl<'a> Toolbox<'a> {
    /// The tools of this binary, with those that are declared.
    pub(crate) fn new(registry: &'a Registry, declared: &'a Declared) -> Result<Self, Failure> {
        if let Some(tool) = registry.iter().find(|tool| declared.external.contains_key(tool.id())) {
            let (id, of, version) = (tool.id(), tool.crate_name(), tool.crate_version());
            let both = format!("[external.{id:?}] and {of} {version} both have a tool {id}");
            return Err(Failure::usage(format!("{both}: name the external one otherwise")));
        }
        Ok(Self { registry, declared })
    }

    /// The tools outside this program, by id.
    pub(crate) fn external(&self) -> impl Iterator<Item = (&'a String, &'a ExternalSpec)> {
        self.declared.external.iter()
    }

    /// The JSON Schema of what a tool gives back: all give back the same.
    pub(crate) fn result_schema(&self) -> Option<Value> {
        self.registry.iter().next().map(|tool| json!(tool.result_schema()))
    }

    /// A tool by its id; one outside this program is started, to hear what it says of itself.
    pub(crate) fn find(&self, id: &str) -> Result<Named<'a>, Failure> {
        if let Some(why) = self.declared.withheld.get(id) {
            return Err(Failure::usage(why));
        }
        if let Some((id, spec)) = self.declared.external.get_key_value(id) {
            return meet(id, spec).map(|introduction| Named::External(id, spec, introduction));
        }
        let problem = match self.registry.find(id) {
            Ok(tool) => return Ok(Named::Registered(tool)),
            Err(problem) => problem,
        };
        let RegistryError::Unknown { id, .. } = &problem else { return Err(Failure::usage(problem)) };
        let mut known: Vec<&str> = self.registry.iter().map(|tool| tool.id()).collect();
        known.extend(self.declared.external.keys().map(String::as_str));
        let nearest = nearest(id, known).map(str::to_owned);
        Err(Failure::usage(RegistryError::Unknown { id: id.clone(), nearest }))
    }
}

impl Named<'_> {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Registered(tool) => tool.id(),
            Self::External(id, ..) => id,
        }
    }

    /// How many processes it may have; none of a tool of this binary.
    pub(crate) fn processes(&self) -> Option<NonZeroUsize> {
        match self {
            Self::Registered(_) => None,
            Self::External(_, spec, _) => Some(spec.processes),
        }
    }

    /// The configuration that holds where nothing is set.
    pub(crate) fn defaults(&self) -> Value {
        match self {
            Self::Registered(tool) => tool.defaults(),
            Self::External(_, spec, introduction) => introduction.defaults(chats(spec)),
        }
    }

    /// The JSON Schema of the configuration.
    pub(crate) fn config_schema(&self) -> Result<Value, Failure> {
        match self {
            Self::Registered(tool) => serde_json::to_value(tool.config_schema()).map_err(Failure::fatal),
            Self::External(_, spec, introduction) => Ok(introduction.config_schema(chats(spec))),
        }
    }

    /// Builds the tool.
    pub(crate) fn build(&self, config: Value) -> Result<Arc<dyn KgasTool>, RegistryError> {
        match self {
            Self::Registered(tool) => match tool.build(config) {
                Ok(built) => Ok(Arc::from(built)),
                Err(source) => Err(RegistryError::Config { id: tool.id().to_owned(), source }),
            },
            Self::External(id, spec, introduction) => {
                Ok(Arc::new(External::new(id, (*spec).clone(), introduction.clone(), config)?))
            }
        }
    }
}

fn chats(spec: &ExternalSpec) -> bool {
    spec.needs.contains(&Need::ChatModel)
}

/// Hears what a tool says of itself, on a thread of its own: this one may be a runtime's already.
fn meet(id: &str, spec: &ExternalSpec) -> Result<Introduction, Failure> {
    let met = || -> std::io::Result<Result<Introduction, ExternalError>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(External::meet(id, spec)))
    };
    let met = std::thread::scope(|scope| scope.spawn(met).join());
    let met = met.map_err(|_panic| Failure::fatal(format!("external tool {id}: starting it panicked")))?;
    let met = met.map_err(|error| Failure::fatal(format!("the system gives no threads: {error}")))?;
    met.map_err(|error| Failure::usage(format!("{error}; it is declared as [external.{id:?}]")))
}

#[cfg(test)]
mod tests;
