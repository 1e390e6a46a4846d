//! Annotations and labels that kubectl, controllers and consoles leave on live objects: a table.

use crate::rules::hotfix::residue::Certainty::{Beside, Certain, Hint};
use crate::syntax::NodeRef;
use crate::text::Span;

/// Deepest nesting that is searched.
const DEPTH: usize = 24;

/// How surely a key was not written for the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// People write it too: counts beside other residue only.
    Beside,
    /// Now and then people write it on purpose.
    Hint,
    /// Nobody writes it.
    Certain,
}

const KUBECTL: &str = "`kubectl apply` keeps there what it applied";
const RESTART: &str = "a restart by hand";
const COUNTER: &str = "a controller counts there";
const STATE: &str = "a controller notes its state there";
const RANCHER: &str = "the Rancher console writes it";

/// A key (or the beginning of one, with `*`), how sure it is, and where it comes from.
const KEYS: &[(&str, Certainty, &str)] = &[
    ("kubectl.kubernetes.io/last-applied-configuration", Certain, KUBECTL),
    ("kubectl.kubernetes.io/restartedAt", Certain, RESTART),
    ("kubesphere.io/restartedAt", Certain, RESTART),
    ("cattle.io/timestamp", Certain, RESTART),
    ("k8slens-edit-resource-version", Certain, "somebody edited the live object in Lens"),
    ("deployment.kubernetes.io/revision", Certain, COUNTER),
    ("deployment.kubernetes.io/revision-history", Certain, COUNTER),
    ("deployment.kubernetes.io/desired-replicas", Certain, COUNTER),
    ("deployment.kubernetes.io/max-replicas", Certain, COUNTER),
    ("deprecated.daemonset.template.generation", Certain, COUNTER),
    ("rollout.argoproj.io/revision", Certain, COUNTER),
    ("rollout.argoproj.io/workload-generation", Certain, COUNTER),
    ("autoscaling.alpha.kubernetes.io/conditions", Certain, STATE),
    ("autoscaling.alpha.kubernetes.io/current-metrics", Certain, STATE),
    ("pv.kubernetes.io/bind-completed", Certain, STATE),
    ("pv.kubernetes.io/bound-by-controller", Certain, STATE),
    ("pv.kubernetes.io/provisioned-by", Beside, STATE),
    ("volume.kubernetes.io/selected-node", Certain, STATE),
    ("volume.kubernetes.io/storage-provisioner", Certain, STATE),
    ("volume.beta.kubernetes.io/storage-provisioner", Certain, STATE),
    ("control-plane.alpha.kubernetes.io/leader", Certain, STATE),
    ("endpoints.kubernetes.io/last-change-trigger-time", Certain, STATE),
    ("batch.kubernetes.io/controller-uid", Certain, STATE),
    ("controller-uid", Certain, STATE),
    ("pod-template-hash", Certain, STATE),
    ("cloud.google.com/neg-status", Certain, STATE),
    ("kubernetes.io/change-cause", Hint, "`kubectl` notes there why it changed the object"),
    ("field.cattle.io/projectId", Beside, RANCHER),
    ("field.cattle.io/description", Beside, RANCHER),
    ("field.cattle.io/*", Certain, RANCHER),
    ("workload.cattle.io/*", Certain, RANCHER),
    ("objectset.rio.cattle.io/*", Certain, RANCHER),
    ("meta.helm.sh/release-*", Beside, "Helm marks there what it installed"),
    ("openshift.io/generated-by", Beside, "the OpenShift console writes it"),
];

/// Variables that somebody changes to make pods start again.
const VARIABLES: &[&str] = &[
    "RESTARTED_AT",
    "RESTART_AT",
    "FORCE_RESTART",
    "FORCE_REDEPLOY",
    "RESTART_TRIGGER",
    "REDEPLOY_TRIGGER",
    "RESTART_TIMESTAMP",
    "LAST_RESTART",
];

/// API groups whose objects speak of such keys without having them.
const POLICIES: &[&str] = &[
    "kyverno.io",
    "gatekeeper.sh",
    "kubewarden.io",
    "kubewarden.admission",
    "apiextensions.k8s.io",
];

/// One key that should not be there.
pub(super) struct Residue {
    pub(super) key: String,
    pub(super) certainty: Certainty,
    pub(super) why: &'static str,
    pub(super) span: Span,
    /// Where the map that holds it begins: keys of one map were left together.
    pub(super) map: Span,
}

/// Whether a text may hold any of the keys.
pub(super) fn concerns(text: &str) -> bool {
    // A slash stands as `~1` in the path of a JSON patch: what is before it will do.
    let keys = KEYS.iter().map(|(key, ..)| key.split('/').next().unwrap_or(key));
    keys.chain(VARIABLES.iter().copied()).any(|key| text.contains(key))
}

/// Everything below the node that was left, in the order of the text.
pub(super) fn all(root: NodeRef<'_>) -> Vec<Residue> {
    let mut found = Vec::new();
    if !is_policy(root) {
        walk(root, 0, &mut found);
    }
    found
}

fn is_policy(root: NodeRef<'_>) -> bool {
    let version = root.get("apiVersion").and_then(NodeRef::text).unwrap_or("");
    let group = version.split('/').next().unwrap_or("");
    POLICIES.iter().any(|policy| group.ends_with(policy))
}

fn walk(node: NodeRef<'_>, depth: usize, found: &mut Vec<Residue>) {
    // What stands behind an alias has been looked at where it is written.
    if depth > DEPTH || node.is_alias() {
        return;
    }
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or("");
        if let Some(&(_, certainty, why)) = row(name) {
            if value.text().is_some_and(|text| !text.is_empty()) && !value.is_null() {
                let (key, span) = (name.to_owned(), key.span());
                found.push(Residue { key, certainty, why, span, map: node.span() });
            }
        } else {
            walk(value, depth + 1, found);
        }
    }
    found.extend(patched(node).or_else(|| variable(node)));
    for item in node.items() {
        walk(item, depth + 1, found);
    }
}

fn row(key: &str) -> Option<&'static (&'static str, Certainty, &'static str)> {
    KEYS.iter().find(|(name, ..)| match name.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => key == *name,
    })
}

/// An operation of a JSON patch that sets such a key.
fn patched(node: NodeRef<'_>) -> Option<Residue> {
    let sets = matches!(node.get("op")?.text()?, "add" | "replace");
    let path = node.get("path")?;
    let last = path.text()?.rsplit('/').next()?.replace("~1", "/").replace("~0", "~");
    let &(_, certainty, why) = row(&last).filter(|_| sets)?;
    Some(Residue { key: last, certainty, why, span: path.span(), map: node.span() })
}

/// A variable that says when its pods were started again.
fn variable(node: NodeRef<'_>) -> Option<Residue> {
    let name = node.get("name")?;
    let text = name.text()?;
    VARIABLES.iter().find(|known| text.eq_ignore_ascii_case(known))?;
    node.get("value")?.text()?;
    let (key, span) = (text.to_owned(), name.span());
    Some(Residue { key, certainty: Hint, why: RESTART, span, map: node.span() })
}
