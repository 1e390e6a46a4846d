//! A map or list that one side lacks and that holds signs of agents, entry by entry.

use crate::compare::agents::signs::of_path;
use crate::compare::diff::{Change, RawDifference, Side};
use crate::kube::{Path, PathStep, Value};
use crate::text::Span;

/// What is made of entries that count one by one.
const HOLDERS: &[&str] = &["env", "envFrom", "podAnnotations", "podLabels"];

/// The difference, or one for each entry where one of them is a sign.
pub(crate) fn split(raw: RawDifference) -> Vec<RawDifference> {
    let side = if raw.change == Change::OnlyHere { &raw.here } else { &raw.there };
    let holder = raw.path.steps().last();
    let holds = matches!(holder, Some(PathStep::Key(key)) if HOLDERS.contains(&&**key));
    let entries = match &side.value {
        Some(value) if holds && raw.change != Change::Changed => entries(value),
        _ => return vec![raw],
    };
    let path = |step: &PathStep| Path([raw.path.steps(), std::slice::from_ref(step)].concat());
    let is_sign =
        |(step, _, value): &(PathStep, Span, &Value)| of_path(path(step).steps(), value).is_some();
    if !entries.iter().any(is_sign) {
        return vec![raw];
    }
    let one = |(step, key, value): &(PathStep, Span, &Value)| {
        let own = Side { value: Some((*value).clone()), span: value.span(), key: Some(*key) };
        let (here, there) = match raw.change {
            Change::OnlyHere => (own, raw.there.clone()),
            _ => (raw.here.clone(), own),
        };
        let (fewer, text, noise) = (raw.fewer, raw.text, raw.noise);
        let (path, change) = (path(step), raw.change);
        RawDifference { path, change, here, there, more: 0, fewer, text, noise }
    };
    entries.iter().map(one).collect()
}

fn entries(value: &Value) -> Vec<(PathStep, Span, &Value)> {
    let map = value.as_map().into_iter().flatten();
    let keyed = map.map(|entry| (PathStep::Key(entry.key.clone()), entry.key_span, &entry.value));
    let items = value.as_list().unwrap_or_default().iter().enumerate();
    let listed = items.map(|(at, item)| match item.get("name") {
        Some(name) => {
            let step =
                PathStep::Element { key: "name".into(), value: name.text().unwrap_or("").into() };
            (step, name.span(), item)
        }
        None => (PathStep::Index(at), item.span(), item),
    });
    keyed.chain(listed).collect()
}
