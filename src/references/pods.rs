//! The pods that objects make: their labels and their ports.

use crate::kube::{Resource, Value};
use crate::references::fields::pods_of;

/// Marks of annotations by which something adds containers to a pod.
const INJECTED: &[&str] = &["inject", "sidecar"];

/// What an object makes its pods of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pods<'a> {
    /// The object.
    pub(super) resource: &'a Resource,
    /// The pod, or its template.
    template: &'a Value,
}

impl<'a> Pods<'a> {
    /// The pods of an object, if it makes any.
    pub(super) fn of(resource: &'a Resource) -> Option<Self> {
        let template = match pods_of(&resource.id.gvk.kind) {
            Some(path) => {
                let mut path: Vec<_> = path.collect();
                path.pop();
                resource.body.at(&path)?
            }
            None => resource.body.at(&["spec", "template"])?,
        };
        template.get("spec")?;
        Some(Self { resource, template })
    }

    /// Their labels.
    pub(super) fn labels(&self) -> Option<&'a Value> {
        self.template.at(&["metadata", "labels"])
    }

    /// The names of their ports; `None` where something may add others.
    pub(super) fn ports(&self) -> Option<Vec<&'a str>> {
        let annotations = self.template.at(&["metadata", "annotations"]).and_then(Value::as_map);
        let injected = annotations
            .into_iter()
            .flatten()
            .any(|entry| INJECTED.iter().any(|mark| entry.key.contains(mark)));
        let lists = ["containers", "initContainers"];
        let containers =
            lists.iter().filter_map(|list| self.template.at(&["spec", list])?.as_list());
        let ports = containers.flatten().filter_map(|container| container.get("ports")?.as_list());
        let names = ports.flatten().filter_map(|port| port.get("name")?.text()).collect();
        (!injected).then_some(names)
    }
}
