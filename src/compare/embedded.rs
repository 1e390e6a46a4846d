//! Configuration inside one string: YAML and JSON are compared as trees, not line by line.

use std::sync::Arc;

use crate::kube::{Action, Kind, Provenance, Value, load};
use crate::syntax::parse_embedded;
use crate::syntax::scalar::Dialect;

/// What the text of a value says, if it is one document of YAML or JSON: a map, or a list of maps.
///
/// `source` is the text of the file at the span of the value. Every value and key of the tree has a
/// span inside that one; the whole of it where the text does not stand there as it is.
pub(crate) fn tree(text: &str, value: &Value, source: &str) -> Option<Value> {
    if !text.contains(':') {
        return None;
    }
    let step = value.provenance.last();
    let parsed = parse_embedded(text, source, step.span);
    let ([document], [], false) = (&parsed.documents[..], &parsed.problems[..], parsed.template)
    else {
        return None;
    };
    let mut tree = load(document.root(), Dialect::Resource).ok()?;
    let map = |value: &Value| value.as_map().is_some_and(|map| !map.is_empty());
    let maps = |items: &[Value]| !items.is_empty() && items.iter().all(map);
    if !(map(&tree) || tree.as_list().is_some_and(maps)) {
        return None;
    }
    if step.action != Action::Declared {
        done_by(&mut tree, step.action);
    }
    Some(tree)
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
    use super::{are_files, tree};
    use crate::kube::{Action, Provenance, Value};
    use crate::text::{FileId, Span};

    fn read(text: &str) -> Option<Value> {
        let span = Span::new(FileId(0), 0, text.len());
        let value = Value::string(text, Provenance::new(Action::Generated, span));
        tree(text, &value, text)
    }

    #[test]
    fn documents_are_told_from_other_texts() {
        for text in ["a: 1\nb: 2\n", "{\"a\": [1]}", "- a: 1\n- a: 2\n"] {
            assert!(read(text).is_some(), "{text}");
        }
        for text in [
            "word",
            "- a:b\n- c\n",
            "a: 1\na: 2\n",
            "a: 1\n---\nb: 2\n",
            "a: {{ .Values.a }}\n",
            "[INPUT]\n  Name: x\n",
            "404: x\n",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
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
