//! Documents inside of objects: the files that a `ConfigMap` holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::as_promised;
use crate::kube::Value;
use crate::render::{Evaluated, Rendered};
use crate::rules::Context;
use crate::rules::files::is_looked_at;
use crate::syntax::{Notation, ProblemKind};
use crate::text::{FileId, Span};

/// Something that is wrong with a text.
pub(super) struct Flaw {
    /// The key of the text.
    pub name: String,
    /// What the key promises.
    pub notation: Notation,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// Everything that is wrong with texts of `ConfigMap`s whose keys say what they are, by their places.
///
/// `known` are the files that are looked at as files: a generator may read them as well.
pub(super) fn flaws(cx: &Context<'_>, known: &BTreeSet<FileId>) -> BTreeMap<Span, Flaw> {
    let objects = cx.evaluated.iter().filter_map(Evaluated::output).flat_map(Rendered::objects);
    let maps = objects.filter(|object| &*object.id.gvk.kind == "ConfigMap");
    let texts = maps.filter_map(|map| map.body.get("data")?.as_map()).flat_map(|map| map.iter());
    let mut seen: BTreeSet<(Span, &str)> = BTreeSet::new();
    let mut found = BTreeMap::new();
    for entry in texts {
        let (value, name) = (&entry.value, &*entry.key);
        let span = value.span();
        let Some(text) = value.text().filter(|_| seen.insert((span, name))) else { continue };
        let whole =
            || cx.snapshot.file(span.file).is_ok_and(|it| it.text.len() == span.range().len());
        if !is_looked_at(cx, span.file) || known.contains(&span.file) && whole() {
            continue;
        }
        found.extend(of_text(cx, name, text, value));
    }
    found
}

fn of_text(
    cx: &Context<'_>,
    name: &str,
    text: &str,
    value: &Value,
) -> impl Iterator<Item = (Span, Flaw)> {
    let source = cx.snapshot.slice(value.span());
    let read = as_promised(name, text, source, value.span());
    read.into_iter().flat_map(move |(notation, parsed)| {
        let flaw = move |kind| Flaw { name: name.to_owned(), notation, kind };
        parsed.problems.into_iter().map(move |problem| (problem.span, flaw(problem.kind)))
    })
}
