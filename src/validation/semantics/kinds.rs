//! Which table holds for which kind.

use crate::kube::{Entry, Resource};
use crate::schema::Problem;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{LABEL, SEGMENT, SUBDOMAIN};
use crate::validation::semantics::metadata::METADATA;
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::{
    access, autoscaling, data, network, services, storage, webhooks, workloads,
};

/// What holds for all objects.
const OBJECT: &[Row] = &[row("", Rule::Needs(&["metadata"])), row("metadata", Rule::Is(METADATA))];
const NOTHING: &[Row] = &[];
/// How objects of a kind may be called.
const LABELLED: &[Row] = &[row("metadata.name", Rule::Text(&LABEL))];
const DOMAIN: &[Row] = &[row("metadata.name", Rule::Text(&SUBDOMAIN))];
const SEGMENTED: &[Row] = &[row("metadata.name", Rule::Text(&SEGMENT))];

/// The names of a kind, and its fields.
type Table = (&'static [Row], &'static [Row]);

/// What holds for the objects of a kind; `None` where nothing but their metadata is known.
fn table(group: &str, kind: &str) -> Option<Table> {
    Some(match (group, kind) {
        ("", "Pod") => (DOMAIN, workloads::POD),
        ("", "PodTemplate") => (DOMAIN, workloads::POD_TEMPLATE),
        ("", "ReplicationController") => (DOMAIN, workloads::REPLICATION_CONTROLLER),
        ("", "Service") => (LABELLED, services::SERVICE),
        ("", "Namespace") => (LABELLED, NOTHING),
        ("", "ConfigMap") => (DOMAIN, data::CONFIG_MAP),
        ("", "Secret") => (DOMAIN, data::SECRET),
        ("", "PersistentVolumeClaim") => (DOMAIN, storage::CLAIM),
        ("", "PersistentVolume") => (DOMAIN, storage::VOLUME),
        ("apps", "Deployment") => (DOMAIN, workloads::DEPLOYMENT),
        ("apps", "StatefulSet") => (DOMAIN, workloads::STATEFUL_SET),
        ("apps", "DaemonSet") => (DOMAIN, workloads::DAEMON_SET),
        ("apps", "ReplicaSet") => (DOMAIN, workloads::REPLICA_SET),
        ("batch", "Job") => (DOMAIN, workloads::JOB),
        ("batch", "CronJob") => (DOMAIN, workloads::CRON_JOB),
        ("networking.k8s.io", "Ingress") => (DOMAIN, network::INGRESS),
        ("networking.k8s.io", "NetworkPolicy") => (DOMAIN, network::NETWORK_POLICY),
        ("storage.k8s.io", "StorageClass") => (DOMAIN, storage::CLASS),
        ("autoscaling", "HorizontalPodAutoscaler") => (DOMAIN, autoscaling::AUTOSCALER),
        ("policy", "PodDisruptionBudget") => (DOMAIN, autoscaling::BUDGET),
        ("rbac.authorization.k8s.io", "Role") => (SEGMENTED, access::ROLE),
        ("rbac.authorization.k8s.io", "ClusterRole") => (SEGMENTED, access::CLUSTER_ROLE),
        ("rbac.authorization.k8s.io", "RoleBinding") => (SEGMENTED, access::BINDING),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding") => (SEGMENTED, access::CLUSTER_BINDING),
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => (DOMAIN, webhooks::CONFIGURATION),
        ("apiregistration.k8s.io", "APIService") => (SEGMENTED, webhooks::API_SERVICE),
        ("", "ServiceAccount" | "ResourceQuota" | "LimitRange")
        | ("networking.k8s.io", "IngressClass")
        | ("scheduling.k8s.io", "PriorityClass")
        | ("apiextensions.k8s.io", "CustomResourceDefinition") => (DOMAIN, NOTHING),
        _ => return None,
    })
}

/// What holds for an object. `custom` objects are those of a `CustomResourceDefinition`.
fn tables(resource: &Resource, custom: bool) -> [&'static [Row]; 3] {
    let gvk = &resource.id.gvk;
    let known = if custom { None } else { table(&gvk.group, &gvk.kind) };
    let (names, fields) = known.unwrap_or((if custom { DOMAIN } else { NOTHING }, NOTHING));
    [OBJECT, names, fields]
}

/// What the API server refuses of a field of an object, in the light of nothing but the field.
pub(in crate::validation) fn field<'v>(
    resource: &'v Resource,
    entry: &'v Entry,
    custom: bool,
) -> Vec<Problem<'v>> {
    judge(resource, custom, |row| row.first() == &*entry.key)
}

/// What the API server refuses of an object in the light of several of its fields.
pub(in crate::validation) fn whole(resource: &Resource, custom: bool) -> Vec<Problem<'_>> {
    judge(resource, custom, |row| row.first().is_empty())
}

fn judge(resource: &Resource, custom: bool, counts: impl Fn(&Row) -> bool) -> Vec<Problem<'_>> {
    let mut found = Found::default();
    let at = At::root(&resource.body);
    for row in tables(resource, custom).iter().copied().flatten().filter(|row| counts(row)) {
        found.judge(&at, std::slice::from_ref(row));
    }
    found.0
}
