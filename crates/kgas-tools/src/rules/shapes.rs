//! Whether a name can be what a class wants, as far as its words tell.

/// What the label of a class says of the names of its entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A human being.
    Person,
    /// A company, a school, a club: made of words such as "Studios".
    Organisation,
    /// A prize: made of words such as "Award".
    Prize,
    /// A kind of place: that something lies there doesn't say whether it is a city or a country.
    Place,
    /// Anything.
    Free,
}

/// How well a name fits a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    No,
    /// Nothing speaks against it.
    Doubtful,
    Yes,
}

const ORGANISATIONS: &[&str] = &[
    "animation",
    "animations",
    "agency",
    "airlines",
    "association",
    "associates",
    "bank",
    "bros",
    "broadcasting",
    "channel",
    "cinema",
    "co",
    "college",
    "committee",
    "company",
    "corp",
    "corporation",
    "council",
    "department",
    "distribution",
    "enterprises",
    "entertainment",
    "film",
    "films",
    "foundation",
    "gmbh",
    "group",
    "inc",
    "industries",
    "institute",
    "international",
    "laboratories",
    "labs",
    "limited",
    "llc",
    "ltd",
    "media",
    "ministry",
    "motors",
    "movies",
    "music",
    "network",
    "party",
    "pictures",
    "plc",
    "press",
    "productions",
    "production",
    "publishing",
    "records",
    "recordings",
    "school",
    "society",
    "software",
    "studio",
    "studios",
    "systems",
    "technologies",
    "television",
    "tv",
    "university",
    "ventures",
    "works",
];

const PRIZES: &[&str] = &[
    "award", "awards", "prize", "prizes", "medal", "oscar", "oscars", "grammy", "emmy", "trophy", "lion", "bear",
    "palme", "globe", "globes",
];

impl Shape {
    /// The shape of the entities of a class, by its label.
    pub(super) fn of_class(label: &str) -> Self {
        let words = label.to_lowercase();
        let has = |known: &[&str]| words.split(|c: char| !c.is_alphabetic()).any(|word| known.contains(&word));
        if has(&["award", "prize", "honour", "honor"]) {
            Self::Prize
        } else if has(&[
            "company",
            "organization",
            "organisation",
            "corporation",
            "studio",
            "label",
            "publisher",
            "university",
            "school",
            "agency",
            "institution",
            "business",
            "firm",
        ]) {
            Self::Organisation
        } else if has(&[
            "human",
            "person",
            "people",
            "actor",
            "author",
            "writer",
            "director",
            "composer",
            "singer",
            "artist",
            "politician",
            "scientist",
            "athlete",
            "man",
            "woman",
            "employee",
            "player",
        ]) {
            Self::Person
        } else if has(&["city", "town", "village", "country", "state", "region", "municipality", "continent"]) {
            Self::Place
        } else {
            Self::Free
        }
    }

    /// Whether `name` looks like it.
    pub(super) fn fit(self, name: &str) -> Fit {
        let has = |known: &[&str]| has_word(name, known);
        let is_organisation = |head: &str| name.contains(' ') && has_word(head, ORGANISATIONS);
        match self {
            Self::Free => Fit::Yes,
            // "Ann Lee of Kestrel Films" is a person; "Studio" alone is half a name.
            Self::Organisation if name.split(" of ").next().is_some_and(is_organisation) => Fit::Yes,
            Self::Organisation | Self::Place => Fit::Doubtful,
            Self::Prize if has(PRIZES) => Fit::Yes,
            Self::Prize => Fit::No,
            Self::Person if has(ORGANISATIONS) || name.chars().any(|c| c.is_ascii_digit()) => Fit::No,
            Self::Person if name.split(' ').any(|word| matches!(word, "and" | "the" | "The")) => Fit::No,
            // One word is a nickname, a band, or half a name.
            Self::Person if !name.trim().contains(' ') => Fit::Doubtful,
            Self::Person => Fit::Yes,
        }
    }
}

fn has_word(name: &str, known: &[&str]) -> bool {
    name.split(|c: char| !c.is_alphanumeric()).any(|word| known.iter().any(|known| known.eq_ignore_ascii_case(word)))
}
