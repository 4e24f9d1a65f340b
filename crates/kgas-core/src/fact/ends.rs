//! What the ends of a claimed relation are: known entities, entities to be made, values.

use super::spelling::Spelling;
use super::{EntityKey, Flag, GroundedEnd, GroundedRelation, ObjectType, Place, RejectReason};
use crate::ontology::{ClassId, Datatype, Ontology, Range, RelationType};
use crate::text::normal_form;
use crate::{Document, value};

/// What a claim says of one end.
#[derive(Clone, Copy)]
pub(super) struct Side<'g> {
    end: &'g GroundedEnd,
    words: &'g str,
    said: Said,
}

/// What was said to stand at an end.
#[derive(Clone, Copy)]
enum Said {
    Nothing,
    /// A value, or one of a datatype.
    Value {
        typed: bool,
    },
    /// An entity of a class; `mapped` where the class is misspelt.
    Class {
        class: ClassId,
        mapped: bool,
    },
    Unknown,
}

/// How a relation is made to fit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    /// Not at all.
    None,
    /// Classes that are too general may be narrowed.
    Narrow,
    /// Subject and object have changed places; then nothing else may be guessed.
    Turn,
    /// The name of the relation was a slip; then no other name may be one.
    Respell,
}

/// An end that turned out to be an entity.
pub(super) enum End {
    Known(EntityKey),
    /// To be made, at a place if the text has its words.
    New {
        class: ClassId,
        place: Option<Place>,
        words: String,
        flag: Option<Flag>,
    },
}

/// An object.
pub(super) enum Filled {
    Entity(End),
    Value { words: String, normal: Option<String>, grounded: bool },
}

/// Looks at the ends of relations.
#[derive(Clone, Copy)]
pub(super) struct Ends<'v, 'o> {
    pub(super) document: &'o Document,
    pub(super) ontology: &'o Ontology,
    pub(super) spelling: &'v Spelling<'o>,
    pub(super) keeps_ungrounded: bool,
}

impl Ends<'_, '_> {
    /// Both sides of a claim, as they were claimed.
    pub(super) fn sides<'g>(self, grounded: &'g GroundedRelation) -> (Side<'g>, Side<'g>) {
        let claim = &grounded.candidate;
        let subject = claim.subject_type.as_deref().map_or(Said::Nothing, |name| self.said(name));
        let object = match &claim.object_type {
            ObjectType::Unsaid => Said::Nothing,
            ObjectType::Literal => Said::Value { typed: false },
            ObjectType::Named(name) if self.ontology.class_named(name).is_none() && Datatype::parse(name).is_some() => {
                Said::Value { typed: true }
            }
            ObjectType::Named(name) => self.said(name),
        };
        let side = |end, words, said| Side { end, words, said };
        (side(&grounded.subject, &claim.subject, subject), side(&grounded.object, &claim.object, object))
    }

    fn said(self, name: &str) -> Said {
        let (known, near) = (self.ontology.class_named(name), || self.spelling.class(name));
        match known {
            Some(class) => Said::Class { class, mapped: false },
            None => near().map_or(Said::Unknown, |class| Said::Class { class, mapped: true }),
        }
    }

    /// What stands at the ends of a relation of this kind, if these sides fit it.
    ///
    /// # Errors
    /// What is wrong with the first end that doesn't fit.
    pub(super) fn fit(
        self,
        kind: &RelationType,
        (subject, object): (Side<'_>, Side<'_>),
        repair: Repair,
    ) -> Result<(End, Filled), RejectReason> {
        let subject = self.entity(subject, &kind.domain, RejectReason::Domain, repair)?;
        Ok((subject, self.object(kind, object, repair)?))
    }

    /// The sides the other way round; values never become subjects.
    ///
    /// # Errors
    /// As for [`Ends::fit`].
    pub(super) fn fit_turned(
        self,
        kind: &RelationType,
        (subject, object): (Side<'_>, Side<'_>),
    ) -> Result<(End, Filled), RejectReason> {
        if matches!(object.said, Said::Value { .. }) {
            return Err(RejectReason::Domain);
        }
        match self.fit(kind, (object, subject), Repair::Turn)? {
            (_, Filled::Value { .. }) => Err(RejectReason::Range),
            turned => Ok(turned),
        }
    }

    fn object(self, kind: &RelationType, side: Side<'_>, repair: Repair) -> Result<Filled, RejectReason> {
        let range = &kind.range;
        let is_known = || side.end.known.iter().any(|key| self.key_fits(key, &range.classes));
        let is_entity = range.allows_entities()
            && match side.said {
                Said::Class { .. } | Said::Unknown => true,
                Said::Value { typed } => !typed && is_known(),
                Said::Nothing => is_known() || !range.allows_values(),
            };
        if is_entity {
            self.entity(side, &range.classes, RejectReason::Range, repair).map(Filled::Entity)
        } else {
            // The model may call a value by a class: where the relation takes values only, it is one.
            self.value(range, side)
        }
    }

    fn value(self, range: &Range, side: Side<'_>) -> Result<Filled, RejectReason> {
        if !range.allows_values() {
            return Err(RejectReason::Range);
        }
        let words = match side.end.place {
            Some(place) => self.document.slice(place.span).unwrap_or_default(),
            None if self.keeps_ungrounded => side.words,
            None => return Err(RejectReason::NotInText),
        };
        let normal = checked(words, range)?;
        Ok(Filled::Value { words: words.to_owned(), normal, grounded: side.end.place.is_some() })
    }

    /// Which entity an end is: a known one that fits, else one to be made.
    fn entity(
        self,
        side: Side<'_>,
        allowed: &[ClassId],
        misfit: RejectReason,
        repair: Repair,
    ) -> Result<End, RejectReason> {
        let mut fitting = side.end.known.iter().filter(|key| self.key_fits(key, allowed));
        let said = match side.said {
            Said::Class { class, .. } => Some(self.ontology.label(class)),
            _ => None,
        };
        let same = fitting.clone().find(|key| Some(key.entity_type()) == said);
        if let Some(key) = same.or_else(|| fitting.next()) {
            return Ok(End::Known(key.clone()));
        }
        // What is known of a name is stronger than a guess.
        let may_guess = side.end.known.is_empty();
        let (class, flag) = match side.said {
            Said::Class { class, mapped: false } if self.ontology.fits(class, allowed) => (class, None),
            Said::Class { class, mapped: true }
                if may_guess && repair == Repair::None && self.ontology.fits(class, allowed) =>
            {
                (class, Some(Flag::TypeMapped))
            }
            Said::Class { class, mapped: false } if may_guess && repair == Repair::Narrow => {
                (self.narrowed(class, allowed).ok_or(misfit)?, Some(Flag::TypeMapped))
            }
            Said::Class { .. } => return Err(misfit),
            Said::Unknown => return Err(RejectReason::UnknownType),
            Said::Nothing | Said::Value { .. } => match allowed {
                _ if !may_guess || repair == Repair::Turn => return Err(misfit),
                &[only] => (only, Some(Flag::TypeInferred)),
                _ => return Err(RejectReason::DanglingReference),
            },
        };
        let place = side.end.place;
        if place.is_none() && !self.keeps_ungrounded {
            return Err(RejectReason::DanglingReference);
        }
        Ok(End::New { class, place, words: side.words.trim().to_owned(), flag })
    }

    /// The only allowed class that is directly below the one that was said.
    fn narrowed(self, class: ClassId, allowed: &[ClassId]) -> Option<ClassId> {
        let mut below = allowed.iter().copied().filter(|&child| self.ontology.parents(child).contains(&class));
        let only = below.next()?;
        below.all(|other| other == only).then_some(only)
    }

    fn key_fits(self, key: &EntityKey, allowed: &[ClassId]) -> bool {
        self.ontology.class_named(key.entity_type()).is_some_and(|class| self.ontology.fits(class, allowed))
    }
}

/// The normal form of a value that a range takes.
///
/// # Errors
/// [`RejectReason::Datatype`] where it is neither listed nor of a datatype.
pub(super) fn checked(words: &str, range: &Range) -> Result<Option<String>, RejectReason> {
    if !range.values.is_empty() {
        let same = |listed: &&String| normal_form(listed) == normal_form(words);
        let listed = range.values.iter().find(same).ok_or(RejectReason::Datatype)?;
        return Ok(Some(listed).filter(|listed| *listed != words).cloned());
    }
    if range.datatypes.is_empty() {
        return Ok(value::guess(words));
    }
    if !range.datatypes.iter().any(|datatype| datatype.admits(words)) {
        return Err(RejectReason::Datatype);
    }
    Ok(range.datatypes.iter().find_map(|datatype| value::normal(words, *datatype)))
}
