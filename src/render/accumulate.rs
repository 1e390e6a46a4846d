//! From a directory to its working set: resources, generators, components, transformers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::Level;
use crate::kube::field_specs::FieldSpecs;
use crate::kube::kinds;
use crate::render::generate::absorb::{Absorbed, absorb};
use crate::render::generate::{self, Files};
use crate::render::helm::Inflated;
use crate::render::kustomization::{
    Generator, GeneratorOptions, Kustomization, OpenApi, Text, Var,
};
use crate::render::locate::Target;
use crate::render::origin::{Author, Notes};
use crate::render::working::{Key, Working, key};
use crate::render::{
    CHART, Gap, Notice, Removed, RenderError, Renderer, Statement, configuration, pipeline, plugin,
    vars,
};
use crate::text::{FileId, RepoPath, Span};

/// Deepest chain of bases and components.
const DEPTH: usize = 64;
/// Most objects in one overlay.
pub(crate) const RESOURCES: usize = 200_000;
/// Most directories that one overlay may enter, repeated ones counted each time.
const DIRECTORIES: usize = 20_000;

/// The schema that patches go by; the first choice of a walk is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Schema {
    /// None is chosen: the built-in one.
    Open,
    /// None is chosen, but kustomize has looked an unknown kind up in the built-in one: it stays.
    Used,
    /// The built-in one is chosen.
    BuiltIn,
    /// A file takes the place of the built-in one.
    File(FileId),
    /// A file is added to the built-in one.
    BuiltInAnd(FileId),
}

impl Schema {
    fn choose(self, choice: Option<FileId>) -> Self {
        match (self, choice) {
            (Self::Open, Some(file)) => Self::File(file),
            (Self::Used, Some(file)) => Self::BuiltInAnd(file),
            (Self::Open | Self::Used, None) => Self::BuiltIn,
            (chosen, _) => chosen,
        }
    }
}

/// The objects of a layer and what is known about them.
#[derive(Debug, Clone)]
pub(crate) struct Accumulated {
    pub(crate) resources: Vec<Working>,
    pub(crate) specs: Arc<FieldSpecs>,
    pub(crate) vars: Vec<Var>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) notices: Vec<Notice>,
    /// The objects that patches deleted.
    pub(crate) removed: Vec<Removed>,
    pub(crate) failures: Vec<RenderError>,
    /// The charts that are to be inflated.
    pub(crate) charts: Vec<Inflated>,
    pub(crate) inputs: BTreeSet<FileId>,
    /// The directories that were entered.
    pub(crate) visited: BTreeSet<RepoPath>,
    pub(crate) schema: Schema,
    /// Where each object stands; absent after a transformer may have renamed some.
    keys: Option<BTreeMap<Key, Span>>,
}

impl Accumulated {
    pub(crate) fn new(schema: Schema) -> Self {
        Self {
            resources: Vec::new(),
            specs: Arc::new(FieldSpecs::default()),
            vars: Vec::new(),
            gaps: Vec::new(),
            statements: Vec::new(),
            notices: Vec::new(),
            removed: Vec::new(),
            failures: Vec::new(),
            charts: Vec::new(),
            inputs: BTreeSet::new(),
            visited: BTreeSet::new(),
            schema,
            keys: None,
        }
    }

    /// Says that identities may have changed.
    pub(crate) fn forget_keys(&mut self) {
        self.keys = None;
    }

    /// Adds an object. There must be none of the same identity.
    pub(crate) fn append(
        &mut self,
        resource: Working,
        renderer: &Renderer<'_>,
    ) -> Result<(), RenderError> {
        if self.resources.len() >= RESOURCES {
            let message = format!("the overlay has more than {RESOURCES} objects");
            return Err(
                RenderError::new(resource.origin, message).help("split it into several overlays")
            );
        }
        if self.schema == Schema::Open && !kinds::is_known(&resource.id.gvk) {
            self.schema = Schema::Used;
        }
        let resources = &self.resources;
        let keys = self.keys.get_or_insert_with(|| {
            resources.iter().map(|resource| (key(&resource.id), resource.origin)).collect()
        });
        if let Some(first) = keys.insert(key(&resource.id), resource.origin) {
            let message = format!("`{}` is there twice", resource.id);
            let error = RenderError::new(resource.origin, message);
            if first == resource.origin {
                return Err(error.help("it is read on two ways: drop one of the entries"));
            }
            let path = renderer.snapshot().path(first.file);
            return Err(
                error.help(format!("the other one comes from `{path}`: drop or rename one"))
            );
        }
        self.resources.push(resource);
        Ok(())
    }

    /// Takes in everything from a base.
    fn merge(
        &mut self,
        base: &Self,
        renderer: &Renderer<'_>,
        entry: Span,
    ) -> Result<(), RenderError> {
        for resource in &base.resources {
            self.append(resource.clone(), renderer).map_err(|error| error.via(entry))?;
        }
        self.specs = FieldSpecs::union(&self.specs, &base.specs).map_err(|conflict| {
            RenderError::new(entry, conflict.to_string())
                .help("let both layers define the field alike, or define it in one of them")
        })?;
        vars::merge(&mut self.vars, &base.vars)?;
        self.gaps.extend_from_slice(&base.gaps);
        self.statements.extend_from_slice(&base.statements);
        self.notices.extend_from_slice(&base.notices);
        self.removed.extend_from_slice(&base.removed);
        self.failures.extend(base.failures.iter().map(|error| error.clone().via(entry)));
        self.charts.extend_from_slice(&base.charts);
        self.inputs.extend(&base.inputs);
        self.visited.extend(base.visited.iter().cloned());
        self.schema = base.schema;
        Ok(())
    }
}

/// One walk through bases and components, from a directory that is to be rendered.
pub(crate) struct Walk<'w, 's> {
    pub(crate) renderer: &'w Renderer<'s>,
    stack: Vec<RepoPath>,
    entered: usize,
    /// The annotations that `buildMetadata:` of the first directory asks for.
    pub(crate) notes: Option<Notes>,
}

/// One kustomization that is being worked on.
pub(crate) struct Layer<'a> {
    pub(crate) directory: &'a RepoPath,
    pub(crate) kustomization: &'a Kustomization,
    pub(crate) set: &'a mut Accumulated,
}

impl<'w, 's> Walk<'w, 's> {
    pub(crate) fn new(renderer: &'w Renderer<'s>, notes: Option<Notes>) -> Self {
        Self { renderer, stack: Vec::new(), entered: 0, notes }
    }

    /// Renders a directory that is no component into a set of its own.
    pub(crate) fn base(
        &mut self,
        directory: &RepoPath,
        entry: Option<&Text>,
        schema: Schema,
    ) -> Result<Arc<Accumulated>, RenderError> {
        let at = entry.map(|entry| entry.span);
        let cache_key = (directory.clone(), schema);
        // Notes depend on the way to a base: it cannot be shared.
        let shared = self.notes.is_none();
        if let Some(found) = self.renderer.cached_base(&cache_key).filter(|_| shared) {
            for visited in &found.visited {
                self.check_cycle(visited, at)?;
            }
            return Ok(found);
        }
        let (file, kustomization) = self.renderer.kustomization(directory, at)?;
        if let Some(entry) = at.filter(|_| kustomization.component) {
            let message = format!("`{directory}` is a component");
            let error = RenderError::new(entry, message);
            return Err(error.help("list it under `components:`"));
        }
        let mut set = Accumulated::new(schema);
        self.enter(directory, entry, (file, &kustomization), &mut set)?;
        let set = Arc::new(set);
        if shared {
            self.renderer.cache_base(cache_key, &set);
        }
        Ok(set)
    }

    /// Renders a directory with a kustomization that is not as its file has it: nobody shares it.
    pub(crate) fn root(
        &mut self,
        directory: &RepoPath,
        file: FileId,
        kustomization: &Kustomization,
    ) -> Result<Accumulated, RenderError> {
        let mut set = Accumulated::new(Schema::Open);
        self.enter(directory, None, (file, kustomization), &mut set)?;
        Ok(set)
    }

    /// Applies a component to the set of the kustomization that lists it.
    fn component(
        &mut self,
        directory: &RepoPath,
        entry: &Text,
        set: &mut Accumulated,
    ) -> Result<(), RenderError> {
        let (file, kustomization) = self.renderer.kustomization(directory, Some(entry.span))?;
        if !kustomization.component {
            let message = format!("`{directory}` is not a component");
            let error = RenderError::new(entry.span, message);
            return Err(error.help("list it under `resources:`"));
        }
        self.enter(directory, Some(entry), (file, &kustomization), set)
    }

    fn check_cycle(&self, directory: &RepoPath, entry: Option<Span>) -> Result<(), RenderError> {
        let Some(start) = self.stack.iter().position(|open| open.is_in(directory)) else {
            return Ok(());
        };
        let way = self.stack.iter().skip(start).map(|open| format!("`{open}`"));
        let way = way.chain([format!("`{directory}`")]).collect::<Vec<_>>().join(" → ");
        let span = entry.unwrap_or(Span::file_start(FileId(0)));
        let error = RenderError::new(span, format!("this leads round in a circle: {way}"));
        Err(error.help("a base must not lead back to what is built from it: drop the entry"))
    }

    fn enter(
        &mut self,
        directory: &RepoPath,
        entry: Option<&Text>,
        (file, kustomization): (FileId, &Kustomization),
        set: &mut Accumulated,
    ) -> Result<(), RenderError> {
        let at = entry.map(|entry| entry.span);
        self.check_cycle(directory, at)?;
        self.entered += 1;
        if let Some(entry) = at {
            if self.stack.len() >= DEPTH {
                let message = format!("bases are nested deeper than {DEPTH} levels");
                return Err(
                    RenderError::new(entry, message).help("include the lower bases directly")
                );
            }
            if self.entered > DIRECTORIES {
                let message = format!("the overlay enters more than {DIRECTORIES} directories");
                return Err(RenderError::new(entry, message).help("split it into several overlays"));
            }
        }
        self.stack.push(directory.clone());
        set.visited.insert(directory.clone());
        set.inputs.insert(file);
        if let Some(notes) = &mut self.notes {
            let name = self.renderer.snapshot().path(file).file_name();
            notes.enter(entry.map_or("", |entry| &entry.value), name);
        }
        let result = self.target(Layer { directory, kustomization, set });
        self.stack.pop();
        if let Some(notes) = &mut self.notes {
            notes.leave();
        }
        result.map_err(|error| match at {
            Some(entry) => error.via(entry),
            None => error,
        })
    }

    fn target(&mut self, layer: Layer<'_>) -> Result<(), RenderError> {
        let Layer { directory, kustomization, set } = layer;
        if let Some(openapi) = &kustomization.openapi {
            let choice = match openapi {
                OpenApi::File(path) => self.file(directory, path, set)?,
                OpenApi::BuiltIn => None,
            };
            set.schema = set.schema.choose(choice);
        }
        self.resources(directory, &kustomization.resources, set)?;
        configuration::load(self, directory, kustomization, set)?;
        self.generators(directory, kustomization, set)?;
        for entry in &kustomization.components {
            match self.renderer.locate(directory, entry)? {
                Target::Directory(directory) => self.component(&directory, entry, set)?,
                Target::Remote => self.gap(set, entry, "remote base", Holds::Objects)?,
                Target::Uncommitted(what) => self.gap(set, entry, what, Holds::Objects)?,
                Target::File(_) => {
                    let message =
                        format!("`{}` is a file; a component is a directory", entry.value);
                    let error = RenderError::new(entry.span, message);
                    return Err(error.help("list it under `resources:`"));
                }
            }
        }
        pipeline::run(self, &mut Layer { directory, kustomization, set })?;
        vars::declare(kustomization, set)
    }

    /// Loads the entries of `resources:`.
    pub(crate) fn resources(
        &mut self,
        directory: &RepoPath,
        entries: &[Text],
        set: &mut Accumulated,
    ) -> Result<(), RenderError> {
        for entry in entries {
            match self.renderer.locate(directory, entry)? {
                Target::File(file) => {
                    self.note_reach(directory, file, entry, set)?;
                    let objects = self.renderer.objects(file);
                    let objects = objects.map_err(|error| error.via(entry.span))?;
                    for object in objects.iter() {
                        let mut object = object.clone();
                        if let Some(notes) = &self.notes {
                            notes.declared(&mut object, &entry.value);
                        }
                        let added = set.append(object, self.renderer);
                        added.map_err(|error| error.via(entry.span))?;
                    }
                }
                Target::Directory(base) => {
                    let base = self.base(&base, Some(entry), set.schema)?;
                    set.merge(&base, self.renderer, entry.span)?;
                }
                Target::Remote => self.gap(set, entry, "remote base", Holds::Objects)?,
                Target::Uncommitted(what) => self.gap(set, entry, what, Holds::Objects)?,
            }
        }
        Ok(())
    }

    /// Resolves the path of a file; nothing if it lies where we cannot go, which is recorded.
    pub(crate) fn file(
        &self,
        directory: &RepoPath,
        entry: &Text,
        set: &mut Accumulated,
    ) -> Result<Option<FileId>, RenderError> {
        match self.renderer.locate(directory, entry)? {
            Target::File(file) => {
                self.note_reach(directory, file, entry, set)?;
                Ok(Some(file))
            }
            Target::Directory(_) => {
                let message = format!("`{}` is a directory; a file is expected", entry.value);
                Err(RenderError::new(entry.span, message).help("name a file in it"))
            }
            Target::Remote => self.gap(set, entry, "remote file", Holds::Fields).map(|()| None),
            Target::Uncommitted(what) => self.gap(set, entry, what, Holds::Fields).map(|()| None),
        }
    }

    /// Counts a file among the inputs; one outside of the kustomization's directory is remarkable.
    fn note_reach(
        &self,
        directory: &RepoPath,
        file: FileId,
        entry: &Text,
        set: &mut Accumulated,
    ) -> Result<(), RenderError> {
        let path = self.renderer.snapshot().path(file);
        let inside = path.is_in(directory);
        if !inside {
            let message = format!("`{path}` lies outside of `{directory}`");
            if self.renderer.options().restricted {
                let error = RenderError::new(entry.span, message);
                return Err(error.help("move it, or give it a kustomization of its own"));
            }
            set.notices.push(Notice {
                span: entry.span,
                level: Level::Note,
                message,
                help: "kustomize reads it only with `--load-restrictor LoadRestrictionsNone`, as \
                       Flux does: move it, or give it a kustomization of its own",
                outside: true,
            });
        }
        set.inputs.insert(file);
        Ok(())
    }

    /// Records something that cannot be rendered, or refuses it.
    pub(crate) fn gap(
        &self,
        set: &mut Accumulated,
        entry: &Text,
        what: &'static str,
        holds: Holds,
    ) -> Result<(), RenderError> {
        if !self.renderer.options().partial {
            let message = format!("`{}` cannot be rendered here: it is a {what}", entry.value);
            let error = RenderError::new(entry.span, message);
            return Err(error.help("render what is there with `--partial`"));
        }
        let objects = holds == Holds::Objects;
        set.gaps.push(Gap { span: entry.span, what, detail: entry.value.to_string(), objects });
        Ok(())
    }

    /// Whether something that is missing may be in a gap; if so this is recorded, too.
    pub(crate) fn may_be_in_gap(
        &self,
        set: &mut Accumulated,
        span: Span,
        what: &'static str,
        detail: impl Into<String>,
    ) -> bool {
        let may = self.renderer.options().partial && set.gaps.iter().any(|gap| gap.objects);
        if may {
            set.gaps.push(Gap { span, what, detail: detail.into(), objects: false });
        }
        may
    }

    fn generators(
        &mut self,
        directory: &RepoPath,
        kustomization: &Kustomization,
        set: &mut Accumulated,
    ) -> Result<(), RenderError> {
        let generators = kustomization.config_maps.iter().chain(&kustomization.secrets);
        for generator in generators {
            let author = self.notes.as_ref().map(|notes| notes.author(generator.kind.plugin()));
            let options = &kustomization.generator_options;
            self.generate(directory, generator, options, author.as_ref(), set)?;
        }
        for chart in &kustomization.charts {
            self.gap(set, &chart.name, CHART, Holds::Objects)?;
            let home = kustomization.chart_home.as_ref().map(|home| &*home.value);
            let chart = chart.body.as_ref().map(|body| Inflated::new(directory, home, body));
            set.charts.extend(chart);
        }
        plugin::generate(self, directory, kustomization, set)
    }

    /// Runs one generator.
    pub(crate) fn generate(
        &mut self,
        directory: &RepoPath,
        generator: &Generator,
        options: &GeneratorOptions,
        author: Option<&Author>,
        set: &mut Accumulated,
    ) -> Result<(), RenderError> {
        let made = generate::make(generator, options, &mut Reader { walk: self, directory, set })?;
        self.absorb(made, author, set)
    }

    /// Takes a generated object into the set.
    pub(crate) fn absorb(
        &self,
        mut made: Working,
        author: Option<&Author>,
        set: &mut Accumulated,
    ) -> Result<(), RenderError> {
        if let (Some(notes), Some(author)) = (&self.notes, author) {
            notes.made(&mut made, author);
        }
        match absorb(&mut set.resources, made)? {
            Absorbed::New(made) => set.append(*made, self.renderer),
            Absorbed::Joined => Ok(()),
            Absorbed::Missing(made) => {
                let (span, name) = (made.origin, made.id.to_string());
                if self.may_be_in_gap(set, span, "generator target", name.clone()) {
                    return set.append(*made, self.renderer);
                }
                let message = format!("there is no `{name}` to merge with or to replace");
                Err(RenderError::new(span, message).help("drop `behavior`, or correct the name"))
            }
        }
    }
}

/// What may be in something that cannot be rendered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Whole objects.
    Objects,
    /// Fields of objects that are there.
    Fields,
}

/// Opens the files of generators.
struct Reader<'r, 'w, 's> {
    walk: &'r Walk<'w, 's>,
    directory: &'r RepoPath,
    set: &'r mut Accumulated,
}

impl Files for Reader<'_, '_, '_> {
    fn open(&mut self, path: &str, entry: Span) -> Result<Option<generate::Content>, RenderError> {
        let path = Text { value: path.into(), span: entry };
        let file = match self.walk.file(self.directory, &path, self.set) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(None),
            Err(error) if !self.walk.renderer.options().partial => return Err(error),
            Err(error) => {
                // The rest renders; the failure is reported all the same.
                self.walk.gap(self.set, &path, "missing file", Holds::Fields)?;
                self.set.failures.push(error);
                return Ok(None);
            }
        };
        let bytes = self.walk.renderer.snapshot().bytes(file);
        let bytes = bytes.map_err(|error| {
            RenderError::new(entry, error.to_string()).help("name a file that can be read")
        })?;
        let span = Span::new(file, 0, bytes.len());
        Ok(Some(generate::Content { bytes: Arc::clone(bytes), span }))
    }
}
