//! Kustomize in process: what each overlay really runs, with the source of every value.

pub mod output;

mod accumulate;
mod argocd;
mod configuration;
mod edit;
mod effect;
mod error;
pub mod evaluate;
mod flux;
mod generate;
mod growth;
pub mod helm;
mod hints;
mod json;
mod kustomization;
mod label_selector;
mod load;
mod locate;
mod manifests;
mod names;
mod origin;
mod overlay;
mod patch;
mod pattern;
mod pipeline;
mod plain;
mod plugin;
mod renderer;
mod replacement;
mod selector;
mod sort;
mod terraform;
mod transform;
mod vars;
mod working;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use evaluate::Evaluated;

use crate::finding::Level;
use crate::kube::{Resource, ResourceId};
use crate::text::{FileId, Span};

pub use effect::{Effect, Statement, StatementKind};
pub use error::RenderError;
pub use flux::{Definition, Told, UnknownValues, VariableUse, Variables, lay_values};
pub use renderer::{Options, Renderer};

/// How much of an overlay could be rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Everything.
    Whole,
    /// Everything but the gaps: nothing may be concluded to be missing.
    Partial,
}

/// What a gap is where a chart is inflated.
const CHART: &str = "helm chart";

/// What a gap is called that is a module of Terraform.
const MODULE: &str = "module";

/// Something that an overlay uses and that cannot be rendered here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The entry that asks for it.
    pub span: Span,
    /// What it is: `remote base`, `helm chart`, `plugin`, `ignored file`, `broken file`.
    pub what: &'static str,
    /// Its address or name, as written.
    pub detail: String,
    /// Whether whole objects may be in it.
    pub objects: bool,
}

impl Gap {
    /// Whether it is a module of the repository that a call of it does not find.
    pub fn is_module(&self) -> bool {
        self.what == MODULE
    }

    /// Whether it is what a chart makes that is inflated: which one, and what it is told, is known.
    pub fn is_chart(&self) -> bool {
        self.what == CHART
    }
}

/// Something to warn about in an overlay that renders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Where.
    pub span: Span,
    /// How much it matters.
    pub level: Level,
    /// What.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// Whether it is about a file outside of the kustomization's directory.
    pub outside: bool,
}

/// An object that a patch deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The object as it was.
    pub id: ResourceId,
    /// The bytes that say so.
    pub span: Span,
}

/// One rendered overlay.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// How much of it there is.
    pub grade: Grade,
    /// The objects in kustomize's output order, then the documents.
    pub resources: Vec<Resource>,
    /// Maps in plain files that have a kind, and not the metadata that makes an object of them.
    pub broken: Vec<Resource>,
    /// Every file that was read for it.
    pub inputs: BTreeSet<FileId>,
    /// What is missing from it.
    pub gaps: Vec<Gap>,
    /// The objects that patches deleted.
    pub removed: Vec<Removed>,
    /// The defaults of charts that nulls deleted.
    pub deleted: Vec<helm::Deleted>,
    /// What each patch, image and replicas entry did.
    pub statements: Vec<Statement>,
    /// What to warn about.
    pub notices: Vec<Notice>,
    /// Values that it sets and that no template of its chart mentions.
    pub unread: Vec<helm::Unread>,
    /// What kustomize refuses, and what was left out to render the rest all the same.
    pub failures: Vec<RenderError>,
    /// The charts that kustomize inflates for it.
    pub charts: Vec<helm::Inflated>,
    /// The variables that Flux filled in.
    pub variables: Option<Box<Variables>>,
    /// The documents of Flux Kustomizations and Applications whose effect is an overlay of its own.
    pub told: Vec<Told>,
    /// The keys of `ConfigMap`s whose values are laid under those of a release, each with the place of
    /// its object.
    pub read_keys: Vec<(Span, Arc<str>)>,
    /// The variables that its root module asks for: those that have no default.
    pub required: BTreeSet<Arc<str>>,
    /// Values of releases that are not known.
    pub unknown_values: Vec<UnknownValues>,
}

impl Rendered {
    /// Whether the values of a key are laid under those of a release.
    pub(crate) fn reads(&self, origin: Span, key: &str) -> bool {
        self.read_keys.iter().any(|(known, name)| *known == origin && **name == *key)
    }

    /// With the grade that its gaps give it.
    #[must_use]
    pub(crate) fn graded(mut self) -> Self {
        self.grade = if self.gaps.is_empty() { Grade::Whole } else { Grade::Partial };
        self
    }

    /// An overlay that holds documents and no objects.
    pub fn of_documents(
        documents: Vec<Resource>,
        inputs: BTreeSet<FileId>,
        gaps: Vec<Gap>,
    ) -> Self {
        Self {
            grade: if gaps.is_empty() { Grade::Whole } else { Grade::Partial },
            resources: documents,
            broken: Vec::new(),
            inputs,
            gaps,
            removed: Vec::new(),
            deleted: Vec::new(),
            statements: Vec::new(),
            notices: Vec::new(),
            unread: Vec::new(),
            failures: Vec::new(),
            charts: Vec::new(),
            variables: None,
            told: Vec::new(),
            read_keys: Vec::new(),
            required: BTreeSet::new(),
            unknown_values: Vec::new(),
        }
    }

    /// What a cluster gets: everything but the documents.
    pub fn objects(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(|resource| !resource.id.gvk.is_document())
    }

    /// Whether objects may be missing from it, so that nothing can be said of what is not there.
    pub fn lacks_objects(&self) -> bool {
        self.gaps.iter().any(|gap| gap.objects)
    }
}

#[cfg(test)]
mod tests;
