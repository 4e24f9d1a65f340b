//! Turtle and N-Triples, one statement at a time: what is wrong with one costs only that one.

mod statements;

use std::collections::HashMap;

use oxttl::TurtleParser;

use crate::ReadWarning;
use crate::rdf::{BASE, Graph, Iris};
use statements::Statement;

pub(crate) fn read(text: &str, warnings: &mut Vec<ReadWarning>) -> Graph {
    let mut reader = Reader {
        prefixes: HashMap::new(),
        base: BASE.to_owned(),
        graph: Graph::default(),
        iris: Iris::default(),
        warnings,
    };
    for statement in statements::of(text) {
        reader.read(&statement);
    }
    reader.graph
}

struct Reader<'r> {
    prefixes: HashMap<String, String>,
    base: String,
    graph: Graph,
    iris: Iris,
    warnings: &'r mut Vec<ReadWarning>,
}

impl Reader<'_> {
    fn read(&mut self, statement: &Statement<'_>) {
        if statement.is_too_deep {
            // The parser calls itself for each open bracket when one is missing.
            self.warn(statement.line, "brackets are nested too deep, the statement is passed over");
            return;
        }
        // Strict first, for its errors have the place; then what can be read in spite of them.
        let mut parser = self.parser(statement).for_slice(statement.text);
        let mut triples = Vec::new();
        let problem = loop {
            match parser.next() {
                None => break None,
                Some(Ok(triple)) => triples.push(triple),
                Some(Err(error)) => break Some(error),
            }
        };
        if problem.is_some() {
            parser = self.parser(statement).lenient().for_slice(statement.text);
            triples = parser.by_ref().map_while(Result::ok).collect();
        }
        if statement.is_directive {
            // One whose IRI can't be used is as unknown as one that was never declared.
            let usable = |iri: &str| TurtleParser::new().with_prefix("p", iri).is_ok();
            let names = parser.prefixes().filter(|(_, iri)| usable(iri));
            self.prefixes.extend(names.map(|(name, iri)| (name.to_owned(), iri.to_owned())).collect::<Vec<_>>());
            if let Some(base) = parser.base_iri() {
                self.base = base.to_owned();
            }
        }
        let told = self.warnings.len();
        // Where the IRIs of this statement are looked for, which come in its order; None after one that isn't there.
        let (mut rest, mut line) = (Some(statement.text), statement.line);
        for triple in triples {
            for (iri, problem) in self.iris.problems(&triple) {
                rest = rest.and_then(|text| {
                    let (before, after) = text.split_once(iri)?;
                    line += before.matches('\n').count();
                    Some(after)
                });
                let line = if rest.is_some() { line } else { statement.line };
                self.warnings.push(ReadWarning::Syntax { line, problem });
            }
            self.graph.add(triple, statement.line);
        }
        // An invalid IRI was told of by its name just now.
        if let Some(error) = problem.filter(|error| told == self.warnings.len() || !error.message().contains("IRI")) {
            // Not the parser's own line: it takes a carriage return alone for a line's end.
            let before = usize::try_from(error.location().start.offset).unwrap_or(usize::MAX);
            let lines = statement.text.bytes().take(before).filter(|byte| *byte == b'\n').count();
            match statement.open_string {
                Some(line) => self.warn(line, "a string has no end"),
                None => self.warn(statement.line + lines, error.message()),
            }
        }
    }

    /// A parser that knows the prefixes that a statement uses.
    fn parser(&self, statement: &Statement<'_>) -> TurtleParser {
        let with_base = TurtleParser::new().with_base_iri(self.base.as_str());
        let parser = with_base.unwrap_or_else(|_| TurtleParser::new());
        let used = statement.prefixes.iter().filter_map(|&prefix| Some((prefix, self.prefixes.get(prefix)?)));
        used.fold(parser, |parser, (prefix, iri)| {
            parser.with_prefix(prefix, iri.as_str()).unwrap_or_else(|_| TurtleParser::new())
        })
    }

    fn warn(&mut self, line: usize, problem: &str) {
        self.warnings.push(ReadWarning::Syntax { line, problem: problem.to_owned() });
    }
}
