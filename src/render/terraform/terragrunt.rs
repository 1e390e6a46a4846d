//! Terragrunt: inputs, local values, and where the module comes from, with what a file includes.

use std::collections::BTreeMap;

use crate::kube::{Entry, Form, Map, Provenance, Resource, Value};
use crate::layout::Unit;
use crate::render::Gap;
use crate::render::terraform::blocks::{block, collected};
use crate::render::terraform::include::Included;
use crate::render::terraform::variables::{Layers, body, defaults, lay};
use crate::render::terraform::{Job, include, tree};
use crate::source::Snapshot;
use crate::syntax::NodeRef;
use crate::text::{FileId, RepoPath, Span};

/// Where the module comes from.
const SOURCE: &str = "source";
/// Where a dependency lies.
const PLACE: &str = "config_path";

impl<'s> Job<'_, 's> {
    /// The documents of one file.
    pub(super) fn terragrunt(&mut self, unit: &Unit, file: FileId) -> Vec<Resource> {
        let Some(top) = self.root_of(file) else { return Vec::new() };
        let directory = self.renderer.snapshot().path(file).parent().unwrap_or_else(RepoPath::root);
        let mut layers = self.included(top, &directory);
        layers.push(Included { top, deep: false });
        let mut documents = Vec::new();
        let module = source(&layers);
        documents.extend(self.inputs(unit, &layers, module.as_ref(), &directory));
        documents.extend(collected(Form::Locals, &unit.name, entries(top, "locals")));
        if let Some(entry) = module {
            let origin = entry.key_span;
            let body = Value::map([entry].into_iter().collect(), Provenance::declared(origin));
            let name = unit.name.rsplit('/').next().unwrap_or(&unit.name);
            documents.push(self.with_reference(Resource::block("module", name, body, origin)));
        }
        let snapshot = self.renderer.snapshot();
        documents.extend(dependencies(snapshot, &layers, &directory));
        documents
    }

    /// The inputs of the module: its own defaults, then what is included, then what the file says.
    fn inputs(
        &mut self,
        unit: &Unit,
        files: &[Included<'s>],
        module: Option<&Entry>,
        directory: &RepoPath,
    ) -> Option<Resource> {
        let text = module.and_then(|entry| entry.value.text());
        let module = text.and_then(|text| include::path(self.renderer.snapshot(), directory, text));
        let declared = module.map(|module| self.declared(&module)).unwrap_or_default();
        let mut layers = Layers::new();
        let mut whole = true;
        for file in files.iter().rev() {
            let above = std::mem::take(&mut layers);
            for node in tree::of_type(file.top, "inputs") {
                let value = tree::value(node);
                if let Some(map) = value.as_map() {
                    lay(&mut layers, map, |_| true);
                } else {
                    self.unknown(node.span(), "inputs", value.text().unwrap_or(""));
                    whole = false;
                }
            }
            cover(&mut layers, above, file.deep);
            if !whole {
                // What is worked out there may set anything that lies below it.
                break;
            }
        }
        if whole {
            let above = std::mem::take(&mut layers);
            lay(&mut layers, &defaults(&declared), |_| true);
            cover(&mut layers, above, false);
        }
        let own = files.last().map(|file| file.top.span().file)?;
        let origin = Span::file_start(own);
        let known = !layers.is_empty();
        let body = body(layers, &declared, origin);
        known.then(|| Resource::document(Form::Variables, &unit.name, body, origin))
    }

    pub(super) fn unknown(&mut self, span: Span, what: &'static str, detail: &str) {
        self.gaps.push(Gap { span, what, detail: detail.to_owned(), objects: true });
    }
}

/// Lays inputs over others, joined with them or in their place.
fn cover(layers: &mut Layers, above: Layers, deep: bool) {
    let above: Map = above.into_values().collect();
    if deep { include::lay_deep(layers, &above) } else { lay(layers, &above, |_| true) }
}

/// What the blocks of a type say, entry by entry.
fn entries(top: NodeRef<'_>, kind: &'static str) -> Vec<Entry> {
    let values = tree::of_type(top, kind).map(|node| tree::value(tree::body(node)));
    values
        .filter_map(|value| value.as_map().cloned())
        .flat_map(|map| map.iter().cloned().collect::<Vec<_>>())
        .collect()
}

/// Where the module comes from: what the last of the files says.
fn source(files: &[Included<'_>]) -> Option<Entry> {
    let last = files.iter().rev();
    last.flat_map(|file| entries(file.top, "terraform")).find(|entry| &*entry.key == SOURCE)
}

/// Writes where a dependency lies from the root of the repository, as far as it lies in it: only so
/// can two environments be seen to mean the same one.
fn resolve(snapshot: &Snapshot, directory: &RepoPath, map: &mut Map) {
    let Some(entry) = map.entry(PLACE).cloned() else { return };
    let text = entry.value.text().unwrap_or("");
    let path = include::path(snapshot, directory, text);
    if let Some(path) = path.filter(|path| snapshot.is_directory(path)) {
        let value = Value::string(path.as_str(), entry.value.provenance);
        map.insert(Entry { value, ..entry });
    }
}

/// What the module waits for, by name.
fn dependencies(
    snapshot: &Snapshot,
    files: &[Included<'_>],
    directory: &RepoPath,
) -> Vec<Resource> {
    let mut found = BTreeMap::new();
    for Included { top, .. } in files {
        let named = tree::of_type(*top, "dependency").flat_map(NodeRef::entries);
        for mut dependency in named.filter_map(|named| block("dependency", named)) {
            // What stands in for outputs that are not there yet.
            if let Some(map) = dependency.body.as_map_mut() {
                map.retain(|entry| !entry.key.starts_with("mock_"));
                resolve(snapshot, directory, map);
            }
            found.insert(dependency.id.to_string(), dependency);
        }
    }
    found.into_values().collect()
}
