//! Which differences are allowed: the configured parameters, then the built-in ones.

use std::cmp::Ordering;

use crate::compare::agents::{is_retention, is_threshold, retention_amounts};
use crate::compare::amounts::amounts;
use crate::compare::classify::Class;
use crate::compare::diff::{Change, RawDifference};
use crate::compare::flags::words;
use crate::compare::identity::{are_identifiers, image, is_version, looks_like_image};
use crate::compare::inflated::is_chart;
use crate::compare::names::{PairNames, same_but_names};
use crate::compare::permissions;
use crate::compare::sizes;
use crate::compare::terraform;
use crate::compare::values;
use crate::compare::version;
use crate::config::{Config, Constraint, Located};
use crate::kube::{Gvk, PathStep, Value};
use crate::text::Span;

/// Resources and replicas may differ by this factor before anybody asks.
const RATIO: f64 = 16.0;

/// What the policy says of a difference.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Judgement {
    /// A parameter, within its constraint; the parameter's name.
    Allowed(String),
    /// A built-in parameter, outside its constraint; what was asked for.
    Violated(String),
    /// A parameter of the configuration, outside its constraint.
    OutOfRange(OutOfRange),
    /// No parameter.
    Free,
}

/// A parameter of the configuration that a difference breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfRange {
    /// Its path, as written.
    pub path: String,
    /// Where it is declared.
    pub span: Span,
    /// Why its values differ.
    pub reason: Option<String>,
    /// What it asks for.
    pub asked: String,
}

/// Everything that a judgement depends on.
pub(crate) struct Case<'a> {
    pub(crate) unit: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) gvk: &'a Gvk,
    pub(crate) class: Class,
    pub(crate) difference: &'a RawDifference,
    pub(crate) names: &'a PairNames,
    /// An autoscaler of one of the sides decides about the number of pods.
    pub(crate) scaled: bool,
    /// Both values are tags of an image that other fields name.
    pub(crate) tags: bool,
    /// A variable that a module asks for and that nothing gives to one of the sides.
    pub(crate) required: bool,
}

/// Judges a difference: the first configured parameter that covers it, else the built-in ones.
pub(crate) fn judge(case: &Case<'_>, config: &Config) -> Judgement {
    let steps = case.difference.path.steps();
    let configured = config.parameters.iter().find(|Located { value: parameter, .. }| {
        parameter.path.matches(steps)
            && parameter.kind.as_deref().is_none_or(|kind| kind == &*case.gvk.kind)
            && parameter.unit.as_ref().is_none_or(|unit| unit.matches(case.unit))
            && (parameter.environments.is_empty()
                || parameter.environments.iter().any(|name| name == case.environment))
    });
    if let Some(Located { value: parameter, span }) = configured {
        let path = parameter.path.as_str().to_owned();
        return match violation(&parameter.constraint, case) {
            Some(asked) => {
                let reason = parameter.reason.clone();
                Judgement::OutOfRange(OutOfRange { path, span: *span, reason, asked })
            }
            None => Judgement::Allowed(path),
        };
    }
    // What is asked for is missing, whatever it names. A threshold reads like a version and a severity
    // like a log level.
    if case.required || is_threshold(case.gvk, steps) {
        return Judgement::Free;
    }
    for built_in in BUILT_IN {
        if !config.is_on(built_in.name) {
            continue;
        }
        match (built_in.judge)(case) {
            Judgement::Allowed(_) => return Judgement::Allowed(built_in.name.to_owned()),
            Judgement::Free => {}
            violated => return violated,
        }
    }
    Judgement::Free
}

/// What a constraint asks for where the difference does not give it.
fn violation(constraint: &Constraint, case: &Case<'_>) -> Option<String> {
    let here = case.difference.here.value.as_ref();
    let there = case.difference.there.value.as_ref();
    let text = |value: Option<&Value>| value.and_then(Value::text).unwrap_or("").to_owned();
    match constraint {
        Constraint::Any => None,
        Constraint::Equal => Some("must be equal in all environments".to_owned()),
        Constraint::Present => here.is_none().then(|| "must be set".to_owned()),
        Constraint::Absent => here.is_some().then(|| "must not be set".to_owned()),
        Constraint::SameKeys => (case.difference.change != Change::Changed)
            .then(|| "must have the same keys in all environments".to_owned()),
        Constraint::AtLeastReference => match amounts(here, there) {
            Some((here, there)) if here >= there => None,
            _ => Some("must not be below the reference".to_owned()),
        },
        Constraint::MaxRatio(ratio) => match amounts(here, there) {
            Some(pair) if within(pair, ratio.0) => None,
            _ => Some(format!("must be within a factor of {}", ratio.0)),
        },
        Constraint::OneOf(words) => {
            let text = text(here);
            let listed = words.iter().map(|word| word.0.as_str()).collect::<Vec<_>>();
            (!listed.contains(&text.as_str()))
                .then(|| format!("must be one of {}", listed.join(", ")))
        }
        Constraint::Matches(pattern) => {
            let fits = pattern.0.is_match(&text(here));
            (!fits).then(|| format!("must match `{}`", pattern.0.as_str()))
        }
    }
}

fn within((here, there): (f64, f64), ratio: f64) -> bool {
    let (low, high) = (here.min(there), here.max(there));
    low > 0.0 && high / low <= ratio
}

struct BuiltIn {
    name: &'static str,
    judge: fn(&Case<'_>) -> Judgement,
}

/// In the order in which they are asked.
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "terraform-protection", judge: terraform::protections },
    BuiltIn { name: "terraform-identity", judge: terraform::identities },
    BuiltIn { name: "terraform-sizes", judge: terraform::sizes },
    BuiltIn { name: "namespaces", judge: namespaces },
    BuiltIn { name: "image-tags", judge: image_tags },
    BuiltIn { name: "image-tags", judge: values::tags },
    BuiltIn { name: "backup-retention", judge: permissions::backup_retention },
    BuiltIn { name: "backup-schedules", judge: permissions::backup_schedules },
    BuiltIn { name: "backup-destinations", judge: permissions::backup_destinations },
    BuiltIn { name: "resources", judge: resources },
    BuiltIn { name: "replicas", judge: replicas },
    BuiltIn { name: "autoscaling", judge: autoscaling },
    BuiltIn { name: "retention", judge: retention },
    BuiltIn { name: "autoscaled-replicas", judge: permissions::autoscaled },
    BuiltIn { name: "instance-classes", judge: permissions::instance_classes },
    BuiltIn { name: "log-levels", judge: log_levels },
    BuiltIn { name: "versions", judge: versions },
    BuiltIn { name: "certificates", judge: permissions::certificates },
    BuiltIn { name: "ingress-classes", judge: permissions::ingress_classes },
    BuiltIn { name: "networks", judge: permissions::networks },
    BuiltIn { name: "hosts", judge: permissions::hosts },
    BuiltIn { name: "identifiers", judge: identifiers },
    BuiltIn { name: "secret-references", judge: secret_references },
    BuiltIn { name: "places", judge: values::places },
    BuiltIn { name: "machines", judge: values::machines },
    BuiltIn { name: "destinations", judge: destinations },
    BuiltIn { name: "generators", judge: generators },
];

pub(crate) fn allowed(condition: bool) -> Judgement {
    if condition { Judgement::Allowed(String::new()) } else { Judgement::Free }
}

pub(crate) fn texts<'a>(case: &'a Case<'_>) -> Option<(&'a str, &'a str)> {
    let difference = case.difference;
    Some((difference.here.value.as_ref()?.text()?, difference.there.value.as_ref()?.text()?))
}

fn namespaces(case: &Case<'_>) -> Judgement {
    let path = case.difference.path.steps();
    let own = matches!(path, [PathStep::Key(a), PathStep::Key(b)]
        if &**a == "metadata" && &**b == "namespace");
    let named = matches!(path, [.., PathStep::Key(last)] if &**last == "namespace");
    // What an entry of a chart does not say, its kustomization may.
    let told = case.difference.change == Change::Changed || is_chart(case.gvk);
    allowed(own || named && told)
}

fn image_tags(case: &Case<'_>) -> Judgement {
    if case.tags && case.class != Class::Dependency {
        return allowed(true);
    }
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let (Some(a), Some(b)) = (image(here), image(there)) else { return Judgement::Free };
    let field = case.class == Class::Image;
    let sure = looks_like_image(here) && looks_like_image(there);
    let same = same_but_names(a.repository, b.repository, case.names);
    allowed(same && (field || sure))
}

/// Keys that hold the size of a disk.
const SIZES: &[&str] = &[
    "storage",
    "sizeLimit",
    "size",
    "volumeSize",
    "storageGB",
    "diskSize",
    "allocatedStorage",
    "maxAllocatedStorage",
];

/// Requests, limits, quotas and sizes among the values of charts: production may have more, never less.
fn resources(case: &Case<'_>) -> Judgement {
    let keys: Vec<&str> = keys(case).collect();
    let requests = keys
        .windows(2)
        .any(|pair| pair[0] == "resources" && matches!(pair[1], "requests" | "limits" | "claims"));
    let bounds = keys.iter().any(|key| matches!(*key, "minAllowed" | "maxAllowed"));
    let sizes = keys.last().is_some_and(|key| SIZES.contains(key));
    let difference = case.difference;
    let (steps, changed) = (difference.path.steps(), difference.change == Change::Changed);
    let quota = || changed && sizes::is_quota(case.gvk, steps);
    let of_chart = || {
        let replicas = keys.last().is_some_and(|key| REPLICAS.contains(key));
        changed && !replicas && sizes::is_size(case.gvk, steps, difference.here.value.as_ref())
    };
    let covered = requests || bounds || sizes || quota() || of_chart();
    if case.class == Class::Capacity && covered { capacity(case) } else { Judgement::Free }
}

/// Keys that hold how many pods or machines there are.
const REPLICAS: &[&str] = &["replicas", "replicaCount", "instances", "numberOfInstances"];

fn replicas(case: &Case<'_>) -> Judgement {
    let covered = keys(case).last().is_some_and(|key| REPLICAS.contains(&key));
    if case.class == Class::Capacity && covered { capacity(case) } else { Judgement::Free }
}

fn autoscaling(case: &Case<'_>) -> Judgement {
    const BOUNDS: &[&str] = &["minReplicas", "maxReplicas", "minReplicaCount", "maxReplicaCount"];
    const TARGETS: &[&str] = &[
        "averageUtilization",
        "targetAverageUtilization",
        "targetCPUUtilizationPercentage",
        "targetMemoryUtilizationPercentage",
    ];
    match keys(case).last() {
        Some(key) if BOUNDS.contains(&key) => capacity(case),
        Some(key) if TARGETS.contains(&key) => utilization(case),
        _ => Judgement::Free,
    }
}

/// At how much load pods are added: production may add them earlier, never later.
fn utilization(case: &Case<'_>) -> Judgement {
    let (here, there) = (case.difference.here.value.as_ref(), case.difference.there.value.as_ref());
    match amounts(here, there) {
        Some((here, there)) if here > there => {
            Judgement::Violated("must not be above the reference".to_owned())
        }
        amounts => allowed(amounts.is_some()),
    }
}

/// What is observed may be kept longer, never shorter.
fn retention(case: &Case<'_>) -> Judgement {
    let difference = case.difference;
    if !is_retention(case.gvk, case.class, difference.path.steps()) {
        return Judgement::Free;
    }
    match retention_amounts(difference.here.value.as_ref(), difference.there.value.as_ref()) {
        Some((here, there)) if here < there => {
            Judgement::Violated("must not be below the reference".to_owned())
        }
        amounts => allowed(amounts.is_some() || difference.change == Change::OnlyHere),
    }
}

fn capacity(case: &Case<'_>) -> Judgement {
    if case.difference.change == Change::OnlyHere {
        return allowed(true);
    }
    let (here, there) = (case.difference.here.value.as_ref(), case.difference.there.value.as_ref());
    match sizes::sizes(here, there) {
        Some((here, there)) if here < there => {
            Judgement::Violated("must not be below the reference".to_owned())
        }
        Some(pair) if pair.1 > 0.0 && !within(pair, RATIO) => {
            Judgement::Violated(format!("must be within a factor of {RATIO}"))
        }
        Some(_) => allowed(true),
        None => Judgement::Free,
    }
}

fn log_levels(case: &Case<'_>) -> Judgement {
    const LEVELS: &[&str] = &[
        "trace",
        "debug",
        "verbose",
        "info",
        "information",
        "informational",
        "notice",
        "warn",
        "warning",
        "error",
        "err",
        "critical",
        "fatal",
    ];
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let level = |text: &str| {
        let value = text.rsplit(['=', ':', ' ']).next().unwrap_or(text);
        LEVELS.contains(&value.trim_matches(['"', '\'', ' ', ',']).to_lowercase().as_str())
    };
    allowed(level(here) && level(there))
}

fn versions(case: &Case<'_>) -> Judgement {
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    allowed(match case.class {
        Class::Database => false,
        // What production has before its reference is a matter of promotion, not of difference.
        Class::Dependency => {
            version::order(here, there) == Some(Ordering::Greater)
                || version::same_range(here, there)
        }
        _ => {
            let decimal = is_decimal(here) || is_decimal(there);
            is_version(here)
                && is_version(there)
                && (!decimal || names_a_version(case.difference.path.steps()))
        }
    })
}

/// Whether a text may be an amount as well as a version: `1.5`.
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(whole, rest)| digits(whole) && digits(rest))
}

/// Whether the last names of a path say that a version stands there, and not that of a protocol.
fn names_a_version(path: &[PathStep]) -> bool {
    const VERSIONS: &[&str] =
        &["build", "chart", "image", "ref", "release", "revision", "tag", "version"];
    const PROTOCOLS: &[&str] = &["api", "http", "protocol", "ssl", "tls"];
    let names = path.iter().rev().take(2).filter_map(|step| match step {
        PathStep::Key(name) | PathStep::Element { value: name, .. } => Some(&**name),
        PathStep::Index(_) => None,
    });
    let words: Vec<String> = names.flat_map(words).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(VERSIONS) && !has(PROTOCOLS)
}

/// Where a secret store keeps a secret: every environment has its own place.
fn secret_references(case: &Case<'_>) -> Judgement {
    const PLACES: &[&str] = &["remoteRef", "extract", "find", "objectName", "sourceRef"];
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let kinds =
        matches!(&*case.gvk.kind, "ExternalSecret" | "ClusterExternalSecret" | "PushSecret");
    let place = kinds && keys(case).any(|key| PLACES.contains(&key));
    allowed(place && !is_foreign(here, there, case.names))
}

/// Where Argo CD deploys something, and in the name of which project.
fn destinations(case: &Case<'_>) -> Judgement {
    let steps: Vec<&str> = keys(case).collect();
    let spec = match &*case.gvk.kind {
        "Application" => steps.strip_prefix(&["spec"]),
        "ApplicationSet" => steps.strip_prefix(&["spec", "template", "spec"]),
        _ => None,
    };
    // What is in the files is compared by itself.
    let file = case.gvk.is_document() && steps.contains(&"valueFiles");
    allowed(file || matches!(spec, Some(["destination", ..] | ["project"])))
}

/// What an application set deploys where: the list of places is what makes the environment.
fn generators(case: &Case<'_>) -> Judgement {
    let steps: Vec<&str> = keys(case).take(2).collect();
    allowed(&*case.gvk.kind == "ApplicationSet" && steps == ["spec", "generators"])
}

/// Whether one side bears the name of the other environment, and not its own.
pub(crate) fn is_foreign(here: &str, there: &str, names: &PairNames) -> bool {
    let (mine, theirs) = (&names.here, &names.there);
    theirs.names_environment(here) && !mine.names_environment(here)
        || mine.names_environment(there) && !theirs.names_environment(there)
}

/// Hosts, accounts and ids, unless one side bears the name of the other environment.
fn identifiers(case: &Case<'_>) -> Judgement {
    // These look like hosts and name types.
    const TYPES: &[&str] = &["apiGroup", "apiVersion", "apiGroups", "kind", "group"];
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let names_object = |key: &str| {
        let lower = key.to_ascii_lowercase();
        lower.ends_with("name")
            && !["host", "dns", "domain", "server"].iter().any(|w| lower.contains(w))
    };
    if case.class == Class::Access && permissions::made_up_ids(here, there) {
        return allowed(true);
    }
    let last = keys(case).last();
    // A commit is an id and a version: what differs in it is another program.
    if case.class == Class::Dependency
        || last.is_some_and(|key| TYPES.contains(&key) || names_object(key))
    {
        return Judgement::Free;
    }
    if case.class == Class::Access && !permissions::same_identity(here, there, case.names) {
        return Judgement::Free;
    }
    let value = |text: &str| -> String {
        match text.split_once('=').or_else(|| text.split_once(": ")) {
            Some((_, value)) => value.trim().trim_matches(['"', '\'']).to_owned(),
            None => text.to_owned(),
        }
    };
    let fits = are_identifiers(here, there) || are_identifiers(&value(here), &value(there));
    allowed(fits && !is_foreign(here, there, case.names))
}

pub(crate) fn keys<'a>(case: &'a Case<'_>) -> impl Iterator<Item = &'a str> {
    case.difference.path.steps().iter().filter_map(|step| match step {
        PathStep::Key(key) => Some(&**key),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::BUILT_IN;
    use crate::config;

    #[test]
    fn every_permission_can_be_dropped() {
        for own in BUILT_IN {
            assert!(config::BUILT_IN.iter().any(|known| known.name == own.name), "{}", own.name);
        }
    }
}
