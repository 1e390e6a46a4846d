//! Which part of the repository a change can have an effect on.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::change::{Layouts, Side, names};
use crate::config::{self, FILE_NAMES};
use crate::layout::{self, Layout, Overlay};
use crate::owners::CodeOwners;
use crate::render::helm;
use crate::rules::Focus;
use crate::schema::RepositorySchema;
use crate::text::RepoPath;
use crate::validation;

/// A change of more files than this is looked at as a whole at once.
const MOST_FILES: usize = 200;

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
    let mut files = paths.clone();
    for (side, layout) in sides {
        let concerned = layout.units.iter().filter(|unit| units.contains(&unit.name));
        let overlays: Vec<&Overlay> = concerned.flat_map(|unit| &unit.overlays).collect();
        files.extend(layout.users.inputs(overlays.iter().map(|overlay| &overlay.root)));
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
    paths.len() > MOST_FILES || moves_rules(before, after, paths) || paths.iter().any(kinds)
}

/// Whether the file has a say in what is valid elsewhere: the definition of a kind, a schema, a part
/// of a chart, which anybody may install.
fn says_what_is_valid(path: &RepoPath, side: Side<'_>) -> bool {
    let snapshot = side.store.snapshot();
    let directories = &side.config.kubernetes_schemas;
    let text = || snapshot.file(snapshot.find(path)?).ok().map(|source| &source.text);
    directories.iter().any(|directory| path.is_in(&directory.value))
        || helm::is_part(snapshot, path)
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
