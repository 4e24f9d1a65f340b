//! An invented region of people, companies, schools and towns, as large as a test wants it.

use serde_json::json;

use super::world::World;

const FIRST: [&str; 40] = [
    "Ada", "Mikael", "Sara", "Jonas", "Leila", "Tomas", "Ingrid", "Pavel", "Noor", "Elias", "Marta", "Henrik", "Yuki",
    "Samir", "Clara", "Anton", "Freya", "Malik", "Edda", "Lukas", "Zoë", "Rafael", "Signe", "Viktor", "Amina", "Oskar",
    "Lin", "Bruno", "Hedda", "Kofi", "Astrid", "Emil", "Dalia", "Stellan", "Ruth", "Niko", "Tove", "Casper", "Imani",
    "Jory",
];
const SURNAME: [&str; 20] = [
    "Lind", "Oke", "Hald", "Ferr", "Brand", "Vest", "Mor", "Tann", "Kaar", "Sol", "Wend", "Ash", "Grim", "Nor", "Dahl",
    "Rask", "Quill", "Thorn", "Berg", "Ivar",
];
const ENDING: [&str; 9] = ["qvist", "afor", "sen", "ow", "strand", "mark", "ley", "holm", "ová"];
const PLACE: [&str; 20] = [
    "Norr", "Hal", "Bran", "Birk", "Stein", "Al", "Gron", "Vinter", "Skar", "Lys", "Tor", "Mar", "Esk", "Fall", "Hvit",
    "Dun", "Kol", "Ran", "Ulv", "Sand",
];
const SIDE: [&str; 9] = ["vik", "den", "haven", "by", "fors", "mouth", "ness", "vale", "stad"];
const TRADE: [&str; 12] = [
    "Optics",
    "Instruments",
    "Robotics",
    "Shipyards",
    "Analytics",
    "Foundry",
    "Pharma",
    "Textiles",
    "Power",
    "Mapping",
    "Brewing",
    "Acoustics",
];
const THING: [&str; 10] =
    ["Aurora", "Lantern", "Kestrel", "Meridian", "Juniper", "Halcyon", "Sextant", "Ember", "Cobalt", "Tern"];

/// The parts of the region, by their ids.
struct Region {
    people: Vec<String>,
    companies: Vec<String>,
    cities: Vec<String>,
    schools: Vec<String>,
    products: Vec<String>,
    prizes: Vec<String>,
    dice: u64,
}

/// So many entities, with documents about them; something failed, and something was rejected.
pub(crate) fn town(size: usize) -> World {
    let mut world = World::new();
    let mut region = Region::of(size, &mut world);
    let mut number = 0;
    let people = region.people.clone();
    for group in people.chunks(6) {
        number += 1;
        world.document(&format!("gazette-{number:04}.txt"));
        region.article(&mut world, number, group);
    }
    let last = world.documents.len() - 1;
    if last > 2 {
        world.documents.get_mut(last).unwrap().state = "partial";
        world.documents.get_mut(last / 2).unwrap().state = "failed";
    }
    reject(&mut world, size);
    world
}

fn reject(world: &mut World, size: usize) {
    let items = [
        ("not_in_text", json!({"text": "Baron Vane", "type": "Person", "confidence": 0.8})),
        ("domain", json!({"subject": "Norrvik", "type": "works at", "object": "Linden Optics"})),
        ("unknown_type", json!({"text": "spring festival", "type": "Event", "confidence": 0.7})),
        ("not_in_text", json!({"subject": "Ada", "type": "founded", "object": "the <b>Guild</b>"})),
        ("low_confidence", json!({"text": "the harbour", "type": "City", "confidence": 0.1})),
    ];
    for (number, (reason, item)) in items.iter().cycle().take(size / 4 + 3).enumerate() {
        let document = &world.documents.get(number % world.documents.len()).unwrap().id;
        let line = json!({"document": document, "chunk": 0, "tool": "T23c_async", "reason": reason, "item": item});
        world.rejected.push(line);
    }
}

fn pick<'n>(names: &[&'n str], at: usize) -> &'n str {
    names.get(at % names.len()).unwrap()
}

impl Region {
    fn of(size: usize, world: &mut World) -> Self {
        let part = |percent: usize| (size * percent / 100).max(1);
        let city = |at: usize| format!("{}{}", pick(&PLACE, at), pick(&SIDE, at / 20 + at % 20));
        let numbered = |name: String, round: usize| if round == 0 { name } else { format!("{name} {}", round + 1) };
        let cities: Vec<String> = (0..part(12)).map(|at| world.entity("City", &numbered(city(at), at / 180))).collect();
        let companies = (0..part(19)).map(|at| {
            let name =
                format!("{}{} {}", pick(&SURNAME, at), pick(&ENDING, at / 20), pick(&TRADE, at / 180 + at % 180));
            world.entity("Company", &numbered(name, at / 1080))
        });
        let companies: Vec<String> = companies.collect();
        let schools = (0..part(5)).map(|at| world.entity("University", &format!("University of {}", city(at))));
        let schools: Vec<String> = schools.collect();
        let products = (0..part(12)).map(|at| world.entity("Product", &format!("{} {}", pick(&THING, at), 100 + at)));
        let products: Vec<String> = products.collect();
        let prizes = (0..part(3)).map(|at| world.entity("Award", &format!("{} Medal", pick(&SURNAME, at * 7 + 3))));
        let prizes: Vec<String> = prizes.collect();
        let rest = size.saturating_sub(world.count().0);
        let people = (0..rest).map(|at| {
            let (first, second) = (pick(&FIRST, at), pick(&SURNAME, at * 3 + at / 40));
            let name = format!("{first} {second}{}", pick(&ENDING, at / 800 + at % 800));
            world.entity("Person", &numbered(name, at / 7200))
        });
        let people: Vec<String> = people.collect();
        Self { people, companies, cities, schools, products, prizes, dice: 7 }
    }

    fn roll(&mut self) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 40).unwrap()
    }

    /// One of many, the first ones far more often.
    fn one(&mut self, of: fn(&Self) -> &Vec<String>) -> String {
        let length = of(self).len();
        let part = (self.roll() % 1000) * (self.roll() % 1000);
        of(self).get(part * length / 1_000_000).unwrap().clone()
    }

    fn article(&mut self, world: &mut World, number: usize, people: &[String]) {
        let company = self.companies.get(number % self.companies.len()).unwrap().clone();
        let city = self.cities.get(number % self.cities.len()).unwrap().clone();
        let year = 1950 + self.roll() % 70;
        let head = format!("{} opens its doors 🦉\n\n", world.name(&company));
        let spot = world.say(&head);
        world.mark(&company, &spot);
        let line =
            format!("{} was founded in {year} and has its seat in {}. ", world.name(&company), world.name(&city));
        let spot = self.tell(world, &line, &[&company, &city]);
        world.relate("based in", &company, &city, &spot);
        world.value("founding date", &company, &year.to_string(), &spot);
        for (at, person) in people.iter().enumerate() {
            self.life(world, at, person, &company);
        }
        let product = self.products.get(number % self.products.len()).unwrap().clone();
        let line = format!(
            "\n\nIts best known work is the {}, which {} still builds by hand; naïve visitors call it “a lamp”.\n",
            world.name(&product),
            world.name(&company)
        );
        let spot = self.tell(world, &line, &[&product, &company]);
        world.relate("makes", &company, &product, &spot);
    }

    fn life(&mut self, world: &mut World, at: usize, person: &str, company: &str) {
        let name = world.name(person).to_owned();
        match at % 6 {
            0 => {
                let city = self.one(|region| &region.cities);
                let line = format!("It was {name}, born in {}, who started it all. ", world.name(&city));
                let spot = self.tell(world, &line, &[person, &city]);
                world.relate("born in", person, &city, &spot);
                world.relate("founded", person, company, &spot);
            }
            1 | 4 => {
                let school = self.one(|region| &region.schools);
                let line = format!(
                    "{name} came from the {} and has worked for {} ever since.\n\n",
                    world.name(&school),
                    world.name(company)
                );
                let spot = self.tell(world, &line, &[person, &school, company]);
                world.relate("studied at", person, &school, &spot);
                world.relate("works at", person, company, &spot);
            }
            2 => {
                let other = self.one(|region| &region.people);
                let line = format!("{name} learned the craft from {}. ", world.name(&other));
                let spot = self.tell(world, &line, &[person, &other]);
                if other != person {
                    world.relate("student of", person, &other, &spot);
                }
            }
            3 => {
                let prize = self.one(|region| &region.prizes);
                let line = format!("In spring {name} received the {}. ", world.name(&prize));
                let spot = self.tell(world, &line, &[person, &prize]);
                world.relate("won", person, &prize, &spot);
            }
            _ => {
                let line = format!("Visitors are shown around by {name}, who is 87 % patient. ");
                self.tell(world, &line, &[person]);
            }
        }
    }

    /// A sentence and whom it names; a city within a school's name is a mention too.
    fn tell(&self, world: &mut World, line: &str, named: &[&str]) -> super::world::Spot {
        let spot = world.say(line);
        for id in named {
            world.mark(id, &spot);
        }
        if let Some(inner) = line.split("University of ").nth(1) {
            let inside =
                self.cities.iter().find(|city| inner.starts_with(world.name(city)) && !named.contains(&city.as_str()));
            if let Some(city) = inside.cloned() {
                world.mark(&city, &spot);
            }
        }
        spot
    }
}
