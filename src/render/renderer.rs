//! Renders directories, each base and each file once, whoever asks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::kube::{Action, MergeKeys, Value};
use crate::layout::{Flux, Layout};
use crate::render::accumulate::{Accumulated, Schema, Walk};
use crate::render::flux::Clusters;
use crate::render::helm::{Charts, Helm};
use crate::render::kustomization::{Kustomization, SortOrder};
use crate::render::origin::Notes;
use crate::render::terraform::{self, Roots};
use crate::render::working::Working;
use crate::render::{Grade, RenderError, Rendered, edit, generate, load, names, sort, vars};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, Span};

/// The names that a kustomization file may have.
const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Objects with this annotation are for local use and not part of the output.
const LOCAL: &str = "config.kubernetes.io/local-config";

/// How to deal with what kustomize would refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether files outside of a kustomization's own directory are refused.
    pub restricted: bool,
    /// Whether what cannot be rendered here is left out instead of being an error.
    pub partial: bool,
}

/// The lists that a strategic merge patch merges.
pub(crate) enum Keys {
    Builtin,
    Custom(Arc<MergeKeys>),
}

impl Deref for Keys {
    type Target = MergeKeys;

    fn deref(&self) -> &MergeKeys {
        match self {
            Self::Builtin => MergeKeys::builtin(),
            Self::Custom(keys) => keys,
        }
    }
}

type Bases = BTreeMap<(RepoPath, Schema), Arc<Accumulated>>;

/// Renders directories. What several of them share is worked out once.
#[derive(Debug)]
pub struct Renderer<'s> {
    store: &'s Store<'s>,
    options: Options,
    kustomizations: Vec<OnceLock<Result<Arc<Kustomization>, RenderError>>>,
    objects: Vec<OnceLock<Result<Arc<[Working]>, RenderError>>>,
    schemas: Vec<OnceLock<Result<Arc<MergeKeys>, RenderError>>>,
    extended_schemas: Vec<OnceLock<Result<Arc<MergeKeys>, RenderError>>>,
    bases: Mutex<Bases>,
    roots: OnceLock<Roots>,
    declared: OnceLock<BTreeSet<&'s str>>,
    clusters: Option<Clusters<'s>>,
    charts: OnceLock<Charts>,
}

fn slots<T>(count: usize) -> Vec<OnceLock<T>> {
    std::iter::repeat_with(OnceLock::new).take(count).collect()
}

impl<'s> Renderer<'s> {
    /// A renderer over all files of a store.
    pub fn new(store: &'s Store<'s>, options: Options) -> Self {
        let count = store.snapshot().ids();
        Self {
            store,
            options,
            kustomizations: slots(count),
            objects: slots(count),
            schemas: slots(count),
            extended_schemas: slots(count),
            bases: Mutex::default(),
            roots: OnceLock::new(),
            declared: OnceLock::new(),
            clusters: None,
            charts: OnceLock::new(),
        }
    }

    /// A renderer that knows what Flux does to overlays of the layout.
    #[must_use]
    pub fn with_flux(mut self, flux: &'s Flux) -> Self {
        self.clusters = (!flux.builds.is_empty()).then(|| Clusters::new(flux));
        self
    }

    /// What Flux deploys, where that is known.
    pub(crate) fn clusters(&self) -> Option<&Clusters<'s>> {
        self.clusters.as_ref()
    }

    /// The charts of the repository, for values that belong to units of a layout.
    pub fn helm<'h>(&'h self, layout: &'h Layout) -> Helm<'h> {
        let charts = self.charts.get_or_init(|| Charts::of(self.snapshot()));
        Helm { store: self.store, charts, layout }
    }

    pub(crate) fn store(&self) -> &'s Store<'s> {
        self.store
    }

    pub(crate) fn snapshot(&self) -> &'s Snapshot {
        self.store.snapshot()
    }

    pub(crate) fn options(&self) -> Options {
        self.options
    }

    /// The root modules of Terraform.
    pub(in crate::render) fn roots(&self) -> &Roots {
        self.roots.get_or_init(|| Roots::new(self.snapshot()))
    }

    /// Whether any module of Terraform declares a variable of this name.
    pub(in crate::render) fn declares(&self, variable: &str) -> bool {
        let names = || terraform::all_declared(self.store, self.roots());
        self.declared.get_or_init(names).contains(variable)
    }

    /// The kustomization file of a directory, if there is exactly one.
    pub fn kustomization_file(&self, directory: &RepoPath) -> Option<FileId> {
        match self.kustomization_files(directory)[..] {
            [file] => Some(file),
            _ => None,
        }
    }

    fn kustomization_files(&self, directory: &RepoPath) -> Vec<FileId> {
        let find = |name: &&str| self.snapshot().find(&directory.join(name).ok()?);
        FILE_NAMES.iter().filter_map(find).collect()
    }

    /// Renders a directory: its objects, named and ordered as kustomize would print them.
    pub fn render(&self, directory: &RepoPath) -> Result<Rendered, RenderError> {
        let directory = self.snapshot().resolve(directory).unwrap_or_else(|| directory.clone());
        let (_, kustomization) = self.kustomization(&directory, None)?;
        let set = self.walk(&kustomization).base(&directory, None, Schema::Open)?;
        Self::finish(Arc::unwrap_or_clone(set), &kustomization)
    }

    /// Renders a directory with a kustomization that is not as its file has it.
    pub(crate) fn build(
        &self,
        directory: &RepoPath,
        file: FileId,
        kustomization: &Kustomization,
    ) -> Result<Rendered, RenderError> {
        let set = self.walk(kustomization).root(directory, file, kustomization)?;
        Self::finish(set, kustomization)
    }

    fn walk(&self, kustomization: &Kustomization) -> Walk<'_, 's> {
        let metadata = &kustomization.build_metadata;
        let notes = metadata.first().map(|option| Notes::new(option.span));
        Walk::new(self, notes)
    }

    fn finish(
        mut set: Accumulated,
        kustomization: &Kustomization,
    ) -> Result<Rendered, RenderError> {
        generate::hash::apply(&mut set.resources);
        names::apply(&mut set.resources, &set.specs)?;
        vars::resolve(&mut set)?;
        set.resources.retain(|resource| !is_local(&resource.body));
        sort::sort(&mut set.resources, kustomization.sort.as_ref().unwrap_or(&SortOrder::Default));
        for resource in &mut set.resources {
            load::drop_notes(&mut resource.body, |note| kustomization.asks_for(note));
            load::clean_annotations(&mut resource.body);
        }
        if let Some(option) = kustomization.build_option("managedByLabel") {
            add_managed_by(&mut set.resources, option.span);
        }
        let whole = set.gaps.is_empty();
        Ok(Rendered {
            broken: Vec::new(),
            grade: if whole { Grade::Whole } else { Grade::Partial },
            resources: set.resources.into_iter().map(Working::finish).collect(),
            inputs: set.inputs,
            gaps: set.gaps,
            removed: set.removed,
            deleted: Vec::new(),
            statements: set.statements,
            unread: Vec::new(),
            notices: set.notices,
            failures: set.failures,
            charts: set.charts,
            variables: None,
            told: Vec::new(),
            read_keys: Vec::new(),
            unknown_values: Vec::new(),
        })
    }

    /// The parsed kustomization of a directory.
    /// What kustomize would refuse in a kustomization file by itself, whoever uses it; nothing for
    /// a file that is none: no field of it is one of a kustomization.
    pub fn misread(store: &Store<'_>, file: FileId) -> Option<RenderError> {
        let parsed = store.yaml(file);
        let root = parsed.documents.first().filter(|_| !parsed.is_broken())?.root();
        let fits = Kustomization::is_one(root) && !parsed.template;
        fits.then(|| Kustomization::parse(root).err()).flatten()
    }

    pub(crate) fn kustomization(
        &self,
        directory: &RepoPath,
        entry: Option<Span>,
    ) -> Result<(FileId, Arc<Kustomization>), RenderError> {
        let here = entry.unwrap_or(Span::file_start(FileId(0)));
        let file = match self.kustomization_files(directory)[..] {
            [file] => file,
            [] => {
                let message = format!("there is no kustomization file in `{directory}`");
                return Err(RenderError::new(here, message).help("add a `kustomization.yaml`"));
            }
            [first, ..] => {
                let message = format!("there is more than one kustomization file in `{directory}`");
                return Err(
                    RenderError::new(Span::file_start(first), message).help("keep one of them")
                );
            }
        };
        let parse = || {
            let parsed = self.store.yaml(file);
            if parsed.is_broken() {
                load::check(parsed)?;
            }
            let Some(document) = parsed.documents.first() else {
                let message = "the kustomization file is empty";
                return Err(RenderError::new(Span::file_start(file), message)
                    .help("list something under `resources:`, or delete the file"));
            };
            Kustomization::parse(document.root()).map(Arc::new)
        };
        let slot = self.kustomizations.get(file.index());
        let parsed = slot.map_or_else(parse, |slot| slot.get_or_init(parse).clone());
        match (parsed, entry) {
            (Ok(kustomization), _) => Ok((file, kustomization)),
            (Err(error), Some(entry)) => Err(error.via(entry)),
            (Err(error), None) => Err(error),
        }
    }

    /// The objects of a resource file.
    pub(crate) fn objects(&self, file: FileId) -> Result<Arc<[Working]>, RenderError> {
        let read = || {
            if self.snapshot().file(file).is_ok_and(|source| source.text.starts_with('%')) {
                let span = Span::new(file, 0, 1);
                return Err(RenderError::new(span, "kustomize does not know YAML directives")
                    .help("drop the line that begins with `%`"));
            }
            load::objects(self.store.yaml(file)).map(Arc::from)
        };
        self.objects.get(file.index()).map_or_else(read, |slot| slot.get_or_init(read).clone())
    }

    /// The lists that a patch merges: kustomize's own, or those of a schema file.
    pub(crate) fn merge_keys(&self, schema: Schema) -> Result<Keys, RenderError> {
        let (file, slots) = match schema {
            Schema::Open | Schema::Used | Schema::BuiltIn => return Ok(Keys::Builtin),
            Schema::File(file) => (file, &self.schemas),
            Schema::BuiltInAnd(file) => (file, &self.extended_schemas),
        };
        let read = || {
            let parsed = self.store.yaml(file);
            if parsed.is_broken() {
                load::check(parsed)?;
            }
            let Some(document) = parsed.documents.first() else {
                return Err(RenderError::new(Span::file_start(file), "the schema file is empty")
                    .help("put an OpenAPI document into it, or drop `openapi:`"));
            };
            let base = match schema {
                Schema::BuiltInAnd(_) => MergeKeys::builtin().clone(),
                _ => MergeKeys::default(),
            };
            let keys = base.with_openapi(document.root());
            keys.map(Arc::new).map_err(|error| {
                RenderError::new(error.span, error.to_string())
                    .help("correct the schema, or drop `openapi:`")
            })
        };
        let slot = slots.get(file.index());
        let keys = slot.map_or_else(read, |slot| slot.get_or_init(read).clone());
        keys.map(Keys::Custom)
    }

    pub(crate) fn cached_base(&self, key: &(RepoPath, Schema)) -> Option<Arc<Accumulated>> {
        self.bases.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(crate) fn cache_base(&self, key: (RepoPath, Schema), base: &Arc<Accumulated>) {
        let mut bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        bases.insert(key, Arc::clone(base));
    }
}

fn is_local(body: &Value) -> bool {
    let mark = body.at(&["metadata", "annotations", LOCAL]);
    mark.and_then(Value::text).is_some_and(|text| text != "false")
}

fn add_managed_by(resources: &mut [Working], span: Span) {
    const PATH: [&str; 3] = ["metadata", "labels", "app.kubernetes.io/managed-by"];
    for resource in resources {
        edit::set_text_at(&mut resource.body, &PATH, "kustomize-(devel)", Action::Built, span);
    }
}
