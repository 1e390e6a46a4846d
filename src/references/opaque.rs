//! What may provide an object without saying so: charts, operators, programs, files outside of all
//! overlays.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::kube::{Kind, Resource, Value};
use crate::layout::is_kustomization;
use crate::references::World;
use crate::references::collect::Reference;
use crate::references::fields::pods_of;
use crate::references::provided::{is_understood, marks};
use crate::syntax::NodeRef;
use crate::text::RepoPath;

/// Kinds that bring objects from elsewhere, and where they say into which namespace.
const RELEASES: &[(&str, &str, &[&str])] = &[
    ("helm.toolkit.fluxcd.io", "HelmRelease", &["spec", "targetNamespace"]),
    ("helm.cattle.io", "HelmChart", &["spec", "targetNamespace"]),
    ("argoproj.io", "Application", &["spec", "destination", "namespace"]),
    ("argoproj.io", "ApplicationSet", &["spec", "template", "spec", "destination", "namespace"]),
    ("kustomize.toolkit.fluxcd.io", "Kustomization", &["spec", "targetNamespace"]),
];
/// Names that every namespace has, or that a platform gives to it.
const EVERYWHERE: &[&str] =
    &["default", "builder", "deployer", "pipeline", "kube-root-ca.crt", "openshift-service-ca.crt"];
/// What a flag speaks of that names an object for a program to write.
const WRITTEN: &[&str] = &["secret", "configmap", "config-map", "cert", "lease", "lock"];
/// Verbs of those who may write an object.
const WRITES: &[&str] = &["*", "create", "patch", "update"];
/// Kinds whose programs may make objects by a command.
const JOBS: &[&str] = &["Job", "CronJob", "Task", "Pipeline"];
/// Deepest nesting that is searched.
const DEPTH: usize = 64;

/// What may provide objects, worked out when the first question comes.
#[derive(Debug)]
pub(super) struct Opaque<'a> {
    world: World<'a>,
    /// By environment: the overlay and the objects that bring or make others.
    sources: OnceCell<BTreeMap<usize, Vec<(usize, &'a Resource)>>>,
    /// Kinds and names in files that no overlay reads.
    outside: OnceCell<BTreeSet<(String, String)>>,
}

impl<'a> Opaque<'a> {
    pub(super) fn new(world: World<'a>) -> Self {
        Self { world, sources: OnceCell::new(), outside: OnceCell::new() }
    }

    /// Whether something may provide what the reference of an overlay means.
    pub(super) fn may_provide(&self, overlay: usize, reference: &Reference<'_>) -> bool {
        let name = reference.text();
        EVERYWHERE.contains(&name)
            || self.is_outside(reference.kind, name)
            || self.is_made(overlay, reference)
            || self.is_written(overlay, reference)
    }

    /// Whether a release brings objects into the namespace, or an operator makes some of that name.
    fn is_made(&self, overlay: usize, reference: &Reference<'_>) -> bool {
        let sources = self.sources.get_or_init(|| sources(self.world));
        let environment = self.world.evaluated[overlay].overlay.environment;
        let all = sources.get(&environment).map_or(&[][..], Vec::as_slice);
        all.iter().any(|&(at, source)| {
            let own = at == overlay;
            let wanted = reference.namespace;
            let near = |namespace: &str| {
                namespace == wanted && !wanted.is_empty()
                    || own && (wanted.is_empty() || namespace.is_empty())
                    || namespace.contains(['$', '{'])
            };
            match release(source) {
                Some(path) => {
                    let target = source.body.at(path).and_then(Value::text);
                    near(target.unwrap_or(&source.id.namespace))
                }
                None => {
                    near(&source.id.namespace)
                        && (is_part(reference.text(), &source.id.name)
                            || own
                                && any_text(&source.body, 0, &mut |text| text == reference.text()))
                }
            }
        })
    }

    /// Whether an object of the overlay tells that a program, job or platform writes the object.
    fn is_written(&self, overlay: usize, reference: &Reference<'_>) -> bool {
        let name = reference.text();
        let resources = self.world.evaluated[overlay].output();
        resources.into_iter().flat_map(|rendered| &rendered.resources).any(|resource| {
            marks(resource, "annotations").any(|(_, value)| value == name)
                || grants(resource, name)
                || orders(resource, name)
        })
    }

    fn is_outside(&self, kind: &str, name: &str) -> bool {
        let outside = self.outside.get_or_init(|| outside(self.world));
        outside.contains(&(kind.to_owned(), name.to_owned()))
    }
}

fn release(resource: &Resource) -> Option<&'static [&'static str]> {
    let gvk = &resource.id.gvk;
    let found =
        RELEASES.iter().find(|(group, kind, _)| *group == &*gvk.group && *kind == &*gvk.kind);
    found.map(|(_, _, path)| *path)
}

fn sources(world: World<'_>) -> BTreeMap<usize, Vec<(usize, &Resource)>> {
    let mut all: BTreeMap<usize, Vec<(usize, &Resource)>> = BTreeMap::new();
    for (at, evaluated) in world.evaluated.iter().enumerate() {
        let own = all.entry(evaluated.overlay.environment).or_default();
        let resources = evaluated.output().into_iter().flat_map(|rendered| &rendered.resources);
        let makes =
            |resource: &&Resource| release(resource).is_some() || !is_understood(&resource.id.gvk);
        own.extend(resources.filter(makes).map(|resource| (at, resource)));
    }
    all
}

/// Whether `name` holds all of `part`, between borders of words.
fn is_part(name: &str, part: &str) -> bool {
    let border = |at: Option<char>| at.is_none_or(|c| !c.is_ascii_alphanumeric());
    !part.is_empty()
        && name.match_indices(part).any(|(at, _)| {
            let (before, after) = (&name[..at], &name[at + part.len()..]);
            border(before.chars().next_back()) && border(after.chars().next())
        })
}

/// Whether `test` holds for a text in the value.
fn any_text(value: &Value, depth: usize, test: &mut dyn FnMut(&str) -> bool) -> bool {
    if depth > DEPTH {
        return true;
    }
    match &value.kind {
        Kind::Scalar(scalar) => test(&scalar.text),
        Kind::List(items) => items.iter().any(|item| any_text(item, depth + 1, test)),
        Kind::Map(map) => map.iter().any(|entry| any_text(&entry.value, depth + 1, test)),
    }
}

/// Whether a role lets somebody write an object of this name.
fn grants(resource: &Resource, name: &str) -> bool {
    let rules = resource.body.get("rules").and_then(Value::as_list).unwrap_or_default();
    rules.iter().any(|rule| {
        let list = |key: &str| rule.get(key).and_then(Value::as_list).unwrap_or_default();
        let has = |key: &str, test: &dyn Fn(&str) -> bool| {
            list(key).iter().filter_map(Value::text).any(test)
        };
        has("resourceNames", &|text| text == name) && has("verbs", &|text| WRITES.contains(&text))
    })
}

/// Whether a program is told the name of something to write, or a job makes it by a command.
fn orders(resource: &Resource, name: &str) -> bool {
    let gvk = &resource.id.gvk;
    let job = JOBS.contains(&&*gvk.kind);
    let Some(path) = pods_of(&gvk.kind) else {
        return job && any_text(&resource.body, 0, &mut |text| is_part(text, name) && text != name);
    };
    let spec = resource.body.at(&path.collect::<Vec<_>>());
    let containers = ["initContainers", "containers"].iter().filter_map(|list| spec?.get(list));
    containers.filter_map(Value::as_list).flatten().any(|container| {
        let told = ["command", "args"].iter().filter_map(|key| container.get(key));
        told.into_iter().any(|value| {
            any_text(value, 0, &mut |text| {
                let lower = text.to_lowercase();
                is_part(text, name) && (job || WRITTEN.iter().any(|word| lower.contains(word)))
            })
        })
    })
}

/// The objects in files that no overlay reads: something else may apply them. Files that a
/// kustomization leaves out are not applied.
fn outside(world: World<'_>) -> BTreeSet<(String, String)> {
    let mut read = BTreeSet::new();
    let mut listed: BTreeSet<RepoPath> = BTreeSet::new();
    for rendered in world.evaluated.iter().filter_map(|evaluated| evaluated.output()) {
        read.extend(rendered.inputs.iter().copied());
    }
    for &file in &read {
        let path = world.snapshot.path(file);
        if is_kustomization(path.file_name()) {
            listed.extend(path.parent());
        }
    }
    let mut found = BTreeSet::new();
    for (file, path) in world.snapshot.files() {
        let yaml = matches!(path.extension().as_str(), "yaml" | "yml");
        let left_out = path.parent().is_some_and(|parent| listed.contains(&parent));
        if !yaml || read.contains(&file) || left_out {
            continue;
        }
        for document in &world.store.yaml(file).documents {
            names_in(document.root(), &mut found);
        }
    }
    found
}

/// The kind and name of a document, and of what a kustomization generates.
fn names_in(root: NodeRef<'_>, found: &mut BTreeSet<(String, String)>) {
    let text = |node: Option<NodeRef<'_>>| node.and_then(|node| node.text()).map(str::to_owned);
    let generators = [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")];
    for (list, kind) in generators {
        for entry in root.get(list).into_iter().flat_map(NodeRef::items) {
            found.extend(text(entry.get("name")).map(|name| (kind.to_owned(), name)));
        }
    }
    let kind = text(root.get("kind"));
    let name = root.get("metadata").and_then(|metadata| text(metadata.get("name")));
    let (Some(kind), Some(name)) = (kind, name) else { return };
    // What is no plain object may make a Secret or ConfigMap under this or another name of its own.
    let target = root.get("spec").and_then(|spec| spec.get("target"));
    let made = target.and_then(|target| text(target.get("name"))).unwrap_or_else(|| name.clone());
    if kind.contains("Secret") && kind != "Secret" {
        found.insert(("Secret".to_owned(), made));
    }
    found.insert((kind, name));
}
