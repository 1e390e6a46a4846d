//! Where the signs of agents stand in objects and paths.

use crate::compare::agents::catalogue::{Shown, Sign, find, matches};
use crate::compare::identity::image;
use crate::kube::{Gvk, PathStep, Value};

/// Where the pod of a workload stands.
const PODS: &[&[&str]] = &[
    &["spec", "template", "spec"],
    &["spec", "jobTemplate", "spec", "template", "spec"],
    &["spec"],
];

/// Where an object names a chart.
const CHARTS: &[&[&str]] = &[
    &["spec", "chart", "spec", "chart"],
    &["spec", "chart"],
    &["spec", "source", "chart"],
    &["spec", "template", "spec", "source", "chart"],
];
/// Where an object lists sources, each with a chart.
const SOURCES: &[&[&str]] = &[&["spec", "sources"], &["spec", "template", "spec", "sources"]];

/// Where a pod refers to a secret.
const SECRETS: &[&[&str]] = &[
    &["valueFrom", "secretKeyRef", "name"],
    &["secretRef", "name"],
    &["secret", "secretName"],
    &["secretKeyRef", "name"],
];

/// The agent that an object is: by its kind, by what all its containers run, or by its chart.
pub fn of_object(gvk: &Gvk, body: &Value) -> Option<&'static Shown> {
    let by_kind = find(Sign::Kind, |pattern| {
        pattern
            .split_once('.')
            .is_some_and(|(kind, group)| kind == &*gvk.kind && group == &*gvk.group)
    });
    by_kind.or_else(|| of_workload(body)).or_else(|| {
        let named = CHARTS.iter().filter_map(|path| body.at(path).and_then(Value::text));
        let lists = SOURCES.iter().filter_map(|path| body.at(path)?.as_list());
        let sources = lists.flatten().filter_map(|source| source.get("chart")?.text());
        named.chain(sources).find_map(chart)
    })
}

/// The agent of a workload that runs nothing but agents.
fn of_workload(body: &Value) -> Option<&'static Shown> {
    let pod = PODS.iter().find_map(|path| body.at(path)?.get("containers")?.as_list())?;
    let mut agents = pod.iter().map(container);
    let first = agents.next()??;
    agents.all(|agent| agent.is_some()).then_some(first)
}

/// The agent of a chart with this name or address.
pub fn chart(name: &str) -> Option<&'static Shown> {
    let name = name.rsplit('/').next().unwrap_or(name);
    find(Sign::Chart, |pattern| matches(pattern, name))
}

/// The agent or exporter that a container runs.
pub fn container(container: &Value) -> Option<&'static Shown> {
    let image = image(container.get("image")?.text()?)?;
    let repository = image.repository.to_lowercase();
    find(Sign::Image, |pattern| {
        let depth = pattern.split('/').count();
        let start = repository.rmatch_indices('/').nth(depth - 1).map_or(0, |(at, _)| at + 1);
        let last = &repository[start..];
        last.split('/').count() == depth && matches(pattern, last)
    })
}

/// Whose sign stands at a path that one side lacks, or that a value switches.
pub fn of_path(steps: &[PathStep], value: &Value) -> Option<&'static Shown> {
    match steps {
        [.., PathStep::Key(list), PathStep::Element { .. } | PathStep::Index(_)]
            if matches!(&**list, "containers" | "initContainers") =>
        {
            container(value)
        }
        [.., PathStep::Key(map), PathStep::Key(key)]
            if matches!(&**map, "annotations" | "labels" | "podAnnotations" | "podLabels") =>
        {
            annotation(key)
        }
        [.., PathStep::Key(list), PathStep::Element { value: name, .. }, PathStep::Key(_)]
            if &**list == "env" =>
        {
            named(name)
        }
        [.., PathStep::Key(name)] => named(name).or_else(|| argument(value.text()?)),
        [.., PathStep::Element { value: name, .. }] => named(name).or_else(|| variable(value)),
        [.., PathStep::Index(_)] => variable(value),
        [] => None,
    }
}

fn annotation(key: &str) -> Option<&'static Shown> {
    find(Sign::Annotation, |pattern| matches(pattern, key))
}

fn named(name: &str) -> Option<&'static Shown> {
    find(Sign::Variable, |pattern| matches(pattern, name))
}

fn argument(text: &str) -> Option<&'static Shown> {
    text.split_whitespace().find_map(|word| find(Sign::Argument, |pattern| matches(pattern, word)))
}

/// A variable by its name, by the secret that it comes from, or by the agent that it starts.
fn variable(value: &Value) -> Option<&'static Shown> {
    let text = |path: &[&str]| value.at(path).and_then(Value::text);
    let secret = SECRETS.iter().filter_map(|path| text(path));
    text(&["name"])
        .and_then(named)
        .or_else(|| text(&["valueFrom", "secretKeyRef", "key"]).and_then(named))
        .or_else(|| secret.into_iter().find_map(of_secret))
        .or_else(|| text(&["value"]).and_then(argument))
}

fn of_secret(name: &str) -> Option<&'static Shown> {
    let name = name.to_lowercase();
    find(Sign::Secret, |pattern| matches(pattern, &name))
}

/// Every sign inside an object: its containers, annotations, labels, variables and keys.
pub fn within(body: &Value) -> Vec<&'static Shown> {
    let mut found = Vec::new();
    collect(body, "", 0, &mut found);
    found
}

/// Deepest place at which signs are looked for.
const DEPTH: usize = 24;

fn collect(value: &Value, key: &str, depth: usize, found: &mut Vec<&'static Shown>) {
    if depth > DEPTH {
        return;
    }
    if let Some(map) = value.as_map() {
        for entry in map {
            let on = !crate::compare::agents::is_off(&entry.value);
            match key {
                "annotations" | "labels" if on => found.extend(annotation(&entry.key)),
                "data" | "stringData" | "encryptedData" if on => found.extend(named(&entry.key)),
                _ => {}
            }
            collect(&entry.value, &entry.key, depth + 1, found);
        }
    }
    for item in value.as_list().unwrap_or_default() {
        match key {
            "containers" | "initContainers" => found.extend(container(item)),
            "env" | "envFrom" | "volumes" => {
                found.extend(
                    variable(item).filter(|_| !item.get("value").is_some_and(super::is_off)),
                );
            }
            "args" | "command" => found.extend(item.text().and_then(argument)),
            _ => {}
        }
        collect(item, "", depth + 1, found);
    }
}
