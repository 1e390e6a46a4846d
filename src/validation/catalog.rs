//! What is known of kinds: of the repository's own, of the user's, and of those built in.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock};

use crate::config::Config;
use crate::kube::{Gvk, Version};
use crate::layout::Layout;
use crate::schema::pack::{self, SchemaId};
use crate::schema::structural::json_schema;
use crate::schema::{KindSchema, SchemaError, json};
use crate::source::Snapshot;
use crate::text::{FileId, Span};
use crate::validation::definitions::Definitions;
use crate::validation::directories::{self, Directories};

/// Where the schema of a kind comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The API of Kubernetes.
    Kubernetes(SchemaId),
    /// A `CustomResourceDefinition` of the repository.
    Definition(usize),
    /// A file in a directory that the configuration names.
    File(FileId),
    /// The built-in custom resources: of some release, and nobody knows which one a cluster runs.
    Custom(Gvk),
}

/// What is known of a kind in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// It is served, under one of these schemas; an object is wrong if all refuse it.
    As(Vec<Origin>),
    /// A definition of the repository has the version, and does not serve it.
    NotServed(usize),
    /// The environment's version of Kubernetes does not serve it, or no built-in one does.
    Gone(Vec<Origin>),
    /// Nobody knows it.
    Nobody,
}

/// A schema once it has been asked for: none where anything goes.
type Asked = OnceLock<Result<Option<KindSchema>, SchemaError>>;

/// Schemas by where they come from, each compiled when it is first asked for.
type Compiled = Mutex<BTreeMap<Origin, Arc<Asked>>>;

/// The built-in ones: a change is checked in both of its states, and they are the same in all.
static BUILT_IN: LazyLock<Compiled> = LazyLock::new(Compiled::default);

/// The schemas that a repository can use, each compiled when it is first asked for.
#[derive(Debug)]
pub(super) struct Catalog<'a> {
    snapshot: &'a Snapshot,
    pub(super) definitions: Definitions,
    directories: Directories,
    /// The version of Kubernetes that each environment runs, where that is known.
    versions: Vec<Option<Version>>,
    /// The version that all other environments run.
    version: Option<Version>,
    compiled: Compiled,
    known: Mutex<BTreeMap<(Gvk, Option<usize>), Known>>,
}

impl<'a> Catalog<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        config: &Config,
        layout: &Layout,
        definitions: Definitions,
    ) -> Self {
        let directories = config.kubernetes_schemas.iter().map(|found| &found.value);
        let directories = Directories::collect(snapshot, directories);
        let environments = layout.environments.iter();
        let versions = environments.map(|found| config.kubernetes.version(&found.name)).collect();
        let (compiled, known) = (Mutex::default(), Mutex::default());
        let version = config.kubernetes.other();
        Self { snapshot, definitions, directories, versions, version, compiled, known }
    }

    /// The version of Kubernetes in an environment, if the configuration says so.
    pub(super) fn version(&self, environment: Option<usize>) -> Option<Version> {
        environment.and_then(|at| self.versions.get(at).copied()).unwrap_or(self.version)
    }

    /// What is known of a kind in an environment.
    pub(super) fn known(&self, gvk: &Gvk, environment: Option<usize>) -> Known {
        let asked = (gvk.clone(), environment);
        if let Some(known) = lock(&self.known).get(&asked) {
            return known.clone();
        }
        let known = self.look_up(gvk, environment);
        lock(&self.known).insert(asked, known.clone());
        known
    }

    fn look_up(&self, gvk: &Gvk, environment: Option<usize>) -> Known {
        let own = self.definitions.of(gvk, environment);
        if !own.is_empty() {
            let served = |at: &usize| self.definitions.get(*at).is_some_and(|found| found.served);
            let usable: Vec<usize> = own.iter().copied().filter(served).collect();
            return match (usable.as_slice(), own.first()) {
                ([], Some(&first)) => Known::NotServed(first),
                (usable, _) => Known::As(usable.iter().map(|&at| Origin::Definition(at)).collect()),
            };
        }
        let file = self.directories.find(gvk).map(Origin::File);
        if let Some(file) = file.filter(|file| self.with(file, |_| ()).is_some()) {
            return Known::As(vec![file]);
        }
        let Gvk { group, version, kind } = gvk;
        let kubernetes = pack::kubernetes();
        if kubernetes.served(group, version, kind).is_some() {
            let schemas = |versions: &mut dyn Iterator<Item = Version>| {
                let mut schemas: Vec<Origin> = Vec::new();
                for at in versions {
                    let schema = kubernetes.schema(at, group, version, kind);
                    let schema = schema.map(Origin::Kubernetes);
                    schemas.extend(schema.filter(|schema| !schemas.contains(schema)));
                }
                schemas
            };
            let all = schemas(&mut Version::built_in().rev());
            let Some(runs) = self.version(environment) else { return Known::As(all) };
            let served = schemas(&mut std::iter::once(runs));
            return if served.is_empty() { Known::Gone(all) } else { Known::As(served) };
        }
        if pack::lifecycle(group, version, kind).is_some() {
            return Known::Gone(Vec::new());
        }
        if pack::custom().kind(group, version, kind).is_some() {
            return Known::As(vec![Origin::Custom(gvk.clone())]);
        }
        Known::Nobody
    }

    /// Whether the API group is one of Kubernetes itself.
    pub(super) fn is_of_kubernetes(gvk: &Gvk) -> bool {
        pack::kubernetes().kinds().iter().any(|kind| *kind.group == *gvk.group)
    }

    /// Holds the schema of an origin against something; `None` where there is no usable schema.
    pub(super) fn with<T>(&self, origin: &Origin, f: impl FnOnce(&KindSchema) -> T) -> Option<T> {
        let compiled = match origin {
            Origin::Kubernetes(_) | Origin::Custom(_) => &*BUILT_IN,
            Origin::Definition(_) | Origin::File(_) => &self.compiled,
        };
        let cell = Arc::clone(lock(compiled).entry(origin.clone()).or_default());
        cell.get_or_init(|| self.compile(origin)).as_ref().ok()?.as_ref().map(f)
    }

    /// The schemas of the repository that were asked for and cannot be used, and why not.
    pub(super) fn unusable(&self) -> Vec<(Span, String)> {
        let compiled = lock(&self.compiled);
        let unusable = compiled.iter().filter_map(|(origin, schema)| {
            let span = match origin {
                Origin::File(file) => Span::file_start(*file),
                Origin::Definition(at) => self.definitions.get(*at)?.span,
                Origin::Kubernetes(_) | Origin::Custom(_) => return None,
            };
            Some((span, schema.get()?.as_ref().err()?.to_string()))
        });
        unusable.collect()
    }

    fn compile(&self, origin: &Origin) -> Result<Option<KindSchema>, SchemaError> {
        let document = match origin {
            Origin::Kubernetes(id) => pack::kubernetes().document(*id),
            Origin::Definition(at) => self.definitions.get(*at).and_then(|definition| {
                let Gvk { group, version, kind } = &definition.gvk;
                Some(json_schema(&json(definition.schema.as_ref()?), group, version, kind))
            }),
            Origin::Custom(gvk) => pack::custom().schema(&gvk.group, &gvk.version, &gvk.kind),
            Origin::File(file) => Some(directories::read(self.snapshot, *file)?),
        };
        let Some(document) = document else { return Ok(None) };
        let trusted = !matches!(origin, Origin::File(_));
        let schema = KindSchema::new(document, trusted);
        // Those that are built in can be used, and most of their fields are never asked for.
        let own = matches!(origin, Origin::File(_) | Origin::Definition(_));
        let broken = if own { schema.unusable().cloned() } else { None };
        broken.map_or(Ok(Some(schema)), Err)
    }
}

/// A map that threads share. One that panicked while it held the lock has not broken the map.
pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    match shared.lock() {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}
