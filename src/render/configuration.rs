//! `configurations:`: more fields for the transformers to work on.

use std::sync::Arc;

use crate::kube::Gvk;
use crate::kube::field_specs::{FieldList, FieldSpecs};
use crate::render::accumulate::{Accumulated, Walk};
use crate::render::kustomization::read::{fields, list, optional};
use crate::render::kustomization::{Kustomization, field_specs};
use crate::render::{RenderError, load};
use crate::syntax::NodeRef;
use crate::text::RepoPath;

/// Reads the configuration files of a kustomization into the fields of its set.
pub(crate) fn load(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    kustomization: &Kustomization,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    for entry in &kustomization.configurations {
        let file = walk.file(directory, entry, set)?;
        let parsed = walk.renderer.store().yaml(file);
        let read = || {
            load::check(parsed)?;
            let mut specs = (*set.specs).clone();
            if let Some(document) = parsed.documents.first() {
                read(document.root(), &mut specs)?;
            }
            Ok(specs)
        };
        let specs = read().map_err(|error: RenderError| error.via(entry.span))?;
        set.specs = Arc::new(specs);
    }
    Ok(())
}

fn read(root: NodeRef<'_>, specs: &mut FieldSpecs) -> Result<(), RenderError> {
    let lists = FieldList::NAMES.iter().map(|(name, _)| *name);
    let known: Vec<&str> = lists.chain(["nameReference"]).collect();
    fields(root, &known, |field, node| {
        if field == "nameReference" {
            return list(node, |node| name_reference(node, specs)).map(drop);
        }
        let Some((_, wanted)) = FieldList::NAMES.iter().find(|(name, _)| *name == field) else {
            return Ok(());
        };
        for spec in field_specs(node)? {
            let added = specs.add(*wanted, spec);
            added.map_err(|conflict| RenderError::new(node.span(), conflict.to_string()))?;
        }
        Ok(())
    })
}

fn name_reference(node: NodeRef<'_>, specs: &mut FieldSpecs) -> Result<(), RenderError> {
    let [mut group, mut version, mut kind] = [const { None }; 3];
    let mut referrers = Vec::new();
    fields(node, &["group", "version", "kind", "fieldSpecs"], |field, node| {
        match field {
            "group" => group = optional(node)?,
            "version" => version = optional(node)?,
            "kind" => kind = optional(node)?,
            _ => referrers = field_specs(node)?,
        }
        Ok(())
    })?;
    let [group, version, kind] =
        [group, version, kind].map(|text| text.map_or_else(|| "".into(), |text| text.value));
    let target = Gvk { group, version, kind };
    for spec in referrers {
        let added = specs.add_reference(&target, spec);
        added.map_err(|conflict| RenderError::new(node.span(), conflict.to_string()))?;
    }
    Ok(())
}
