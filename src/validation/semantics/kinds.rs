//! Which table holds for which kind.

use crate::kube::{Resource, Value};
use crate::schema::Problem;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{LABEL, SEGMENT, SUBDOMAIN};
use crate::validation::semantics::metadata::METADATA;
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::{
    access, autoscaling, data, network, services, storage, webhooks, workloads,
};

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
        ("", "Namespace") => (LABELLED, &[]),
        ("", "ConfigMap") => (DOMAIN, data::CONFIG_MAP),
        ("", "Secret") => (DOMAIN, data::SECRET),
        ("", "PersistentVolumeClaim") => (DOMAIN, storage::CLAIM),
        ("", "PersistentVolume") => (DOMAIN, storage::VOLUME),
        ("", "ServiceAccount" | "ResourceQuota" | "LimitRange") => (DOMAIN, &[]),
        ("apps", "Deployment") => (DOMAIN, workloads::DEPLOYMENT),
        ("apps", "StatefulSet") => (DOMAIN, workloads::STATEFUL_SET),
        ("apps", "DaemonSet") => (DOMAIN, workloads::DAEMON_SET),
        ("apps", "ReplicaSet") => (DOMAIN, workloads::REPLICA_SET),
        ("batch", "Job") => (DOMAIN, workloads::JOB),
        ("batch", "CronJob") => (DOMAIN, workloads::CRON_JOB),
        ("networking.k8s.io", "Ingress") => (DOMAIN, network::INGRESS),
        ("networking.k8s.io", "NetworkPolicy") => (DOMAIN, network::NETWORK_POLICY),
        ("networking.k8s.io", "IngressClass") => (DOMAIN, &[]),
        ("storage.k8s.io", "StorageClass") => (DOMAIN, storage::CLASS),
        ("autoscaling", "HorizontalPodAutoscaler") => (DOMAIN, autoscaling::AUTOSCALER),
        ("policy", "PodDisruptionBudget") => (DOMAIN, autoscaling::BUDGET),
        ("scheduling.k8s.io", "PriorityClass") => (DOMAIN, autoscaling::PRIORITY),
        ("rbac.authorization.k8s.io", "Role") => (SEGMENTED, access::ROLE),
        ("rbac.authorization.k8s.io", "ClusterRole") => (SEGMENTED, access::CLUSTER_ROLE),
        ("rbac.authorization.k8s.io", "RoleBinding") => (SEGMENTED, access::BINDING),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding") => (SEGMENTED, access::CLUSTER_BINDING),
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => (DOMAIN, webhooks::CONFIGURATION),
        ("apiregistration.k8s.io", "APIService") => (SEGMENTED, webhooks::API_SERVICE),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => (DOMAIN, &[]),
        _ => return None,
    })
}

/// What the API server refuses of an object that its schema takes. `custom` objects are those of a
/// `CustomResourceDefinition`.
pub(in crate::validation) fn problems(resource: &Resource, custom: bool) -> Vec<Problem<'_>> {
    let mut found = Found::default();
    let at = At::root(&resource.body);
    if resource.body.get("metadata").and_then(Value::as_map).is_some() {
        found.judge(&at, &[row("metadata", Rule::Is(METADATA))]);
    }
    let gvk = &resource.id.gvk;
    if custom {
        found.judge(&at, DOMAIN);
    } else if let Some((names, fields)) = table(&gvk.group, &gvk.kind) {
        found.judge(&at, names);
        found.judge(&at, fields);
    }
    found.0
}
