//! What words of a text can be a value, and which value that is.

use kgas_core::ontology::Datatype::{self, Boolean, Date, DateTime, Duration, Integer, Number, Text, Time, Uri, Year};
use kgas_core::value::{admits, guess, normal};
use proptest::prelude::*;

/// What is written, and what it is; `None` where a person would take it for such a value, and it is not one value.
fn holds(datatype: Datatype, cases: &[(&str, Option<&str>)]) {
    for (words, expected) in cases {
        assert!(admits(words, datatype), "{words:?} is a {}", datatype.name());
        assert_eq!(normal(words, datatype).as_deref(), *expected, "{words:?} as {}", datatype.name());
    }
}

fn refuses(datatype: Datatype, cases: &[&str]) {
    for words in cases {
        assert!(!admits(words, datatype), "{words:?} is no {}", datatype.name());
        assert_eq!(normal(words, datatype), None, "{words:?} as {}", datatype.name());
    }
}

#[test]
fn dates_are_iso_8601_at_the_precision_said() {
    holds(
        Date,
        &[
            ("2010", Some("2010")),
            ("in 2010", Some("2010")),
            ("2010-01", Some("2010-01")),
            ("2010-01-01", Some("2010-01-01")),
            ("2010/1/2", Some("2010-01-02")),
            ("May 1984", Some("1984-05")),
            ("may, 1984", Some("1984-05")),
            ("1 January 2010", Some("2010-01-01")),
            ("January 1st, 2010", Some("2010-01-01")),
            ("Jan. 2, 2010", Some("2010-01-02")),
            ("the 3rd of Sept. 2010", Some("2010-09-03")),
            ("Monday, 4 January 2010", Some("2010-01-04")),
            ("1-May-1984", Some("1984-05-01")),
            ("29 February 2012", Some("2012-02-29")),
            ("13/02/2010", Some("2010-02-13")),
            ("02/13/2010", Some("2010-02-13")),
            ("05.05.2010", Some("2010-05-05")),
            ("1984\u{5e74}5\u{6708}1\u{65e5}", Some("1984-05-01")),
            ("\u{ff12}\u{ff10}\u{ff11}\u{ff10}", Some("2010")),
            ("476 AD", Some("0476")),
            ("5 May 30 CE", Some("0030-05-05")),
            ("1984-05-01T14:30", Some("1984-05-01")),
            ("(1984)", Some("1984")),
            ("00 1902", Some("1902")),
            ("00 April 1955", Some("1955-04")),
        ],
    );
}

#[test]
fn a_date_that_is_not_one_day_month_or_year_is_a_date_without_a_plain_form() {
    let vague = [
        "01/02/2010",
        "1/2/10",
        "5/12",
        "May",
        "5 May",
        "Monday",
        "the 1990s",
        "the 90s",
        "'84",
        "19th century",
        "late 2010",
        "circa 1850",
        "c. 1850",
        "1984-86",
        "1984\u{2013}1986",
        "from 1984 to 1986",
        "2004/05",
        "May and June 1984",
        "summer 1969",
        "44 BC",
        "before 2010",
        "5 mai 1984",
        "1. M\u{e4}rz 2010",
        "avril 1984",
        "5 de mayo de 1984",
        "\u{43c}\u{430}\u{439} 1984",
        "today",
        "20100102",
        "Christmas 2009",
        "476",
    ];
    for words in vague {
        assert!(admits(words, Date), "{words:?}");
        assert_eq!(normal(words, Date), None, "{words:?}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    refuses(
        Date,
        &[
            "Oslo",
            "Room 101",
            "$120 million",
            "12",
            "3.5",
            "42 km",
            "Theresa May",
            "Marseille",
            "Winter",
            "1984 people",
            "",
            " ",
            "31/31/2010",
            "10000",
        ],
    );
    assert_eq!(normal("30 February 2010", Date), None);
}

#[test]
fn years_are_the_years_of_dates() {
    holds(
        Year,
        &[
            ("1984", Some("1984")),
            ("the year 1984", Some("1984")),
            ("1 May 1984", Some("1984")),
            ("476", Some("0476")),
            ("the 1980s", None),
            ("1984/85", None),
        ],
    );
    refuses(Year, &["Oslo", "12", "three"]);
}

#[test]
fn numbers_are_plain_decimals_with_their_unit() {
    holds(
        Number,
        &[
            ("1200000", Some("1200000")),
            ("1,200,000", Some("1200000")),
            ("1 200 000", Some("1200000")),
            ("1\u{202f}200\u{a0}000", Some("1200000")),
            ("1'200'000", Some("1200000")),
            ("1.200.000", Some("1200000")),
            ("1.200.000,5", Some("1200000.5")),
            ("12,00,000", Some("1200000")),
            ("1.2 million", Some("1200000")),
            ("1,200", Some("1200")),
            ("3.50", Some("3.5")),
            ("-4", Some("-4")),
            ("\u{2212}4", Some("-4")),
            ("minus 4", Some("-4")),
            ("-0", Some("0")),
            ("007", Some("7")),
            ("1.5e6", Some("1500000")),
            ("10k", Some("10000")),
            ("three", Some("3")),
            ("Twenty-five", Some("25")),
            ("one hundred and five", Some("105")),
            ("two million five hundred thousand", Some("2500000")),
            ("a dozen", Some("12")),
            ("3rd", Some("3")),
            ("12 %", Some("12 %")),
            ("12%", Some("12 %")),
            ("12 percent", Some("12 %")),
            ("3.5 km", Some("3.5 km")),
            ("3.5km", Some("3.5 km")),
            ("5 km\u{b2}", Some("5 km\u{b2}")),
            ("20 \u{b0}C", Some("20 \u{b0}C")),
            ("100 km/h", Some("100 km/h")),
            ("two hundred people", Some("200 people")),
            ("$120 million", Some("120000000 USD")),
            ("US$1.5bn", Some("1500000000 USD")),
            ("$120m", Some("120000000 USD")),
            ("\u{20ac}5", Some("5 EUR")),
            ("5 euros", Some("5 EUR")),
            ("120 million dollars", Some("120000000 USD")),
            ("USD 5", Some("5 USD")),
            ("\u{a5}500", Some("500 \u{a5}")),
            ("5 pounds", Some("5 pounds")),
        ],
    );
}

#[test]
fn a_number_that_may_be_another_is_a_number_without_a_plain_form() {
    let vague = [
        "about 5",
        "over 1,200",
        "5 to 6",
        "5-6",
        "5\u{2013}6",
        "between 10 and 20",
        "1,5",
        "dozens",
        "half a million",
        "several hundred people",
        "2/3",
        "1\u{bd}",
        "a population of 1,200",
        "5 in Oslo",
        "$5 per day",
        "1.5e-6",
    ];
    for words in vague {
        assert!(admits(words, Number), "{words:?}");
        assert_eq!(normal(words, Number), None, "{words:?}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    refuses(
        Number,
        &["Oslo", "May", "Apollo 11", "P57", "192.168.0.1", "2010-01-01", "14:30", "one two", "1,2,3", "", "$"],
    );
}

#[test]
fn whole_numbers_have_no_fraction() {
    holds(Integer, &[("1.2 million", Some("1200000")), ("42", Some("42")), ("3.0", Some("3")), ("three", Some("3"))]);
    refuses(Integer, &["3.5", "Oslo"]);
    assert_eq!(normal("3.5 km", Integer), None);
}

#[test]
fn times_are_iso_8601() {
    holds(
        Time,
        &[
            ("14:30", Some("14:30")),
            ("9:05", Some("09:05")),
            ("14:30:05", Some("14:30:05")),
            ("2:30 pm", Some("14:30")),
            ("2 p.m.", Some("14:00")),
            ("12 am", Some("00:00")),
            ("12:15pm", Some("12:15")),
            ("at noon", Some("12:00")),
            ("14h30", Some("14:30")),
            ("14:30 UTC", Some("14:30Z")),
            ("14:30+02:00", Some("14:30+02:00")),
            ("14:30 CET", None),
            ("nine o'clock", None),
            ("half past nine", None),
            ("14.30", None),
        ],
    );
    refuses(Time, &["Oslo", "25:00", "14:61", "14", "1984"]);
}

#[test]
fn moments_are_a_date_and_a_time() {
    holds(
        DateTime,
        &[
            ("1984-05-01T14:30:00Z", Some("1984-05-01T14:30:00Z")),
            ("1984-05-01 14:30", Some("1984-05-01T14:30")),
            ("1 May 1984, 2:30 pm", Some("1984-05-01T14:30")),
            ("14:30 on 1 May 1984", Some("1984-05-01T14:30")),
            ("1 May 1984", Some("1984-05-01")),
            ("2010", Some("2010")),
            ("14:30", None),
        ],
    );
    refuses(DateTime, &["Oslo", "twelve"]);
}

#[test]
fn lengths_of_time_are_iso_8601() {
    holds(
        Duration,
        &[
            ("2 hours", Some("PT2H")),
            ("2 hours 30 minutes", Some("PT2H30M")),
            ("two hours and thirty minutes", Some("PT2H30M")),
            ("2h30min", Some("PT2H30M")),
            ("90 min", Some("PT90M")),
            ("1.5 hours", Some("PT1.5H")),
            ("1:30:00", Some("PT1H30M")),
            ("three years", Some("P3Y")),
            ("a year and six months", Some("P1Y6M")),
            ("P1Y2M3DT4H5M6S", Some("P1Y2M3DT4H5M6S")),
            ("PT2H", Some("PT2H")),
            ("90-minute", Some("PT90M")),
            ("about three years", None),
            ("several weeks", None),
            ("120", None),
        ],
    );
    refuses(Duration, &["Oslo", "3 km", "P", "PT", "weeks"]);
}

#[test]
fn truth_and_addresses() {
    holds(Boolean, &[("Yes", Some("true")), ("false", Some("false")), ("1", Some("true"))]);
    refuses(Boolean, &["maybe", "truth"]);
    holds(
        Uri,
        &[
            ("https://example.org/a", None),
            ("www.example.org", None),
            ("example.org/a?b", None),
            ("mailto:a@example.org", None),
        ],
    );
    refuses(Uri, &["Oslo", "a b.org", "3.5", "e.g.", "Ann. Bob"]);
    holds(Text, &[("anything", None), ("1984", None)]);
}

#[test]
fn without_a_datatype_only_what_can_be_but_one_value_has_a_plain_form() {
    let cases = [
        ("1984", Some("1984")),
        ("1 May 1984", Some("1984-05-01")),
        ("1,200", Some("1200")),
        ("$5", Some("5 USD")),
        ("01/02/2010", None),
        ("May", None),
        ("Oslo", None),
        ("Apollo 11", None),
        ("50 Cent", None),
        ("20th Century Fox", None),
        ("Four Tops", None),
        ("Seven", None),
        ("5 GB", Some("5 GB")),
        ("US$5", Some("5 USD")),
        ("three", Some("3")),
    ];
    for (words, expected) in cases {
        assert_eq!(guess(words).as_deref(), expected, "{words}");
    }
}

const PIECES: &[&str] = &[
    "1", "2", "12", "31", "1984", "2010", "0", "000", ",", ".", "-", "/", ":", " ", "'", "\u{2013}", "May", "Feb",
    "st", "AD", "the", "in", "about", "to", "and", "$", "\u{20ac}", "US$", "million", "bn", "k", "m", "%", "km",
    "hours", "min", "P", "T", "PT", "H", "Z", "pm", "UTC", "+02:00", "two", "hundred", "dozen", "a", "minus", "e6",
    "s", "USD", "\u{5e74}", "\u{6708}", "\u{bd}", "true", "e\u{301}", "\u{0}",
];

proptest! {
    #[test]
    fn the_plain_form_of_a_plain_form_is_itself_and_what_has_one_is_admitted(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..8),
        spaced in any::<bool>(),
        at in 0..Datatype::ALL.len(),
    ) {
        let datatype = Datatype::ALL[at];
        let words = pieces.join(if spaced { " " } else { "" });
        let _ = guess(&words);
        if let Some(plain) = normal(&words, datatype) {
            prop_assert!(admits(&words, datatype), "{words:?} has {plain:?}");
            prop_assert_eq!(normal(&plain, datatype), Some(plain.clone()), "{:?}", words);
        }
    }

    #[test]
    fn no_words_are_too_strange(words in "\\PC{0,60}", at in 0..Datatype::ALL.len()) {
        let _ = (admits(&words, Datatype::ALL[at]), normal(&words, Datatype::ALL[at]), guess(&words));
    }

    #[test]
    fn every_day_is_read_back_however_it_is_written(year in 1000_u32..2999, month in 1_u32..=12, day in 1_u32..=28) {
        let name = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December"][usize::try_from(month - 1).unwrap()];
        let iso = format!("{year:04}-{month:02}-{day:02}");
        let written = [format!("{day} {name} {year}"), format!("{name} {day}, {year}"), iso.clone(), format!("{year}/{month}/{day}")];
        for words in written {
            prop_assert_eq!(normal(&words, Date), Some(iso.clone()));
        }
    }

    #[test]
    fn every_whole_number_is_read_back(number in any::<u32>()) {
        let digits = number.to_string();
        let grouped: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
        prop_assert_eq!(normal(&digits, Integer), Some(digits.clone()));
        prop_assert_eq!(normal(&grouped.join(","), Number), Some(digits.clone()));
    }
}

#[test]
fn every_datatype_has_a_name_that_is_read_back() {
    for datatype in Datatype::ALL {
        assert_eq!(Datatype::parse(datatype.name()), Some(datatype));
    }
    for (name, datatype) in
        [("xsd:gYear", Year), ("xsd:dateTime", DateTime), ("xs:decimal", Number), ("xsd:int", Integer)]
    {
        assert_eq!(Datatype::parse(name), Some(datatype));
    }
}

#[test]
fn every_publication_date_of_a_benchmark_has_a_plain_form() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/text2kgbench/ground_truth");
    for file in ["ont_1_movie_ground_truth.jsonl", "ont_2_music_ground_truth.jsonl"] {
        let Ok(text) = std::fs::read_to_string(format!("{folder}/{file}")) else {
            eprintln!("skipped: there is no {folder}/{file}");
            return;
        };
        for line in text.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let triples = record["triples"].as_array().unwrap();
            for triple in triples.iter().filter(|triple| triple["rel"] == "publication date") {
                let date = triple["obj"].as_str().unwrap();
                assert!(admits(date, Date) && normal(date, Date).is_some(), "{date:?}");
            }
        }
    }
}
