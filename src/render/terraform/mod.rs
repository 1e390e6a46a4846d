//! Terraform, OpenTofu and Terragrunt: what each environment gives to a root module, and the blocks of
//! root modules that belong to one environment.
//!
//! Nothing is evaluated: what has to be worked out is a text `${…}`, which equals itself only.

mod blocks;
mod calls;
mod declared;
mod include;
mod overrides;
mod roots;
mod terragrunt;
mod tree;
mod types;
mod variables;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) use declared::all_declared;
pub(super) use roots::Roots;

use crate::layout::{Overlay, Unit};
use crate::render::{Gap, Rendered, Renderer, Statement};
use crate::syntax::NodeRef;
use crate::text::{FileId, RepoPath, Span};

/// What a directory of Terragrunt is configured by.
const TERRAGRUNT: &str = "terragrunt.hcl";

impl Renderer<'_> {
    /// What a file of variables gives to its root module, or what a root module declares.
    pub(super) fn terraform(&self, unit: &Unit, overlay: &Overlay) -> Rendered {
        let (inputs, statements) = (BTreeSet::new(), Vec::new());
        let required = BTreeSet::new();
        let mut job = Job { renderer: self, inputs, gaps: Vec::new(), statements, required };
        let documents = match self.snapshot().find(&overlay.root) {
            Some(file) if overlay.root.extension() == "hcl" => job.terragrunt(unit, file),
            Some(file) => return job.variables_of(unit, file, &overlay.root),
            None => job.module(unit, &overlay.root),
        };
        let rendered = Rendered::of_documents(documents, job.inputs, job.gaps);
        Rendered { statements: job.statements, required: job.required, ..rendered }
    }
}

/// One overlay on its way.
struct Job<'a, 's> {
    renderer: &'a Renderer<'s>,
    inputs: BTreeSet<FileId>,
    gaps: Vec<Gap>,
    /// What has no effect.
    statements: Vec<Statement>,
    /// The variables without a default.
    required: BTreeSet<Arc<str>>,
}

impl<'s> Job<'_, 's> {
    /// The outermost map of a file; where it cannot be read, a gap.
    fn root_of(&mut self, file: FileId) -> Option<NodeRef<'s>> {
        if self.is_broken(file, true) {
            return None;
        }
        let root = self.renderer.store().tree(file).documents.first()?.root();
        root.is_map().then_some(root)
    }

    /// Takes a file for one that is read; where it cannot be, that is a gap, which may hold whole
    /// documents if `objects` says so.
    fn is_broken(&mut self, file: FileId, objects: bool) -> bool {
        let store = self.renderer.store();
        self.inputs.insert(file);
        let parsed = store.tree(file);
        if !parsed.is_broken() && parsed.template.is_none() {
            return false;
        }
        let (span, what, detail) = match (parsed.template, parsed.problems.first()) {
            (Some(it), _) => (it.span, "template", it.to_string()),
            (None, Some(it)) => (it.span, "broken file", it.kind.to_string()),
            (None, None) => {
                let path = store.snapshot().path(file).to_string();
                (Span::file_start(file), "broken file", path)
            }
        };
        if self.gaps.iter().all(|gap| gap.span != span) {
            self.gaps.push(Gap { span, what, detail, objects });
        }
        true
    }

    fn find(&self, directory: &RepoPath, name: &str) -> Option<FileId> {
        self.renderer.snapshot().find(&directory.join(name).ok()?)
    }
}
