//! What kind of setting a path is: a table from kinds and paths to classes.

use std::sync::LazyLock;

use crate::compare::diff::{Change, RawDifference};
use crate::config::PathPattern;
use crate::kube::{Gvk, PathStep};

/// The class of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Which image runs.
    Image,
    /// Replicas, requests, limits, storage, autoscaling bounds.
    Capacity,
    /// A container of a pod.
    Container,
    /// Liveness, readiness and startup probes.
    Probe,
    /// Agents, scrape targets, alerts, retention.
    Observability,
    /// Which keys a secret has.
    SecretKeys,
    /// Network policies.
    Network,
    /// RBAC, service accounts, security contexts.
    Access,
    /// Ingresses, routes, gateways, service types.
    Exposure,
    /// Settings of databases, caches and brokers.
    Database,
    /// Backups and their retention.
    Backup,
    /// Versions of charts, modules and remote sources.
    Dependency,
    /// Where pods run: selectors, tolerations, affinity.
    Scheduling,
    /// Labels and annotations.
    Metadata,
    /// Variables, configuration files, arguments.
    Config,
    /// Anything else.
    Other,
}

impl Class {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Capacity => "capacity",
            Self::Container => "container",
            Self::Probe => "probe",
            Self::Observability => "observability",
            Self::SecretKeys => "secret-keys",
            Self::Network => "network",
            Self::Access => "access",
            Self::Exposure => "exposure",
            Self::Database => "database",
            Self::Backup => "backup",
            Self::Dependency => "dependency",
            Self::Scheduling => "scheduling",
            Self::Metadata => "metadata",
            Self::Config => "config",
            Self::Other => "other",
        }
    }
}

/// Kinds (`|` between them, `*` for any, `.group` where the kind alone is ambiguous), a path, the
/// class. The first row that fits decides.
const ROWS: &[(&str, &str, Class)] = &[
    ("Secret", "data.**", Class::SecretKeys),
    ("Secret", "stringData.**", Class::SecretKeys),
    ("SealedSecret", "spec.encryptedData.**", Class::SecretKeys),
    ("ExternalSecret", "spec.data[*]", Class::SecretKeys),
    ("ExternalSecret", "spec.target.template.data.**", Class::SecretKeys),
    ("SecretProviderClass", "spec.**", Class::SecretKeys),
    ("*", "**.image", Class::Image),
    ("*", "**.imageName", Class::Image),
    ("*", "**.livenessProbe.**", Class::Probe),
    ("*", "**.readinessProbe.**", Class::Probe),
    ("*", "**.startupProbe.**", Class::Probe),
    ("*", "**.containers[*]", Class::Container),
    ("*", "**.initContainers[*]", Class::Container),
    ("ServiceMonitor|PodMonitor|Probe|PrometheusRule|ScrapeConfig", "**", Class::Observability),
    ("Instrumentation|OpenTelemetryCollector|Sidecar", "**", Class::Observability),
    ("*", "**.\"prometheus.io/*\"", Class::Observability),
    ("*", "**.\"instrumentation.opentelemetry.io/*\"", Class::Observability),
    ("*", "**.\"ad.datadoghq.com/*\"", Class::Observability),
    ("ScheduledBackup|Backup|BackupStorageLocation|Schedule.velero.io", "**", Class::Backup),
    ("*", "**.backup.**", Class::Backup),
    ("Cluster.postgresql.cnpg.io|Pooler|postgresql", "spec.**.resources.**", Class::Capacity),
    ("Cluster.postgresql.cnpg.io|Pooler|postgresql", "spec.instances", Class::Capacity),
    ("Cluster.postgresql.cnpg.io|Pooler|postgresql", "spec.storage.size", Class::Capacity),
    ("Cluster.postgresql.cnpg.io|Pooler|postgresql", "spec.**", Class::Database),
    ("PerconaPGCluster|PerconaXtraDBCluster|PostgresCluster", "spec.**", Class::Database),
    (
        "RDSInstance|DBInstance|DBCluster|DBParameterGroup|Kafka|KafkaTopic",
        "spec.**",
        Class::Database,
    ),
    ("RabbitmqCluster|Redis|RedisCluster", "spec.**", Class::Database),
    ("*", "**.resources.requests.**", Class::Capacity),
    ("*", "**.resources.limits.**", Class::Capacity),
    ("*", "**.replicas", Class::Capacity),
    ("*", "**.replicaCount", Class::Capacity),
    ("*", "**.minReplicas", Class::Capacity),
    ("*", "**.maxReplicas", Class::Capacity),
    ("*", "**.minReplicaCount", Class::Capacity),
    ("*", "**.maxReplicaCount", Class::Capacity),
    ("*", "**.storage", Class::Capacity),
    ("*", "**.sizeLimit", Class::Capacity),
    ("ResourceQuota|LimitRange", "spec.**", Class::Capacity),
    ("HorizontalPodAutoscaler|VerticalPodAutoscaler|ScaledObject", "spec.**", Class::Capacity),
    ("NetworkPolicy|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy", "**", Class::Network),
    ("GlobalNetworkPolicy|AuthorizationPolicy|PeerAuthentication", "**", Class::Network),
    ("Role|ClusterRole|RoleBinding|ClusterRoleBinding|ServiceAccount", "**", Class::Access),
    ("SecurityContextConstraints|PodSecurityPolicy", "**", Class::Access),
    ("*", "**.securityContext.**", Class::Access),
    ("*", "**.serviceAccountName", Class::Access),
    ("*", "**.\"pod-security.kubernetes.io/*\"", Class::Access),
    ("Ingress|Route|IngressRoute|IngressRouteTCP|Middleware|Gateway", "spec.**", Class::Exposure),
    ("HTTPRoute|GRPCRoute|TLSRoute|VirtualService|TLSOption", "spec.**", Class::Exposure),
    ("Service", "spec.type", Class::Exposure),
    ("*", "**.targetRevision", Class::Dependency),
    ("*", "**.chart.spec.version", Class::Dependency),
    ("*", "**.ref.**", Class::Dependency),
    ("*", "**.nodeSelector.**", Class::Scheduling),
    ("*", "**.tolerations.**", Class::Scheduling),
    ("*", "**.affinity.**", Class::Scheduling),
    ("*", "**.topologySpreadConstraints.**", Class::Scheduling),
    ("*", "**.priorityClassName", Class::Scheduling),
    ("ConfigMap", "data.**", Class::Config),
    ("ConfigMap", "binaryData.**", Class::Config),
    ("*", "**.env.**", Class::Config),
    ("*", "**.envFrom.**", Class::Config),
    ("*", "**.args.**", Class::Config),
    ("*", "**.command.**", Class::Config),
    ("*", "**.labels.**", Class::Metadata),
    ("*", "**.annotations.**", Class::Metadata),
];

struct Row {
    kinds: Vec<(&'static str, Option<&'static str>)>,
    path: PathPattern,
    class: Class,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    ROWS.iter()
        .filter_map(|&(kinds, path, class)| {
            let kinds = kinds
                .split('|')
                .map(|kind| kind.split_once('.').map_or((kind, None), |(k, g)| (k, Some(g))))
                .collect();
            Some(Row { kinds, path: PathPattern::parse(path).ok()?, class })
        })
        .collect()
});

/// The class of a path of an object.
pub(crate) fn classify(gvk: &Gvk, path: &[PathStep]) -> Class {
    TABLE
        .iter()
        .find(|row| {
            row.kinds.iter().any(|&(kind, group)| {
                kind == "*" || kind == &*gvk.kind && group.is_none_or(|group| group == &*gvk.group)
            }) && row.path.matches(path)
        })
        .map_or(Class::Other, |row| row.class)
}

/// Whether the path names something whose presence counts by its name: a variable, a key of a
/// configuration, a flag, a port.
pub(crate) fn is_named(difference: &RawDifference, class: Class) -> bool {
    difference.change != Change::Changed
        && match class {
            Class::Config => true,
            Class::Database => {
                matches!(difference.path.steps(), [.., PathStep::Key(map), PathStep::Key(_)]
                    if &**map == "parameters")
            }
            _ => {
                matches!(difference.path.steps(), [.., PathStep::Key(list), PathStep::Element { .. }]
                if &**list == "ports")
            }
        }
}

#[cfg(test)]
mod tests {
    use super::{Class, ROWS, TABLE, classify};
    use crate::kube::{Gvk, PathStep};

    #[test]
    fn every_row_parses() {
        assert_eq!(TABLE.len(), ROWS.len());
    }

    #[test]
    fn paths_find_their_class() {
        let path = |keys: &[&str]| -> Vec<PathStep> {
            keys.iter()
                .map(|key| match key.split_once('=') {
                    Some((key, value)) => {
                        PathStep::Element { key: key.into(), value: value.into() }
                    }
                    None => PathStep::Key((*key).into()),
                })
                .collect()
        };
        let pod = ["spec", "template", "spec", "containers", "name=api"];
        let class = |kind: &str, rest: &[&str]| {
            classify(&Gvk::new("apps/v1", kind), &path(&[&pod[..], rest].concat()))
        };
        assert_eq!(class("Deployment", &[]), Class::Container);
        assert_eq!(class("Deployment", &["image"]), Class::Image);
        assert_eq!(class("Deployment", &["resources", "limits", "memory"]), Class::Capacity);
        assert_eq!(class("Deployment", &["env", "name=A", "value"]), Class::Config);
        assert_eq!(class("Deployment", &["livenessProbe"]), Class::Probe);
        assert_eq!(class("Deployment", &["livenessProbe", "periodSeconds"]), Class::Probe);
        let secret = classify(&Gvk::new("v1", "Secret"), &path(&["data", "PASSWORD"]));
        assert_eq!(secret, Class::SecretKeys);
        let cluster = Gvk::new("postgresql.cnpg.io/v1", "Cluster");
        let setting = path(&["spec", "postgresql", "parameters", "max_connections"]);
        assert_eq!(classify(&cluster, &setting), Class::Database);
    }
}
