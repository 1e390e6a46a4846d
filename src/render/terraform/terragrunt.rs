//! Terragrunt: inputs, local values, and where the module comes from.

use crate::kube::{Entry, Form, Provenance, Resource, Value};
use crate::layout::Unit;
use crate::render::terraform::blocks::{block, collected};
use crate::render::terraform::{Job, tree};
use crate::syntax::NodeRef;
use crate::text::FileId;

impl Job<'_, '_> {
    /// The documents of one file.
    pub(super) fn terragrunt(&mut self, unit: &Unit, file: FileId) -> Vec<Resource> {
        let Some(top) = self.root_of(file) else { return Vec::new() };
        let entries = |kind: &'static str| -> Vec<Entry> {
            let values = tree::of_type(top, kind).map(|node| tree::value(tree::body(node)));
            values
                .flat_map(|value| value.as_map().cloned().into_iter().collect::<Vec<_>>())
                .flat_map(|map| map.iter().cloned().collect::<Vec<_>>())
                .collect()
        };
        let mut documents = Vec::new();
        documents.extend(collected(Form::Variables, &unit.name, entries("inputs")));
        documents.extend(collected(Form::Locals, &unit.name, entries("locals")));
        let source = |entry: &Entry| &*entry.key == "source";
        let terraform: Vec<Entry> = entries("terraform").into_iter().filter(source).collect();
        if let Some(Entry { key_span, .. }) = terraform.first().cloned() {
            let provenance = Provenance::declared(key_span);
            let body = Value::map(terraform.into_iter().collect(), provenance);
            let name = unit.name.rsplit('/').next().unwrap_or(&unit.name);
            documents.push(self.with_reference(Resource::block("module", name, body, key_span)));
        }
        let dependencies = tree::of_type(top, "dependency").flat_map(NodeRef::entries);
        for mut dependency in dependencies.filter_map(|named| block("dependency", named)) {
            // What stands in for outputs that are not there yet.
            if let Some(map) = dependency.body.as_map_mut() {
                map.retain(|entry| !entry.key.starts_with("mock_"));
            }
            documents.push(dependency);
        }
        documents
    }
}
