//! Configuration inside one string: what is a document is compared as a tree, not line by line.

use std::sync::Arc;

use crate::kube::{Action, Kind, Map, Provenance, Value, load};
use crate::syntax::scalar::Dialect;
use crate::syntax::{Notation, Parsed, ProblemKind, is_stream, parse_inside};
use crate::text::Span;

/// A way to read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    notation: Notation,
    /// Its name says so; else it must not be read by accident.
    named: bool,
    /// Of a key that stands twice the last one counts; else such a text is no document.
    twice: bool,
}

/// What is tried where the name of a text says nothing.
const UNNAMED: &[Notation] = &[Notation::Yaml, Notation::Toml, Notation::Ini];

/// What a name promises: a program that reads a text of such a name refuses anything else. Files of
/// shells (`.env`) and of what is filled in by programs of their own (`.hcl`) promise nothing.
const PROMISED: &[Notation] =
    &[Notation::Json, Notation::Toml, Notation::Yaml, Notation::Properties, Notation::Ini];

/// The ways in which a text called `name` may be meant: what the name says, else the likeliest first.
pub(crate) fn readings(name: Option<&str>) -> impl Iterator<Item = Reading> {
    let told = name.and_then(Notation::of);
    let named = told.map(|notation| Reading { notation, named: true, twice: true });
    let others = UNNAMED.iter().filter(move |_| told.is_none());
    named.into_iter().chain(others.map(|&notation| Reading {
        notation,
        named: false,
        twice: false,
    }))
}

/// A text whose name promises a notation, read as that; its source stands at `span`. Nothing where the
/// name promises nothing, or where the text is a template, a stream of documents, or empty.
pub(crate) fn as_promised(
    name: &str,
    text: &str,
    source: &str,
    span: Span,
) -> Option<(Notation, Parsed)> {
    let notation = Notation::of(name).filter(|notation| PROMISED.contains(notation))?;
    let parsed = parse_inside(notation, text, source, span);
    let lines = || notation == Notation::Json && is_stream(text);
    let loose = parsed.template.is_some() || text.trim().is_empty();
    (!(loose || parsed.is_broken() && lines())).then_some((notation, parsed))
}

/// Whether a text is not what its name promises, so that nothing can be said of what is in it.
pub(crate) fn breaks_promise(name: &str, text: &str, span: Span) -> bool {
    as_promised(name, text, text, span).is_some_and(|(_, parsed)| parsed.is_broken())
}

/// What the text of a value says, whatever it is meant as.
pub(crate) fn trees(text: &str, value: &Value) -> impl Iterator<Item = Value> {
    const ALL: &[Notation] = &[
        Notation::Yaml,
        Notation::Toml,
        Notation::Ini,
        Notation::Properties,
        Notation::Dotenv,
        Notation::Json,
    ];
    let readings = ALL.iter().map(|&notation| Reading { notation, named: true, twice: false });
    readings.filter_map(move |reading| tree(reading, text, value, ""))
}

/// What the text of a value says, if it is one document: a map, or a list of maps.
///
/// `source` is the text of the file at the span of the value. Every value and key of the tree has a
/// span inside that one; the whole of it where the text does not stand there as it is.
pub(crate) fn tree(reading: Reading, text: &str, value: &Value, source: &str) -> Option<Value> {
    let Reading { notation, named, twice } = reading;
    if !may_be(notation, text) {
        return None;
    }
    let step = value.provenance.last();
    let parsed = parse_inside(notation, text, source, step.span);
    let ([document], None) = (&parsed.documents[..], parsed.template) else { return None };
    let repeated = |kind: &ProblemKind| matches!(kind, ProblemKind::DuplicateKey { .. });
    if !parsed.problems.iter().all(|problem| twice && repeated(&problem.kind)) {
        return None;
    }
    let yaml = notation == Notation::Yaml;
    let dialect = if yaml { Dialect::Resource } else { Dialect::Plain };
    let mut tree = load(document.root(), dialect).ok()?;
    let map = |value: &Value| value.as_map().is_some_and(|map| !map.is_empty());
    let maps = |items: &[Value]| !items.is_empty() && items.iter().all(map);
    if !(map(&tree) || tree.as_list().is_some_and(maps)) {
        return None;
    }
    if notation == Notation::Ini && !named && !tree.as_map().is_some_and(is_plain) {
        return None;
    }
    if step.action != Action::Declared {
        done_by(&mut tree, step.action);
    }
    Some(tree)
}

/// Whether a text has what every document of a notation has; cheap.
fn may_be(notation: Notation, text: &str) -> bool {
    let has_sections = || text.lines().any(|line| line.trim_start().starts_with('['));
    match notation {
        Notation::Yaml | Notation::Json => text.contains(':'),
        Notation::Toml | Notation::Ini => text.contains(['=', ':']) && has_sections(),
        Notation::Hcl => text.contains(['=', '{']),
        Notation::Dotenv | Notation::Properties => text.contains(['=', ':', ' ']),
    }
}

/// Whether every key of every section has a value: else the text may be anything that has lines.
fn is_plain(root: &Map) -> bool {
    let has_value = |value: &Value| value.as_list().is_none() && !value.is_null();
    root.iter().all(|entry| match entry.value.as_map() {
        Some(section) => section.iter().all(|entry| has_value(&entry.value)),
        None => has_value(&entry.value),
    })
}

/// Whether two texts are files rather than words: one has several lines, or both are JSON.
pub(crate) fn are_files(here: &str, there: &str) -> bool {
    let json = |text: &str| {
        let inside = |open| text.trim_start().strip_prefix(open).map(str::trim_start);
        inside('{').is_some_and(|rest| rest.starts_with('"'))
            || inside('[').is_some_and(|rest| rest.starts_with('{'))
    };
    let long = |text: &str| text.trim_end().contains('\n');
    long(here) || long(there) || json(here) && json(there)
}

/// Whoever set the text set all that it says.
fn done_by(value: &mut Value, action: Action) {
    value.provenance = Provenance::new(action, value.span());
    match &mut value.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => {
            for item in Arc::make_mut(items) {
                done_by(item, action);
            }
        }
        Kind::Map(map) => {
            for (_, value) in Arc::make_mut(map).values_mut() {
                done_by(value, action);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Reading, are_files, readings, tree};
    use crate::kube::{Action, Provenance, Value};
    use crate::syntax::Notation;
    use crate::text::{FileId, Span};

    fn read_as(reading: Reading, text: &str) -> Option<Value> {
        let span = Span::new(FileId(0), 0, text.len());
        let value = Value::string(text, Provenance::new(Action::Generated, span));
        tree(reading, text, &value, text)
    }

    fn read(text: &str) -> Option<Value> {
        readings(None).find_map(|reading| read_as(reading, text))
    }

    #[test]
    fn documents_are_told_from_other_texts() {
        for text in [
            "a: 1\nb: 2\n",
            "{\"a\": [1]}",
            "- a: 1\n- a: 2\n",
            "[web]\nport = 80\nlevel: info\n",
            "title = 'x'\n[web]\nports = [80, 81]\n",
        ] {
            assert!(read(text).is_some(), "{text}");
        }
        for text in [
            "word",
            "- a:b\n- c\n",
            "a: 1\na: 2\n",
            "a: 1\n---\nb: 2\n",
            "a: {{ .Values.a }}\n",
            "[INPUT]\n  Name x\n[INPUT]\n  Name y\n",
            "[FILTER]\n  Match *\n  Regex a=b\n  Alone\n",
            "[a]\nx=1\nx=2\n",
            "A=1\nB=2\n",
            "404: x\n",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        let flat = read_as(
            Reading { notation: Notation::Properties, named: true, twice: true },
            "a.b=1\nc: d\n",
        )
        .unwrap();
        assert_eq!(flat.get("a.b").and_then(Value::text), Some("1"));
        assert!(are_files("a: 1\n", "a: 1\nb: 2\n") && are_files("{\"a\": 1}", "{ \"a\": 2}"));
        assert!(!are_files("note: this", "note: that"));
    }

    #[test]
    fn values_keep_who_set_them_and_where() {
        let text = "a:\n  b: one\n";
        let tree = read(text).unwrap();
        let step = tree.at(&["a", "b"]).unwrap().provenance.last();
        assert_eq!((&text[step.span.range()], step.action), ("one", Action::Generated));
    }
}
