//! `values.yaml` as what production gets, where only other environments have files of their own.

use crate::layout::lexicon::{Lexicon, Mark};
use crate::syntax::{NodeRef, Store};
use crate::text::FileId;

/// The stem of files with default values.
pub(super) const VALUES: &str = "values";
/// Words that end a key whose value is the name of the environment.
const KEYS: &[&str] = &["env", "environment", "stage"];
/// How deep such a key stands at most.
const DEPTH: usize = 3;
/// From this rank on an environment is production.
const PRODUCTION: u32 = 100;

/// What the file would be called if it was named after its environment, as the files beside it are:
/// `values-production` beside `values-staging`.
///
/// Only where it says itself that it is for production, and no file beside it is.
pub(super) fn named(
    store: &Store<'_>,
    lexicon: &Lexicon,
    file: FileId,
    stems: &[&str],
) -> Option<String> {
    let is_last = |mark: &Mark| {
        lexicon
            .stage(mark.stage)
            .is_some_and(|stage| stage.rank >= PRODUCTION && stage.name.is_none())
    };
    let marks: Vec<(&str, Mark)> =
        stems.iter().filter_map(|stem| Some((*stem, lexicon.read(stem)?))).collect();
    let beside = marks.iter().find(|(stem, mark)| mark.is_exact() && stem.contains("values"));
    let (stem, mark) = beside.filter(|_| !marks.iter().any(|(_, mark)| is_last(mark)))?;
    let root = store.yaml(file).documents.first()?.root();
    let word = environment(root, DEPTH, &|text| {
        lexicon.read(text).is_some_and(|mark| mark.is_exact() && is_last(&mark))
    })?;
    Some(mark.templated(stem).replace("{env}", word))
}

/// What a file of default values says of the environment that it is for.
pub(super) fn stated(store: &Store<'_>, file: FileId) -> Option<String> {
    if store.snapshot().path(file).stem() != VALUES {
        return None;
    }
    let root = store.yaml(file).documents.first()?.root();
    environment(root, DEPTH, &|_| true).map(str::to_owned)
}

/// The first value that names an environment which is `wanted`.
fn environment<'d>(
    node: NodeRef<'d>,
    depth: usize,
    wanted: &dyn Fn(&str) -> bool,
) -> Option<&'d str> {
    let inner = depth.checked_sub(1)?;
    node.entries().find_map(|(key, value)| {
        let key = key.text()?.to_ascii_lowercase();
        let last = key.rsplit(['-', '_', '.']).next().unwrap_or("");
        if value.is_map() {
            environment(value, inner, wanted)
        } else {
            value.text().filter(|text| KEYS.contains(&last) && wanted(text))
        }
    })
}
