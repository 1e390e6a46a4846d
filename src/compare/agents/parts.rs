//! Parts of objects that observe: groups and rules of alerts, endpoints, outputs, pipelines.

use std::sync::LazyLock;

use crate::compare::classify::VALUES;
use crate::compare::diff::{Change, RawDifference};
use crate::compare::difference::Topic;
use crate::compare::stages::is_title;
use crate::compare::values::in_values;
use crate::config::PathPattern;
use crate::kube::{Gvk, PathStep, Value};

const RULES: &str =
    "PrometheusRule|VMRule|Rules|ClusterRules|GlobalRules|AlertingRule|RecordingRule";
const MONITORS: &str = "ServiceMonitor|PodMonitor|PodMonitoring|ClusterPodMonitoring|\
                        VMServiceScrape|VMPodScrape|VMNodeScrape";
const FORWARDERS: &str = "ClusterLogForwarder|ClusterLogging";

/// Kinds (`|` between them, `*` for any), a path, the topic where one side lacks it.
const PARTS: &[(&str, &str, Topic)] = &[
    (RULES, "spec.groups", Topic::Alerts),
    (RULES, "spec.groups[*]", Topic::Alerts),
    (RULES, "spec.groups[*].rules", Topic::Alerts),
    (RULES, "spec.groups[*].rules[*]", Topic::Alerts),
    ("GrafanaAlertRuleGroup", "spec.rules[*]", Topic::Alerts),
    ("AlertmanagerConfig|VMAlertmanagerConfig", "spec.receivers[*]", Topic::Alerts),
    ("AlertmanagerConfig|VMAlertmanagerConfig", "spec.receivers[*].*", Topic::Alerts),
    ("AlertmanagerConfig|VMAlertmanagerConfig", "spec.receivers[*].*[*]", Topic::Alerts),
    ("AlertmanagerConfig|VMAlertmanagerConfig", "spec.**.routes", Topic::Alerts),
    ("AlertmanagerConfig|VMAlertmanagerConfig", "spec.**.routes[*]", Topic::Alerts),
    (MONITORS, "spec.endpoints", Topic::Scrape),
    (MONITORS, "spec.endpoints[*]", Topic::Scrape),
    (MONITORS, "spec.endpoints[*].port", Topic::Scrape),
    (MONITORS, "spec.endpoints[*].path", Topic::Scrape),
    (MONITORS, "spec.podMetricsEndpoints", Topic::Scrape),
    (MONITORS, "spec.podMetricsEndpoints[*]", Topic::Scrape),
    (MONITORS, "spec.podMetricsEndpoints[*].port", Topic::Scrape),
    (MONITORS, "spec.podMetricsEndpoints[*].path", Topic::Scrape),
    ("Probe|VMProbe", "spec.targets.**", Topic::Scrape),
    ("ScrapeConfig", "spec.*[*]", Topic::Scrape),
    (FORWARDERS, "spec.inputs[*]", Topic::Logs),
    (FORWARDERS, "spec.filters[*]", Topic::Logs),
    (FORWARDERS, "spec.outputs[*]", Topic::Logs),
    (FORWARDERS, "spec.pipelines[*]", Topic::Logs),
    (FORWARDERS, "spec.pipelines[*].*.*", Topic::Logs),
    ("OpenTelemetryCollector", "spec.config.service.pipelines.traces*.**", Topic::Tracing),
    ("OpenTelemetryCollector", "spec.config.service.pipelines.logs*.**", Topic::Logs),
    ("OpenTelemetryCollector", "spec.config.service.pipelines.**", Topic::Agent),
    ("OpenTelemetryCollector", "spec.config.exporters.*", Topic::Agent),
    ("OpenTelemetryCollector", "spec.config.receivers.*", Topic::Agent),
    ("Instrumentation", "spec.**", Topic::Tracing),
    ("DynaKube", "spec.oneAgent.*", Topic::Agent),
    ("DatadogAgent", "spec.features.*", Topic::Agent),
];

/// The same for what a value switches on or off, or one side lacks.
const SWITCHES: &[(&str, &str, Topic)] = &[
    ("Cluster", "spec.monitoring.enablePodMonitor", Topic::Scrape),
    ("*", "**.serviceMonitor.enabled", Topic::Scrape),
    ("*", "**.podMonitor.enabled", Topic::Scrape),
    ("*", "**.prometheusRule.enabled", Topic::Alerts),
    ("*", "**.prometheusRules.enabled", Topic::Alerts),
    ("*", "**.tracing.enabled", Topic::Tracing),
    ("DatadogAgent", "spec.features.*.enabled", Topic::Agent),
    ("values", "**.metrics.enabled", Topic::Scrape),
    ("values", "**.monitoring.enabled", Topic::Scrape),
    ("values", "**.podMonitoring.enabled", Topic::Scrape),
    ("values", "**.serviceMonitor.create", Topic::Scrape),
    ("values", "**.alerts.enabled", Topic::Alerts),
    ("values", "**.alerting.enabled", Topic::Alerts),
    ("values", "**.opentelemetry.enabled", Topic::Tracing),
    ("values", "**.otel.enabled", Topic::Tracing),
    ("values", "**.jaeger.enabled", Topic::Tracing),
    ("values", "**.fluentbit.enabled", Topic::Logs),
    ("values", "**.\"fluent-bit\".enabled", Topic::Logs),
    ("values", "**.promtail.enabled", Topic::Logs),
    ("values", "**.datadog.enabled", Topic::Agent),
    ("values", "**.newrelic.enabled", Topic::Agent),
    ("values", "**.sentry.enabled", Topic::Agent),
    ("values", "**.sentryEnabled", Topic::Agent),
];

/// What decides when an alert fires, and how loudly.
const THRESHOLDS: &[(&str, &str, Topic)] = &[
    (RULES, "spec.groups[*].rules[*].for", Topic::Threshold),
    (RULES, "spec.groups[*].rules[*].keep_firing_for", Topic::Threshold),
    (RULES, "spec.groups[*].rules[*].labels.severity", Topic::Threshold),
    (RULES, "spec.groups[*].rules[*].labels.priority", Topic::Threshold),
];

/// Where only the numbers count: the rest of an expression is another question.
const EXPRESSIONS: &[(&str, &str, Topic)] =
    &[(RULES, "spec.groups[*].rules[*].expr.**", Topic::Threshold)];

struct Row {
    kinds: Vec<&'static str>,
    path: PathPattern,
    topic: Topic,
}

static TABLES: LazyLock<[Vec<Row>; 4]> =
    LazyLock::new(|| [PARTS, SWITCHES, THRESHOLDS, EXPRESSIONS].map(read));

fn read(table: &[(&'static str, &'static str, Topic)]) -> Vec<Row> {
    let row = |&(kinds, path, topic): &(&'static str, &str, Topic)| {
        Some(Row { kinds: kinds.split('|').collect(), path: PathPattern::parse(path).ok()?, topic })
    };
    table.iter().filter_map(row).collect()
}

fn find(table: &[Row], gvk: &Gvk, path: &[PathStep]) -> Option<Topic> {
    let fits = |row: &&Row| {
        row.kinds.iter().any(|&kind| kind == "*" || kind == &*gvk.kind) && row.path.matches(path)
    };
    table.iter().find(fits).map(|row| row.topic)
}

/// The topic of a part that one side lacks, or of a threshold.
pub(super) fn topic(difference: &RawDifference, gvk: &Gvk) -> Option<Topic> {
    let [parts, _, thresholds, expressions] = &*TABLES;
    let path = difference.path.steps();
    let stage = |step: &PathStep| matches!(step, PathStep::Key(title) if is_title(title));
    if path.last().is_some_and(stage) {
        return Some(Topic::Logs);
    }
    if difference.change != Change::Changed {
        return find(parts, gvk, path).or_else(|| find(thresholds, gvk, path));
    }
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::text).map(without_numbers);
    find(thresholds, gvk, path).or_else(|| {
        let expression = find(expressions, gvk, path)?;
        let same = text(&difference.here.value)? == text(&difference.there.value)?;
        same.then_some(expression)
    })
}

/// Whether a path decides when an alert fires, and how loudly.
pub(crate) fn is_threshold(gvk: &Gvk, path: &[PathStep]) -> bool {
    let [_, _, thresholds, expressions] = &*TABLES;
    [thresholds, expressions].iter().any(|table| find(table, gvk, path).is_some())
}

/// The topic of a switch.
pub(super) fn switch(gvk: &Gvk, path: &[PathStep]) -> Option<Topic> {
    let values = in_values(gvk, path).and_then(|path| find(&TABLES[1], &VALUES, path));
    values.or_else(|| find(&TABLES[1], gvk, path))
}

/// An expression with its numbers taken out, and blanks made one. Digits of a name stay.
fn without_numbers(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut name = false;
    let mut number = false;
    for character in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        let digit = character.is_ascii_digit();
        if digit && !name && !number {
            number = true;
            result.push('#');
        } else if number && (digit || character == '.') {
            continue;
        } else {
            number = false;
            result.push(character);
        }
        name = !number && (character.is_alphanumeric() || matches!(character, '_' | ':'));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{EXPRESSIONS, PARTS, SWITCHES, TABLES, THRESHOLDS, without_numbers};

    #[test]
    fn every_row_parses() {
        let lengths = [PARTS.len(), SWITCHES.len(), THRESHOLDS.len(), EXPRESSIONS.len()];
        assert_eq!(TABLES.each_ref().map(Vec::len), lengths);
    }

    #[test]
    fn numbers_are_taken_out_and_names_stay() {
        let same = |a, b| without_numbers(a) == without_numbers(b);
        assert!(same("rate(x[5m]) > 0.05", "rate(x[10m])  > 1"));
        assert!(same("a > 5", "a\n > 80"));
        assert!(!same("http_2xx > 5", "http_5xx > 5"));
        assert!(!same("a > 5", "a < 5"));
        assert!(!same("a > 5", "b > 5"));
    }
}
