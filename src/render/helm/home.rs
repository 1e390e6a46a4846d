//! Which chart of the repository gets the values in a file, told by where the file stands.

use std::collections::BTreeSet;

use crate::layout::{Layout, Overlay, OverlayKind, Unit};
use crate::render::helm::Helm;
use crate::render::helm::chart::{Chart, values};
use crate::render::helm::charts::Charts;
use crate::syntax::Store;
use crate::text::RepoPath;

/// How many directories lie between a chart and its values files at most, one included.
const BELOW: usize = 3;
/// Names of directories inside a chart whose files are values; `config` may hold anything.
const VALUE_DIRECTORIES: [&str; 5] = ["env", "environments", "envs", "overrides", "values"];
/// Keys of values that every chart understands.
const COMMON_KEYS: [&str; 2] = ["global", "tags"];

/// The chart around a file: in its directory or above it.
pub(super) fn around(charts: &Charts, path: &RepoPath) -> Option<RepoPath> {
    let above = std::iter::successors(path.parent(), RepoPath::parent);
    above.take(BELOW).find(|directory| charts.has(directory))
}

/// Whether a file inside a chart holds values of it, and not something else that belongs to an
/// environment: its name or its directory says so, or its keys are those of the chart.
pub(super) fn is_meant(helm: Helm<'_>, overlay: &Overlay, root: &RepoPath) -> bool {
    let directory = overlay.root.parent();
    let is_named = directory.as_ref() == Some(root) && is_environment(helm.layout, overlay);
    is_named || holds_values(&overlay.root) || fits(helm, root, &overlay.root)
}

/// The chart that gets the values in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    /// Its directory.
    pub(super) root: RepoPath,
    /// Whether the values are certainly its own: they lie in it, or both have the same name.
    pub(super) certain: bool,
}

/// The chart of every overlay that gets the values of this one; either all overlays of a unit have
/// one or none has, so that defaults stand below all of them.
pub(super) fn home(helm: Helm<'_>, unit: &Unit, overlay: &Overlay) -> Option<Home> {
    let own = |overlay: &Overlay| {
        let root = around(helm.charts, &overlay.root)?;
        is_meant(helm, overlay, &root).then_some(Home { root, certain: true })
    };
    let values = || unit.overlays.iter().filter(|it| it.kind == OverlayKind::HelmValues);
    let around: Vec<Option<Home>> = values().map(own).collect();
    if around.iter().all(Option::is_some) {
        return own(overlay);
    }
    let found: BTreeSet<Home> = around.into_iter().flatten().collect();
    match found.len() {
        0 => elsewhere(helm, unit, &values().next()?.root),
        1 => found.into_iter().next(),
        _ => None,
    }
}

/// The chart that a unit is named after, else the only one of the nearest directory around it that
/// has any; `file` is one of the unit's files, and its keys must be those of the chart.
fn elsewhere(helm: Helm<'_>, unit: &Unit, file: &RepoPath) -> Option<Home> {
    let charts = helm.charts;
    let names: BTreeSet<&str> = unit.name.split('/').collect();
    let shared = |root: &RepoPath| {
        root.segments().zip(file.segments()).take_while(|(one, other)| one == other).count()
    };
    let candidates = charts.outermost().filter(|root| {
        !root.is_root() && names.contains(root.file_name()) && fits(helm, root, file)
    });
    // Of several, the nearest one, if there is such a one.
    let mut found: Vec<(usize, &RepoPath)> = candidates.map(|root| (shared(root), root)).collect();
    found.sort();
    match &found[..] {
        [.., (second, _), (first, _)] if first == second => return None,
        [.., (_, root)] => return Some(Home { root: (*root).clone(), certain: true }),
        [] => {}
    }
    let mut above = std::iter::successors(file.parent(), RepoPath::parent);
    let only = above.find_map(|directory| {
        let mut below = charts.outermost().filter(|root| root.is_in(&directory));
        Some((below.next()?, below.next().is_none()))
    });
    only.filter(|&(root, only)| only && fits(helm, root, file))
        .map(|(root, _)| Home { root: root.clone(), certain: false })
}

/// Whether at least half of the keys in a file are keys that the chart has, and one is.
fn fits(helm: Helm<'_>, root: &RepoPath, file: &RepoPath) -> bool {
    let Helm { store, charts, .. } = helm;
    let Some(chart) = charts.get(store, root) else { return false };
    let Some(file) = store.snapshot().find(file) else { return false };
    let Ok(values) = values(store, file) else { return false };
    let keys = || values.as_map().into_iter().flatten();
    let known = keys().filter(|entry| has(chart, &entry.key)).count();
    known > 0 && known * 2 >= keys().count()
}

fn has(chart: &Chart, key: &str) -> bool {
    COMMON_KEYS.contains(&key)
        || chart.values.get(key).is_some()
        || chart.children.iter().any(|child| &*child.name == key)
}

/// Whether a file is called after its environment and nothing else: `prod.yaml`, `prod-eu.yaml`.
fn is_environment(layout: &Layout, overlay: &Overlay) -> bool {
    let tokens = |text: &str| -> Vec<String> {
        text.split(['-', '_', '.']).map(str::to_ascii_lowercase).collect()
    };
    let Some(environment) = layout.environment(overlay.environment) else { return false };
    let names = environment.aliases.iter().chain([&environment.name]).chain(&overlay.variant);
    let known: BTreeSet<String> = names.flat_map(|name| tokens(name)).collect();
    tokens(overlay.root.stem()).iter().all(|token| known.contains(token))
}

/// Whether a path says that the file holds values.
pub(super) fn holds_values(path: &RepoPath) -> bool {
    let is_values = |token: &str| token.eq_ignore_ascii_case("values");
    path.stem().split(['-', '_', '.']).any(is_values)
        || path.segments().rev().take(BELOW).any(|name| VALUE_DIRECTORIES.contains(&name))
}

/// Whether a file holds an object and not values.
pub(super) fn is_object(store: &Store<'_>, path: &RepoPath) -> bool {
    let Some(file) = store.snapshot().find(path) else { return false };
    let documents = &store.yaml(file).documents;
    let has = |key: &str| documents.first().is_some_and(|it| it.root().get(key).is_some());
    has("apiVersion") && has("kind")
}
