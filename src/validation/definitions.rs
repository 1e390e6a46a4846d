//! The custom resources that the repository itself defines.

use std::collections::BTreeMap;

use crate::kube::{Gvk, Value, load};
use crate::render::Evaluated;
use crate::syntax::scalar::Dialect;
use crate::syntax::{Document, NodeRef, Store};
use crate::text::{FileId, Span};

/// The kind of the objects that define others.
pub(super) const KIND: &str = "CustomResourceDefinition";

/// One version of a kind, as a `CustomResourceDefinition` of the repository has it.
#[derive(Debug)]
pub(super) struct Definition {
    /// What it defines.
    pub(super) gvk: Gvk,
    /// The environments that it is deployed to, as indices; empty for one that no overlay has.
    pub(super) environments: Vec<usize>,
    /// The name of the version, where it stands.
    pub(super) span: Span,
    /// Whether the API server serves the version.
    pub(super) served: bool,
    /// Whether the version is deprecated.
    pub(super) deprecated: bool,
    /// Its structural schema; none means that anything goes.
    pub(super) schema: Option<Value>,
}

/// All definitions, those of one kind beside each other, in a stable order.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    all: Vec<Definition>,
    by_kind: BTreeMap<Gvk, Vec<usize>>,
}

impl Definitions {
    /// Those that overlays deploy, and those in `files` that no overlay reads.
    pub(super) fn collect(
        store: &Store<'_>,
        files: &[FileId],
        evaluated: &[Evaluated<'_>],
    ) -> Self {
        // A definition that many overlays share is read once: it is the same map in memory.
        let mut seen: BTreeMap<(usize, Span), Vec<usize>> = BTreeMap::new();
        let mut found = Self::default();
        for overlay in evaluated {
            let environment = overlay.overlay.environment;
            let rendered = overlay.output().into_iter().flat_map(|output| &output.resources);
            for resource in rendered.filter(|resource| *resource.id.gvk.kind == *KIND) {
                let Some(spec) = resource.body.get("spec") else { continue };
                let Some(map) = spec.as_map() else { continue };
                let known = (std::ptr::from_ref(map) as usize, resource.origin);
                let indices = seen.entry(known).or_insert_with(|| found.add(spec, |_| true));
                for &at in &*indices {
                    let environments = &mut found.all[at].environments;
                    if !environments.contains(&environment) {
                        environments.push(environment);
                    }
                }
            }
        }
        for &file in files {
            let documents = store.yaml(file).documents.iter().map(Document::root);
            let definitions = documents.filter(|root| {
                root.get("kind").and_then(NodeRef::text) == Some(KIND)
                    && !seen.keys().any(|(_, origin)| *origin == root.span())
            });
            for value in definitions.filter_map(|root| load(root, Dialect::Resource).ok()) {
                if let Some(spec) = value.get("spec") {
                    // Without a schema it may be a patch for a definition that lies elsewhere.
                    found.add(spec, |schema| schema.is_some());
                }
            }
        }
        found
    }

    /// Adds what one object defines; the indices of its versions.
    fn add(&mut self, spec: &Value, wanted: impl Fn(Option<&Value>) -> bool) -> Vec<usize> {
        let text = |path: &[&str]| spec.at(path).and_then(Value::text).unwrap_or("");
        let (group, kind) = (text(&["group"]), text(&["names", "kind"]));
        // Before `apiextensions.k8s.io/v1` all versions could share one schema.
        let shared = spec.at(&["validation", "openAPIV3Schema"]);
        let versions = spec.get("versions").and_then(Value::as_list).unwrap_or_default();
        let single = spec.get("version").filter(|_| versions.is_empty());
        let flag = |version: &Value, key: &str| version.get(key).and_then(Value::as_bool);
        let listed = versions.iter().filter_map(|version| {
            let schema = version.at(&["schema", "openAPIV3Schema"]).or(shared);
            let served = flag(version, "served") != Some(false);
            Some((version.get("name")?, schema, served, flag(version, "deprecated") == Some(true)))
        });
        let single = single.map(|name| (name, shared, true, false));
        let mut added = Vec::new();
        for (name, schema, served, deprecated) in listed.chain(single) {
            let Some(version) = name.text().filter(|_| wanted(schema)) else { continue };
            let gvk = Gvk { group: group.into(), version: version.into(), kind: kind.into() };
            // Few kinds are asked for: each becomes a schema then.
            let schema = schema.cloned();
            let (environments, span) = (Vec::new(), name.span());
            let at = self.all.len();
            self.by_kind.entry(gvk.clone()).or_default().push(at);
            self.all.push(Definition { gvk, environments, span, served, deprecated, schema });
            added.push(at);
        }
        added
    }

    /// The definition at an index.
    pub(super) fn get(&self, at: usize) -> Option<&Definition> {
        self.all.get(at)
    }

    /// Every kind that is defined.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Gvk> {
        self.by_kind.keys()
    }

    /// The definitions of a kind that an environment has; where it has none of its own, all.
    pub(super) fn of(&self, gvk: &Gvk, environment: Option<usize>) -> Vec<usize> {
        let all = self.by_kind.get(gvk).map(Vec::as_slice).unwrap_or_default();
        let here = |at: &&usize| {
            environment.is_some_and(|here| self.all[**at].environments.contains(&here))
        };
        let own: Vec<usize> = all.iter().filter(here).copied().collect();
        if own.is_empty() { all.to_vec() } else { own }
    }
}
