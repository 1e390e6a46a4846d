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
            Arc::make_mut(items).iter_mut().for_each(|item| done_by(item, action));
        }
        Kind::Map(map) => {
            Arc::make_mut(map).values_mut().for_each(|(_, value)| done_by(value, action));
        }
    }
}
