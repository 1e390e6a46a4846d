//! What Flux deploys: a directory, changed as the Flux Kustomization says that deploys it.
//!
//! The order is that of the kustomize controller: patches, images, components, namespace and affixes
//! go into the directory's own kustomization (`build`), then the output is searched for variables
//! (`substitute`), and at the end come common labels and annotations.
//!
//! The object itself is read from what its parent deploys, so that patches and variables of the
//! cluster count.

mod build;
mod metadata;
mod places;
mod substitute;
mod values;
mod values_from;
mod variables;

use std::sync::{Arc, OnceLock};

use crate::kube::{Resource, Value};
use crate::layout::{FLUX_GROUP, Flux, FluxBuild};
use crate::render::working::Working;
use crate::render::{RenderError, Rendered, Renderer};
use crate::text::{FileId, RepoPath, Span};

pub use values::{UnknownValues, lay_values};
pub use variables::{Definition, VariableUse, Variables};

type Slot<T> = OnceLock<Result<Arc<T>, RenderError>>;

/// What is known of the builds of a repository, each worked out once.
#[derive(Debug)]
pub(crate) struct Clusters<'f> {
    flux: &'f Flux,
    /// Before variables are filled in.
    plain: Vec<Slot<Plain>>,
    whole: Vec<Slot<Rendered>>,
    /// As the object is written: needs no other build.
    bare: Vec<Slot<Rendered>>,
}

/// A Flux Kustomization whose effect is an overlay of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its document.
    pub origin: Span,
    /// Its variables, where Flux substitutes any.
    pub variables: Option<Box<Variables>>,
}

/// A build before variables are filled in.
#[derive(Debug)]
struct Plain {
    /// The Flux Kustomization.
    object: Resource,
    output: Rendered,
}

impl<'f> Clusters<'f> {
    pub(crate) fn new(flux: &'f Flux) -> Self {
        fn slots<T>(count: usize) -> Vec<Slot<T>> {
            std::iter::repeat_with(OnceLock::new).take(count).collect()
        }
        let count = flux.builds.len();
        Self { flux, plain: slots(count), whole: slots(count), bare: slots(count) }
    }

    /// What a build deploys from `root`: its own directory, or one that this only lists.
    pub(crate) fn render(
        &self,
        renderer: &Renderer<'_>,
        build: usize,
        root: &RepoPath,
    ) -> Result<Rendered, RenderError> {
        let Some(found) = self.flux.builds.get(build) else { return renderer.render(root) };
        if found.path == *root {
            return self.whole(renderer, build).map(|output| (*output).clone());
        }
        let object = self.object(renderer, build)?;
        let output = build::directory(
            renderer,
            root,
            &object,
            self.written(renderer, build).as_ref(),
            false,
        )?;
        let mut output = self.finish(renderer, build, &object, output);
        output.variables.iter_mut().for_each(|variables| variables.whole = false);
        Ok(output)
    }

    fn whole(&self, renderer: &Renderer<'_>, at: usize) -> Result<Arc<Rendered>, RenderError> {
        let make = || {
            let plain = self.plain(renderer, at)?;
            let output = plain.output.clone();
            Ok(Arc::new(self.finish(renderer, at, &plain.object, output)))
        };
        self.whole.get(at).map_or_else(make, |slot| slot.get_or_init(make).clone())
    }

    fn plain(&self, renderer: &Renderer<'_>, at: usize) -> Result<Arc<Plain>, RenderError> {
        let make = || {
            let object = self.object(renderer, at)?;
            let path = self.flux.builds.get(at).map_or_else(RepoPath::root, |it| it.path.clone());
            let output = build::directory(
                renderer,
                &path,
                &object,
                self.written(renderer, at).as_ref(),
                true,
            )?;
            Ok(Arc::new(Plain { object, output }))
        };
        self.plain.get(at).map_or_else(make, |slot| slot.get_or_init(make).clone())
    }

    /// What a build deploys as far as the object itself says it. Other builds may ask for this at any
    /// time: unlike the rest it leads to no parent, and so never round in a circle.
    fn bare(&self, renderer: &Renderer<'_>, at: usize) -> Result<Arc<Rendered>, RenderError> {
        let make = || {
            let build = self.flux.builds.get(at).ok_or_else(|| lost(renderer, None))?;
            let object = declared(renderer, build).ok_or_else(|| lost(renderer, Some(build)))?;
            build::directory(renderer, &build.path, &object, None, true).map(Arc::new)
        };
        self.bare.get(at).map_or_else(make, |slot| slot.get_or_init(make).clone())
    }

    /// Fills in the variables, and adds the common metadata.
    fn finish(
        &self,
        renderer: &Renderer<'_>,
        at: usize,
        object: &Resource,
        mut output: Rendered,
    ) -> Rendered {
        if let Some(mut variables) = self.variables(renderer, at, object) {
            substitute::apply(&mut output, &mut variables);
            output.variables = Some(Box::new(variables));
        }
        metadata::apply(&mut output, &object.body);
        output
    }

    /// Notes the Flux Kustomizations among the objects whose effect overlays show.
    pub(crate) fn note_told(&self, renderer: &Renderer<'_>, output: &mut Rendered) {
        let builds = || self.flux.builds.iter().enumerate();
        let kustomizations = output.objects().filter(|object| is_kustomization(object));
        let shown = kustomizations.filter_map(|object| {
            let file = renderer.snapshot().path(object.origin.file);
            let mut own = builds().filter(|(at, build)| {
                build.file == *file && is(object, build) && self.flux.is_overlay(*at)
            });
            let whole = own.find_map(|(at, _)| self.whole(renderer, at).ok())?;
            Some(Told { origin: object.origin, variables: whole.variables.clone() })
        });
        output.told = shown.collect();
    }

    /// The Flux Kustomization of a build before its parent fills in variables, and these variables.
    fn written(&self, renderer: &Renderer<'_>, at: usize) -> Option<(Resource, Box<Variables>)> {
        let build = self.flux.builds.get(at)?;
        let variables = self.whole(renderer, build.parent?).ok()?.variables.clone()?;
        let plain = self.plain(renderer, build.parent?).ok()?;
        let mut objects = plain.output.objects();
        let object = objects.find(|object| is_kustomization(object) && is(object, build))?;
        Some((object.clone(), variables))
    }

    /// The Flux Kustomization of a build, as it is in the cluster.
    fn object(&self, renderer: &Renderer<'_>, at: usize) -> Result<Resource, RenderError> {
        let build = self.flux.builds.get(at).ok_or_else(|| lost(renderer, None))?;
        if let Some(parent) = build.parent {
            let output = self.whole(renderer, parent)?;
            let found =
                output.objects().find(|object| is_kustomization(object) && is(object, build));
            return found
                .cloned()
                .or_else(|| declared(renderer, build))
                .ok_or_else(|| lost(renderer, Some(build)));
        }
        let home = build.home.as_ref().and_then(|home| renderer.render(home).ok());
        let own = home.and_then(|output| {
            let mut objects = output.resources.into_iter();
            objects.find(|object| is_kustomization(object) && is(object, build))
        });
        own.or_else(|| declared(renderer, build)).ok_or_else(|| lost(renderer, Some(build)))
    }
}

fn lost(renderer: &Renderer<'_>, build: Option<&FluxBuild>) -> RenderError {
    let file = build.and_then(|build| renderer.snapshot().find(&build.file));
    let name = build.map_or("", |build| &build.name);
    let span = Span::file_start(file.unwrap_or(FileId(0)));
    let message = format!("the Flux Kustomization `{name}` cannot be read");
    RenderError::new(span, message).help("correct the file")
}

fn is_kustomization(object: &Resource) -> bool {
    &*object.id.gvk.group == FLUX_GROUP && &*object.id.gvk.kind == "Kustomization"
}

/// Whether an object is the one of a build. A namespace that one of them lacks may be set later.
fn is(object: &Resource, build: &FluxBuild) -> bool {
    let same = |name: &str, namespace: &str| {
        *name == *build.name
            && (*namespace == *build.namespace
                || namespace.is_empty()
                || build.namespace.is_empty())
    };
    same(&object.id.name, &object.id.namespace)
        || same(&object.original.name, &object.original.namespace)
}

/// The object as its file declares it; what installs Flux stands for the build that it asks for.
fn declared(renderer: &Renderer<'_>, build: &FluxBuild) -> Option<Resource> {
    let file = renderer.snapshot().find(&build.file)?;
    let objects = renderer.objects(file).ok()?;
    // What installs Flux has a name of its own.
    let means = |object: &&Working| {
        if build.installed {
            return &*object.id.gvk.kind == "FluxInstance";
        }
        *object.id.name == *build.name
    };
    let found = objects.iter().find(means);
    let mut object = found?.clone().finish();
    if build.installed {
        let spec = object.body.as_map_mut()?.get_mut("spec")?;
        *spec = Value::map(crate::kube::Map::default(), spec.provenance.clone());
    }
    Some(object)
}
