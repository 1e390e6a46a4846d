//! How observability agents show themselves: kinds and images, as data.

use crate::compare::identity::image;
use crate::kube::{Gvk, Value};

/// Kinds that exist only to observe.
const KINDS: &[(&str, &str)] = &[
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "Probe"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "Prometheus"),
    ("monitoring.coreos.com", "Alertmanager"),
    ("monitoring.coreos.com", "AlertmanagerConfig"),
    ("opentelemetry.io", "OpenTelemetryCollector"),
    ("opentelemetry.io", "Instrumentation"),
    ("datadoghq.com", "DatadogAgent"),
    ("dynatrace.com", "DynaKube"),
    ("beat.k8s.elastic.co", "Beat"),
    ("agent.k8s.elastic.co", "Agent"),
    ("logging.banzaicloud.io", "Logging"),
    ("fluentbit.fluent.io", "FluentBit"),
    ("observability.openshift.io", "ClusterLogForwarder"),
    ("logging.openshift.io", "ClusterLogForwarder"),
    ("loki.grafana.com", "LokiStack"),
    ("jaegertracing.io", "Jaeger"),
];

/// The last part of an image's repository, and what it begins with.
const IMAGES: &[&str] = &[
    "opentelemetry-collector",
    "otel-collector",
    "otelcol",
    "aws-otel-collector",
    "fluent-bit",
    "aws-for-fluent-bit",
    "fluentbit",
    "fluentd",
    "promtail",
    "alloy",
    "grafana-agent",
    "vector",
    "filebeat",
    "metricbeat",
    "elastic-agent",
    "apm-server",
    "datadog-agent",
    "cluster-agent",
    "dynatrace-oneagent",
    "newrelic-infra",
    "infrastructure-bundle",
    "cloudwatch-agent",
    "splunk-otel-collector",
    "jaeger-agent",
    "jaeger-collector",
    "node-exporter",
    "kube-state-metrics",
    "blackbox-exporter",
    "statsd-exporter",
    "postgres-exporter",
    "postgres_exporter",
    "redis_exporter",
    "redis-exporter",
    "mysqld-exporter",
    "rabbitmq-exporter",
    "kafka-exporter",
    "nginx-prometheus-exporter",
    "prometheus-cloudwatch",
    "cloudwatch-exporter",
    "telegraf",
    "appdynamics",
];

/// Whether an object exists only to observe, or runs nothing but agents.
pub(crate) fn is_agent_object(gvk: &Gvk, body: &Value) -> bool {
    if KINDS.iter().any(|&(group, kind)| group == &*gvk.group && kind == &*gvk.kind) {
        return true;
    }
    let containers = body.at(&["spec", "template", "spec", "containers"]).and_then(Value::as_list);
    containers.is_some_and(|list| !list.is_empty() && list.iter().all(is_agent_container))
}

/// Whether a container runs an agent or an exporter.
pub(crate) fn is_agent_container(container: &Value) -> bool {
    let Some(image) = container.get("image").and_then(Value::text).and_then(image) else {
        return false;
    };
    let name = image.repository.rsplit('/').next().unwrap_or("").to_lowercase();
    IMAGES.iter().any(|agent| name.starts_with(agent))
        || name.ends_with("-exporter")
        || name.ends_with("_exporter")
}
