//! What is peculiar to the values of charts and to configuration files: no API says what a key means, and most of what differs
//! is what makes a place out of a chart.

use crate::compare::classify::Class;
use crate::compare::diff::{Change, RawDifference};
use crate::compare::flags::{switch, words};
use crate::compare::identity::is_everything;
use crate::compare::parameters::{Case, Judgement, allowed, is_foreign};
use crate::compare::terraform;
use crate::kube::quantity::quantity;
use crate::kube::{Form, Gvk, PathStep, Value};
use crate::syntax::scalar::Tag;

/// Words of a key whose value is a thing of the outside world, wherever in the name they stand.
const PLACES: &[&str] = &[
    "account",
    "accounts",
    "address",
    "addresses",
    "arn",
    "bucket",
    "buckets",
    "callback",
    "cidr",
    "cidrs",
    "dns",
    "domain",
    "domains",
    "email",
    "endpoint",
    "endpoints",
    "fqdn",
    "host",
    "hostname",
    "hostnames",
    "hosts",
    "ip",
    "ips",
    "issuer",
    "origins",
    "realm",
    "redirect",
    "region",
    "repo",
    "subnet",
    "subnets",
    "tenant",
    "uri",
    "uris",
    "url",
    "urls",
    "vpc",
];

/// Words at the end of a key whose value names or describes something.
const NAMES: &[&str] = &[
    "alias",
    "banner",
    "broker",
    "brokers",
    "cluster",
    "description",
    "dn",
    "env",
    "environment",
    "footer",
    "header",
    "id",
    "ids",
    "location",
    "message",
    "namespace",
    "network",
    "prefix",
    "project",
    "queue",
    "server",
    "servers",
    "site",
    "stage",
    "subscription",
    "suffix",
    "title",
    "topic",
    "vault",
    "zone",
];

/// Keys that switch the map off that they stand in.
const SWITCHES: &[&str] = &["enabled", "enable", "create"];

/// Whether it is the kind of the values of a chart.
pub(crate) fn are_values(gvk: &Gvk) -> bool {
    gvk.is_document() && *gvk.kind == *Form::Values.kind()
}

/// Where objects hold values for a chart: kinds (`|` between them), and the keys that lead there at the end
/// of the keys above.
const HOLDERS: &[(&str, &[&str])] = &[
    ("HelmRelease", &["spec", "values"]),
    ("HelmChart|HelmChartConfig", &["spec", "valuesContent"]),
    ("Application|ApplicationSet", &["helm", "valuesObject"]),
    ("Application|ApplicationSet", &["helm", "values"]),
];

/// The path among the values of a chart that a path of an object or document leads to.
pub(crate) fn in_values<'p>(gvk: &Gvk, path: &'p [PathStep]) -> Option<&'p [PathStep]> {
    if are_values(gvk) {
        return Some(path);
    }
    let mut holders =
        HOLDERS.iter().filter(|(kinds, _)| kinds.split('|').any(|it| it == &*gvk.kind));
    holders.find_map(|(_, keys)| {
        let is =
            |(step, key): (&PathStep, &&str)| matches!(step, PathStep::Key(it) if &**it == *key);
        let holds = |steps: &[PathStep]| steps.iter().zip(*keys).all(is);
        let at = path.windows(keys.len()).position(holds)?;
        path.get(at + keys.len()..).filter(|rest| !rest.is_empty())
    })
}

/// Whether a path is that of a document, or of values for a chart: environments have them in order to
/// differ, and no API says what a key means.
pub(crate) fn is_of_document(gvk: &Gvk, path: &[PathStep]) -> bool {
    gvk.is_document() || in_values(gvk, path).is_some()
}

/// Whether it is the kind of a configuration file.
pub(crate) fn is_configuration(gvk: &Gvk) -> bool {
    gvk.is_document() && *gvk.kind == *Form::Config.kind()
}

/// Whether both sides are switches: charts have one for every part of theirs.
pub(crate) fn is_switch(difference: &RawDifference) -> bool {
    let is_bool = |value: &Option<Value>| {
        let scalar = value.as_ref().and_then(Value::as_scalar);
        scalar.is_some_and(|scalar| scalar.tag == Tag::Bool)
    };
    is_bool(&difference.here.value) && is_bool(&difference.there.value)
}

/// Whether one side gives an amount and the other leaves it to the chart.
pub(crate) fn is_given(
    gvk: &Gvk,
    path: &[PathStep],
    (here, there): (Option<&Value>, Option<&Value>),
) -> bool {
    let amount = |value: &Value| value.text().and_then(quantity).is_some();
    match (here, there) {
        (Some(value), None) | (None, Some(value)) => {
            in_values(gvk, path).is_some() && amount(value)
        }
        _ => false,
    }
}

/// Whether a path leads into a map that is switched off on both sides: nobody sees what is in it.
pub(crate) fn is_switched_off(path: &[PathStep], here: &Value, there: &Value) -> bool {
    is_off(path, here) && is_off(path, there)
}

fn is_off(path: &[PathStep], body: &Value) -> bool {
    let mut value = body;
    for step in path {
        let PathStep::Key(key) = step else { return false };
        let off = SWITCHES
            .iter()
            .filter(|name| **name != &**key)
            .any(|name| value.get(name).and_then(Value::as_bool) == Some(false));
        if off {
            return true;
        }
        let Some(inner) = value.get(key) else { return false };
        value = inner;
    }
    false
}

/// Whether a case is about a value that a chart is told.
fn is_value(case: &Case<'_>) -> bool {
    in_values(case.gvk, case.difference.path.steps()).is_some()
}

/// Names and addresses: what every environment has of its own.
pub(crate) fn places(case: &Case<'_>) -> Judgement {
    let judged = matches!(
        case.class,
        Class::Other
            | Class::Config
            | Class::Access
            | Class::Exposure
            | Class::Metadata
            | Class::Observability
            | Class::Database
            | Class::Backup
    );
    let sides = [&case.difference.here.value, &case.difference.there.value];
    let scalars = sides.iter().all(|value| value.as_ref().is_none_or(|it| it.text().is_some()));
    let text = |at: usize| sides[at].as_ref().and_then(Value::text).unwrap_or("");
    let (here, there) = (text(0), text(1));
    let steps = case.difference.path.steps();
    // A program asks for its keys, and for the path behind a host, whatever the environment.
    let changed = case.difference.change == Change::Changed;
    if is_configuration(case.gvk) && !changed && names_the_environment(steps) {
        // A staging environment runs what was built for production.
        return allowed(true);
    }
    let configured =
        is_configuration(case.gvk) && changed && !(here.contains("://") && there.contains("://"));
    if !(is_value(case) || configured) || !judged || !scalars {
        return Judgement::Free;
    }
    let numbers = || [here, there].iter().all(|it| it.bytes().all(|b| b.is_ascii_digit()));
    if is_id(steps) && numbers() {
        return allowed(true);
    }
    // What only one side has is missing, whatever it names; a path below a host is no place.
    let missing = case.difference.change != Change::Changed;
    // Nor is a place that this environment has emptied.
    if missing || here.is_empty() || here.starts_with('/') && there.starts_with('/') {
        return Judgement::Free;
    }
    // A switch or an amount is no name, and what fits all names is no place.
    let no_name =
        |it: &&str| switch(it).is_some() || it.parse::<f64>().is_ok() || is_everything(it);
    if [here, there].iter().any(no_name) {
        return Judgement::Free;
    }
    allowed(names_a_place(steps) && !is_foreign(here, there, case.names))
}

/// Whether the last key of a path says that its value is the number of something.
fn is_id(path: &[PathStep]) -> bool {
    let Some(PathStep::Key(key)) = path.last() else { return false };
    words(key).last().is_some_and(|word| matches!(word.as_str(), "id" | "uid" | "gid"))
}

/// Whether the last key of a path is what programs ask for the name of their environment.
fn names_the_environment(path: &[PathStep]) -> bool {
    const ASKED: &[&str] = &["env", "environment", "profile", "profiles", "stage"];
    let Some(PathStep::Key(key)) = path.last() else { return false };
    words(key).last().is_some_and(|word| ASKED.contains(&word.as_str()))
}

/// Whether the last key of a path, or the list that it is an item of, names a place.
fn names_a_place(path: &[PathStep]) -> bool {
    // A key of a properties file is a path by itself.
    let keys = path.iter().rev().filter_map(|step| match step {
        PathStep::Key(key) => Some(key.rsplit('.')),
        PathStep::Element { .. } | PathStep::Index(_) => None,
    });
    let mut keys = keys.flatten().map(words);
    let is = |list: &[&str], word: &String| list.contains(&word.as_str());
    let (Some(last), above) = (keys.next(), keys.next()) else { return false };
    last.iter().any(|word| is(PLACES, word))
        || last.last().is_some_and(|word| is(NAMES, word))
        || above.is_some_and(|above| above.last().is_some_and(|word| is(PLACES, word)))
}

/// Which build of an image runs: it is promoted, and what may change is told of a tag alone.
pub(crate) fn tags(case: &Case<'_>) -> Judgement {
    let steps = case.difference.path.steps();
    if terraform::is_image_tag(case.gvk, steps) {
        return allowed(case.difference.change == Change::Changed);
    }
    let tag = matches!(steps, [.., PathStep::Key(image), PathStep::Key(tag)]
        if words(image).last().is_some_and(|word| word == "image")
            && matches!(&**tag, "tag" | "digest" | "sha"));
    let named = matches!(steps.last(), Some(PathStep::Key(tag)) if &**tag == "imageTag");
    allowed(is_value(case) && (tag || named))
}

/// Whether the path says where pods run: machines differ from place to place.
pub(crate) fn machines(case: &Case<'_>) -> Judgement {
    allowed(is_value(case) && case.class == Class::Scheduling)
}

#[cfg(test)]
mod tests {
    use super::in_values;
    use crate::kube::{Gvk, PathStep};

    #[test]
    fn values_are_found_wherever_they_stand() {
        let rest = |kind: &str, path: &str| -> Option<usize> {
            let path: Vec<PathStep> =
                path.split('.').map(|key| PathStep::Key(key.into())).collect();
            in_values(&Gvk::new("example.org/v1", kind), &path).map(<[PathStep]>::len)
        };
        assert_eq!(rest("HelmRelease", "spec.values.image.repository"), Some(2));
        assert_eq!(rest("Application", "spec.source.helm.valuesObject.a.enabled"), Some(2));
        assert_eq!(rest("ApplicationSet", "spec.template.spec.source.helm.values.a"), Some(1));
        assert_eq!(rest("HelmRelease", "spec.values"), None);
        assert_eq!(rest("HelmRelease", "spec.chart.spec.version"), None);
        assert_eq!(rest("Deployment", "spec.values.a"), None);
    }
}
