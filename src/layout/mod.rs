//! Which environments and units the repository has, found without configuration.

mod alike;
mod argocd;
mod assemble;
mod candidates;
mod defaults;
mod discover;
mod explicit;
mod flux;
mod helmfile;
mod kustomizations;
mod lexicon;
mod mixed;
mod place;
mod plain;
mod rendered;
pub mod table;
mod units;
mod users;
mod words;

pub use alike::are_alike;
pub use argocd::{Application, Home, Source, ValueFile};
pub use flux::{FLUX_GROUP, Flux, FluxBuild, FluxBuilds, flux_directory};
pub(crate) use helmfile::condition::{holds, path as value_path};
pub(crate) use helmfile::is_helmfile;
pub(crate) use helmfile::state::{filled, filled_with, find as find_beside};
pub(crate) use helmfile::text::{masked, unmasked};
pub use helmfile::{State, Target};
pub(crate) use kustomizations::{is_kustomization, names};
pub use plain::Bases;
pub use users::{Inputs, Users};
pub(crate) use words::{aside, is_place};

use std::collections::BTreeSet;

use globset::GlobSet;

use crate::text::RepoPath;

/// What the configuration decides itself.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Environments in promotion order, each with its other spellings; when there are any, they
    /// replace the built-in words.
    pub environments: Vec<(String, Vec<String>)>,
    /// Files that are not looked at.
    pub excludes: GlobSet,
    /// Units that are named instead of found.
    pub units: Vec<UnitChoice>,
    /// Directories with manifests that the user's pipeline rendered.
    pub rendered: Vec<RenderedTree>,
}

/// A directory with the manifests of one environment, as they are applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedTree {
    /// The environment, as the user names it.
    pub environment: String,
    /// The variant, where one is named.
    pub variant: Option<String>,
    /// The directory: a mount of the snapshot.
    pub root: RepoPath,
}

/// A unit that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitChoice {
    /// The unit's name.
    pub name: String,
    /// Where its overlays are: `apps/orders/overlays/{env}[/{variant}]`. What stands in square
    /// brackets may be absent.
    pub template: String,
}

/// A stage of the promotion path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name as this repository spells it most, for example `prod` or `production`.
    pub name: String,
    /// Its place in the promotion order: low numbers come first, production last.
    pub rank: u32,
    /// Every word that means it here, the name included, sorted.
    pub aliases: Vec<String>,
}

impl Environment {
    /// Whether nobody promotes from it as it is: development, sandboxes, previews.
    ///
    /// The ranks of the lexicon reach from such workshops over tests and staging to production.
    pub fn is_workshop(&self) -> bool {
        self.rank < 40
    }
}

/// How an overlay's effective configuration is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverlayKind {
    /// A directory with a kustomization.
    Kustomize,
    /// Plain manifests: all objects in a directory and below it, those of kustomizations and charts
    /// inside excepted, or in one file.
    Manifests,
    /// Helm values files (found, not rendered yet).
    HelmValues,
    /// A helmfile in one of its environments.
    Helmfile,
    /// A file of plain configuration: JSON, TOML, dotenv, properties or INI.
    Configuration,
    /// A file of Terraform variables, a root module that belongs to one environment, or a directory or
    /// file of Terragrunt.
    Terraform,
    /// An Application of Argo CD alone: what it deploys is the same in every environment, or lies
    /// elsewhere.
    Application,
}

impl OverlayKind {
    /// What readers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kustomize => "kustomize",
            Self::Manifests => "manifests",
            Self::HelmValues => "values",
            Self::Helmfile => "helmfile",
            Self::Terraform => "terraform",
            Self::Configuration => "configuration",
            Self::Application => "application",
        }
    }

    /// Whether what one kind gives can be compared with what another gives: both give objects, or
    /// they are the same.
    pub fn answers(self, other: Self) -> bool {
        let objects = |kind: Self| matches!(kind, Self::Kustomize | Self::Manifests);
        self == other || objects(self) && objects(other)
    }
}

/// A unit in one environment and variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// Index into [`Layout::environments`].
    pub environment: usize,
    /// The further axis: cluster, region, ring, tenant.
    pub variant: Option<String>,
    /// The directory that is rendered, or the file that is read.
    pub root: RepoPath,
    /// How it is rendered.
    pub kind: OverlayKind,
    /// The Flux Kustomization that builds it, if one does: index into [`Flux::builds`].
    pub build: Option<usize>,
    /// The Application that deploys it, if exactly one does: index into [`Layout::applications`].
    pub application: Option<usize>,
    /// What the helmfile says that it is: index into [`Layout::helmfiles`].
    pub helmfile: Option<usize>,
    /// The segment or file name that told the environment, for `paritylint units`.
    pub why: String,
}

/// The smallest thing that is deployed as a whole in several environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its path with the environment taken out, for example `apps/orders`.
    pub name: String,
    /// The path template that its overlays share, for example `apps/orders/overlays/{env}`.
    pub template: String,
    /// Sorted by environment rank, then variant.
    pub overlays: Vec<Overlay>,
}

/// Something that looks deployable and was not placed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unplaced {
    /// The directory or file.
    pub root: RepoPath,
    /// Why not.
    pub why: String,
}

/// All that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Sorted by rank, then name.
    pub environments: Vec<Environment>,
    /// Sorted by name.
    pub units: Vec<Unit>,
    /// Sorted by path.
    pub unplaced: Vec<Unplaced>,
    /// Who uses which file.
    pub users: Users,
    /// What configuration files of environments are laid over.
    pub bases: Bases,
    /// What Flux deploys.
    pub flux: Flux,
    /// The Applications of Argo CD, in the order of their files.
    pub applications: Vec<Application>,
    /// The helmfiles that are units, in each of their environments.
    pub helmfiles: Vec<Target>,
    /// Which of the repositories that they name this one is.
    pub repository: Home,
    /// What was read for them besides manifests.
    pub parameter_files: BTreeSet<RepoPath>,
}

impl Layout {
    /// The files of plain configuration, with those that they are laid over.
    pub fn configurations(&self) -> impl Iterator<Item = &RepoPath> {
        let overlays = self.units.iter().flat_map(|unit| &unit.overlays);
        let own = overlays.filter(|overlay| overlay.kind == OverlayKind::Configuration);
        own.map(|overlay| &overlay.root).chain(self.bases.values().flatten())
    }

    /// An overlay as users name it: its environment, and its variant behind a `/`.
    pub fn name_of(&self, overlay: &Overlay) -> String {
        let environment = self.environment(overlay.environment).map_or("", |e| e.name.as_str());
        match &overlay.variant {
            Some(variant) => format!("{environment}/{variant}"),
            None => environment.to_owned(),
        }
    }

    /// The environment of an overlay: `index` is [`Overlay::environment`].
    pub fn environment(&self, index: usize) -> Option<&Environment> {
        self.environments.get(index)
    }
}
