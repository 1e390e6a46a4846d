//! The order of the transformers, as data.

use std::sync::Arc;

use crate::kube::Action;
use crate::kube::Gvk;
use crate::kube::field_specs::{FieldList, FieldSpec, merge};
use crate::render::accumulate::{Layer, Walk};
use crate::render::effect::{StatementKind, watch};
use crate::render::kustomization::{Kustomization, Text};
use crate::render::origin::Author;
use crate::render::transform::affix::{self, End};
use crate::render::transform::namespace::{Namespace, Subjects};
use crate::render::transform::{images, labels, namespace, patches, replacements, replicas};
use crate::render::{RenderError, plugin};

/// One kind of change.
struct Stage {
    /// What kustomize calls the plugin that does it.
    plugin: &'static str,
    /// How often a kustomization asks for it.
    count: fn(&Kustomization) -> usize,
    /// Does it for the request of this number.
    apply: Apply,
}

type Apply = fn(&mut Walk<'_, '_>, &mut Layer<'_>, usize) -> Result<(), RenderError>;

impl Stage {
    const fn new(plugin: &'static str, count: fn(&Kustomization) -> usize, apply: Apply) -> Self {
        Self { plugin, count, apply }
    }
}

/// What is done to a layer, in kustomize's fixed order; the order in the file has no say.
const STAGES: [Stage; 11] = [
    Stage::new(
        "PatchStrategicMergeTransformer",
        |asked| usize::from(!asked.patches_strategic_merge.is_empty()),
        merge_strategic_patches,
    ),
    Stage::new("PatchTransformer", |asked| asked.patches.len(), apply_patch),
    Stage::new("NamespaceTransformer", |asked| given(asked.namespace.as_ref()), set_namespace),
    Stage::new("PrefixTransformer", |asked| given(asked.name_prefix.as_ref()), add_prefix),
    Stage::new("SuffixTransformer", |asked| given(asked.name_suffix.as_ref()), add_suffix),
    Stage::new("LabelTransformer", count_labels, add_labels),
    Stage::new(
        "AnnotationsTransformer",
        |asked| usize::from(!asked.common_annotations.is_empty()),
        add_annotations,
    ),
    Stage::new("PatchJson6902Transformer", |asked| asked.patches_json6902.len(), apply_json_patch),
    Stage::new("ReplicaCountTransformer", |asked| asked.replicas.len(), set_replicas),
    Stage::new("ImageTagTransformer", |asked| asked.images.len(), set_image),
    Stage::new(
        "ReplacementTransformer",
        |asked| usize::from(!asked.replacements.is_empty()),
        replace,
    ),
];

fn given(text: Option<&Text>) -> usize {
    usize::from(text.is_some_and(|text| !text.value.is_empty()))
}

/// Common labels come last, and are counted wherever there are any labels.
fn count_labels(asked: &Kustomization) -> usize {
    let any = !asked.labels.is_empty() || !asked.common_labels.is_empty();
    asked.labels.len() + usize::from(any)
}

/// Runs all stages, then the plugins.
pub(crate) fn run(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    for stage in STAGES {
        for at in 0..(stage.count)(layer.kustomization) {
            let author = walk.notes.as_ref().map(|notes| notes.author(stage.plugin));
            noted(walk, layer, author.as_ref(), |walk, layer| (stage.apply)(walk, layer, at))?;
        }
    }
    plugin::transform(walk, layer)?;
    layer.set.forget_keys();
    Ok(())
}

/// Changes a layer and notes who did it, if notes are taken.
pub(crate) fn noted(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    author: Option<&Author>,
    change: impl FnOnce(&mut Walk<'_, '_>, &mut Layer<'_>) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    if let (Some(notes), Some(author)) = (&mut walk.notes, author) {
        for resource in &mut layer.set.resources {
            notes.changed(resource, author)?;
        }
    }
    change(walk, layer)?;
    if let (Some(notes), Some(author)) = (&walk.notes, author) {
        for resource in &mut layer.set.resources {
            notes.made(resource, author);
        }
    }
    Ok(())
}

fn merge_strategic_patches(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    _: usize,
) -> Result<(), RenderError> {
    let entries = &layer.kustomization.patches_strategic_merge;
    patches::apply_strategic(walk, layer.directory, entries, layer.set)
}

fn apply_patch(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    at: usize,
) -> Result<(), RenderError> {
    let Some(patch) = layer.kustomization.patches.get(at) else { return Ok(()) };
    let directory = layer.directory;
    watch(layer.set, (patch.span, StatementKind::Patch), |set| {
        patches::apply(walk, directory, patch, set)
    })
}

fn apply_json_patch(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    at: usize,
) -> Result<(), RenderError> {
    let Some(patch) = layer.kustomization.patches_json6902.get(at) else { return Ok(()) };
    let directory = layer.directory;
    watch(layer.set, (patch.span, StatementKind::Patch), |set| {
        patches::apply_json(walk, directory, patch, set)
    })
}

fn set_namespace(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, _: usize) -> Result<(), RenderError> {
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

fn add_prefix(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, _: usize) -> Result<(), RenderError> {
    let Some(text) = &layer.kustomization.name_prefix else { return Ok(()) };
    let specs = Arc::clone(&layer.set.specs);
    let specs = specs.list(FieldList::NamePrefix);
    affix::apply(&mut layer.set.resources, End::Prefix, text, specs)
}

fn add_suffix(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, _: usize) -> Result<(), RenderError> {
    let Some(text) = &layer.kustomization.name_suffix else { return Ok(()) };
    let specs = Arc::clone(&layer.set.specs);
    let specs = specs.list(FieldList::NameSuffix);
    affix::apply(&mut layer.set.resources, End::Suffix, text, specs)
}

fn add_labels(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, at: usize) -> Result<(), RenderError> {
    let specs = Arc::clone(&layer.set.specs);
    let resources = &mut layer.set.resources;
    let Some(entry) = layer.kustomization.labels.get(at) else {
        let common = &layer.kustomization.common_labels;
        let fields = specs.list(FieldList::CommonLabels);
        return labels::apply(resources, Action::Labelled, common, fields);
    };
    let Some((first, _)) = entry.pairs.first() else { return Ok(()) };
    let own = FieldSpec::new(Gvk::default(), "metadata/labels", true);
    let (templates, own) = (specs.list(FieldList::TemplateLabels), std::slice::from_ref(&own));
    let lists: [&[FieldSpec]; 3] = match (entry.selectors, entry.templates) {
        (true, _) => [specs.list(FieldList::CommonLabels), &[], &[]],
        (false, true) => [templates, specs.list(FieldList::Labels), own],
        (false, false) => [&[], specs.list(FieldList::Labels), own],
    };
    let mut all = entry.fields.clone();
    for spec in lists.into_iter().flatten() {
        let merged = merge(&mut all, spec.clone());
        merged.map_err(|conflict| {
            RenderError::new(first.span, conflict.to_string())
                .help("let both lists define the field alike")
        })?;
    }
    labels::apply(resources, Action::Labelled, &entry.pairs, &all)
}

fn add_annotations(
    _: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    _: usize,
) -> Result<(), RenderError> {
    let specs = Arc::clone(&layer.set.specs);
    let fields = specs.list(FieldList::CommonAnnotations);
    let pairs = &layer.kustomization.common_annotations;
    labels::apply(&mut layer.set.resources, Action::Annotated, pairs, fields)
}

fn set_replicas(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    at: usize,
) -> Result<(), RenderError> {
    let Some(replica) = layer.kustomization.replicas.get(at) else { return Ok(()) };
    let specs = Arc::clone(&layer.set.specs);
    watch(layer.set, (replica.span, StatementKind::Replicas), |set| {
        replicas::apply_or_complain(walk, set, replica, specs.list(FieldList::Replicas))?;
        Ok(true)
    })
}

fn set_image(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, at: usize) -> Result<(), RenderError> {
    let Some(image) = layer.kustomization.images.get(at) else { return Ok(()) };
    let specs = Arc::clone(&layer.set.specs);
    watch(layer.set, (image.name.span, StatementKind::Image), |set| {
        images::apply(&mut set.resources, image, specs.list(FieldList::Images))
    })
}

fn replace(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>, _: usize) -> Result<(), RenderError> {
    let entries = &layer.kustomization.replacements;
    replacements::apply(walk, layer.directory, entries, layer.set)
}
