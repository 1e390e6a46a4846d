//! Which document of an overlay says what stands in a file: a file may hold parts of several.

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::{Form, Kind, ResourceId, Value};
use crate::render::Evaluated;
use crate::rules::Context;
use crate::rules::schema::secrets::Leak;
use crate::text::{FileId, Span};

/// The values by the document that they are set in; nothing where no overlay reads the file.
///
/// What is in no document (an output, a value that does nothing) is taken for a part of the one
/// that the file is about.
pub(super) fn by_document(
    cx: &Context<'_>,
    file: FileId,
    leaks: Vec<Leak>,
) -> Vec<(ResourceId, Vec<Leak>)> {
    let outputs = cx.evaluated.iter().filter_map(|found| Some((found, found.output()?)));
    let readers = outputs.filter(|(_, rendered)| rendered.inputs.contains(&file));
    let mut wanted: BTreeSet<Span> = leaks.iter().map(|leak| leak.span).collect();
    let mut known: BTreeMap<Span, &ResourceId> = BTreeMap::new();
    let mut whole: Option<ResourceId> = None;
    for (reader, rendered) in readers {
        for resource in &rendered.resources {
            let set = |span: Span| {
                if wanted.remove(&span) {
                    known.insert(span, &resource.id);
                }
            };
            each_place(&resource.body, set);
        }
        whole = whole.or_else(|| Some(document_of(reader, file)));
        if wanted.is_empty() {
            break;
        }
    }
    let Some(whole) = whole else { return Vec::new() };
    let mut found: BTreeMap<ResourceId, Vec<Leak>> = BTreeMap::new();
    for leak in leaks {
        let id = known.get(&leak.span).map_or(&whole, |id| *id);
        let key = inside(id, &leak.key).to_owned();
        found.entry(id.clone()).or_default().push(Leak { key, ..leak });
    }
    found.into_iter().collect()
}

/// The document that a file is about.
fn document_of(reader: &Evaluated<'_>, file: FileId) -> ResourceId {
    let resources = reader.output().into_iter().flat_map(|rendered| &rendered.resources);
    let documents = resources.filter(|resource| !resource.id.gvk.is_block());
    let first = documents.min_by_key(|resource| (resource.origin.file != file, &resource.id));
    let settings = || ResourceId::document(Form::Settings, &reader.unit.name);
    first.map_or_else(settings, |resource| resource.id.clone())
}

/// Calls `set` with every place that a value was set at.
fn each_place(value: &Value, mut set: impl FnMut(Span)) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        value.provenance.steps().iter().for_each(|step| set(step.span));
        match &value.kind {
            Kind::Map(map) => open.extend(map.iter().map(|entry| &entry.value)),
            Kind::List(items) => open.extend(items.iter()),
            Kind::Scalar(_) => {}
        }
    }
}

/// The path inside of a block, which says its labels itself.
fn inside<'k>(id: &ResourceId, key: &'k str) -> &'k str {
    let labels = format!("{}.{}.", id.gvk.kind, id.name);
    let path = key.strip_prefix("resource.").unwrap_or(key);
    path.strip_prefix(&*labels).filter(|_| id.gvk.is_block()).unwrap_or(key)
}
