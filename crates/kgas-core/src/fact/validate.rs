//! `Grounded → Fact`: what the ontology says to a grounded claim.

use std::collections::BTreeSet;

use super::{
    EntityKey, Evidence, Flag, GroundedEnd, GroundedEntity, GroundedRelation, Mention, Object, ObjectType, Place,
    PropertyValue, RejectReason, Relation,
};
use crate::Document;
use crate::ontology::{ClassId, Datatype, Ontology, RelationType};

/// Holds grounded claims against an ontology and makes facts of those that stand.
#[derive(Clone, Copy, Debug)]
pub struct Validator<'o> {
    document: &'o Document,
    ontology: &'o Ontology,
    tool: &'o str,
    min_confidence: f64,
}

/// A relation that stands, with the mentions that had to be made for its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct RelationFacts {
    /// The relation.
    pub relation: Relation,
    /// Mentions of ends that no known entity matched.
    pub mentions: Vec<Mention>,
}

/// The class that was said for an end of a relation.
#[derive(Clone, Copy)]
enum Said {
    Nothing,
    Class(ClassId),
    Unknown,
}

/// An end that turned out to be an entity: a known one, or one to be made at a place.
enum End {
    Known(EntityKey),
    New(ClassId, Place, Option<Flag>),
}

impl<'o> Validator<'o> {
    /// Makes a validator; `tool` is the id under which facts are kept.
    #[must_use]
    pub const fn new(document: &'o Document, ontology: &'o Ontology, tool: &'o str) -> Self {
        Self { document, ontology, tool, min_confidence: 0.0 }
    }

    /// With the confidence that a claim must exceed. A claim without one counts as 1, and is flagged.
    #[must_use]
    pub const fn min_confidence(mut self, min: f64) -> Self {
        self.min_confidence = min;
        self
    }

    /// Makes a mention of a grounded entity, and says which of its properties didn't stand.
    ///
    /// # Errors
    /// [`RejectReason::UnknownType`] or [`RejectReason::LowConfidence`].
    pub fn entity(&self, grounded: GroundedEntity) -> Result<(Mention, Vec<(String, RejectReason)>), RejectReason> {
        let class = self.ontology.class_named(&grounded.candidate.entity_type).ok_or(RejectReason::UnknownType)?;
        let (confidence, flags) = self.confidence(grounded.candidate.confidence)?;
        let mut properties = Vec::new();
        let mut lost = Vec::new();
        for claim in grounded.properties {
            match (self.property(class, &claim.name), claim.place) {
                (None, _) => lost.push((claim.name, RejectReason::UnknownProperty)),
                (Some(_), None) => lost.push((claim.name, RejectReason::PropertyNotInText)),
                (Some(name), Some(Place { span, .. })) => {
                    properties.push(PropertyValue { name: name.to_owned(), value: claim.quote, normal: None, span });
                }
            }
        }
        let evidence = Evidence {
            chunk: grounded.chunk,
            span: grounded.span,
            quote: grounded.quote,
            matched: grounded.matched,
            score: grounded.score,
            tool: self.tool.to_owned(),
            flags: flags.into_iter().chain(grounded.flags).collect(),
        };
        let key = EntityKey::new(self.ontology.label(class), &evidence.quote);
        Ok((Mention { key, evidence, confidence, properties }, lost))
    }

    /// Makes a relation, and the mentions that its ends need.
    ///
    /// # Errors
    /// [`RejectReason::UnknownRelation`], [`RejectReason::LowConfidence`], or what is wrong with an end:
    /// `UnknownType`, `Domain`, `Range`, `Datatype`, `NotInText`, `DanglingReference`.
    pub fn relation(&self, grounded: &GroundedRelation) -> Result<RelationFacts, RejectReason> {
        let (confidence, flags) = self.confidence(grounded.candidate.confidence)?;
        let mut reason = RejectReason::UnknownRelation;
        // A label may stand for several relations that differ in domain and range: the first that fits is meant.
        for (at, kind) in self.ontology.relations_named(&grounded.candidate.relation_type).enumerate() {
            match self.relation_of(kind, grounded, confidence, &flags) {
                Ok(facts) => return Ok(facts),
                Err(first) if at == 0 => reason = first,
                Err(_) => {}
            }
        }
        Err(reason)
    }

    fn relation_of(
        &self,
        kind: &RelationType,
        grounded: &GroundedRelation,
        confidence: f64,
        flags: &BTreeSet<Flag>,
    ) -> Result<RelationFacts, RejectReason> {
        let claim = &grounded.candidate;
        let said = claim.subject_type.as_deref().map_or(Said::Nothing, |name| self.said(name));
        let subject = self.end(&grounded.subject, said, &kind.domain, RejectReason::Domain)?;
        let object = self.object(kind, grounded)?;
        let mut mentions: Vec<Mention> = Vec::new();
        let mut keep = |end: End| match end {
            End::Known(key) => key,
            End::New(class, place, flag) => {
                let flags = flags.iter().copied().chain(flag).collect();
                let mention = self.mention(class, place, confidence, flags);
                let key = mention.key.clone();
                // The two ends may be one.
                if !mentions.iter().any(|other| other.key == key && other.evidence.span == Some(place.span)) {
                    mentions.push(mention);
                }
                key
            }
        };
        let subject = keep(subject);
        let object = match object {
            Ok(end) => Object::Entity(keep(end)),
            Err(value) => Object::Value(value),
        };
        let evidence = Evidence {
            chunk: grounded.chunk,
            span: grounded.span,
            score: grounded.score,
            quote: grounded.quote.clone(),
            matched: grounded.matched,
            tool: self.tool.to_owned(),
            flags: flags.iter().chain(&grounded.flags).copied().collect(),
        };
        let relation_type = kind.label.clone();
        let relation = Relation { relation_type, subject, object, normal: None, confidence, evidence };
        Ok(RelationFacts { relation, mentions })
    }

    /// The object as an entity, or (the inner `Err`) as a value.
    fn object(&self, kind: &RelationType, grounded: &GroundedRelation) -> Result<Result<End, String>, RejectReason> {
        let range = &kind.range;
        let entity = |said| self.end(&grounded.object, said, &range.classes, RejectReason::Range);
        let is_known = || grounded.object.known.iter().any(|key| self.key_fits(key, &range.classes));
        match &grounded.candidate.object_type {
            ObjectType::Named(name) => match (self.said(name), Datatype::parse(name)) {
                (Said::Unknown, Some(_)) => self.value(kind, grounded).map(Err),
                (said, _) if range.allows_entities() => entity(said).map(Ok),
                // The model may call a value by a class: the relation takes values only, and so it is one.
                _ => self.value(kind, grounded).map(Err),
            },
            ObjectType::Literal if range.allows_entities() && is_known() => entity(Said::Nothing).map(Ok),
            ObjectType::Unsaid if range.allows_entities() && (is_known() || !range.allows_values()) => {
                entity(Said::Nothing).map(Ok)
            }
            ObjectType::Literal | ObjectType::Unsaid => self.value(kind, grounded).map(Err),
        }
    }

    fn value(&self, kind: &RelationType, grounded: &GroundedRelation) -> Result<String, RejectReason> {
        if !kind.range.allows_values() {
            return Err(RejectReason::Range);
        }
        let place = grounded.object.place.ok_or(RejectReason::NotInText)?;
        let words = self.document.slice(place.span).unwrap_or_default();
        let datatypes = &kind.range.datatypes;
        if datatypes.is_empty() || datatypes.iter().any(|datatype| datatype.admits(words)) {
            Ok(words.to_owned())
        } else {
            Err(RejectReason::Datatype)
        }
    }

    /// Which entity an end is: a known one that fits, else one to be made where the text has its words.
    fn end(
        &self,
        end: &GroundedEnd,
        said: Said,
        allowed: &[ClassId],
        misfit: RejectReason,
    ) -> Result<End, RejectReason> {
        let mut fitting: Vec<&EntityKey> = end.known.iter().filter(|key| self.key_fits(key, allowed)).collect();
        if let Said::Class(class) = said {
            fitting.sort_by_key(|key| key.entity_type() != self.ontology.label(class));
        }
        if let Some(&key) = fitting.first() {
            return Ok(End::Known(key.clone()));
        }
        let (class, flag) = match (said, allowed) {
            (Said::Class(class), _) => (class, None),
            (Said::Unknown, _) => return Err(RejectReason::UnknownType),
            (Said::Nothing, _) if !end.known.is_empty() => return Err(misfit),
            (Said::Nothing, &[only]) => (only, Some(Flag::TypeInferred)),
            (Said::Nothing, _) => return Err(RejectReason::DanglingReference),
        };
        if !self.ontology.fits(class, allowed) {
            return Err(misfit);
        }
        let place = end.place.ok_or(RejectReason::DanglingReference)?;
        Ok(End::New(class, place, flag))
    }

    fn key_fits(&self, key: &EntityKey, allowed: &[ClassId]) -> bool {
        self.ontology.class_named(key.entity_type()).is_some_and(|class| self.ontology.fits(class, allowed))
    }

    fn said(&self, name: &str) -> Said {
        self.ontology.class_named(name).map_or(Said::Unknown, Said::Class)
    }

    fn confidence(&self, given: Option<f64>) -> Result<(f64, BTreeSet<Flag>), RejectReason> {
        match given {
            None => Ok((1.0, BTreeSet::from([Flag::ConfidenceMissing]))),
            Some(sure) if sure > self.min_confidence => Ok((sure, BTreeSet::new())),
            Some(_) => Err(RejectReason::LowConfidence),
        }
    }

    /// The property's name as the ontology spells it; classes inherit properties.
    fn property(&self, class: ClassId, name: &str) -> Option<&'o str> {
        let owners = self.ontology.classes().filter(|(id, _)| self.ontology.is_a(class, *id));
        owners
            .flat_map(|(_, owner)| &owner.properties)
            .find(|known| crate::text::label_key(known) == crate::text::label_key(name))
            .map(String::as_str)
    }

    fn mention(&self, class: ClassId, place: Place, confidence: f64, flags: BTreeSet<Flag>) -> Mention {
        let quote = self.document.slice(place.span).unwrap_or_default().to_owned();
        let key = EntityKey::new(self.ontology.label(class), &quote);
        let Place { span, chunk, matched, score } = place;
        let tool = self.tool.to_owned();
        let evidence = Evidence { chunk, span: Some(span), quote, matched, score, tool, flags };
        Mention { key, evidence, confidence, properties: Vec::new() }
    }
}
