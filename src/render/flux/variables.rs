//! `postBuild`: which variables a build has, and where each is defined.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kube::{Resource, ResourceId, Value};
use crate::layout::FluxBuild;
use crate::render::Renderer;
use crate::render::flux::Clusters;
use crate::text::envsubst::{Meaning, is_variable};
use crate::text::{FileId, RepoPath, Span};

/// Most sources of variables of one build.
const SOURCES: usize = 100;

/// The variables of a build, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    /// The Flux Kustomization that has them.
    pub object: ResourceId,
    /// What it defines, itself or by what it refers to.
    pub defined: BTreeMap<Arc<str>, Definition>,
    /// What the objects that it deploys ask for.
    pub used: BTreeMap<Arc<str>, VariableUse>,
    /// Where the `ConfigMap`s stand that it takes some from.
    pub sources: Vec<Span>,
    /// Whether others may be defined where this repository does not reach.
    pub open: bool,
    /// Where a definition would stand.
    pub place: Span,
    /// Whether the overlay holds all that the Flux Kustomization deploys.
    pub whole: bool,
}

/// A definition of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The bytes of the key.
    pub key: Span,
    /// The bytes of the value.
    pub span: Span,
    /// The value, where it is known and no secret.
    pub value: Option<Arc<str>>,
    /// Whether the Flux Kustomization itself has it, under `substitute`.
    pub own: bool,
}

/// How a variable is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariableUse {
    /// The first place.
    pub span: Span,
    /// Whether every place says what to do without it.
    pub defaulted: bool,
}

impl Variables {
    /// What is known of a variable.
    pub(super) fn meaning(&self, name: &str) -> Meaning<'_> {
        match self.defined.get(name) {
            Some(Definition { value: Some(value), .. }) => Meaning::Value(value),
            Some(Definition { value: None, .. }) => Meaning::Unknown,
            None if self.open => Meaning::Unknown,
            None => Meaning::Undefined,
        }
    }
}

impl Clusters<'_> {
    /// The variables of a build; `None` where Flux substitutes nothing.
    pub(super) fn variables(
        &self,
        renderer: &Renderer<'_>,
        at: usize,
        object: &Resource,
    ) -> Option<Variables> {
        let build = object.body.at(&["spec", "postBuild"])?;
        let spec = object.body.get("spec")?.as_map()?;
        let key = spec.entry("postBuild")?.key_span;
        let own = build.as_map().and_then(|map| map.entry("substitute"));
        let mut found = Variables {
            object: object.id.clone(),
            defined: BTreeMap::new(),
            used: BTreeMap::new(),
            sources: Vec::new(),
            open: false,
            place: own.map_or(key, |own| own.key_span),
            whole: true,
        };
        let sources = build.get("substituteFrom").and_then(Value::as_list).unwrap_or_default();
        for source in sources.iter().take(SOURCES) {
            let text = |field| source.get(field).and_then(Value::text);
            let (Some(kind), Some(name)) = (text("kind"), text("name")) else { continue };
            match self.source(renderer, at, (kind, &object.id.namespace, name)) {
                Some(source) => found.take(&source),
                None => found.open = true,
            }
        }
        let pairs = own.and_then(|own| own.value.as_map()).into_iter().flatten();
        for entry in pairs.filter(|entry| is_variable(&entry.key)) {
            let value = entry.value.text().map(one_line);
            let (key, span) = (entry.key_span, entry.value.span());
            let definition = Definition { key, span, value, own: true };
            found.defined.insert(Arc::clone(&entry.key), definition);
        }
        // Without any variable the controller leaves the texts alone, unless it is told not to.
        let always = build.get("substituteStrategy").and_then(Value::text) == Some("Always");
        (always || found.open || !found.defined.is_empty()).then_some(found)
    }

    /// The `ConfigMap` or Secret that a build takes variables from, if it is in the repository.
    ///
    /// What the parents deploy is looked at first, then what else is deployed to the cluster, before
    /// its own variables are filled in: what those would give is not known.
    fn source(
        &self,
        renderer: &Renderer<'_>,
        at: usize,
        wanted: (&str, &str, &str),
    ) -> Option<Resource> {
        let parent = |at: usize| self.flux.builds.get(at)?.parent;
        let parents = std::iter::successors(parent(at), |&at| parent(at));
        for above in parents {
            let output = self.whole(renderer, above).ok();
            if let Some(found) = output.and_then(|output| find(&output.resources, wanted)) {
                return Some(found);
            }
        }
        let mentions = mentions(renderer, wanted.2);
        if mentions.is_empty() {
            return None;
        }
        let cluster = self.flux.builds.get(at)?.cluster;
        let builds = self.flux.builds.iter().enumerate();
        let others: Vec<_> = builds.filter(|(_, build)| build.cluster == cluster).collect();
        let holds = |build: &FluxBuild| mentions.iter().any(|path| path.is_in(&build.path));
        let (near, far): (Vec<_>, Vec<_>) = others.into_iter().partition(|(_, build)| holds(build));
        let deployed = near.into_iter().chain(far).find_map(|(other, _)| {
            let output = self.bare(renderer, other).ok()?;
            find(&output.resources, wanted)
        });
        deployed.or_else(|| self.beside(renderer, at, &mentions, wanted))
    }

    /// The same among the objects in the directory of the Flux Kustomization itself: whoever applies
    /// that applies them.
    fn beside(
        &self,
        renderer: &Renderer<'_>,
        at: usize,
        mentions: &[&RepoPath],
        wanted: (&str, &str, &str),
    ) -> Option<Resource> {
        let home = self.flux.builds.get(at)?.file.parent();
        mentions.iter().filter(|path| path.parent() == home).find_map(|path| {
            let objects = renderer.objects(renderer.snapshot().find(path)?).ok()?;
            let objects: Vec<Resource> =
                objects.iter().map(|object| object.clone().finish()).collect();
            find(&objects, wanted)
        })
    }
}

/// The object of a kind, namespace and name; a generated one may have a hash in its name.
fn find(resources: &[Resource], (kind, namespace, name): (&str, &str, &str)) -> Option<Resource> {
    let found = resources.iter().find(|resource| {
        let id = &resource.id;
        &*id.gvk.kind == kind
            && id.gvk.group.is_empty()
            && (&*id.name == name || &*resource.original.name == name)
            && (*id.namespace == *namespace || id.namespace.is_empty() || namespace.is_empty())
    });
    found.cloned()
}

/// The files that declare or generate data and hold the name.
fn mentions<'s>(renderer: &Renderer<'s>, name: &str) -> Vec<&'s RepoPath> {
    const MAKERS: [&str; 4] =
        ["kind: ConfigMap", "kind: Secret", "configMapGenerator", "secretGenerator"];
    let snapshot = renderer.snapshot();
    let makes = |file: FileId| {
        snapshot.file(file).is_ok_and(|source| {
            source.text.contains(name) && MAKERS.iter().any(|maker| source.text.contains(maker))
        })
    };
    // What Flux is told to read is no data itself.
    let only_reads = |file: FileId| {
        let source = snapshot.file(file).ok();
        let declares = |line: &str| MAKERS[..2].iter().any(|maker| line.starts_with(maker));
        source.is_some_and(|source| {
            source.text.contains("substituteFrom") && !source.text.lines().any(declares)
        })
    };
    let files = snapshot.files().filter(|(_, path)| path.is_yaml());
    files.filter(|&(file, _)| makes(file) && !only_reads(file)).map(|(_, path)| path).collect()
}

impl Variables {
    /// Takes the keys of a `ConfigMap` or Secret; what is secret stays unknown.
    fn take(&mut self, source: &Resource) {
        let public = &*source.id.gvk.kind == "ConfigMap";
        self.sources.extend(Some(source.origin).filter(|_| public));
        let fields: &[&str] = if public { &["data"] } else { &["data", "stringData"] };
        let maps = fields.iter().filter_map(|field| source.body.get(field)?.as_map());
        for entry in maps.flatten().filter(|entry| is_variable(&entry.key)) {
            let known = |text: &&str| public && !text.starts_with("ENC[") && !text.contains("${");
            let value = entry.value.text().filter(known).map(one_line);
            let (key, span) = (entry.key_span, entry.value.span());
            let definition = Definition { key, span, value, own: false };
            self.defined.insert(Arc::clone(&entry.key), definition);
        }
    }
}

fn one_line(text: &str) -> Arc<str> {
    text.replace('\n', "").into()
}
