//! Kinds of Kubernetes that were deprecated or removed, and what to write instead.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::kube::Version;
use crate::kube::kinds::rows;
use crate::schema::pack::kubernetes::kubernetes;

static TABLE: LazyLock<BTreeMap<[&str; 3], Row>> = LazyLock::new(|| {
    rows(include_str!("../data/lifecycle.tsv"))
        .map(|[group, version, kind, deprecated, removed, api_version, new_kind]| {
            let row = Row {
                deprecated: Version::minor(deprecated),
                removed: Version::minor(removed),
                moved: (!new_kind.is_empty()).then_some((api_version, new_kind)),
            };
            ([group, version, kind], row)
        })
        .collect()
});

#[derive(Debug, Clone, Copy)]
struct Row {
    deprecated: Option<Version>,
    removed: Option<Version>,
    moved: Option<(&'static str, &'static str)>,
}

/// The end of an API. Versions older than the built-in ones occur.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// The version since which it is deprecated; `None` where nobody announced it.
    pub deprecated: Option<Version>,
    /// The first version that does not serve it; `None` where all do.
    pub removed: Option<Version>,
}

/// What is known about the end of a kind; `None` for what is neither deprecated nor removed, and
/// for kinds that no Kubernetes knows. `group` is empty for the core group.
pub fn lifecycle(group: &str, version_name: &str, kind: &str) -> Option<Lifecycle> {
    if let Some(row) = TABLE.get(&[group, version_name, kind]) {
        return Some(Lifecycle { deprecated: row.deprecated, removed: row.removed });
    }
    let (_, last) = kubernetes().served(group, version_name, kind)?;
    let removed = Version::built_in().find(|version| *version > last)?;
    Some(Lifecycle { deprecated: None, removed: Some(removed) })
}

/// The `apiVersion` and the kind to write for a version of Kubernetes instead of this one: what it
/// moved to, or the most stable version of the same group and kind. `None` where that version of
/// Kubernetes has nothing else for it.
pub fn replacement(
    version: Version,
    group: &str,
    version_name: &str,
    kind: &str,
) -> Option<(String, String)> {
    if let Some((api_version, kind)) =
        TABLE.get(&[group, version_name, kind]).and_then(|row| row.moved)
    {
        return Some((api_version.to_owned(), kind.to_owned()));
    }
    let same = kubernetes().kinds().iter().filter(|other| {
        *other.group == *group && *other.name == *kind && *other.version != *version_name
    });
    let best = same
        .filter(|other| other.definition(version).is_some())
        .max_by_key(|other| stability(&other.version))?;
    let separator = if group.is_empty() { "" } else { "/" };
    Some((format!("{group}{separator}{}", best.version), kind.to_owned()))
}

/// Orders versions of an API: `v1alpha1`, `v1beta1`, `v1beta2`, `v1`, `v2`.
fn stability(version: &str) -> (bool, bool, Vec<u32>) {
    let numbers = version.split(|c: char| !c.is_ascii_digit());
    let numbers = numbers.filter_map(|number| number.parse().ok()).collect();
    let is_early = version.contains("alpha") || version.contains("beta");
    (!is_early, version.contains("beta"), numbers)
}

#[cfg(test)]
mod tests {
    use super::{TABLE, lifecycle, replacement};
    use crate::kube::Version;
    use crate::schema::pack::kubernetes;

    fn at(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn instead(version: &str, api_version: &str, kind: &str) -> Option<String> {
        let (group, name) = api_version.split_once('/').unwrap_or(("", api_version));
        replacement(at(version), group, name, kind)
            .map(|(api_version, kind)| format!("{api_version} {kind}"))
    }

    #[test]
    fn says_what_to_write_in_a_version() {
        let autoscaler = instead("1.26", "autoscaling/v2beta2", "HorizontalPodAutoscaler");
        assert_eq!(autoscaler.as_deref(), Some("autoscaling/v2 HorizontalPodAutoscaler"));
        let ingress = instead("1.31", "extensions/v1beta1", "Ingress");
        assert_eq!(ingress.as_deref(), Some("networking.k8s.io/v1 Ingress"));
        let flow = |version| instead(version, "flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema");
        let group = "flowcontrol.apiserver.k8s.io";
        assert_eq!(flow("1.26"), Some(format!("{group}/v1beta3 FlowSchema")));
        assert_eq!(flow("1.29"), Some(format!("{group}/v1 FlowSchema")));
        assert_eq!(instead("1.29", "policy/v1beta1", "PodSecurityPolicy"), None);
        assert_eq!(instead("1.29", "v1", "ConfigMap"), None);
        let endpoints = instead("1.33", "v1", "Endpoints");
        assert_eq!(endpoints.as_deref(), Some("discovery.k8s.io/v1 EndpointSlice"));
    }

    #[test]
    fn tells_the_end_of_old_and_of_built_in_versions() {
        let removed = |group, version, kind| lifecycle(group, version, kind)?.removed;
        assert_eq!(removed("apps", "v1beta1", "Deployment").unwrap().to_string(), "1.16");
        assert_eq!(removed("networking.k8s.io", "v1alpha1", "ClusterCIDR"), Some(at("1.29")));
        assert_eq!(removed("", "v1", "Endpoints"), None);
        assert_eq!(lifecycle("", "v1", "Endpoints").unwrap().deprecated, Some(at("1.33")));
        assert_eq!(lifecycle("apps", "v1", "Deployment"), None);
        assert_eq!(lifecycle("example.org", "v1", "Widget"), None);
    }

    #[test]
    fn the_table_agrees_with_the_schemas() {
        for ([group, version, kind], row) in TABLE.iter() {
            let served = kubernetes().served(group, version, kind);
            let last = served.map(|(_, last)| last);
            let expected = match row.removed {
                Some(removed) => Version::built_in().rev().find(|version| *version < removed),
                None => Some(Version::NEWEST),
            };
            assert_eq!(last, expected, "{group}/{version} {kind}");
            assert!(row.removed.is_none_or(|removed| row.deprecated.unwrap() < removed));
            if let Some((api_version, new_kind)) = row.moved {
                let (group, version) = api_version.split_once('/').unwrap();
                let served = kubernetes().served(group, version, new_kind);
                assert_eq!(served, Some((Version::OLDEST, Version::NEWEST)), "{api_version}");
            }
        }
        assert!(TABLE.len() > 50);
    }
}
