//! How English says common relations: words of a label, and the phrases that state such a relation.
//!
//! In a phrase `S` is the subject of the relation and `O` its object. Words are compared by their stems, so that
//! "O directs S" also stands for "directed". A family serves every relation whose label has all the words of one
//! of its triggers.

/// Phrases for one kind of relation.
#[derive(Debug)]
pub(super) struct Family {
    /// Each a word or several; several must all be in the label.
    pub(super) labels: &'static [&'static str],
    /// Phrases that state it.
    pub(super) phrases: &'static [&'static str],
    /// Phrases that more often mean something else.
    pub(super) weak: &'static [&'static str],
    /// Whether the phrases leave open what the subject is: people win prizes, and so do films.
    pub(super) is_open: bool,
}

const fn family(
    labels: &'static [&'static str],
    phrases: &'static [&'static str],
    weak: &'static [&'static str],
) -> Family {
    Family { labels, phrases, weak, is_open: false }
}

const fn open(labels: &'static [&'static str], phrases: &'static [&'static str]) -> Family {
    Family { labels, phrases, weak: &[], is_open: true }
}

/// All families; a relation may belong to several.
pub(super) static FAMILIES: &[Family] = &[
    // Who made it.
    family(&["director", "directed by"], &["S directed by O", "O directed S", "O director of S"], &[]),
    family(
        &["screenwriter", "screenplay", "author", "writer", "written by", "script"],
        &[
            "S written by O",
            "O wrote S",
            "O writes S",
            "S authored by O",
            "S penned by O",
            "S screenplay by O",
            "S script by O",
            "O author of S",
            "O writer of S",
            "S scripted by O",
        ],
        &["S story by O", "S created by O"],
    ),
    family(
        &["composer", "composed by"],
        &["S composed by O", "S music by O", "O composed S", "S scored by O", "S score by O", "O composer of S"],
        &["S written by O"],
    ),
    family(&["lyrics", "lyricist"], &["S lyrics by O", "S lyrics written by O"], &["S written by O"]),
    family(
        &["performer", "singer", "artist"],
        &[
            "S performed by O",
            "S recorded by O",
            "S sung by O",
            "O recorded S",
            "O performed S",
            "O sang S",
            "S song by O",
            "S single by O",
            "S album by O",
            "S track by O",
            "S ballad by O",
        ],
        &["S by O"],
    ),
    family(
        &["producer", "produced by"],
        &["S produced by O", "O produced S", "S production by O", "O producer of S"],
        &[],
    ),
    family(
        &["production company", "manufacturer", "studio", "developer", "maker"],
        &[
            "S produced by O",
            "S made by O",
            "S manufactured by O",
            "S developed by O",
            "S built by O",
            "O manufactures S",
            "O developed S",
            "S animated by O",
            "S designed by O",
        ],
        &["S by O"],
    ),
    family(
        &["publisher", "label", "distributor", "published by"],
        &[
            "S published by O",
            "S released by O",
            "S distributed by O",
            "S issued by O",
            "S released through O",
            "S released via O",
            "S released on O",
            "S published through O",
            "O published S",
            "O released S",
        ],
        &[],
    ),
    family(
        &["creator", "inventor", "designer"],
        &["S created by O", "S invented by O", "S designed by O", "O created S", "O invented S", "O creator of S"],
        &[],
    ),
    family(&["wrote", "writes"], &["S wrote O", "O written by S"], &[]),
    // Who and what is in it.
    family(
        &["acted in", "stars in", "appears in"],
        &["S starred in O", "S acted in O", "O starring S", "O stars S"],
        &[],
    ),
    family(
        &["cast", "actor", "star", "starring"],
        &[
            "S starring O",
            "S stars O",
            "S starred O",
            "O starred in S",
            "O stars in S",
            "O acted in S",
            "S cast includes O",
            "S voices of O",
            "O appeared in S",
        ],
        &["S featuring O", "S features O"],
    ),
    family(&["characters", "character"], &["S character O", "S characters O"], &["S featuring O", "S features O"]),
    family(
        &["based", "adapted", "adaptation"],
        &["S based on O", "S based upon O", "S adapted from O", "S adaptation of O"],
        &["S inspired by O"],
    ),
    family(
        &["subject", "topic", "theme"],
        &[],
        &["S about O", "S documentary about O", "S documents O", "S story of O"],
    ),
    family(
        &["part of", "album"],
        &[
            "S part of O",
            "S track on O",
            "S single from O",
            "S included on O",
            "S appears on O",
            "S track from O",
            "S track off O",
        ],
        &["S from O", "S taken from O", "S song from O", "S released from O"],
    ),
    family(
        &["tracklist", "tracks", "has part"],
        &["O part of S", "O track on S", "O single from S", "O included on S", "O appears on S", "O track from S"],
        &["O single from S", "O from S", "S includes O", "S contains O", "S comprises O"],
    ),
    family(&["language"], &["S sung in O", "S written in O"], &[]),
    // Prizes.
    open(
        &["award", "prize", "honour", "honor"],
        &["S won O", "S wins O", "S received O", "S awarded O", "S winner of O"],
    ),
    open(&["nominated", "nomination", "nominee"], &["S nominated for O", "S nomination for O", "S nominee for O"]),
    // Where.
    open(&["narrative", "setting", "set"], &["S set in O", "S takes place in O", "S took place in O"]),
    open(
        &["filming", "shooting"],
        &[
            "S filmed in O",
            "S shot in O",
            "S filmed at O",
            "S shot at O",
            "S filmed on location in O",
            "S shot on location in O",
        ],
    ),
    open(
        &["location", "located", "place", "situated"],
        &["S located in O", "S situated in O", "S lies in O", "S stands in O", "S located at O"],
    ),
    family(
        &["headquarters", "headquartered", "seat"],
        &["S headquartered in O", "S based in O", "S headquarters in O", "S headquarters are in O"],
        &[],
    ),
    family(&["birth", "born", "birthplace"], &["S born in O", "S born on O", "S born at O", "S born near O"], &[]),
    family(&["death", "died"], &["S died in O", "S died on O", "S died at O", "S killed in O"], &[]),
    family(&["capital"], &["S capital O", "O capital of S"], &[]),
    family(
        &["residence", "lives", "resides"],
        &["S lives in O", "S lived in O", "S resides in O", "S moved to O"],
        &[],
    ),
    // When.
    open(
        &["publication", "release", "released", "published", "premiere"],
        &[
            "S released on O",
            "S released in O",
            "S published on O",
            "S published in O",
            "S premiered on O",
            "S premiered in O",
            "S aired on O",
            "S issued in O",
            "S issued on O",
        ],
    ),
    family(
        &["inception", "founding", "foundation", "established"],
        &["S founded in O", "S founded on O", "S established in O", "S formed in O"],
        &[],
    ),
    // People and organisations.
    family(
        &["founder", "founded by"],
        &["S founded by O", "O founded S", "S established by O", "O established S", "O founder of S"],
        &[],
    ),
    family(
        &["employer", "works", "work", "employed", "employment"],
        &[
            "S works for O",
            "S works at O",
            "S worked for O",
            "S worked at O",
            "S employed by O",
            "S hired by O",
            "S joined O",
            "O hired S",
            "O employs S",
            "S employee of O",
            "S engineer at O",
        ],
        &[],
    ),
    family(
        &["employee", "employees", "employs"],
        &["O works for S", "O works at S", "O employed by S", "S hired O", "S employs O", "O joined S"],
        &[],
    ),
    family(&["member"], &["S member of O", "S joined O"], &[]),
    family(
        &["ceo", "president", "chairman", "head", "leader", "leads", "manager"],
        &["S led by O", "S headed by O", "O leads S", "O led S", "O heads S"],
        &[],
    ),
    family(
        &["owner", "parent company", "acquired by"],
        &["S owned by O", "S acquired by O", "S bought by O", "O acquired S", "O owns S", "O bought S"],
        &[],
    ),
    family(
        &["acquisition", "subsidiary"],
        &["S acquired O", "S bought O", "S owns O", "O acquired by S", "O bought by S", "O owned by S"],
        &[],
    ),
    family(&["spouse", "married"], &["S married O", "S married to O", "S wife of O", "S husband of O"], &[]),
    family(&["child", "children"], &["O son of S", "O daughter of S", "O child of S"], &[]),
    family(&["parent", "father", "mother"], &["S son of O", "S daughter of O", "S child of O"], &[]),
    family(
        &["educated", "education", "alma", "studied"],
        &["S studied at O", "S educated at O", "S graduated from O", "S attended O"],
        &[],
    ),
    family(&["cost", "budget", "price"], &["S cost O", "S costs O", "S budget of O", "S made for O"], &[]),
    family(&["population"], &["S population of O"], &[]),
];
