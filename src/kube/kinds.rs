//! What kustomize believes about kinds: which of them live outside namespaces.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::kube::Gvk;

/// Whether objects of a kind are cluster-scoped, by group, version and kind.
static SCOPES: LazyLock<BTreeMap<[&str; 3], bool>> = LazyLock::new(|| {
    rows(include_str!("data/kinds.tsv"))
        .map(|[group, version, kind, scope]| ([group, version, kind], scope == "cluster"))
        .collect()
});

fn scope(gvk: &Gvk) -> Option<bool> {
    SCOPES.get(&[&*gvk.group, &*gvk.version, &*gvk.kind]).copied()
}

/// Whether kustomize takes objects of this kind for cluster-scoped. Unknown kinds are namespaced.
pub fn is_cluster_scoped(gvk: &Gvk) -> bool {
    scope(gvk) == Some(true)
}

/// Whether kustomize knows the kind.
pub fn is_known(gvk: &Gvk) -> bool {
    scope(gvk).is_some()
}

/// The rows of a table: tab-separated, `#` begins a comment line, `-` is an empty field.
pub(crate) fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(|line| {
        let mut row = [""; N];
        let mut fields = line.split('\t');
        for slot in &mut row {
            *slot = fields.next().map(|field| if field == "-" { "" } else { field })?;
        }
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::is_cluster_scoped;
    use crate::kube::Gvk;

    #[test]
    fn unknown_kinds_are_namespaced() {
        assert!(is_cluster_scoped(&Gvk::new("v1", "Namespace")));
        assert!(is_cluster_scoped(&Gvk::new("rbac.authorization.k8s.io/v1", "ClusterRole")));
        assert!(!is_cluster_scoped(&Gvk::new("v1", "ConfigMap")));
        assert!(!is_cluster_scoped(&Gvk::new("example.org/v1", "ClusterThing")));
    }
}
