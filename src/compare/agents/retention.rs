//! How long what is observed is kept.

use std::sync::LazyLock;

use crate::compare::classify::Class;
use crate::config::PathPattern;
use crate::kube::quantity::{duration, quantity};
use crate::kube::{Gvk, PathStep, Value};

const PROMETHEUS: &str =
    "Prometheus|ThanosRuler|Alertmanager|MonitoringStack|VMSingle|VMCluster|VLSingle|VLogs";

/// Kinds (`|` between them, `*` for any) and a path.
const ROWS: &[(&str, &str)] = &[
    (PROMETHEUS, "spec.**.retention"),
    (PROMETHEUS, "spec.**.retentionSize"),
    (PROMETHEUS, "spec.**.retentionPeriod"),
    ("LokiStack", "spec.limits.**.retention.days"),
    ("TempoStack|TempoMonolithic", "spec.**.retention.**"),
    ("ClusterLogging", "spec.logStore.retentionPolicy.**.maxAge"),
    ("LogGroup", "spec.**.retentionInDays"),
    ("LogGroup", "spec.retentionDays"),
    ("*", "**.--storage*tsdb*retention*"),
    ("*", "**.--retention*resolution-*"),
    ("*", "**.-retentionPeriod"),
    ("*", "**.--data*retention"),
    ("*", "**.retention_period"),
    ("*", "**.block_retention"),
    ("*", "**.compactor_blocks_retention_period"),
    ("*", "**.prometheusSpec.retention"),
    ("*", "**.prometheusSpec.retentionSize"),
    ("*", "**.log_retention_days"),
    ("*", "**.*retention_in_days"),
    ("*", "**.*log*_retention*"),
    // The phase of an index that ends in its removal.
    ("*", "**.policy.phases.delete.min_age"),
    // The configuration of a monitoring stack as one text.
    ("ConfigMap", "data.\"config.yaml\".retention"),
];

static TABLE: LazyLock<Vec<(Vec<&'static str>, PathPattern)>> = LazyLock::new(|| {
    ROWS.iter()
        .filter_map(|&(kinds, path)| {
            Some((kinds.split('|').collect(), PathPattern::parse(path).ok()?))
        })
        .collect()
});

/// Whether a path says how long metrics, logs or traces are kept.
pub(crate) fn is_retention(gvk: &Gvk, class: Class, path: &[PathStep]) -> bool {
    // Backups and databases are kept for other reasons.
    !matches!(class, Class::Backup | Class::Database)
        && TABLE.iter().any(|(kinds, pattern)| {
            kinds.iter().any(|&kind| kind == "*" || kind == &*gvk.kind) && pattern.matches(path)
        })
}

/// Both values as times or sizes.
pub(crate) fn amounts(here: Option<&Value>, there: Option<&Value>) -> Option<(f64, f64)> {
    let amount = |value: Option<&Value>| {
        let text = value?.text()?;
        let text = text.rsplit(['=', ' ']).next().unwrap_or(text).trim_matches(['"', '\'', ',']);
        let years = || quantity(text.strip_suffix('y')?).map(|years| years * 365.0 * 86_400.0);
        let time = duration(text).or_else(years).map(|time| (true, time));
        time.or_else(|| Some((false, quantity(text.strip_suffix('B').unwrap_or(text))?)))
    };
    let ((is_time, here), (other, there)) = (amount(here)?, amount(there)?);
    (is_time == other).then_some((here, there))
}

#[cfg(test)]
mod tests {
    use super::{ROWS, TABLE, amounts};
    use crate::kube::{Provenance, Value};
    use crate::text::{FileId, Span};

    #[test]
    fn every_row_parses() {
        assert_eq!(TABLE.len(), ROWS.len());
    }

    #[test]
    fn times_and_sizes_compare_among_themselves() {
        let value =
            |text: &str| Value::string(text, Provenance::declared(Span::file_start(FileId(0))));
        let less = |a: &str, b: &str| {
            amounts(Some(&value(a)), Some(&value(b))).map(|(here, there)| here < there)
        };
        assert_eq!(less("15d", "30d"), Some(true));
        assert_eq!(less("1y", "30d"), Some(false));
        assert_eq!(less("--storage.tsdb.retention.time=15d", "360h"), Some(false));
        assert_eq!(less("15GB", "50GB"), Some(true));
        assert_eq!(less("15d", "50GB"), None);
        assert_eq!(less("7", "14"), Some(true));
    }
}
