//! Words and stems as NLTK has them, each looked up there (3.10.4: `NLTKWordTokenizer`, `PorterStemmer`).

use kgas_bench::quality::{stem, words};

#[test]
fn stems_are_nltk_s() {
    let cases = [
        // Plurals, past and progress.
        ("Lanterns", "lantern"),
        ("glasses", "glass"),
        ("ponies", "poni"),
        ("ties", "tie"),
        ("skies", "sky"),
        ("class", "class"),
        ("died", "die"),
        ("hurried", "hurri"),
        ("agreed", "agre"),
        ("feed", "feed"),
        ("directed", "direct"),
        ("sing", "sing"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("hissing", "hiss"),
        ("filing", "file"),
        ("failing", "fail"),
        ("conflated", "conflat"),
        ("troubled", "troubl"),
        ("sized", "size"),
        // y, which is a consonant after a vowel and first in a word.
        ("happy", "happi"),
        ("fly", "fli"),
        ("enjoy", "enjoy"),
        ("by", "by"),
        ("yes", "ye"),
        ("syzygy", "syzygi"),
        // Longer endings.
        ("relational", "relat"),
        ("conditional", "condit"),
        ("rationally", "ration"),
        ("digitizer", "digit"),
        ("possibly", "possibl"),
        ("radically", "radic"),
        ("vietnamization", "vietnam"),
        ("operator", "oper"),
        ("hopefully", "hope"),
        ("hopefulness", "hope"),
        ("sensibility", "sensibl"),
        ("geology", "geolog"),
        ("logi", "logi"),
        ("theology", "theolog"),
        ("triplicate", "triplic"),
        ("electrical", "electr"),
        ("goodness", "good"),
        ("adoption", "adopt"),
        ("onion", "onion"),
        ("replacement", "replac"),
        ("adjustment", "adjust"),
        ("dependent", "depend"),
        ("effective", "effect"),
        ("rate", "rate"),
        ("probate", "probat"),
        ("cease", "ceas"),
        ("controlling", "control"),
        ("roll", "roll"),
        ("able", "abl"),
        // Looked up, too short, or no letters at all.
        ("news", "news"),
        ("Dying", "die"),
        ("innings", "inning"),
        ("is", "is"),
        ("AS", "as"),
        ("1987", "1987"),
        ("'s", "'s"),
        ("Œuvres", "œuvr"),
        ("İstanbul's", "i̇stanbul'"),
        ("January", "januari"),
        ("yyyys", "yyyi"),
    ];
    for (word, expected) in cases {
        assert_eq!(stem(word), expected, "{word}");
    }
}

#[test]
fn words_are_nltk_s() {
    let cases: [(&str, &str); 24] = [
        ("Ann saw Bob.", "Ann|saw|Bob|."),
        ("Ann met Mr. Low. He left.", "Ann|met|Mr.|Low.|He|left|."),
        ("So it ended...", "So|it|ended|..."),
        ("Wait.. what?!", "Wait|..|what|?|!"),
        ("At 10:30, for 3,500 crowns: two", "At|10:30|,|for|3,500|crowns|:|two"),
        ("one,two", "one|,|two"),
        ("end,", "end|,"),
        ("(The \"Copper\" [one])", "(|The|``|Copper|''|[|one|]|)"),
        ("\"Stay,\" she said.", "``|Stay|,|''|she|said|."),
        ("He said “no”.", "He|said|“|no|”|."),
        ("the dogs' bowl is Ann's", "the|dogs|'|bowl|is|Ann|'s"),
        ("they'll, I've, don't", "they|'ll|,|I|'ve|,|do|n't"),
        ("'Hello there'", "'|Hello|there|'"),
        ("'s morning", "'s|morning"),
        ("I cannot and I gotta; gimme", "I|can|not|and|I|got|ta|;|gim|me"),
        ("wanna go, wanna", "wan|na|go|,|wan|na"),
        ("more'n d'ye", "more|'n|d|'ye"),
        ("well -- no", "well|--|no"),
        ("1990–1995 — later", "1990|–|1995|—|later"),
        ("well-known state-of-the-art", "well-known|state-of-the-art"),
        ("100% of $5 & #1 @home *", "100|%|of|$|5|&|#|1|@|home|*"),
        ("``quoted''", "``|quoted|''"),
        ("Kroon (b. 1901).", "Kroon|(|b.|1901|)|."),
        ("  ", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(words(text).join("|"), expected, "{text}");
    }
}
