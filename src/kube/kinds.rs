//! What kustomize believes about kinds: which of them live outside namespaces.

use std::sync::LazyLock;

use crate::kube::Gvk;

/// The cluster-scoped rows of the table, sorted by group, version and kind.
static CLUSTER_SCOPED: LazyLock<Vec<[&str; 3]>> = LazyLock::new(|| {
    let mut rows: Vec<_> = rows(include_str!("data/kinds.tsv"))
        .filter_map(|row: [&str; 4]| {
            let [group, version, kind, scope] = row;
            (scope == "cluster").then_some([group, version, kind])
        })
        .collect();
    rows.sort_unstable();
    rows
});

/// Whether kustomize takes objects of this kind for cluster-scoped. Unknown kinds are namespaced.
pub fn is_cluster_scoped(gvk: &Gvk) -> bool {
    CLUSTER_SCOPED.binary_search(&[&*gvk.group, &*gvk.version, &*gvk.kind]).is_ok()
}

/// The rows of a table: tab-separated, `#` begins a comment line, `-` is an empty field.
pub(super) fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
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
