//! Which part of the repository a change can have an effect on.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use crate::change::{Layouts, Side, names};
use crate::config::{self, FILE_NAMES};
use crate::layout::{self, Layout, Overlay, OverlayKind, Unit};
use crate::owners::CodeOwners;
use crate::render::helm;
use crate::rules::Focus;
use crate::schema::RepositorySchema;
use crate::source::Snapshot;
use crate::text::RepoPath;
use crate::validation;

/// A change of more files than this is looked at as a whole at once.
const MOST_FILES: usize = 200;

/// What a file says that installs a chart from somewhere else than a file of values.
const INSTALLERS: [&str; 3] = ["HelmRelease", "helmCharts", "HelmChartInflationGenerator"];
/// What the description of a chart says whose parts lie in other charts of the repository.
const ELSEWHERE: &str = "file://";

/// Extensions of files that are read only where a kustomization names them.
const DOCUMENTS: &[&str] =
    &["adoc", "drawio", "gif", "jpeg", "jpg", "md", "pdf", "png", "rst", "svg", "webp"];

/// The units and files that the changed `paths` can have an effect on.
pub(super) fn of(
    before: Side<'_>,
    after: Side<'_>,
    layouts: &Layouts,
    paths: &BTreeSet<RepoPath>,
) -> Focus {
    if layouts.before().environments != layouts.after.environments {
        return Focus::Everything;
    }
    let mentioning = names::mentioning(before, after, paths);
    let reached: BTreeSet<RepoPath> = paths.union(&mentioning).cloned().collect();
    let mut units = layouts.after.units_of(after.store.snapshot(), &reached);
    units.extend(layouts.after.deployed_beside(paths));
    units.extend(layouts.after.holders(&units));
    let mut sides = vec![(after, &layouts.after)];
    if let Some(old) = &layouts.before {
        units.extend(old.units_of(before.store.snapshot(), &reached));
        units.extend(old.deployed_beside(paths));
        units.extend(old.holders(&units));
        units.extend(rearranged(old, &layouts.after));
        sides.push((before, old));
    }
    for &(side, layout) in &sides {
        units.extend(installing(side.store.snapshot(), layout, paths));
    }
    let mut files = paths.clone();
    for (side, layout) in sides {
        let concerned = layout.units.iter().filter(|unit| units.contains(&unit.name));
        let overlays: Vec<&Overlay> = concerned.flat_map(|unit| &unit.overlays).collect();
        let inputs = layout.users.inputs();
        let roots = overlays.iter().map(|overlay| &overlay.root);
        files.extend(inputs.of(roots).into_iter().cloned());
        let deployed = overlays.iter().flat_map(|overlay| layout.flux.chain(overlay));
        files.extend(deployed.map(|build| build.file.clone()));
        let concerned = layout.units.iter().filter(|unit| units.contains(&unit.name));
        let snapshot = side.store.snapshot();
        files.extend(concerned.flat_map(|unit| layout.files_of(snapshot, unit)));
        files.extend(layout.applications_beside(snapshot, paths));
    }
    Focus::Part { units, files }
}

/// Whether nothing reads what the change is about: documents and pictures that no kustomization
/// names.
pub(super) fn is_idle(before: Side<'_>, after: Side<'_>, paths: &BTreeSet<RepoPath>) -> bool {
    let document = |path: &RepoPath| DOCUMENTS.contains(&path.extension().as_str());
    paths.iter().all(document)
        && [before, after].into_iter().all(|side| {
            let snapshot = side.store.snapshot();
            let files: Vec<_> = snapshot.files().collect();
            !files.into_par_iter().any(|(file, path)| {
                layout::is_kustomization(path.file_name())
                    && snapshot.file(file).is_ok_and(|source| {
                        let names = |document: &RepoPath| {
                            source.text.contains(document.file_name())
                                && layout::names(side.store, file, path, document)
                        };
                        paths.iter().any(names)
                    })
            })
        })
}

/// Whether the change has a say in everything, or is too large to be looked at in part.
pub(super) fn is_general(before: Side<'_>, after: Side<'_>, paths: &BTreeSet<RepoPath>) -> bool {
    let kinds =
        |path: &RepoPath| [before, after].iter().any(|side| says_what_is_valid(path, *side));
    let nested = |side: &Side<'_>| {
        let snapshot = side.store.snapshot();
        paths.iter().any(|path| helm::is_part(snapshot, path)) && have_parts_elsewhere(snapshot)
    };
    paths.len() > MOST_FILES
        || moves_rules(before, after, paths)
        || paths.iter().any(kinds)
        || [before, after].iter().any(nested)
}

/// Whether charts of the repository are parts of others by their paths.
fn have_parts_elsewhere(snapshot: &Snapshot) -> bool {
    let mut charts = snapshot.files().filter(|(_, path)| helm::describes(path));
    charts.any(|(file, _)| snapshot.file(file).is_ok_and(|source| source.text.contains(ELSEWHERE)))
}

/// The units that may install a chart which the change is about: which one does is known when it is
/// rendered.
fn installing(
    snapshot: &Snapshot,
    layout: &Layout,
    paths: &BTreeSet<RepoPath>,
) -> BTreeSet<String> {
    if !paths.iter().any(|path| helm::is_part(snapshot, path)) {
        return BTreeSet::new();
    }
    let says = |path: &RepoPath| {
        let source = snapshot.find(path).and_then(|file| snapshot.file(file).ok());
        source.is_some_and(|source| INSTALLERS.iter().any(|word| source.text.contains(word)))
    };
    let inputs = layout.users.inputs();
    let installs = |unit: &Unit| {
        let values = |overlay: &Overlay| overlay.kind == OverlayKind::HelmValues;
        let roots = unit.overlays.iter().map(|overlay| &overlay.root);
        unit.overlays.iter().any(values)
            || inputs.of(roots).into_iter().any(says)
            || layout.files_of(snapshot, unit).iter().any(says)
    };
    let units: Vec<&Unit> = layout.units.par_iter().filter(|unit| installs(unit)).collect();
    units.into_iter().map(|unit| unit.name.clone()).collect()
}

/// Whether the file has a say in what is valid elsewhere: the definition of a kind, a schema.
fn says_what_is_valid(path: &RepoPath, side: Side<'_>) -> bool {
    let snapshot = side.store.snapshot();
    let directories = &side.config.kubernetes_schemas;
    let text = || snapshot.file(snapshot.find(path)?).ok().map(|source| &source.text);
    directories.iter().any(|directory| path.is_in(&directory.value))
        || path.is_yaml() && text().is_some_and(|text| validation::may_define(text))
}

/// Whether the change moves what findings are judged by.
pub(super) fn moves_rules(before: Side<'_>, after: Side<'_>, paths: &BTreeSet<RepoPath>) -> bool {
    let rules = |path: &RepoPath| is_rule(path, before) || is_rule(path, after);
    before.baseline != after.baseline
        || paths.iter().any(rules)
        || [before, after].into_iter().any(|side| !schemas(side).is_disjoint(paths))
}

/// The files that the team's schemas are made of.
fn schemas(side: Side<'_>) -> BTreeSet<RepoPath> {
    let snapshot = side.store.snapshot();
    let entries = side.config.schemas.iter();
    let files = entries.filter_map(|entry| snapshot.find(&entry.schema.value));
    let parts = files.flat_map(|file| RepositorySchema::files(side.store, file));
    parts.map(|file| snapshot.path(file).clone()).collect()
}

/// Whether the file has a say in everything: the configuration, files with exceptions, owners,
/// ignore rules.
fn is_rule(path: &RepoPath, side: Side<'_>) -> bool {
    FILE_NAMES.contains(&path.as_str())
        || path.file_name() == ".gitignore"
        || CodeOwners::is_read(path)
        || config::is_registry(&side.config.terms, path)
        || side.config.path.as_ref() == Some(path)
}

/// The units that are not made of the same overlays on both sides.
fn rearranged<'l>(before: &'l Layout, after: &'l Layout) -> impl Iterator<Item = String> + use<'l> {
    let by_name = |layout: &'l Layout| -> BTreeMap<&'l str, &'l [Overlay]> {
        layout.units.iter().map(|unit| (unit.name.as_str(), &unit.overlays[..])).collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    names.into_iter().filter(move |name| old.get(name) != new.get(name)).map(str::to_owned)
}
