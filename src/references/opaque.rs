//! What may provide an object without saying so: charts, operators, programs, files outside of all
//! overlays.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::kube::{Kind, Resource, Value};
use crate::layout::is_kustomization;
use crate::references::World;
use crate::references::collect::{Reference, is_open};
use crate::references::fields::pods_of;
use crate::references::provided::{is_understood, marks};
use crate::syntax::NodeRef;
use crate::text::RepoPath;

/// A kind that brings objects from elsewhere.
#[derive(Debug)]
struct Release {
    group: &'static str,
    kind: &'static str,
    /// Where it says into which namespace.
    namespace: &'static [&'static str],
    /// Where it may name a directory of a repository.
    directory: &'static [&'static str],
}

/// The kinds that bring objects from elsewhere.
const RELEASES: &[Release] = &[
    Release {
        group: "helm.toolkit.fluxcd.io",
        kind: "HelmRelease",
        namespace: &["spec", "targetNamespace"],
        directory: &[],
    },
    Release {
        group: "helm.cattle.io",
        kind: "HelmChart",
        namespace: &["spec", "targetNamespace"],
        directory: &[],
    },
    Release {
        group: "argoproj.io",
        kind: "Application",
        namespace: &["spec", "destination", "namespace"],
        directory: &["spec", "source", "path"],
    },
    Release {
        group: "argoproj.io",
        kind: "ApplicationSet",
        namespace: &["spec", "template", "spec", "destination", "namespace"],
        directory: &["spec", "template", "spec", "source", "path"],
    },
    Release {
        group: "kustomize.toolkit.fluxcd.io",
        kind: "Kustomization",
        namespace: &["spec", "targetNamespace"],
        directory: &["spec", "path"],
    },
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

    /// Whether something may provide what the reference of an overlay means. An operator that makes
    /// objects under names like its own is no reason to doubt where the overlay has a `near` name.
    pub(super) fn may_provide(
        &self,
        overlay: usize,
        reference: &Reference<'_>,
        near: bool,
    ) -> bool {
        let name = reference.text();
        EVERYWHERE.contains(&name)
            || self.is_outside(reference.kind, name)
            || self.is_made(overlay, reference, near)
            || self.is_written(overlay, reference)
    }

    /// Whether a release brings objects into the namespace, or an operator makes some of that name.
    fn is_made(&self, overlay: usize, reference: &Reference<'_>, near: bool) -> bool {
        let sources = self.sources.get_or_init(|| sources(self.world));
        let environment = self.world.evaluated[overlay].overlay.environment;
        let all = sources.get(&environment).map_or(&[][..], Vec::as_slice);
        all.iter().any(|&(at, source)| {
            let own = at == overlay;
            // Before a release brings anything, it needs its values.
            let asks = own && source.origin == reference.referrer.origin;
            if asks && reference.path.to_string().starts_with("spec.valuesFrom") {
                return false;
            }
            let wanted = reference.namespace;
            let meets = |namespace: &str| {
                let unknown = wanted.is_empty() || namespace.is_empty() || is_open(namespace);
                if unknown { own } else { namespace == wanted }
            };
            match release(source) {
                Some(release) => {
                    let target = source.body.at(release.namespace).and_then(Value::text);
                    meets(target.unwrap_or(&source.id.namespace))
                }
                None => {
                    meets(&source.id.namespace)
                        && (!near && is_part(reference.text(), &source.id.name)
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

fn release(resource: &Resource) -> Option<&'static Release> {
    let gvk = &resource.id.gvk;
    RELEASES.iter().find(|release| *release.group == *gvk.group && *release.kind == *gvk.kind)
}

/// Whether a release brings nothing but a directory of this repository, which is looked at anyway.
fn is_of_this_repository(world: World<'_>, resource: &Resource, release: &Release) -> bool {
    let path = resource.body.at(release.directory).and_then(Value::text);
    let Some(path) = path.filter(|_| !release.directory.is_empty()) else { return false };
    let is_directory = |text: &str| {
        let text = text.trim_start_matches("./").trim_matches('/');
        let directory = RepoPath::new(text).ok().filter(|_| !text.is_empty());
        directory.is_some_and(|directory| world.snapshot.is_directory(&directory))
    };
    // Of a path that is filled in, a part may be given as a parameter.
    let part = |text: &str| text.contains('/') && is_directory(text);
    let fixed = path.split(['{', '$']).next().and_then(|fixed| fixed.rsplit_once('/'));
    is_directory(path)
        || is_open(path)
            && (fixed.is_some_and(|(fixed, _)| is_directory(fixed))
                || any_text(&resource.body, 0, &mut |text| part(text)))
}

fn sources(world: World<'_>) -> BTreeMap<usize, Vec<(usize, &Resource)>> {
    let mut all: BTreeMap<usize, Vec<(usize, &Resource)>> = BTreeMap::new();
    for (at, evaluated) in world.evaluated.iter().enumerate() {
        let own = all.entry(evaluated.overlay.environment).or_default();
        let resources = evaluated.output().into_iter().flat_map(|rendered| &rendered.resources);
        let makes = |resource: &&Resource| match release(resource) {
            Some(release) => !is_of_this_repository(world, resource, release),
            None => !is_understood(&resource.id.gvk),
        };
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
    let text = |node: Option<NodeRef<'_>>| node.and_then(NodeRef::text).map(str::to_owned);
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
