//! Elements of a page, written so that no text can become markup, and so that a reader of XML can read it too.

use std::fmt::{self, Display, Write as _};

/// An element with its attributes and what stands in it.
#[derive(Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    inside: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Element(Element),
    Text(String),
    Ours(&'static str),
}

/// Elements in which nothing can stand, and shapes in which nothing does: a browser takes no end tag for the former.
const EMPTY: [&str; 5] = ["meta", "br", "path", "line", "rect"];

pub(super) fn element(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), inside: Vec::new() }
}

impl Element {
    pub(super) fn with(mut self, attribute: &'static str, value: impl Display) -> Self {
        self.attributes.push((attribute, value.to_string()));
        self
    }

    pub(super) fn class(self, value: &'static str) -> Self {
        self.with("class", value)
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.inside.push(Node::Text(text.into()));
        self
    }

    /// Puts style or script in, which is ours and has none of the characters that would have to be written otherwise.
    pub(super) fn ours(mut self, text: &'static str) -> Self {
        self.inside.push(Node::Ours(text));
        self
    }

    pub(super) fn child(mut self, child: Self) -> Self {
        self.inside.push(Node::Element(child));
        self
    }

    pub(super) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.inside.extend(children.into_iter().map(Node::Element));
        self
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, attributes, inside } = self;
        write!(f, "<{name}")?;
        for (attribute, value) in attributes {
            write!(f, " {attribute}=\"{}\"", Escaped(value))?;
        }
        if EMPTY.contains(name) {
            return f.write_str("/>");
        }
        f.write_char('>')?;
        for node in inside {
            match node {
                Node::Element(element) => write!(f, "{element}")?,
                Node::Text(text) => write!(f, "{}", Escaped(text))?,
                Node::Ours(text) => f.write_str(text)?,
            }
        }
        write!(f, "</{name}>")?;
        // Lines, so that two reports can be compared by `diff`.
        if matches!(*name, "section" | "tr" | "p" | "svg" | "g" | "figure" | "head" | "li" | "style" | "details") {
            f.write_char('\n')?;
        }
        Ok(())
    }
}

/// Text as it may stand anywhere, in quotes too.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.contains(must_change) {
            return f.write_str(self.0);
        }
        self.0.chars().try_for_each(|letter| match letter {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // No page may have these, however they are written.
            _ if must_change(letter) => f.write_char('\u{fffd}'),
            _ => f.write_char(letter),
        })
    }
}

/// Whether a letter is markup, or one that no page may have.
fn must_change(letter: char) -> bool {
    matches!(letter, '&' | '<' | '>' | '"' | '\'' | '\u{fffe}' | '\u{ffff}')
        || (letter.is_control() && !matches!(letter, '\t' | '\n'))
}
