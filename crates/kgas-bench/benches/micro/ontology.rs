//! An ontology compiled from what a format was read into.

use divan::Bencher;
use divan::counter::ItemsCount;
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};

use crate::made;

/// As large as the ontology of movies in Text2KGBench, and as large as one that no prompt holds: classes, relations.
const SIZES: [(usize, usize); 2] = [(12, 15), (1000, 3000)];

#[divan::bench(args = SIZES)]
fn compile_of_classes_and_relations(bencher: Bencher<'_, '_>, (classes, relations): (usize, usize)) {
    let spec = spec(classes, relations);
    bencher
        .counter(ItemsCount::new(classes + relations))
        .with_inputs(|| spec.clone())
        .bench_local_values(|spec| Ontology::compile(spec, Leniency::Strict).unwrap());
}

/// A tree of classes in which each has four children, and relations between classes far apart.
fn spec(classes: usize, relations: usize) -> OntologySpec {
    let names = made::names(classes + relations);
    let (class_names, relation_names) = names.split_at(classes);
    let class = |(number, name): (usize, &String)| {
        let class = ClassSpec::new(name).also([format!("{name} too")]).examples([format!("an {name}")]);
        match class_names.get(number.saturating_sub(1) / 4).filter(|_| number > 0) {
            Some(parent) => class.parent(parent),
            None => class,
        }
    };
    let relation = |(number, name): (usize, &String)| {
        let end = |step: usize| class_names.iter().cycle().nth(number * step % classes).cloned();
        RelationSpec::new(name).from(end(7)).to(end(13))
    };
    OntologySpec {
        classes: class_names.iter().enumerate().map(class).collect(),
        relations: relation_names.iter().enumerate().map(relation).collect(),
        ..OntologySpec::default()
    }
}
