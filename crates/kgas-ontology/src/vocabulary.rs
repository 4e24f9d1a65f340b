//! The IRIs that OWL, RDFS, SKOS and others have for what an ontology says; readers and writers share them.

pub(crate) const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
pub(crate) const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
pub(crate) const OWL: &str = "http://www.w3.org/2002/07/owl#";
pub(crate) const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
pub(crate) const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
/// What kgas says and OWL has no word for.
pub(crate) const KGAS: &str = "https://kgas.dev/ns#";

pub(crate) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
pub(crate) const RDF_PROPERTY: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property";
pub(crate) const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
pub(crate) const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
pub(crate) const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";

pub(crate) const RDFS_CLASS: &str = "http://www.w3.org/2000/01/rdf-schema#Class";
pub(crate) const RDFS_SUB_CLASS_OF: &str = "http://www.w3.org/2000/01/rdf-schema#subClassOf";
pub(crate) const RDFS_SUB_PROPERTY_OF: &str = "http://www.w3.org/2000/01/rdf-schema#subPropertyOf";
pub(crate) const RDFS_DOMAIN: &str = "http://www.w3.org/2000/01/rdf-schema#domain";
pub(crate) const RDFS_RANGE: &str = "http://www.w3.org/2000/01/rdf-schema#range";
pub(crate) const RDFS_LABEL: &str = "http://www.w3.org/2000/01/rdf-schema#label";
pub(crate) const RDFS_COMMENT: &str = "http://www.w3.org/2000/01/rdf-schema#comment";
pub(crate) const RDFS_LITERAL: &str = "http://www.w3.org/2000/01/rdf-schema#Literal";
pub(crate) const RDFS_RESOURCE: &str = "http://www.w3.org/2000/01/rdf-schema#Resource";
pub(crate) const RDFS_DATATYPE: &str = "http://www.w3.org/2000/01/rdf-schema#Datatype";

pub(crate) const OWL_ONTOLOGY: &str = "http://www.w3.org/2002/07/owl#Ontology";
pub(crate) const OWL_IMPORTS: &str = "http://www.w3.org/2002/07/owl#imports";
pub(crate) const OWL_CLASS: &str = "http://www.w3.org/2002/07/owl#Class";
pub(crate) const OWL_THING: &str = "http://www.w3.org/2002/07/owl#Thing";
pub(crate) const OWL_OBJECT_PROPERTY: &str = "http://www.w3.org/2002/07/owl#ObjectProperty";
pub(crate) const OWL_DATATYPE_PROPERTY: &str = "http://www.w3.org/2002/07/owl#DatatypeProperty";
pub(crate) const OWL_ANNOTATION_PROPERTY: &str = "http://www.w3.org/2002/07/owl#AnnotationProperty";
pub(crate) const OWL_FUNCTIONAL_PROPERTY: &str = "http://www.w3.org/2002/07/owl#FunctionalProperty";
pub(crate) const OWL_NAMED_INDIVIDUAL: &str = "http://www.w3.org/2002/07/owl#NamedIndividual";
pub(crate) const OWL_UNION_OF: &str = "http://www.w3.org/2002/07/owl#unionOf";
pub(crate) const OWL_INTERSECTION_OF: &str = "http://www.w3.org/2002/07/owl#intersectionOf";
pub(crate) const OWL_ONE_OF: &str = "http://www.w3.org/2002/07/owl#oneOf";
pub(crate) const OWL_EQUIVALENT_CLASS: &str = "http://www.w3.org/2002/07/owl#equivalentClass";
pub(crate) const OWL_DEPRECATED: &str = "http://www.w3.org/2002/07/owl#deprecated";
pub(crate) const OWL_ON_PROPERTY: &str = "http://www.w3.org/2002/07/owl#onProperty";
pub(crate) const OWL_ON_CLASS: &str = "http://www.w3.org/2002/07/owl#onClass";
pub(crate) const OWL_ON_DATA_RANGE: &str = "http://www.w3.org/2002/07/owl#onDataRange";
pub(crate) const OWL_SOME_VALUES_FROM: &str = "http://www.w3.org/2002/07/owl#someValuesFrom";
pub(crate) const OWL_ALL_VALUES_FROM: &str = "http://www.w3.org/2002/07/owl#allValuesFrom";
pub(crate) const OWL_CARDINALITY: &str = "http://www.w3.org/2002/07/owl#cardinality";
pub(crate) const OWL_MIN_CARDINALITY: &str = "http://www.w3.org/2002/07/owl#minCardinality";
pub(crate) const OWL_MAX_CARDINALITY: &str = "http://www.w3.org/2002/07/owl#maxCardinality";
pub(crate) const OWL_QUALIFIED_CARDINALITY: &str = "http://www.w3.org/2002/07/owl#qualifiedCardinality";
pub(crate) const OWL_MIN_QUALIFIED_CARDINALITY: &str = "http://www.w3.org/2002/07/owl#minQualifiedCardinality";
pub(crate) const OWL_MAX_QUALIFIED_CARDINALITY: &str = "http://www.w3.org/2002/07/owl#maxQualifiedCardinality";

pub(crate) const SKOS_PREF_LABEL: &str = "http://www.w3.org/2004/02/skos/core#prefLabel";
pub(crate) const SKOS_ALT_LABEL: &str = "http://www.w3.org/2004/02/skos/core#altLabel";
pub(crate) const SKOS_DEFINITION: &str = "http://www.w3.org/2004/02/skos/core#definition";
pub(crate) const SKOS_EXAMPLE: &str = "http://www.w3.org/2004/02/skos/core#example";

/// The name of a property that a class's entities may have; on the class, as a string.
pub(crate) const KGAS_PROPERTY: &str = "https://kgas.dev/ns#property";
/// How many objects a subject has, `0..1`; on a property, as a string. It says what OWL has no short word for.
pub(crate) const KGAS_CARDINALITY: &str = "https://kgas.dev/ns#cardinality";

pub(crate) const SKOS_HIDDEN_LABEL: &str = "http://www.w3.org/2004/02/skos/core#hiddenLabel";
pub(crate) const DC_TITLE: &str = "http://purl.org/dc/elements/1.1/title";
pub(crate) const DC_DESCRIPTION: &str = "http://purl.org/dc/elements/1.1/description";
pub(crate) const DCTERMS_TITLE: &str = "http://purl.org/dc/terms/title";
pub(crate) const DCTERMS_DESCRIPTION: &str = "http://purl.org/dc/terms/description";
/// Both spellings are in use; readers take them for one.
pub(crate) const SCHEMA: [&str; 2] = ["http://schema.org/", "https://schema.org/"];
pub(crate) const SCHEMA_NAME: &str = "http://schema.org/name";
pub(crate) const SCHEMA_DESCRIPTION: &str = "http://schema.org/description";
pub(crate) const SCHEMA_DOMAIN_INCLUDES: &str = "http://schema.org/domainIncludes";
pub(crate) const SCHEMA_RANGE_INCLUDES: &str = "http://schema.org/rangeIncludes";

pub(crate) const OWL_DEPRECATED_CLASS: &str = "http://www.w3.org/2002/07/owl#DeprecatedClass";
pub(crate) const OWL_DEPRECATED_PROPERTY: &str = "http://www.w3.org/2002/07/owl#DeprecatedProperty";
pub(crate) const OWL_SYMMETRIC_PROPERTY: &str = "http://www.w3.org/2002/07/owl#SymmetricProperty";
pub(crate) const OWL_TRANSITIVE_PROPERTY: &str = "http://www.w3.org/2002/07/owl#TransitiveProperty";
pub(crate) const OWL_INVERSE_FUNCTIONAL_PROPERTY: &str = "http://www.w3.org/2002/07/owl#InverseFunctionalProperty";
pub(crate) const OWL_ON_DATATYPE: &str = "http://www.w3.org/2002/07/owl#onDatatype";

/// What values of any kind are read as.
pub(crate) const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
pub(crate) const XSD_DECIMAL: &str = "http://www.w3.org/2001/XMLSchema#decimal";
pub(crate) const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
pub(crate) const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
pub(crate) const XSD_DATE: &str = "http://www.w3.org/2001/XMLSchema#date";
pub(crate) const XSD_DATE_TIME: &str = "http://www.w3.org/2001/XMLSchema#dateTime";
pub(crate) const XSD_TIME: &str = "http://www.w3.org/2001/XMLSchema#time";
pub(crate) const XSD_GYEAR: &str = "http://www.w3.org/2001/XMLSchema#gYear";
pub(crate) const XSD_DURATION: &str = "http://www.w3.org/2001/XMLSchema#duration";
pub(crate) const XSD_ANY_URI: &str = "http://www.w3.org/2001/XMLSchema#anyURI";
