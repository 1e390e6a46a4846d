//! `configurations:` and `crds:`: more fields for the transformers to work on.

use std::sync::Arc;

use crate::kube::Gvk;
use crate::kube::field_specs::{Conflict, FieldList, FieldSpec, FieldSpecs};
use crate::render::accumulate::{Accumulated, Walk};
use crate::render::kustomization::read::{fields, list, mismatch, optional};
use crate::render::kustomization::{Kustomization, Text, field_specs};
use crate::render::{RenderError, load};
use crate::syntax::NodeRef;
use crate::text::{RepoPath, Span};

/// Deepest chain of references between the types of a CRD file.
const TYPES: usize = 64;
/// Most fields that one CRD file may add.
const CRD_FIELDS: usize = 100_000;

type Read = fn(NodeRef<'_>, &mut FieldSpecs) -> Result<(), RenderError>;

/// Reads the configuration files of a kustomization into the fields of its set.
pub(crate) fn load(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    kustomization: &Kustomization,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    let here = |entries: &[Text]| entries.first().map(|entry| entry.span);
    let custom = collect(walk, directory, &kustomization.configurations, read, set)?;
    let config = match (custom, here(&kustomization.configurations)) {
        // What is special goes before the built-in, and may stand in its place.
        (Some(mut specs), Some(span)) => {
            specs.add_all(&FieldSpecs::builtin()).map_err(|conflict| refuse(&conflict, span))?;
            Arc::new(specs)
        }
        _ => FieldSpecs::builtin(),
    };
    let span =
        here(&kustomization.configurations).unwrap_or(Span::file_start(crate::text::FileId(0)));
    set.specs =
        FieldSpecs::union(&set.specs, &config).map_err(|conflict| refuse(&conflict, span))?;
    let crds = collect(walk, directory, &kustomization.crds, read_crd, set)?;
    if let (Some(specs), Some(span)) = (crds, here(&kustomization.crds)) {
        set.specs = FieldSpecs::union(&set.specs, &Arc::new(specs))
            .map_err(|conflict| refuse(&conflict, span))?;
    }
    Ok(())
}

fn refuse(conflict: &Conflict, span: Span) -> RenderError {
    RenderError::new(span, conflict.to_string()).help("keep one of the two definitions")
}

fn collect(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    entries: &[Text],
    read: Read,
    set: &mut Accumulated,
) -> Result<Option<FieldSpecs>, RenderError> {
    let mut specs = FieldSpecs::default();
    for entry in entries {
        let Some(file) = walk.file(directory, entry, set)? else { continue };
        let parsed = walk.renderer.store().yaml(file);
        let mut all = || {
            load::check(parsed)?;
            parsed.documents.first().map_or(Ok(()), |document| read(document.root(), &mut specs))
        };
        all().map_err(|error: RenderError| error.via(entry.span))?;
    }
    Ok((!entries.is_empty()).then_some(specs))
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
            specs.add(*wanted, spec).map_err(|conflict| refuse(&conflict, node.span()))?;
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
        specs.add_reference(&target, spec).map_err(|conflict| refuse(&conflict, node.span()))?;
    }
    Ok(())
}

/// Reads a map of type definitions: their `x-kubernetes-` marks say which fields hold what.
fn read_crd(root: NodeRef<'_>, specs: &mut FieldSpecs) -> Result<(), RenderError> {
    let mut crd = Crd { root, specs, added: 0 };
    for (name, definition) in root.entries() {
        let Some(name) = name.text() else { continue };
        if !definition.is_map() {
            return Err(mismatch(definition, "a type definition"));
        }
        let Some(properties) = properties(definition) else { continue };
        let is_object =
            ["kind", "apiVersion", "metadata"].iter().all(|field| properties.get(field).is_some());
        if !is_object {
            continue;
        }
        if name.split('.').count() < 3 {
            let message = format!("`{name}` is not of the form `group.version.kind`");
            return Err(RenderError::new(definition.span(), message)
                .help("write for example `com.example.v1.Widget`"));
        }
        let kind = name.rsplit('.').next().unwrap_or(name);
        let of = Gvk { kind: kind.into(), ..Gvk::default() };
        crd.properties(&of, properties, &mut Vec::new())
            .map_err(|conflict| refuse(&conflict, definition.span()))?;
    }
    Ok(())
}

fn properties(definition: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let schema = definition.get("Schema").or_else(|| definition.get("schema"))?;
    schema.get("properties")
}

struct Crd<'d, 's> {
    root: NodeRef<'d>,
    specs: &'s mut FieldSpecs,
    added: usize,
}

impl<'d> Crd<'d, '_> {
    fn properties(
        &mut self,
        of: &Gvk,
        properties: NodeRef<'d>,
        path: &mut Vec<&'d str>,
    ) -> Result<(), Conflict> {
        if path.len() > TYPES {
            return Ok(());
        }
        for (name, property) in properties.entries() {
            let Some(name) = name.text() else { continue };
            self.added += 1;
            if self.added > CRD_FIELDS {
                return Ok(());
            }
            path.push(name);
            self.property(of, property, path)?;
            path.pop();
        }
        Ok(())
    }

    fn property(
        &mut self,
        of: &Gvk,
        property: NodeRef<'d>,
        path: &mut Vec<&'d str>,
    ) -> Result<(), Conflict> {
        const LISTS: [(&str, FieldList); 3] = [
            ("x-kubernetes-annotation", FieldList::CommonAnnotations),
            ("x-kubernetes-label-selector", FieldList::CommonLabels),
            ("x-kubernetes-identity", FieldList::NamePrefix),
        ];
        let mark = |name: &str| property.get(name).and_then(NodeRef::text);
        let spec = |path: &[&str]| FieldSpec::new(of.clone(), &path.join("/"), false);
        for (name, list) in LISTS {
            if mark(name).is_some() {
                self.specs.add(list, spec(path))?;
            }
        }
        let version = mark("x-kubernetes-object-ref-api-version");
        if let (Some(version), Some(kind)) = (version, mark("x-kubernetes-object-ref-kind")) {
            let key = mark("x-kubernetes-object-ref-name-key").unwrap_or("name");
            path.push(key);
            let target = Gvk { group: "".into(), version: version.into(), kind: kind.into() };
            self.specs.add_reference(&target, spec(path))?;
            path.pop();
        }
        let target = mark("$ref").and_then(|name| properties(self.root.get(name)?));
        target.map_or(Ok(()), |target| self.properties(of, target, path))
    }
}
