//! Which properties an entity of a class may have, and which of those that were claimed stand.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::ends::checked;
use super::ground::GroundedProperty;
use super::{PropertyValue, RejectReason};
use crate::ontology::{ClassId, Ontology, Range, RelationType};
use crate::text::{label_key, normal_form};
use crate::value;

/// The properties of one class and of its ancestors, and the relations of its entities to values.
pub(super) struct Properties<'o> {
    ontology: &'o Ontology,
    class: ClassId,
    names: HashMap<String, &'o str>,
}

/// A property that didn't stand; the entity that it was claimed of did.
#[derive(Clone, Debug, PartialEq)]
pub struct LostProperty {
    /// Its name, as it was claimed.
    pub name: String,
    /// Its value, as it was claimed; of a list the one that didn't stand.
    pub value: Value,
    /// Why not.
    pub reason: RejectReason,
}

/// What stands, and what doesn't.
type Checked = (Vec<PropertyValue>, Vec<LostProperty>);

impl<'o> Properties<'o> {
    pub(super) fn of(ontology: &'o Ontology, class: ClassId) -> Self {
        let mut names = HashMap::new();
        let mut seen = HashSet::from([class]);
        let mut waiting = vec![class];
        // The class's own spelling goes before its ancestors'.
        let mut at = 0;
        while let Some(&id) = waiting.get(at) {
            at += 1;
            for name in ontology.class(id).into_iter().flat_map(|class| &class.properties) {
                names.entry(label_key(name)).or_insert(name.as_str());
            }
            waiting.extend(ontology.parents(id).iter().filter(|parent| seen.insert(**parent)));
        }
        Self { ontology, class, names }
    }

    /// Each value once; values that contradict each other stay side by side.
    pub(super) fn checked(&self, claims: Vec<GroundedProperty>) -> Checked {
        let (mut kept, mut lost) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for claim in claims {
            match self.check(&claim) {
                Err(reason) => lost.push(LostProperty { name: claim.name, value: claim.claimed, reason }),
                Ok(value) => {
                    if seen.insert((value.name.clone(), normal_form(&value.value))) {
                        kept.push(value);
                    }
                }
            }
        }
        (kept, lost)
    }

    fn check(&self, claim: &GroundedProperty) -> Result<PropertyValue, RejectReason> {
        let relation = self.data_relation(&claim.name);
        let listed = self.names.get(&label_key(&claim.name)).copied();
        let name = listed.or_else(|| relation.map(|relation| relation.label.as_str()));
        let name = name.ok_or(RejectReason::UnknownProperty)?.to_owned();
        let place = claim.place.ok_or(RejectReason::PropertyNotInText)?;
        let normal = match relation {
            None => value::guess(&claim.quote),
            Some(relation) => {
                checked(&claim.quote, &relation.range).map_err(|_datatype| RejectReason::PropertyDatatype)?
            }
        };
        Ok(PropertyValue { name, value: claim.quote.clone(), normal, span: place.span })
    }

    /// A relation to values is a property of what it starts from.
    fn data_relation(&self, name: &str) -> Option<&'o RelationType> {
        let is_data = |range: &Range| range.classes.is_empty() && !range.is_unspecified();
        let mut named = self.ontology.relations_named(name);
        named.find(|relation| is_data(&relation.range) && self.ontology.fits(self.class, &relation.domain))
    }
}
