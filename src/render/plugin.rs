//! `generators:`, `transformers:` and `validators:`: the built-in plugins, configured as objects.

use crate::render::RenderError;
use crate::render::accumulate::{Accumulated, Layer, Walk};
use crate::render::kustomization::Kustomization;
use crate::text::RepoPath;

/// Runs the plugins of `generators:`.
pub(crate) fn generate(
    walk: &mut Walk<'_, '_>,
    _directory: &RepoPath,
    kustomization: &Kustomization,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    kustomization.generators.iter().try_for_each(|entry| walk.gap(set, entry, "plugin"))
}

/// Runs the plugins of `transformers:`.
pub(crate) fn transform(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let entries = &layer.kustomization.transformers;
    entries.iter().try_for_each(|entry| walk.gap(layer.set, entry, "plugin"))
}
