//! Entities of one name whose classes stand on one line of the hierarchy.

use kgas_core::Ontology;
use kgas_core::fact::EntityKey;
use kgas_core::ontology::ClassId;

use super::{By, Link};

/// Classes of one name beyond which they aren't looked at: no line of a hierarchy is that long.
const MOST: usize = 64;

/// Whether any class is a special case of another: else nothing can be merged over classes.
pub(crate) fn has_kin(ontology: &Ontology) -> bool {
    ontology.classes().any(|(_, class)| !class.parents.is_empty())
}

/// What connects the entities of one normal form that have these classes.
///
/// Classes that are comparable, directly or through others, form a group; only where each two of a group are
/// comparable is there one line, and its entities are connected. "Writer" and "Painter" beside "Person" leave it
/// open which of them the person is.
pub(crate) fn kin(name: &str, types: &[String], ontology: &Ontology) -> Vec<Link> {
    if types.len() < 2 || types.len() > MOST {
        return Vec::new();
    }
    let classes: Vec<(&String, ClassId)> =
        types.iter().filter_map(|label| Some((label, ontology.class_named(label)?))).collect();
    let mut links = Vec::new();
    let mut left = classes;
    while let Some(first) = left.pop() {
        let mut group = vec![first];
        let mut at = 0;
        while let Some(&(_, class)) = group.get(at) {
            let (near, far) = left.into_iter().partition(|(_, other)| is_comparable(ontology, class, *other));
            let near: Vec<_> = near;
            group.extend(near);
            left = far;
            at += 1;
        }
        let is_line = group.iter().all(|(_, one)| group.iter().all(|(_, two)| is_comparable(ontology, *one, *two)));
        if is_line {
            group.sort();
            links.extend(group.windows(2).filter_map(|pair| {
                let [(one, _), (other, _)] = pair else { return None };
                let key = |label: &str| EntityKey::new(label, name);
                Some(Link { one: key(one), other: key(other), by: By::Hierarchy, evidence: None })
            }));
        }
    }
    links
}

fn is_comparable(ontology: &Ontology, one: ClassId, other: ClassId) -> bool {
    ontology.is_a(one, other) || ontology.is_a(other, one)
}
