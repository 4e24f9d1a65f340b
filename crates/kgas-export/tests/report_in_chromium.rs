//! The report as a browser shows it, and as people without a mouse or without sight get at it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kgas_export::{Graph, ReportOptions, report};
use serde_json::{Value, json};
use support::chromium::Chromium;
use support::town::town;
use support::world::{World, Written};

/// Writes a graph and its report; both are there as long as the first of the pair.
fn page_of(world: &World) -> (Written, PathBuf) {
    let written = world.write();
    let path = written.folder.path().join("report.html");
    let mut file = File::create(&path).unwrap();
    report(&mut Graph::open(&written.out()).unwrap(), &mut file, &ReportOptions::default()).unwrap();
    file.flush().unwrap();
    (written, path)
}

/// Keeps a picture for those who want to look, where `KGAS_REPORT_PICTURES` names a folder.
fn look(chromium: &mut Chromium, name: &str) {
    if let Some(folder) = std::env::var_os("KGAS_REPORT_PICTURES") {
        let picture = STANDARD.decode(chromium.picture()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
    }
}

fn assert_quiet(chromium: &Chromium) {
    assert_eq!(chromium.complaints, Vec::<String>::new());
    assert_eq!(chromium.requests, Vec::<String>::new());
}

const SETTLED: &str = "document.querySelector('#canvas')?.dataset.settled";

#[test]
fn the_lists_have_all_of_a_small_graph_and_nothing_is_asked_for() {
    let Some(mut chromium) = Chromium::start() else { return };
    let world = town(50);
    let (_written, page) = page_of(&world);
    for view in ["overview", "graph", "entities", "relations", "documents"] {
        chromium.open(&page, &format!("#{view}"));
        chromium.wait(&format!("!document.getElementById('view-{view}').hidden"));
    }
    let rows = |view: &str| {
        format!(
            "(location.hash = '#{view}', new Promise((done) => setTimeout(() => done(document.querySelectorAll('#view-{view} tbody tr').length), 50)))"
        )
    };
    assert_eq!(chromium.eval(&rows("entities")), world.count().0);
    assert_eq!(chromium.eval(&rows("relations")), world.count().1);
    assert_quiet(&chromium);
}

#[test]
fn a_relation_leads_to_its_quote_and_back() {
    let Some(mut chromium) = Chromium::start() else { return };
    let (written, page) = page_of(&town(50));
    chromium.open(&page, "#relations");
    chromium.eval("document.querySelector('#view-relations tbody a').click()");
    chromium.wait("location.hash.startsWith('#relation=') && document.querySelector('#panel .said')");
    let quote = chromium.eval("[...document.querySelectorAll('#panel .evidence')][0].querySelectorAll('.said').length && [...document.querySelector('#panel .evidence').querySelectorAll('.said')].map((one) => one.textContent).join('')");
    let id = chromium.eval("location.hash.split('=')[1]");
    let mut graph = Graph::open(&written.out()).unwrap();
    let relation = graph.relations().unwrap().map(Result::unwrap).find(|relation| id == relation.id.as_str()).unwrap();
    assert_eq!(quote, relation.evidence[0].quote.as_str());
    look(&mut chromium, "evidence-light");
    chromium.eval("document.querySelector('#panel .source a').click()");
    chromium.wait("!document.querySelector('#reader').hidden && document.activeElement.id === 'spot'");
    chromium.eval("history.go(-2)");
    chromium.wait("location.hash === '#relations' && document.querySelector('#panel').hidden");
    assert_quiet(&chromium);
}

#[test]
fn every_mention_of_a_text_is_marked_whatever_the_unit_and_however_they_overlap() {
    let Some(mut chromium) = Chromium::start() else { return };
    for offsets in ["code_points", "bytes", "utf16"] {
        let mut world = town(50);
        world.offsets = offsets;
        let (_written, page) = page_of(&world);
        let document = &world.documents[1].id;
        chromium.open(&page, &format!("#document={document}"));
        chromium.wait("document.querySelector('.text .mention')");
        let marked = chromium.eval("new Set([...document.querySelectorAll('.text .mention')].flatMap((one) => one.dataset.mentions.split(' '))).size");
        assert_eq!(marked, world.mentions_in(1), "{offsets}");
        let words = chromium.eval("document.querySelectorAll('.text .label').forEach((one) => one.remove()), document.querySelector('.text').textContent");
        assert_eq!(words, world.documents[1].text.as_str(), "{offsets}");
        let wrong = chromium.eval("[...document.querySelectorAll('.text .mention:not(.deep)')].filter((one) => one.textContent && !one.title.includes(one.textContent)).map((one) => one.textContent)");
        assert_eq!(wrong, json!([]), "{offsets}");
    }
    assert_quiet(&chromium);
}

#[test]
fn keys_alone_reach_an_entity_and_walk_the_graph() {
    let Some(mut chromium) = Chromium::start() else { return };
    let (_written, page) = page_of(&town(50));
    chromium.open(&page, "");
    let focus = |chromium: &mut Chromium, wanted: &str| {
        for _ in 0..60 {
            if chromium.eval(&format!("document.activeElement.matches({wanted:?})")) == true {
                return;
            }
            chromium.press("Tab");
        }
        assert_eq!(chromium.eval("document.activeElement.outerHTML"), wanted);
    };
    focus(&mut chromium, "[data-view=entities]");
    chromium.press("Enter");
    chromium.wait("!document.querySelector('#view-entities').hidden");
    focus(&mut chromium, "#view-entities tbody a");
    let first = chromium.eval("document.activeElement.textContent");
    chromium.press("ArrowDown");
    let second = chromium.eval("document.activeElement.textContent");
    assert_ne!(first, second);
    chromium.press("Enter");
    chromium.wait("!document.querySelector('#panel').hidden && document.activeElement.matches('#panel h2')");
    assert_eq!(chromium.eval("document.activeElement.textContent"), second);
    chromium.press("Escape");
    chromium.wait("document.querySelector('#panel').hidden");
    assert_eq!(chromium.eval("document.activeElement.textContent"), second);
    chromium.open(&page, "#graph");
    chromium.wait(SETTLED);
    focus(&mut chromium, "#canvas");
    let mut visited = BTreeSet::new();
    for key in ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp"] {
        chromium.press(key);
        visited.insert(chromium.eval("document.querySelector('#canvas').dataset.selected").to_string());
    }
    assert!(visited.len() > 1, "{visited:?}");
    let said = chromium.eval("document.querySelector('#said').textContent");
    chromium.press("Enter");
    chromium.wait("!document.querySelector('#panel').hidden && document.activeElement.matches('#panel h2')");
    let name = chromium.eval("document.activeElement.textContent");
    assert!(said.as_str().unwrap().contains(name.as_str().unwrap()), "{said} {name}");
    assert_quiet(&chromium);
}

#[test]
fn five_thousand_entities_can_be_looked_at_and_found() {
    let Some(mut chromium) = Chromium::start() else { return };
    let world = town(5_000);
    assert_eq!(world.count().0, 5_000);
    let (_written, page) = page_of(&world);
    chromium.open(&page, "#graph");
    chromium.wait(SETTLED);
    look(&mut chromium, "graph-5000-light");
    chromium.prefer(&[("prefers-color-scheme", "dark")]);
    look(&mut chromium, "graph-5000-dark");
    chromium.prefer(&[("prefers-color-scheme", "light")]);
    chromium.eval("(() => { const search = document.querySelector('#graph-search'); search.value = 'university of norrvik'; search.dispatchEvent(new Event('input')); document.querySelector('#found button').click(); })()");
    chromium.wait("document.querySelector('#canvas').dataset.selected");
    look(&mut chromium, "graph-5000-found-light");
    chromium.eval("location.hash = '#entities'");
    chromium.wait("document.querySelectorAll('#view-entities tbody tr').length === 100");
    assert_eq!(chromium.eval("document.querySelector('#view-entities .told').textContent"), "5,000 entities");
    look(&mut chromium, "entities-5000-light");
    assert_quiet(&chromium);
}

#[test]
fn what_documents_and_models_wrote_never_acts() {
    let Some(mut chromium) = Chromium::start() else { return };
    let evil = "\"><img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=1</script><!-- <script>";
    let mut world = World::new();
    world.document("evil.txt");
    let [one, other] = ["One", "Other"].map(|name| world.entity(evil, &format!("{name} {evil}")));
    world.alias(&one, evil);
    let text = format!("One {evil} knows Other {evil} \u{2028} {{{{script}}}} __proto__.");
    let spot = world.say(&text);
    world.mark(&one, &spot);
    world.mark(&other, &spot);
    world.relate(evil, &one, &other, &spot);
    world.value("__proto__", &one, evil, &spot);
    world
        .rejected
        .push(json!({"document": "evil.txt", "chunk": 0, "tool": evil, "reason": "malformed", "item": {"text": evil}}));
    let (_written, page) = page_of(&world);
    for hash in [
        "#overview",
        "#graph",
        "#entities",
        "#relations",
        "#document=evil.txt",
        &format!("#entity={one}"),
        "#relation=0000000000000000",
    ] {
        chromium.open(&page, "#none");
        chromium.eval(&format!("location.hash = {hash:?}"));
        chromium.eval("new Promise((done) => setTimeout(done, 60))");
        assert_eq!(
            chromium
                .eval("window.hacked === undefined && document.images.length === 0 && document.scripts.length === 2"),
            true,
            "{hash}"
        );
    }
    chromium.open(&page, "#document=evil.txt");
    let shown = chromium.eval("document.querySelectorAll('.text .label').forEach((one) => one.remove()), document.querySelector('.text').textContent");
    assert_eq!(shown, text);
    assert_quiet(&chromium);
}

#[test]
fn a_graph_of_one_entity_or_none_is_shown_too() {
    let Some(mut chromium) = Chromium::start() else { return };
    chromium.prefer(&[("prefers-reduced-motion", "reduce")]);
    for entities in 0..2 {
        let mut world = World::new();
        world.document("a.txt");
        let spot = world.say("Ann is alone.");
        if entities > 0 {
            let ann = world.entity("Person", "Ann");
            world.mark(&ann, &spot);
        }
        let (_written, page) = page_of(&world);
        chromium.open(&page, "#graph");
        chromium.wait(SETTLED);
        for view in ["overview", "entities", "relations", "documents"] {
            chromium.eval(&format!("location.hash = '#{view}'"));
            chromium.wait(&format!("!document.getElementById('view-{view}').hidden"));
        }
        assert_eq!(chromium.eval("document.querySelectorAll('#view-entities tbody tr').length"), entities);
    }
    assert_quiet(&chromium);
}

/// Expressions that are empty lists where all is well.
const ACCESSIBLE: [(&str, &str); 6] = [
    ("one h1", "[document.querySelectorAll('h1').length].filter((number) => number !== 1)"),
    ("landmarks", "['main', 'nav', 'header'].filter((name) => document.querySelectorAll(name).length < 1)"),
    (
        "heads",
        "[...document.querySelectorAll('table')].filter((one) => !one.querySelector('thead th[scope=col]') || !one.caption || [...one.querySelectorAll('tbody tr')].some((row) => !row.querySelector('th[scope=row]'))).map((one) => one.outerHTML)",
    ),
    (
        "labels",
        "[...document.querySelectorAll('input, select')].filter((one) => !one.labels.length).map((one) => one.outerHTML)",
    ),
    (
        "ids",
        "[...document.querySelectorAll('[id]')].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at)",
    ),
    (
        "levels",
        "[...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1])).filter((level, at, all) => at > 0 && level > all[at - 1] + 1)",
    ),
];

/// Texts whose contrast with what is behind them is below 4.5.
const CONTRAST: &str = include_str!("support/contrast.js");

#[test]
fn every_control_has_a_name_and_every_text_can_be_read_in_light_and_dark() {
    let Some(mut chromium) = Chromium::start() else { return };
    let world = town(50);
    let (_written, page) = page_of(&world);
    let document = format!("#document={}", world.documents[1].id);
    for theme in ["light", "dark"] {
        chromium.prefer(&[("prefers-color-scheme", theme)]);
        for hash in
            ["#overview", "#graph", "#entities", "#relations", "#documents", &document, "#relation=0000000000000004"]
        {
            chromium.open(&page, "#none");
            chromium.eval(&format!("location.hash = {hash:?}"));
            chromium.eval("new Promise((done) => setTimeout(done, 100))");
            if hash == "#graph" {
                chromium.wait(SETTLED);
            }
            for (what, expression) in ACCESSIBLE {
                assert_eq!(chromium.eval(expression), json!([]), "{what} at {hash}");
            }
            assert_eq!(chromium.eval(CONTRAST), json!([]), "contrast at {hash} in {theme}");
            assert_eq!(nameless(&mut chromium), Vec::<String>::new(), "at {hash}");
            look(&mut chromium, &format!("{}-50-{theme}", hash.trim_start_matches('#').split('=').next().unwrap()));
        }
        let background = chromium.eval("getComputedStyle(document.documentElement).backgroundColor");
        assert_eq!(background, if theme == "dark" { "rgb(19, 22, 26)" } else { "rgb(255, 255, 255)" });
    }
    chromium.eval("document.querySelector('#theme').click()");
    assert_eq!(chromium.eval("getComputedStyle(document.documentElement).backgroundColor"), "rgb(255, 255, 255)");
}

/// Controls of the accessibility tree that have no name.
fn nameless(chromium: &mut Chromium) -> Vec<String> {
    let tree = chromium.call("Accessibility.getFullAXTree", json!({}));
    let controls = [
        "button",
        "link",
        "textbox",
        "searchbox",
        "checkbox",
        "slider",
        "combobox",
        "application",
        "heading",
        "region",
    ];
    let nodes = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] != true);
    let some = nodes.filter(|node| node["role"]["value"].as_str().is_some_and(|role| controls.contains(&role)));
    let nameless = some.filter(|node| node["name"]["value"].as_str().unwrap_or_default().trim().is_empty());
    nameless.map(Value::to_string).collect()
}

#[test]
fn a_narrow_screen_needs_no_scrolling_sideways() {
    let Some(mut chromium) = Chromium::start() else { return };
    let world = town(50);
    let (_written, page) = page_of(&world);
    chromium.size(375, 760);
    let document = format!("#document={}", world.documents[1].id);
    for hash in
        ["#overview", "#graph", "#entities", "#relations", "#documents", &document, "#relation=0000000000000004"]
    {
        chromium.open(&page, "#none");
        chromium.eval(&format!("location.hash = {hash:?}"));
        chromium.eval("new Promise((done) => setTimeout(done, 100))");
        assert_eq!(chromium.eval("document.documentElement.scrollWidth <= innerWidth"), true, "{hash}");
        let covers = hash.starts_with("#relation=");
        assert_eq!(chromium.eval("document.querySelector('main').inert"), covers, "{hash}");
        look(&mut chromium, &format!("narrow-{}", hash.trim_start_matches('#').split('=').next().unwrap()));
    }
    assert_quiet(&chromium);
}
