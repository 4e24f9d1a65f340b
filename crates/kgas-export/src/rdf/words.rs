//! The words of vocabularies that exports use, with their short names in JSON-LD.

/// A word of a vocabulary.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its name in JSON-LD.
    pub(super) short: &'static str,
    pub(super) iri: &'static str,
    pub(super) leads_to: LeadsTo,
}

/// What a word leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeadsTo {
    /// To nothing: it is a class.
    Class,
    Iri,
    Text,
    Double,
    Count,
}

/// The vocabularies, with the prefixes that Turtle uses.
pub(super) const PREFIXES: [(&str, &str); 7] = [
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("prov", "http://www.w3.org/ns/prov#"),
    ("oa", "http://www.w3.org/ns/oa#"),
    ("kgas", "urn:kgas:vocabulary:"),
];

pub(super) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
pub(super) const DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
pub(super) const COUNT: &str = "http://www.w3.org/2001/XMLSchema#nonNegativeInteger";

macro_rules! words {
    ($($name:ident = $short:literal, $iri:literal, $leads_to:ident;)*) => {
        $(pub(super) static $name: Word = Word { short: $short, iri: $iri, leads_to: LeadsTo::$leads_to };)*
        /// All of them.
        pub(super) static WORDS: &[&Word] = &[$(&$name),*];
    };
}

words! {
    CLASS = "Class", "http://www.w3.org/2000/01/rdf-schema#Class", Class;
    PROPERTY = "Property", "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property", Class;
    STATEMENT = "Statement", "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement", Class;
    PROV_ENTITY = "Entity", "http://www.w3.org/ns/prov#Entity", Class;
    ACTIVITY = "Activity", "http://www.w3.org/ns/prov#Activity", Class;
    AGENT = "SoftwareAgent", "http://www.w3.org/ns/prov#SoftwareAgent", Class;
    ANNOTATION = "Annotation", "http://www.w3.org/ns/oa#Annotation", Class;
    QUOTE_SELECTOR = "TextQuoteSelector", "http://www.w3.org/ns/oa#TextQuoteSelector", Class;
    POSITION_SELECTOR = "TextPositionSelector", "http://www.w3.org/ns/oa#TextPositionSelector", Class;
    UNIT_SELECTOR = "UnitPositionSelector", "urn:kgas:vocabulary:UnitPositionSelector", Class;
    LABEL = "label", "http://www.w3.org/2000/01/rdf-schema#label", Text;
    ALT_LABEL = "altLabel", "http://www.w3.org/2004/02/skos/core#altLabel", Text;
    SUBJECT = "subject", "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject", Iri;
    PREDICATE = "predicate", "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate", Iri;
    OBJECT = "object", "http://www.w3.org/1999/02/22-rdf-syntax-ns#object", Iri;
    DERIVED = "wasDerivedFrom", "http://www.w3.org/ns/prov#wasDerivedFrom", Iri;
    GENERATED = "wasGeneratedBy", "http://www.w3.org/ns/prov#wasGeneratedBy", Iri;
    ATTRIBUTED = "wasAttributedTo", "http://www.w3.org/ns/prov#wasAttributedTo", Iri;
    ASSOCIATED = "wasAssociatedWith", "http://www.w3.org/ns/prov#wasAssociatedWith", Iri;
    BODY = "hasBody", "http://www.w3.org/ns/oa#hasBody", Iri;
    TARGET = "hasTarget", "http://www.w3.org/ns/oa#hasTarget", Iri;
    SOURCE = "hasSource", "http://www.w3.org/ns/oa#hasSource", Iri;
    SELECTOR = "hasSelector", "http://www.w3.org/ns/oa#hasSelector", Iri;
    EXACT = "exact", "http://www.w3.org/ns/oa#exact", Text;
    START = "start", "http://www.w3.org/ns/oa#start", Count;
    END = "end", "http://www.w3.org/ns/oa#end", Count;
    UNIT = "unit", "urn:kgas:vocabulary:unit", Text;
    UNIT_START = "unitStart", "urn:kgas:vocabulary:start", Count;
    UNIT_END = "unitEnd", "urn:kgas:vocabulary:end", Count;
    CONFIDENCE = "confidence", "urn:kgas:vocabulary:confidence", Double;
    MATCH = "match", "urn:kgas:vocabulary:match", Text;
    NORMAL = "normal", "urn:kgas:vocabulary:normal", Text;
    PATH = "path", "urn:kgas:vocabulary:path", Text;
    SHA256 = "sha256", "urn:kgas:vocabulary:sha256", Text;
    VERSION = "version", "urn:kgas:vocabulary:version", Text;
    MODEL = "model", "urn:kgas:vocabulary:model", Text;
}
