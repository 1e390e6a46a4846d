//! Built-in permissions for what every environment has of its own in one class of fields.

use std::cmp::Ordering;

use crate::compare::classify::Class;
use crate::compare::diff::Change;
use crate::compare::flags::switch;
use crate::compare::identity::{are_identifiers, is_single_network};
use crate::compare::machines::{self, are_machines};
use crate::compare::names::{PairNames, same_but_names, tokens};
use crate::compare::parameters::{Case, Judgement, allowed, is_foreign, keys, texts};
use crate::kube::quantity::duration;
use crate::kube::{PathStep, Value};

/// Names of TLS secrets, and who issues certificates.
pub(crate) fn certificates(case: &Case<'_>) -> Judgement {
    const HOLDERS: &[&str] = &["tls", "certificateRefs", "issuerRef", "secretTemplate"];
    const NAMES: &[&str] = &[
        "secretName",
        "certResolver",
        "credentialName",
        "cert-manager.io/cluster-issuer",
        "cert-manager.io/issuer",
        "alb.ingress.kubernetes.io/certificate-arn",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
        "networking.gke.io/managed-certificates",
    ];
    let steps = case.difference.path.steps();
    if let [.., PathStep::Key(list), PathStep::Element { .. }] = steps
        && &**list == "certificateRefs"
    {
        return allowed(case.class == Class::Exposure);
    }
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let last = keys(case).last();
    let held = last == Some("name") && keys(case).any(|key| HOLDERS.contains(&key));
    let named = last.is_some_and(|key| NAMES.contains(&key));
    let exposed = case.class == Class::Exposure;
    allowed(exposed && (held || named) && !is_foreign(here, there, case.names))
}

/// Which controller serves a route: every cluster has its own.
pub(crate) fn ingress_classes(case: &Case<'_>) -> Judgement {
    const KEYS: &[&str] = &[
        "ingressClassName",
        "gatewayClassName",
        "loadBalancerClass",
        "kubernetes.io/ingress.class",
        "kubernetes.io/ingress.global-static-ip-name",
        "service.beta.kubernetes.io/aws-load-balancer-subnets",
        "service.beta.kubernetes.io/aws-load-balancer-name",
        "alb.ingress.kubernetes.io/load-balancer-name",
        "alb.ingress.kubernetes.io/group.name",
        "alb.ingress.kubernetes.io/subnets",
        "alb.ingress.kubernetes.io/security-groups",
        "alb.ingress.kubernetes.io/tags",
    ];
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let own = keys(case).last().is_some_and(|key| KEYS.contains(&key));
    allowed(case.class == Class::Exposure && own && !is_foreign(here, there, case.names))
}

/// Networks as addresses: one for another, never one for everything. The port that a Service has on
/// every node is an address, too.
pub(crate) fn networks(case: &Case<'_>) -> Judgement {
    if case.difference.change == Change::Changed
        && &*case.gvk.kind == "Service"
        && matches!(keys(case).last(), Some("nodePort" | "healthCheckNodePort"))
    {
        return allowed(true);
    }
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let all = |text: &str| {
        let mut parts = text.split([',', ' ']).filter(|part| !part.is_empty()).peekable();
        parts.peek().is_some() && parts.all(is_single_network)
    };
    allowed(all(here) && all(there))
}

/// Rules of routers and host lists that differ in nothing but hosts.
pub(crate) fn hosts(case: &Case<'_>) -> Judgement {
    if !matches!(case.class, Class::Exposure | Class::Network) {
        return Judgement::Free;
    }
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let word = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '*'));
    let parts = |text: &str| -> Vec<String> { text.split(word).map(str::to_owned).collect() };
    let (a, b) = (parts(here), parts(there));
    let pairs = || a.iter().zip(&b);
    let alike = a.len() == b.len()
        && pairs().all(|(a, b)| same_but_names(a, b, case.names) || are_identifiers(a, b));
    allowed(alike && !is_foreign(here, there, case.names))
}

/// Which cloud identity a workload has: the account and ids may differ, the role may not.
pub(crate) fn same_identity(here: &str, there: &str, names: &PairNames) -> bool {
    let (here, there) = (identity_name(here), identity_name(there));
    same_but_names(here, there, names) || random_apart(here) == random_apart(there)
}

/// Whether both are ids that nobody chose, such as those of groups in a directory.
pub(crate) fn made_up_ids(here: &str, there: &str) -> bool {
    [here, there].iter().all(|text| text.len() >= 16 && random_apart(text).is_empty())
}

/// `orders` of `arn:aws:iam::123456789012:role/orders` and `orders@project.iam.example`.
fn identity_name(text: &str) -> &str {
    if text.starts_with("arn:") {
        return text.rsplit_once(":role/").map_or(text, |(_, role)| role);
    }
    text.strip_suffix(".iam.gserviceaccount.com")
        .and_then(|rest| rest.split_once('@'))
        .map_or(text, |(name, _)| name)
}

/// The words of a name without those that a tool made up.
fn random_apart(text: &str) -> Vec<&str> {
    let made_up = |word: &&str| {
        word.chars().any(|c| c.is_ascii_digit())
            || word.len() >= 8 && word.chars().all(|c| c.is_ascii_uppercase())
            || word.len() >= 4 && word.chars().all(|c| c.is_ascii_hexdigit())
    };
    tokens(text).filter(|word| !made_up(word)).collect()
}

/// How long backups are kept: production may keep them longer.
pub(crate) fn backup_retention(case: &Case<'_>) -> Judgement {
    let keeps = |key: &str| {
        let key = key.to_ascii_lowercase();
        key == "ttl" || key == "retain" || key.contains("retention") || key.starts_with("keep")
    };
    if case.class != Class::Backup || !keys(case).any(keeps) {
        return Judgement::Free;
    }
    let (here, there) = (&case.difference.here.value, &case.difference.there.value);
    match (period(here.as_ref()), period(there.as_ref())) {
        (Some(here), Some(there)) if here < there => {
            Judgement::Violated("must not be shorter than in the reference".to_owned())
        }
        (Some(_), Some(_)) => allowed(true),
        (Some(_), None) if there.is_none() => allowed(true),
        _ => Judgement::Free,
    }
}

/// A duration, a number of days or weeks, or a plain number.
fn period(value: Option<&Value>) -> Option<f64> {
    const DAY: f64 = 86_400.0;
    let text = value?.text()?.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let unit = text.chars().last()?;
    let days = match unit {
        'd' | 'D' => 1.0,
        'w' | 'W' => 7.0,
        'M' => 30.0,
        'y' | 'Y' => 365.0,
        _ => return duration(text),
    };
    let number: f64 = text[..text.len() - unit.len_utf8()].trim().parse().ok()?;
    number.is_finite().then_some(number * days * DAY)
}

/// When a job runs: the time of day may differ, how often may not.
pub(crate) fn backup_schedules(case: &Case<'_>) -> Judgement {
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let schedule = keys(case).last().is_some_and(|key| key == "schedule" || key == "cron");
    let fixed = |field: &str| field.bytes().all(|b| b.is_ascii_digit()) && !field.is_empty();
    let fields = |text: &str| -> Vec<String> {
        let parts = text.split_whitespace();
        // Any fixed minute, hour or day is one moment.
        parts.map(|field| if fixed(field) { "0".to_owned() } else { field.to_owned() }).collect()
    };
    let (a, b) = (fields(here), fields(there));
    allowed(case.class == Class::Backup && schedule && a.len() >= 5 && a == b)
}

/// Where backups are kept.
pub(crate) fn backup_destinations(case: &Case<'_>) -> Judgement {
    const KEYS: &[&str] = &[
        "destinationPath",
        "bucket",
        "prefix",
        "endpointURL",
        "endpoint",
        "s3Url",
        "region",
        "serverName",
        "location",
        "storageLocation",
        "path",
        "container",
        "storageAccount",
        "resourceGroup",
        "url",
        "profile",
    ];
    let Some((here, there)) = texts(case) else { return Judgement::Free };
    let place = keys(case).last().is_some_and(|key| KEYS.contains(&key));
    allowed(case.class == Class::Backup && place && !is_foreign(here, there, case.names))
}

/// Types of machines, unless the environment has a smaller one, and what makes a database survive the loss
/// of a machine.
pub(crate) fn instance_classes(case: &Case<'_>) -> Judgement {
    const TYPES: &[&str] = &[
        "dbInstanceClass",
        "instanceClass",
        "instanceType",
        "cacheNodeType",
        "nodeType",
        "tier",
        "skuName",
        "machineType",
    ];
    const SAFETY: &[&str] = &[
        "multiAZ",
        "multiAz",
        "automaticFailoverEnabled",
        "deletionProtection",
        "highAvailability",
    ];
    let Some(last) = keys(case).last() else { return Judgement::Free };
    let database = matches!(case.class, Class::Capacity | Class::Database);
    let here = case.difference.here.value.as_ref().and_then(Value::text);
    let safer = SAFETY.contains(&last) && here.and_then(switch) == Some(true);
    let Some((mine, theirs)) = texts(case) else { return allowed(database && safer) };
    let sized = TYPES.contains(&last) || are_machines(mine, theirs);
    if sized
        && case.class == Class::Capacity
        && machines::order(mine, theirs) == Some(Ordering::Less)
    {
        return Judgement::Violated("must not be smaller than in the reference".to_owned());
    }
    allowed(database && (safer || sized))
}

/// The number of replicas of what an autoscaler of the same environment scales.
pub(crate) fn autoscaled(case: &Case<'_>) -> Judgement {
    let replicas = keys(case).eq(["spec", "replicas"]);
    allowed(replicas && case.scaled)
}
