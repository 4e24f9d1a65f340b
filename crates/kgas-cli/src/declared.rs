//! What a configuration file says of tools: their settings, and tools outside this program.

use std::collections::BTreeMap;

use kgas_engine::ExternalSpec;
use serde_json::{Map, Value};

/// What a configuration file says of tools.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    /// Settings by tool; what the command line says comes before them.
    pub(crate) settings: BTreeMap<String, Map<String, Value>>,
    /// Tools outside this program, by id.
    pub(crate) external: BTreeMap<String, ExternalSpec>,
    /// Why tools outside this program may not be started, by id.
    pub(crate) withheld: BTreeMap<String, String>,
}

impl Declared {
    /// Keeps a variable from tools outside this program: it holds the key, whatever it is called.
    pub(crate) fn withhold(&mut self, variable: &str) {
        self.external.values_mut().for_each(|spec| spec.withheld.push(variable.to_owned()));
    }
}
