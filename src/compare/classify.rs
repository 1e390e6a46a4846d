//! What kind of setting a path is: a table from kinds and paths to classes.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::compare::classes;
use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::flags::{is_about_features, is_flag};
use crate::compare::identity::image;
use crate::compare::machines::are_machines;
use crate::compare::names::tokens;
use crate::compare::protection::protects;
use crate::compare::terraform;
use crate::compare::values::{
    are_values, in_values, is_configuration, is_given, is_of_document, is_switch,
};
use crate::compare::{show, sizes};
use crate::config::PathPattern;
use crate::kube::{Form, Gvk, PathStep, Resource, Value};

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
    /// Switches of features.
    FeatureFlag,
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
            Self::FeatureFlag => "feature-flag",
            Self::Scheduling => "scheduling",
            Self::Metadata => "metadata",
            Self::Config => "config",
            Self::Other => "other",
        }
    }
}

/// What holds for objects of many kinds, where no row of [`classes::ROWS`] fits.
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
    ("*", "**.backup.**", Class::Backup),
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
    ("*", "**.nodeSelector.**", Class::Scheduling),
    ("*", "**.tolerations.**", Class::Scheduling),
    ("*", "**.affinity.**", Class::Scheduling),
    ("*", "**.topologySpreadConstraints.**", Class::Scheduling),
    ("*", "**.priorityClassName", Class::Scheduling),
    ("config", "**", Class::Config),
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
    kinds: Vec<KindPattern>,
    path: PathPattern,
    class: Class,
}

struct KindPattern {
    kind: &'static str,
    group: Option<&'static str>,
}

impl KindPattern {
    fn new(text: &'static str) -> Self {
        text.split_once('.').map_or(Self { kind: text, group: None }, |(kind, group)| Self {
            kind,
            group: Some(group),
        })
    }

    fn matches(&self, gvk: &Gvk) -> bool {
        let of_group = |group: &str| match group.strip_prefix('*') {
            Some(end) => gvk.group.ends_with(end),
            None => group == &*gvk.group,
        };
        (self.kind == "*" || self.kind == &*gvk.kind) && self.group.is_none_or(of_group)
    }
}

type Source = (&'static str, &'static str, Class);

/// Rows, and which of them each kind that was asked for has to do with, in their order.
struct Table {
    rows: Vec<Row>,
    of_kind: RwLock<BTreeMap<Gvk, Arc<[usize]>>>,
}

impl Table {
    fn new(rows: &[Source]) -> Self {
        let rows: Vec<Row> = rows
            .iter()
            .filter_map(|&(kinds, path, class)| {
                let kinds = kinds.split('|').map(KindPattern::new).collect();
                Some(Row { kinds, path: PathPattern::parse(path).ok()?, class })
            })
            .collect();
        Self { rows, of_kind: RwLock::default() }
    }

    fn find(&self, gvk: &Gvk, path: &[PathStep]) -> Option<Class> {
        let rows = self.of_kind(gvk);
        let mut rows = rows.iter().filter_map(|&at| self.rows.get(at));
        rows.find(|row| row.path.matches(path)).map(|row| row.class)
    }

    fn of_kind(&self, gvk: &Gvk) -> Arc<[usize]> {
        let known = self.of_kind.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = known.get(gvk) {
            return Arc::clone(rows);
        }
        drop(known);
        let concerns = |row: &Row| row.kinds.iter().any(|kind| kind.matches(gvk));
        let rows = self.rows.iter().enumerate().filter(|(_, row)| concerns(row));
        let rows: Arc<[usize]> = rows.map(|(at, _)| at).collect();
        let mut known = self.of_kind.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(gvk.clone()).or_insert(rows))
    }
}

/// Of objects of certain kinds, their metadata left out.
static OF_KINDS: LazyLock<Table> = LazyLock::new(|| Table::new(classes::ROWS));
static OF_ALL: LazyLock<Table> = LazyLock::new(|| Table::new(ROWS));

/// What values of a chart are asked as, wherever they stand.
pub(crate) static VALUES: LazyLock<Gvk> = LazyLock::new(|| Gvk::document(Form::Values));

/// The class of a path of an object; of the whole object where the path is empty.
pub(crate) fn classify(gvk: &Gvk, path: &[PathStep]) -> Class {
    if terraform::is_terraform(gvk) {
        return terraform::classify(gvk, path);
    }
    if !are_values(gvk)
        && let Some(path) = in_values(gvk, path)
    {
        return classify(&VALUES, path);
    }
    if let [.., PathStep::Key(map), PathStep::Key(key)] = path
        && matches!(&**map, "labels" | "annotations")
        && let Some(class) = of_key(key)
    {
        return class;
    }
    let metadata = matches!(path.first(), Some(PathStep::Key(key)) if &**key == "metadata");
    let special = if metadata { None } else { OF_KINDS.find(gvk, path) };
    special.or_else(|| OF_ALL.find(gvk, path)).unwrap_or(Class::Other)
}

/// The class of a label or annotation that has one.
fn of_key(key: &str) -> Option<Class> {
    let fits = |own: &str| {
        if own.ends_with(['/', '.']) { key.starts_with(own) } else { key == own }
    };
    classes::KEYS.iter().find(|(own, _)| fits(own)).map(|&(_, class)| class)
}

/// The class of a difference, where the values tell more than kind and path do.
pub(crate) fn class_of(resource: &Resource, difference: &RawDifference) -> Class {
    let steps = difference.path.steps();
    let class = classify(&resource.id.gvk, steps);
    let (here, there) = (difference.here.value.as_ref(), difference.there.value.as_ref());
    if class == Class::Other
        && let Some(class) = terraform::of_switch(&resource.id.gvk, difference)
    {
        return class;
    }
    match class {
        Class::Config if is_secret_of_document(&resource.id.gvk, difference) => Class::SecretKeys,
        Class::Other
            if (sizes::sizes(here, there).is_some()
                || is_given(&resource.id.gvk, steps, (here, there)))
                && sizes::is_size(&resource.id.gvk, steps, here) =>
        {
            Class::Capacity
        }
        Class::Config
            if is_configuration(&resource.id.gvk)
                && sizes::sizes(here, there).is_some()
                && sizes::is_size(&resource.id.gvk, steps, here) =>
        {
            Class::Capacity
        }
        Class::Config | Class::Other
            if texts(here, there).is_some_and(|(here, there)| are_machines(here, there)) =>
        {
            Class::Capacity
        }
        Class::Config | Class::Other
            if is_told_in_a_document(&resource.id.gvk, steps) && protects(difference) =>
        {
            Class::Access
        }
        Class::Config if is_flag(difference) => Class::FeatureFlag,
        Class::Other
            if is_flag(difference) && (is_about_features(steps) || names_a_variable(steps)) =>
        {
            Class::FeatureFlag
        }
        Class::Other if in_values(&resource.id.gvk, steps).is_some() && is_switch(difference) => {
            Class::FeatureFlag
        }
        Class::Other if is_schedule(steps) && is_backup_job(resource) => Class::Backup,
        _ => class,
    }
}

/// Whether the last key is written as the variables of programs are, wherever it stands: `FF_UPLOADS`.
fn names_a_variable(path: &[PathStep]) -> bool {
    let Some(PathStep::Key(key)) = path.last() else { return false };
    key.contains('_') && key.chars().all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_'))
}

/// Whether no API says what a key means: that of a configuration file, of the values of a chart, or of
/// Terraform.
fn is_told_in_a_document(gvk: &Gvk, path: &[PathStep]) -> bool {
    is_configuration(gvk) || in_values(gvk, path).is_some() || terraform::is_terraform(gvk)
}

/// Both values as texts.
fn texts<'v>(here: Option<&'v Value>, there: Option<&'v Value>) -> Option<(&'v str, &'v str)> {
    Some((here?.text()?, there?.text()?))
}

/// Whether a document has a secret there: every environment has its own value, under the same key.
fn is_secret_of_document(gvk: &Gvk, difference: &RawDifference) -> bool {
    let is_secret = |side: &Side| {
        let text = side.value.as_ref().and_then(Value::text);
        text.is_some_and(|text| show::is_secret(&gvk.kind, difference.path.steps(), text))
    };
    is_of_document(gvk, difference.path.steps())
        && (is_secret(&difference.here) || is_secret(&difference.there))
}

/// The whole object, or when it runs.
fn is_schedule(path: &[PathStep]) -> bool {
    match path {
        [] => true,
        [.., PathStep::Key(last)] => matches!(&**last, "schedule" | "timeZone"),
        _ => false,
    }
}

/// Whether a job copies data away, by its name or its images.
fn is_backup_job(resource: &Resource) -> bool {
    let named = |text: &str| {
        tokens(text).any(|token| classes::BACKUP_WORDS.contains(&token.to_lowercase().as_str()))
    };
    let runs = || {
        let path = ["spec", "jobTemplate", "spec", "template", "spec", "containers"];
        let containers = resource.body.at(&path).and_then(Value::as_list).unwrap_or_default();
        containers
            .iter()
            .filter_map(|container| image(container.get("image")?.text()?))
            .any(|image| image.repository.rsplit('/').next().is_some_and(named))
    };
    &*resource.id.gvk.kind == "CronJob" && (named(&resource.id.name) || runs())
}

/// Whether what one side has is an item of a list of texts: such an item is called by its own text.
fn is_item(difference: &RawDifference) -> bool {
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref());
    let text = value.and_then(Value::text);
    matches!(difference.path.steps(), [_, .., PathStep::Key(name)] if text == Some(name))
}

/// Whether the path names something whose presence counts by its name: a variable, a key of a
/// configuration, a flag, a port.
pub(crate) fn is_named(difference: &RawDifference, class: Class, gvk: &Gvk) -> bool {
    difference.change != Change::Changed
        && match class {
            // What a file lists has no name that something would ask for.
            Class::Config if is_variable(difference.path.steps()) => true,
            Class::Config => {
                let document = is_of_document(gvk, difference.path.steps());
                let listed = matches!(difference.path.steps(),
                    [PathStep::Key(data), .., PathStep::Element { .. } | PathStep::Index(_)]
                    if &**data == "data" || document);
                !(listed || document && is_item(difference))
            }
            _ => {
                matches!(difference.path.steps(), [.., PathStep::Key(list), PathStep::Element { .. }]
                if &**list == "ports")
            }
        }
}

/// Whether the path is that of a variable of a container, in a list of them.
fn is_variable(path: &[PathStep]) -> bool {
    matches!(path, [.., PathStep::Key(list), PathStep::Element { key, .. }]
        if &**list == "env" && &**key == "name")
}

#[cfg(test)]
mod tests {
    use super::{Class, OF_ALL, OF_KINDS, ROWS, classify};
    use crate::compare::classes;
    use crate::kube::{Gvk, PathStep};

    #[test]
    fn every_row_parses() {
        assert_eq!(OF_ALL.rows.len(), ROWS.len());
        assert_eq!(OF_KINDS.rows.len(), classes::ROWS.len());
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
        assert_eq!(classify(&cluster, &path(&["spec", "backup"])), Class::Backup);
        assert_eq!(classify(&cluster, &[]), Class::Database);
        let bucket = Gvk::new("rds.aws.upbound.io/v1beta1", "Instance");
        assert_eq!(classify(&bucket, &path(&["spec", "engine"])), Class::Database);
        let ingress = Gvk::new("networking.k8s.io/v1", "Ingress");
        assert_eq!(classify(&ingress, &path(&["metadata", "labels", "app"])), Class::Metadata);
        let timeout = "nginx.ingress.kubernetes.io/proxy-read-timeout";
        let timeout = path(&["metadata", "annotations", timeout]);
        assert_eq!(classify(&ingress, &timeout), Class::Exposure);
    }
}
