//! The files for which the team has a schema.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::TeamSchema;
use crate::rules::{Context, is_excluded};
use crate::text::FileId;

/// The files that are looked at, each with the entries of the configuration that cover it.
pub(super) fn covered<'a>(cx: &Context<'a>) -> BTreeMap<FileId, Vec<&'a TeamSchema>> {
    let schemas = &cx.config.schemas;
    if schemas.is_empty() {
        return BTreeMap::new();
    }
    let files = cx
        .snapshot
        .files()
        .filter(|(_, path)| cx.focus.has_file(path) && !is_excluded(path, &cx.config.exclude));
    let covered = files.map(|(file, path)| {
        (file, schemas.iter().filter(|entry| entry.covers(path)).collect::<Vec<_>>())
    });
    covered.filter(|(_, entries)| !entries.is_empty()).collect()
}

/// The files with a schema that the rules about files do not look at in any case: JSON, TOML, and
/// YAML in directories that are nobody's environment.
pub(crate) fn beside(cx: &Context<'_>) -> Vec<FileId> {
    let known: BTreeSet<FileId> = cx.files.iter().copied().collect();
    let files = covered(cx).into_keys().filter(|file| !known.contains(file));
    files.filter(|&file| cx.store.tree(file).template.is_none()).collect()
}
