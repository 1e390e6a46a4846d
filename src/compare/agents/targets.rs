//! What a monitor scrapes: the Services, or pods, that its selector and its ports name.

use crate::compare::Topic;
use crate::compare::difference::Difference;
use crate::compare::names::{PairNames, without_names};
use crate::kube::{Path, PathStep, Resource, Value};

/// Whether an object chooses what is scraped by labels.
pub fn is_monitor(resource: &Resource) -> bool {
    matches!(&*resource.id.gvk.kind, "ServiceMonitor" | "PodMonitor")
}

/// Whether a monitor could scrape the object: a Service, or what makes pods.
pub fn is_target(object: &Resource) -> bool {
    is_service(object) || object.body.at(&["spec", "template"]).is_some()
}

fn is_service(object: &Resource) -> bool {
    &*object.id.gvk.kind == "Service" && object.id.gvk.group.is_empty()
}

/// Whether a monitor finds something to scrape among the objects. What cannot be told is found.
pub fn has_target<'r>(monitor: &Resource, objects: impl IntoIterator<Item = &'r Resource>) -> bool {
    objects.into_iter().filter_map(|object| target(monitor, object)).any(|target| {
        in_namespace(monitor, target.object)
            && selects(monitor.body.at(&["spec", "selector"]), target.labels)
            && names_port(monitor, &target.ports)
    })
}

/// What a monitor may scrape.
struct Target<'r> {
    object: &'r Resource,
    labels: Option<&'r Value>,
    ports: Vec<&'r Value>,
}

fn target<'r>(monitor: &Resource, object: &'r Resource) -> Option<Target<'r>> {
    let list = |value: Option<&'r Value>| value.and_then(Value::as_list).unwrap_or_default();
    if &*monitor.id.gvk.kind == "ServiceMonitor" {
        if !is_service(object) {
            return None;
        }
        let labels = object.body.at(&["metadata", "labels"]);
        let ports = list(object.body.at(&["spec", "ports"])).iter().collect();
        return Some(Target { object, labels, ports });
    }
    let template = object.body.at(&["spec", "template"])?;
    let containers = list(template.at(&["spec", "containers"]));
    let ports = containers.iter().flat_map(|container| list(container.get("ports"))).collect();
    Some(Target { object, labels: template.at(&["metadata", "labels"]), ports })
}

fn in_namespace(monitor: &Resource, object: &Resource) -> bool {
    let selector = monitor.body.at(&["spec", "namespaceSelector"]);
    let any = selector.and_then(|selector| selector.get("any")).and_then(Value::as_bool);
    let names = selector.and_then(|selector| selector.get("matchNames")).and_then(Value::as_list);
    let own = &*object.id.namespace;
    let is = |name: &str| name == own || name.is_empty() || own.is_empty() || is_open(name);
    any == Some(true)
        || match names {
            Some(names) => names.iter().filter_map(Value::text).any(is),
            None => is(&monitor.id.namespace),
        }
}

fn is_open(text: &str) -> bool {
    text.contains("${") || text.contains("{{")
}

/// Whether an object with these labels has all that are wanted. What cannot be told is there.
pub(crate) fn has_labels(wanted: Option<&Value>, labels: Option<&Value>) -> bool {
    wanted.and_then(Value::as_map).into_iter().flatten().all(|entry| {
        let wanted = entry.value.text().unwrap_or("");
        let own = labels.and_then(|labels| labels.get(&entry.key)).and_then(Value::text);
        is_open(wanted) || own.is_some_and(|own| own == wanted || is_open(own))
    })
}

/// Whether a selector of labels and expressions selects an object with these labels.
pub(crate) fn selects(selector: Option<&Value>, labels: Option<&Value>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::text);
    let wanted = selector.and_then(|selector| selector.get("matchLabels"));
    let equal = has_labels(wanted, labels);
    let rules = selector.and_then(|selector| selector.get("matchExpressions"));
    let rules = rules.and_then(Value::as_list).unwrap_or_default();
    equal
        && rules.iter().all(|rule| {
            let text = |key: &str| rule.get(key).and_then(Value::text).unwrap_or("");
            let own = label(text("key"));
            let values = rule.get("values").and_then(Value::as_list).unwrap_or_default();
            let listed = values.iter().any(|value| own.is_some() && value.text() == own);
            match text("operator") {
                "In" => listed,
                "NotIn" => !listed,
                "Exists" => own.is_some(),
                "DoesNotExist" => own.is_none(),
                _ => true,
            }
        })
}

fn names_port(monitor: &Resource, ports: &[&Value]) -> bool {
    let spec = |key: &str| monitor.body.at(&["spec", key]).and_then(Value::as_list);
    let endpoints = spec("endpoints").or_else(|| spec("podMetricsEndpoints")).unwrap_or_default();
    endpoints.is_empty()
        || endpoints.iter().any(|endpoint| match endpoint.get("port").and_then(Value::text) {
            None => true,
            Some(name) => {
                is_open(name)
                    || ports.iter().any(|port| port.get("name").and_then(Value::text) == Some(name))
            }
        })
}

/// Gives the differences that leave a monitor without a target to the rule about targets.
pub(crate) fn retag(
    here: &[Resource],
    there: &[Resource],
    names: &PairNames,
    differences: &mut [Difference],
) {
    let name = |own: &crate::compare::names::Names, resource: &Resource| {
        (resource.id.gvk.kind.to_string(), without_names(&own.normal(&resource.id.name)))
    };
    for monitor in here.iter().filter(|resource| is_monitor(resource)) {
        let own = name(&names.here, monitor);
        let answers = |other: &&Resource| is_monitor(other) && name(&names.there, other) == own;
        let tried = there.iter().filter(answers).any(|other| has_target(other, there));
        if !tried || has_target(monitor, here) {
            continue;
        }
        for difference in differences.iter_mut() {
            let culprit = difference.resource == monitor.id && chooses(&difference.path)
                || is_chosen(&difference.resource.gvk.kind, &difference.path);
            if culprit {
                difference.topic = Topic::Scrape;
            }
        }
    }
}

fn keys(path: &Path) -> Vec<&str> {
    path.steps()
        .iter()
        .filter_map(|step| match step {
            PathStep::Key(key) => Some(&**key),
            _ => None,
        })
        .collect()
}

/// What of a monitor chooses its targets.
fn chooses(path: &Path) -> bool {
    matches!(
        keys(path)[..],
        ["spec", "selector" | "namespaceSelector", ..]
            | ["spec", "endpoints" | "podMetricsEndpoints"]
            | ["spec", "endpoints" | "podMetricsEndpoints", "port"]
    )
}

/// What of a Service or workload a monitor chooses by.
fn is_chosen(kind: &str, path: &Path) -> bool {
    match keys(path)[..] {
        ["metadata", "labels", ..] | ["spec", "ports"] | ["spec", "ports", "name"] => {
            kind == "Service"
        }
        ["spec", "template", "metadata", "labels", ..] => true,
        _ => false,
    }
}
