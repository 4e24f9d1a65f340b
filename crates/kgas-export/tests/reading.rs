//! A graph is read as typed rows, and only where its files belong to one another.

mod support;

use kgas_export::{Graph, Target};
use support::{Draft, folder_of};

#[test]
fn every_line_of_a_graph_is_a_row() {
    let folder = folder_of(&Draft::small());
    let mut graph = Graph::open(folder.path()).unwrap();
    let entities: Vec<_> = graph.entities().unwrap().collect::<Result<_, _>>().unwrap();
    let relations: Vec<_> = graph.relations().unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!((entities.len(), relations.len()), (3, 3));
    let values = relations.iter().filter(|relation| matches!(relation.target, Target::Value(_))).count();
    assert_eq!(values, 1);
    assert_eq!(graph.documents().unwrap().count(), 1);
    assert_eq!(graph.offsets(), "code_points");
}

#[test]
fn a_file_that_was_changed_by_hand_is_no_part_of_the_graph() {
    let folder = folder_of(&Draft::small());
    std::fs::write(folder.path().join("relations.jsonl"), "").unwrap();
    let error = Graph::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("relations.jsonl isn't the file that its summary names"), "{error}");
}
