//! What the overlays provide: their objects, and those that operators make of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::compare::without_hash;
use crate::kube::kinds::rows;
use crate::kube::{Gvk, Resource, Value, kinds};
use crate::references::collect::Reference;
use crate::references::place;
use crate::render::{Evaluated, Grade};
use crate::text::Span;

/// Most names that one path of an object leads to.
const NAMES: usize = 200;
/// The word in the table for the keys of an `ExternalSecret`.
const EXTERNAL: &str = "external";
/// The word in the table for keys that nobody knows.
const UNKNOWN: &str = "?";
/// Annotations by which an Ingress or a Gateway has its certificates made.
const CERTIFICATES: &[&str] =
    &["cert-manager.io/", "kubernetes.io/tls-acme", "certmanager.k8s.io/"];
/// Where they name the certificates.
const CERTIFIED: &[(&str, &[&str])] = &[
    ("Ingress", &["spec", "tls", "secretName"]),
    ("Gateway", &["spec", "listeners", "tls", "certificateRefs", "name"]),
];
/// Where an object holds its keys itself.
const DATA: &[&str] = &["data", "binaryData", "stringData"];
/// Marks by which something fills the keys of an object in later.
const FILLED: &[&str] = &["inject", "reflect", "replicat", "service-account"];

/// A row of the table of makers.
#[derive(Debug)]
pub(super) struct Maker {
    group: &'static str,
    makes: &'static str,
    name: Vec<&'static str>,
    template: &'static str,
    keys: &'static str,
}

/// The makers by kind.
static MAKERS: LazyLock<BTreeMap<&'static str, Vec<Maker>>> = LazyLock::new(|| {
    let mut makers: BTreeMap<&str, Vec<Maker>> = BTreeMap::new();
    for [group, kind, makes, name, template, keys] in rows(include_str!("data/providers.tsv")) {
        let name = name.split('/').collect();
        makers.entry(kind).or_default().push(Maker { group, makes, name, template, keys });
    }
    makers
});

fn makers(gvk: &Gvk) -> impl Iterator<Item = &'static Maker> {
    let all = MAKERS.get(&*gvk.kind).map_or(&[][..], Vec::as_slice);
    all.iter().filter(move |maker| *maker.group == *gvk.group)
}

/// Whether it is known what objects of this kind make, if anything.
pub(super) fn is_understood(gvk: &Gvk) -> bool {
    let own = !gvk.group.contains('.') || gvk.group.ends_with(".k8s.io");
    own || makers(gvk).next().is_some()
}

/// What provides an object: the object itself, or what makes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Provider<'a> {
    /// Index of the overlay among the evaluated ones.
    pub(super) overlay: usize,
    /// The object, or its maker.
    pub(super) resource: &'a Resource,
    /// How it is made, where it is not the object itself.
    maker: Option<Made>,
}

#[derive(Debug, Clone, Copy)]
enum Made {
    ByRow(&'static Maker),
    ByAnnotation,
}

/// A kind and a name.
pub(super) type Key<'a> = (&'a str, Cow<'a, str>);

/// Everything that is provided, by kind and name, in the order of the overlays.
#[derive(Debug, Default)]
pub(super) struct Provided<'a> {
    by_name: BTreeMap<&'a str, BTreeMap<Cow<'a, str>, Vec<Provider<'a>>>>,
    by_overlay: Vec<Vec<(Key<'a>, Provider<'a>)>>,
}

impl<'a> Provided<'a> {
    /// What all overlays provide.
    pub(super) fn of(evaluated: &'a [Evaluated<'a>]) -> Self {
        let mut provided = Self::default();
        for (overlay, found) in evaluated.iter().enumerate() {
            provided.by_overlay.push(Vec::new());
            let resources = found.output().into_iter().flat_map(|rendered| &rendered.resources);
            for resource in resources {
                provided.add(overlay, resource);
            }
        }
        provided
    }

    fn add(&mut self, overlay: usize, resource: &'a Resource) {
        let mut push = |kind: &'a str, name: Cow<'a, str>, maker: Option<Made>| {
            let provider = Provider { overlay, resource, maker };
            if let Some(own) = self.by_overlay.get_mut(overlay) {
                own.push(((kind, name.clone()), provider));
            }
            let named = self.by_name.entry(kind).or_default();
            named.entry(name).or_default().push(provider);
        };
        push(&resource.id.gvk.kind, Cow::Borrowed(&resource.id.name), None);
        let mut done: BTreeSet<(&str, &str)> = BTreeSet::new();
        for maker in makers(&resource.id.gvk).filter(|maker| !maker.makes.is_empty()) {
            if done.contains(&(maker.makes, maker.template)) {
                continue;
            }
            let mut names = Vec::new();
            texts(&resource.body, &maker.name, &mut names);
            for name in names {
                done.insert((maker.makes, maker.template));
                let name = if maker.template == "{}" {
                    Cow::Borrowed(name)
                } else {
                    Cow::Owned(maker.template.replace("{}", name))
                };
                push(maker.makes, name, Some(Made::ByRow(maker)));
            }
        }
        for (_, path) in CERTIFIED.iter().filter(|(kind, _)| *kind == &*resource.id.gvk.kind) {
            if marks(resource, "annotations").any(|(key, _)| begins_with(key, CERTIFICATES)) {
                let mut names = Vec::new();
                texts(&resource.body, path, &mut names);
                for name in names {
                    push("Secret", Cow::Borrowed(name), Some(Made::ByAnnotation));
                }
            }
        }
    }

    /// What provides an object of this kind and name, anywhere.
    pub(super) fn named(&self, kind: &str, name: &str) -> &[Provider<'a>] {
        let named = self.by_name.get(kind);
        named.and_then(|named| named.get(name)).map_or(&[], Vec::as_slice)
    }

    /// Everything of a kind, by name.
    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&str, &[Provider<'a>])> {
        let named = self.by_name.get(kind).into_iter().flatten();
        named.map(|(name, providers)| (&**name, providers.as_slice()))
    }

    /// What an overlay provides itself.
    pub(super) fn of_overlay(&self, overlay: usize) -> &[(Key<'a>, Provider<'a>)] {
        self.by_overlay.get(overlay).map_or(&[], Vec::as_slice)
    }
}

fn begins_with(text: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| text.starts_with(beginning))
}

/// The labels or annotations of an object.
pub(super) fn marks<'a>(
    resource: &'a Resource,
    which: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let map = resource.body.at(&["metadata", which]).and_then(Value::as_map);
    map.into_iter().flatten().map(|entry| (&*entry.key, entry.value.text().unwrap_or_default()))
}

/// The texts at the end of a path that walks through lists.
fn texts<'a>(value: &'a Value, path: &[&str], found: &mut Vec<&'a str>) {
    if found.len() >= NAMES {
        return;
    }
    if let Some(items) = value.as_list() {
        for item in items {
            texts(item, path, found);
        }
        return;
    }
    match path.split_first() {
        None => found.extend(value.text().filter(|text| !text.is_empty())),
        Some((key, rest)) => {
            if let Some(next) = value.get(key) {
                texts(next, rest, found);
            }
        }
    }
}

impl<'a> Provider<'a> {
    /// Whether it is the object itself.
    pub(super) fn is_object(&self) -> bool {
        self.maker.is_none()
    }

    /// The name that it is provided under, without the content hash.
    pub(super) fn bare<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.resource.body.at(&["metadata", "name"]) {
            Some(value) if self.is_object() => without_hash(value, name),
            _ => Cow::Borrowed(name),
        }
    }

    /// Where it is named.
    pub(super) fn place(&self) -> Span {
        place(self.resource)
    }

    /// Whether the reference may mean it, in a cluster that has both.
    pub(super) fn answers(&self, reference: &Reference<'_>) -> bool {
        let id = &self.resource.id;
        let group =
            self.maker.is_some() || reference.group.is_none_or(|group| group == &*id.gvk.group);
        let placed = &*id.namespace;
        let anywhere = placed.is_empty()
            || reference.namespace.is_empty()
            || kinds::is_cluster_scoped(&id.gvk)
            || placed.contains(['$', '{']);
        group && (anywhere || placed == reference.namespace)
    }

    /// The keys of the ConfigMap or Secret; `None` where they cannot be told.
    pub(super) fn keys(&self) -> Option<BTreeSet<&'a str>> {
        let keys = match self.maker {
            None => {
                let filled = ["labels", "annotations"].iter().any(|which| {
                    marks(self.resource, which)
                        .any(|(key, _)| FILLED.iter().any(|mark| key.contains(mark)))
                });
                let token = self.resource.body.get("type").and_then(Value::text);
                if filled || token == Some("kubernetes.io/service-account-token") {
                    return None;
                }
                DATA.iter().flat_map(|data| names(&self.resource.body, &[data])).collect()
            }
            Some(Made::ByAnnotation) => return None,
            Some(Made::ByRow(maker)) => match maker.keys {
                UNKNOWN | "" => return None,
                EXTERNAL => external_keys(&self.resource.body)?,
                paths => {
                    let paths = paths.split(' ').map(|path| path.split('/').collect::<Vec<_>>());
                    paths.flat_map(|path| names(&self.resource.body, &path)).collect()
                }
            },
        };
        // What holds nothing yet is filled in by somebody.
        let keys: BTreeSet<&str> = keys;
        let open = keys.iter().any(|key| key.contains(['$', '{']));
        (!keys.is_empty() && !open).then_some(keys)
    }
}

/// The keys of a map.
fn names<'a>(body: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a str> + use<'a> {
    let map = body.at(path).and_then(Value::as_map);
    map.into_iter().flatten().map(|entry| &*entry.key)
}

/// The keys of the Secret that an `ExternalSecret` makes.
fn external_keys(body: &Value) -> Option<BTreeSet<&str>> {
    let target = body.at(&["spec", "target"]);
    let said = |key: &str| target.and_then(|target| target.get(key));
    let template = said("template");
    let list = |key: &str| body.at(&["spec", key]).and_then(Value::as_list).unwrap_or_default();
    let policy = said("creationPolicy").and_then(Value::text);
    let own = matches!(policy, None | Some("Owner" | "Orphan"));
    let from = template.and_then(|template| template.get("templateFrom"));
    if !own || from.is_some() || !list("dataFrom").is_empty() {
        return None;
    }
    let merged = template.and_then(|template| template.get("mergePolicy")).and_then(Value::text);
    let templated = template.filter(|template| template.get("data").is_some());
    let mut keys: BTreeSet<&str> =
        templated.into_iter().flat_map(|template| names(template, &["data"])).collect();
    if templated.is_none() || merged == Some("Merge") {
        keys.extend(list("data").iter().filter_map(|entry| entry.get("secretKey")?.text()));
    }
    Some(keys)
}

/// Whether every object of an overlay is known, and all of each.
pub(super) fn is_whole(evaluated: &Evaluated<'_>) -> bool {
    evaluated
        .output()
        .is_some_and(|rendered| rendered.grade == Grade::Whole && rendered.failures.is_empty())
}

/// Whether every object of an overlay is known.
pub(super) fn has_all_objects(evaluated: &Evaluated<'_>) -> bool {
    evaluated
        .output()
        .is_some_and(|rendered| !rendered.lacks_objects() && rendered.failures.is_empty())
}
