//! The order of the transformers, as data.

use std::sync::Arc;

use crate::kube::Action;
use crate::kube::Gvk;
use crate::kube::field_specs::{FieldList, FieldSpec, merge};
use crate::render::accumulate::{Layer, Walk};
use crate::render::transform::affix::{self, End};
use crate::render::transform::namespace::{Namespace, Subjects};
use crate::render::transform::{images, labels, namespace, patches, replacements, replicas};
use crate::render::{RenderError, plugin};

type Stage = fn(&mut Walk<'_, '_>, &mut Layer<'_>) -> Result<(), RenderError>;

/// What is done to a layer, in kustomize's fixed order; the order in the file has no say.
const STAGES: [Stage; 12] = [
    merge_strategic_patches,
    apply_patches,
    set_namespace,
    add_prefix,
    add_suffix,
    add_labels,
    add_annotations,
    apply_json_patches,
    set_replicas,
    set_images,
    replace,
    plugin::transform,
];

/// Runs all stages.
pub(crate) fn run(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    for stage in STAGES {
        stage(walk, layer)?;
    }
    layer.set.forget_keys();
    Ok(())
}

fn merge_strategic_patches(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
) -> Result<(), RenderError> {
    let entries = &layer.kustomization.patches_strategic_merge;
    patches::apply_strategic(walk, layer.directory, entries, layer.set)
}

fn apply_patches(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let mut all = layer.kustomization.patches.iter();
    all.try_for_each(|patch| patches::apply(walk, layer.directory, patch, layer.set))
}

fn apply_json_patches(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let mut all = layer.kustomization.patches_json6902.iter();
    all.try_for_each(|patch| patches::apply_json(walk, layer.directory, patch, layer.set))
}

fn set_namespace(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let Some(name) = &layer.kustomization.namespace else { return Ok(()) };
    let specs = Arc::clone(&layer.set.specs);
    let order = Namespace {
        name,
        specs: specs.list(FieldList::Namespace),
        subjects: Subjects::NamedDefault,
        unset_only: false,
    };
    namespace::apply(&mut layer.set.resources, order)
}

fn add_prefix(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let Some(text) = &layer.kustomization.name_prefix else { return Ok(()) };
    let specs = Arc::clone(&layer.set.specs);
    let specs = specs.list(FieldList::NamePrefix);
    affix::apply(&mut layer.set.resources, End::Prefix, text, specs)
}

fn add_suffix(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let Some(text) = &layer.kustomization.name_suffix else { return Ok(()) };
    let specs = Arc::clone(&layer.set.specs);
    let specs = specs.list(FieldList::NameSuffix);
    affix::apply(&mut layer.set.resources, End::Suffix, text, specs)
}

fn add_labels(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let specs = Arc::clone(&layer.set.specs);
    let own = FieldSpec::new(Gvk::default(), "metadata/labels", true);
    let resources = &mut layer.set.resources;
    for entry in &layer.kustomization.labels {
        let Some((first, _)) = entry.pairs.first() else { continue };
        let (templates, own) = (specs.list(FieldList::TemplateLabels), std::slice::from_ref(&own));
        let lists: [&[FieldSpec]; 3] = match (entry.selectors, entry.templates) {
            (true, _) => [specs.list(FieldList::CommonLabels), &[], &[]],
            (false, true) => [templates, specs.list(FieldList::Labels), own],
            (false, false) => [&[], specs.list(FieldList::Labels), own],
        };
        let mut all = entry.fields.clone();
        for spec in lists.into_iter().flatten() {
            let merged = merge(&mut all, spec.clone());
            merged.map_err(|conflict| RenderError::new(first.span, conflict.to_string()))?;
        }
        labels::apply(resources, Action::Labelled, &entry.pairs, &all)?;
    }
    let common = &layer.kustomization.common_labels;
    let fields = specs.list(FieldList::CommonLabels);
    labels::apply(resources, Action::Labelled, common, fields)
}

fn add_annotations(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let specs = Arc::clone(&layer.set.specs);
    let fields = specs.list(FieldList::CommonAnnotations);
    let pairs = &layer.kustomization.common_annotations;
    labels::apply(&mut layer.set.resources, Action::Annotated, pairs, fields)
}

fn set_replicas(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let specs = Arc::clone(&layer.set.specs);
    let mut all = layer.kustomization.replicas.iter();
    let specs = specs.list(FieldList::Replicas);
    all.try_for_each(|replica| replicas::apply_or_complain(walk, layer.set, replica, specs))
}

fn set_images(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let specs = Arc::clone(&layer.set.specs);
    for image in &layer.kustomization.images {
        images::apply(&mut layer.set.resources, image, specs.list(FieldList::Images))?;
    }
    Ok(())
}

fn replace(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let entries = &layer.kustomization.replacements;
    replacements::apply(walk, layer.directory, entries, layer.set)
}
