//! Where two declarations of one object disagree.

use crate::kube::{Kind, Path, PathStep, Value};
use crate::text::Span;

/// Most fields that are looked for: nobody reads more.
const MOST: usize = 64;

/// A field that two declarations set otherwise, or that only one of them sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disagreement {
    /// The field.
    pub(super) path: Path,
    /// Where the first declaration sets it.
    pub(super) first: Option<Span>,
    /// Where the second one does.
    pub(super) second: Option<Span>,
}

/// The fields in which two values disagree, in the order of their paths; at most 64.
pub(super) fn disagreements(first: &Value, second: &Value) -> Vec<Disagreement> {
    let mut found = Vec::new();
    walk(&mut Vec::new(), Some(first), Some(second), &mut found);
    found
}

fn walk(
    path: &mut Vec<PathStep>,
    first: Option<&Value>,
    second: Option<&Value>,
    found: &mut Vec<Disagreement>,
) {
    if found.len() >= MOST {
        return;
    }
    let mut step = |step: PathStep, first: Option<&Value>, second: Option<&Value>| {
        path.push(step);
        walk(path, first, second, found);
        path.pop();
    };
    match (first.map(|value| &value.kind), second.map(|value| &value.kind)) {
        (Some(Kind::Map(a)), Some(Kind::Map(b))) => {
            for entry in a.iter() {
                let key = PathStep::Key(entry.key.clone());
                step(key, Some(&entry.value), b.get(&entry.key));
            }
            for entry in b.iter().filter(|entry| a.get(&entry.key).is_none()) {
                step(PathStep::Key(entry.key.clone()), None, Some(&entry.value));
            }
        }
        (Some(Kind::List(a)), Some(Kind::List(b))) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                step(element(at, a, b), Some(a), Some(b));
            }
        }
        _ => {
            if let (Some(first), Some(second)) = (first, second)
                && first.same(second)
            {
                return;
            }
            found.push(Disagreement {
                path: Path(path.clone()),
                first: first.map(Value::span),
                second: second.map(Value::span),
            });
        }
    }
}

fn element(at: usize, a: &Value, b: &Value) -> PathStep {
    let name = |value: &Value| value.get("name").and_then(Value::text).map(str::to_owned);
    match (name(a), name(b)) {
        (Some(name), Some(other)) if name == other => {
            PathStep::Element { key: "name".into(), value: name.into() }
        }
        _ => PathStep::Index(at),
    }
}
