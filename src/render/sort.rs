//! The order of the output.

use crate::kube::Gvk;
use crate::render::kustomization::SortOrder;
use crate::render::working::Working;

/// Kinds that come first, because others need them.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
/// Kinds that come last, because they can stop others.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts as the root kustomization wants it.
pub(crate) fn sort(resources: &mut [Working], order: &SortOrder) {
    match order {
        SortOrder::Fifo => {}
        SortOrder::Default => by_kind(resources, &FIRST, &LAST),
        SortOrder::Legacy { first, last } => {
            let first: Vec<_> = first.iter().map(|kind| &*kind.value).collect();
            let last: Vec<_> = last.iter().map(|kind| &*kind.value).collect();
            by_kind(resources, &first, &last);
        }
    }
}

fn by_kind(resources: &mut [Working], first: &[&str], last: &[&str]) {
    let rank = |kind: &str| {
        let at = |list: &[&str]| list.iter().position(|name| *name == kind);
        match (at(first), at(last)) {
            (_, Some(at)) => (2, at),
            (Some(at), None) => (0, at),
            (None, None) => (1, 0),
        }
    };
    resources.sort_by_cached_key(|resource| {
        let gvk = &resource.id.gvk;
        (rank(&gvk.kind), gvk_text(gvk), name_text(resource))
    });
}

/// `~` sorts after all letters: what is absent comes last.
fn gvk_text(gvk: &Gvk) -> String {
    if &*gvk.kind == "Namespace" && gvk.group.is_empty() {
        // The real one goes before others of its name.
        return String::new();
    }
    let or = |part: &str, absent: &str| {
        if part.is_empty() { absent.to_owned() } else { part.to_owned() }
    };
    format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K"))
}

fn name_text(resource: &Working) -> String {
    let namespace = if resource.id.namespace.is_empty() { "~X" } else { &resource.id.namespace };
    let name = if resource.id.name.is_empty() { "~N" } else { &resource.id.name };
    format!("{namespace}|{name}")
}
