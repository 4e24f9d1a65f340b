//! `Grounded → Fact`: what the ontology says to a grounded claim.

use std::collections::BTreeSet;

use super::ends::{End, Ends, Filled, Repair};
use super::properties::{LostProperty, Properties};
use super::spelling::Spelling;
use super::{
    EntityKey, Evidence, Flag, GroundedEntity, GroundedRelation, Match, Mention, Object, Place, RejectReason, Relation,
};
use crate::Document;
use crate::ontology::{ClassId, Ontology, RelationType};

/// Holds grounded claims against an ontology and makes facts of those that stand.
///
/// What doesn't stand as it was said is repaired where it can be meant in one way only, by one step, and flagged:
/// a type or relation that is misspelt, a type that is one level too general for the relation, a relation that fits
/// only backwards. Entities that are known win over what is said of them.
#[derive(Clone, Debug)]
pub struct Validator<'o> {
    document: &'o Document,
    ontology: &'o Ontology,
    tool: &'o str,
    min_confidence: f64,
    keeps_ungrounded: bool,
    spelling: Spelling<'o>,
}

/// A relation that stands, with the mentions that had to be made for its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct RelationFacts {
    /// The relation.
    pub relation: Relation,
    /// Mentions of ends that no known entity matched.
    pub mentions: Vec<Mention>,
}

/// How a claimed relation fits one of the ontology.
struct Fit<'o> {
    kind: &'o RelationType,
    subject: End,
    object: Filled,
    repair: Option<Flag>,
}

impl<'o> Validator<'o> {
    /// Makes a validator; `tool` is the id under which facts are kept.
    #[must_use]
    pub const fn new(document: &'o Document, ontology: &'o Ontology, tool: &'o str) -> Self {
        let spelling = Spelling::new(ontology);
        Self { document, ontology, tool, min_confidence: 0.0, keeps_ungrounded: false, spelling }
    }

    /// With the confidence that a claim must exceed. A claim without one counts as 1, and is flagged.
    #[must_use]
    pub fn min_confidence(mut self, min: f64) -> Self {
        self.min_confidence = min;
        self
    }

    /// Whether ends that the text doesn't have are made without a place, flagged.
    #[must_use]
    pub fn keep_ungrounded(mut self, keeps: bool) -> Self {
        self.keeps_ungrounded = keeps;
        self
    }

    /// The class that is meant by a name, and whether the name had to be mapped to it.
    pub(super) fn class(&self, name: &str) -> Option<(ClassId, Option<Flag>)> {
        let known = self.ontology.class_named(name).map(|class| (class, None));
        known.or_else(|| self.spelling.class(name).map(|class| (class, Some(Flag::TypeMapped))))
    }

    pub(super) fn label(&self, class: ClassId) -> &'o str {
        self.ontology.label(class)
    }

    /// Makes a mention of a grounded entity, and says which of its properties didn't stand.
    ///
    /// # Errors
    /// [`RejectReason::UnknownType`] or [`RejectReason::LowConfidence`].
    pub fn entity(&self, grounded: GroundedEntity) -> Result<(Mention, Vec<LostProperty>), RejectReason> {
        let (class, mapped) = self.class(&grounded.candidate.entity_type).ok_or(RejectReason::UnknownType)?;
        let (confidence, flags) = self.confidence(grounded.candidate.confidence, grounded.candidate.confidence_read)?;
        let (properties, lost) = match grounded.properties.is_empty() {
            true => (Vec::new(), Vec::new()),
            false => Properties::of(self.ontology, class).checked(grounded.properties),
        };
        let evidence = Evidence {
            chunk: grounded.chunk,
            span: grounded.span,
            quote: grounded.quote,
            matched: grounded.matched,
            score: grounded.score,
            tool: self.tool.to_owned(),
            flags: flags.into_iter().chain(mapped).chain(grounded.flags).collect(),
        };
        let key = EntityKey::new(self.ontology.label(class), &evidence.quote);
        Ok((Mention { key, evidence, confidence, properties }, lost))
    }

    /// Makes a relation, and the mentions that its ends need.
    ///
    /// # Errors
    /// The first that is met of [`RejectReason::LowConfidence`], `UnknownRelation`, what is wrong with the subject
    /// (`UnknownType`, `Domain`, `DanglingReference`), with the object (`UnknownType`, `Range`, `DanglingReference`;
    /// of a value `Range`, `NotInText`, `Datatype`), and `SelfLoop`.
    pub fn relation(&self, grounded: &GroundedRelation) -> Result<RelationFacts, RejectReason> {
        let (confidence, mut flags) =
            self.confidence(grounded.candidate.confidence, grounded.candidate.confidence_read)?;
        let Fit { kind, subject, object, repair } = self.fit(grounded)?;
        let said = flags.clone();
        flags.extend(grounded.flags.iter().copied().chain(repair));
        let mut mentions: Vec<Mention> = Vec::new();
        let mut keep = |end: End, flags: &mut BTreeSet<Flag>| match end {
            End::Known(key) => key,
            End::New { class, place, words, flag } => {
                let flags_of_end = said.iter().copied().chain(flag).collect();
                let place = place.ok_or((grounded.chunk, words));
                let mention = self.mention(class, place, confidence, flags_of_end);
                // A relation is no better than what was done to its ends.
                let of_ends = mention.evidence.flags.iter().copied();
                flags.extend(of_ends.filter(|flag| matches!(flag, Flag::TypeMapped | Flag::Ungrounded)));
                let key = mention.key.clone();
                mentions.push(mention);
                key
            }
        };
        let subject = keep(subject, &mut flags);
        let (object, normal) = match object {
            Filled::Entity(end) => (Object::Entity(keep(end, &mut flags)), None),
            Filled::Value { words, normal, grounded } => {
                flags.extend((!grounded).then_some(Flag::Ungrounded));
                (Object::Value(words), normal)
            }
        };
        if object == Object::Entity(subject.clone()) {
            return Err(RejectReason::SelfLoop);
        }
        let evidence = Evidence {
            chunk: grounded.chunk,
            span: grounded.span,
            quote: grounded.quote.clone(),
            matched: grounded.matched,
            score: grounded.score,
            tool: self.tool.to_owned(),
            flags,
        };
        let relation = Relation { relation_type: kind.label.clone(), subject, object, normal, confidence, evidence };
        Ok(RelationFacts { relation, mentions })
    }

    fn fit(&self, grounded: &GroundedRelation) -> Result<Fit<'o>, RejectReason> {
        let ends = Ends {
            document: self.document,
            ontology: self.ontology,
            spelling: &self.spelling,
            keeps_ungrounded: self.keeps_ungrounded,
        };
        let sides = ends.sides(grounded);
        let made = |kind, repair| move |(subject, object)| Fit { kind, subject, object, repair };
        let name = &grounded.candidate.relation_type;
        // A label may stand for several relations that differ in domain and range: the first that fits is meant.
        let mut kinds = self.ontology.relations_named(name).peekable();
        if kinds.peek().is_none() {
            let fits = |kind: &RelationType| ends.fit(kind, sides, Repair::Respell).is_ok();
            let kind = self.spelling.relation(name, fits).ok_or(RejectReason::UnknownRelation)?;
            return ends.fit(kind, sides, Repair::Respell).map(made(kind, Some(Flag::TypeMapped)));
        }
        let kinds: Vec<&'o RelationType> = kinds.collect();
        let mut reason = None;
        for kind in &kinds {
            match ends.fit(kind, sides, Repair::None) {
                Ok(found) => return Ok(made(*kind, None)(found)),
                Err(first) => reason = reason.or(Some(first)),
            }
        }
        let reason = reason.unwrap_or(RejectReason::UnknownRelation);
        if !matches!(reason, RejectReason::Domain | RejectReason::Range) {
            return Err(reason);
        }
        let narrowed = kinds.iter().find_map(|kind| ends.fit(kind, sides, Repair::Narrow).ok().map(made(*kind, None)));
        let turned =
            kinds.iter().find_map(|kind| ends.fit_turned(kind, sides).ok().map(made(*kind, Some(Flag::Reversed))));
        match (narrowed, turned) {
            (Some(fit), None) | (None, Some(fit)) => Ok(fit),
            // Two repairs would do: nobody knows which is meant.
            _ => Err(reason),
        }
    }

    fn confidence(&self, given: Option<f64>, read: bool) -> Result<(f64, BTreeSet<Flag>), RejectReason> {
        match given {
            None => Ok((1.0, BTreeSet::from([Flag::ConfidenceMissing]))),
            Some(sure) if sure > self.min_confidence => {
                Ok((sure, read.then_some(Flag::ConfidenceRead).into_iter().collect()))
            }
            Some(_) => Err(RejectReason::LowConfidence),
        }
    }

    /// A mention at a place, or without one: then the chunk and the words that were claimed.
    fn mention(
        &self,
        class: ClassId,
        place: Result<Place, (usize, String)>,
        confidence: f64,
        mut flags: BTreeSet<Flag>,
    ) -> Mention {
        let tool = self.tool.to_owned();
        let evidence = match place {
            Ok(Place { span, chunk, matched, score }) => {
                let quote = self.document.slice(span).unwrap_or_default().to_owned();
                Evidence { chunk, span: Some(span), quote, matched, score, tool, flags }
            }
            Err((chunk, quote)) => {
                flags.insert(Flag::Ungrounded);
                Evidence { chunk, span: None, quote, matched: Match::None, score: None, tool, flags }
            }
        };
        let key = EntityKey::new(self.ontology.label(class), &evidence.quote);
        Mention { key, evidence, confidence, properties: Vec::new() }
    }
}
