//! Differences that never matter, each kind with a name under which it is counted.

use crate::kube::PathStep;

/// One key whose value is noise.
struct NoiseKey {
    /// The name under which it is counted.
    rule: &'static str,
    /// The kind of object; empty for any.
    kind: &'static str,
    /// The key of the map that holds it; empty for any.
    parent: &'static str,
    /// The key, or the beginning of it when it ends in `*`.
    key: &'static str,
}

const fn noise(
    rule: &'static str,
    kind: &'static str,
    parent: &'static str,
    key: &'static str,
) -> NoiseKey {
    NoiseKey { rule, kind, parent, key }
}

/// Every noise rule over keys. Rules over values stand in `scalar`.
const KEYS: &[NoiseKey] = &[
    // Aligned objects answer each other; what refers to their names is compared where it stands.
    noise("object-names", "", "metadata", "name"),
    noise("chart-labels", "", "labels", "helm.sh/chart"),
    noise("chart-labels", "", "labels", "chart"),
    noise("chart-labels", "", "labels", "app.kubernetes.io/version"),
    noise("chart-labels", "", "annotations", "meta.helm.sh/*"),
    noise("checksum-annotations", "", "annotations", "checksum/*"),
    noise("cipher-text", "", "", "sops"),
    noise("server-fields", "", "metadata", "resourceVersion"),
    noise("server-fields", "", "metadata", "uid"),
    noise("server-fields", "", "metadata", "generation"),
    noise("server-fields", "", "metadata", "managedFields"),
    noise("server-fields", "", "metadata", "selfLink"),
    noise("server-fields", "", "metadata", "creationTimestamp"),
    noise("server-fields", "", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
    noise("kubectl-residue", "", "annotations", "kubectl.kubernetes.io/restartedAt"),
    noise("kubectl-residue", "", "annotations", "deployment.kubernetes.io/revision"),
    noise("kubectl-residue", "", "annotations", "kubernetes.io/change-cause"),
    noise("kubectl-residue", "", "annotations", "pv.kubernetes.io/*"),
    noise("kubectl-residue", "", "annotations", "control-plane.alpha.kubernetes.io/leader"),
    noise("terraform-state", "settings", "", "backend"),
    noise("terraform-state", "settings", "", "cloud"),
    noise("terraform-state", "settings", "", "provider"),
    noise("sync-order", "", "annotations", "argocd.argoproj.io/sync-wave"),
];

/// The noise rule that covers `key` at `path` of an object of `kind`.
pub(crate) fn of_key(kind: &str, path: &[PathStep], key: &str) -> Option<&'static str> {
    if key == "status" && path.is_empty() {
        return Some("server-fields");
    }
    if key == "depends_on" && path.is_empty() {
        return Some("terraform-order");
    }
    let parent = match path.last() {
        Some(PathStep::Key(parent)) => &**parent,
        _ => "",
    };
    KEYS.iter()
        .find(|noise| {
            let fits = match noise.key.strip_suffix('*') {
                Some(start) => key.starts_with(start),
                None => key == noise.key,
            };
            fits && (noise.kind.is_empty() || noise.kind == kind)
                && (noise.parent.is_empty() || noise.parent == parent)
        })
        .map(|noise| noise.rule)
}
