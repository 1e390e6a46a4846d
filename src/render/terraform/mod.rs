//! Terraform, OpenTofu and Terragrunt: what each environment gives to a root module, and the blocks of
//! root modules that belong to one environment.
//!
//! Nothing is evaluated: what has to be worked out is a text `${…}`, which equals itself only.

mod blocks;
mod calls;
mod declared;
mod include;
mod roots;
mod terragrunt;
mod tree;
mod types;
mod variables;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

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
        let mut job = Job { renderer: self, inputs, gaps: Vec::new(), statements };
        let documents = match self.snapshot().find(&overlay.root) {
            Some(file) if overlay.root.extension() == "hcl" => job.terragrunt(unit, file),
            Some(file) => return job.variables_of(unit, file, &overlay.root),
            None => job.module(unit, &overlay.root),
        };
        let rendered = Rendered::of_documents(documents, job.inputs, job.gaps);
        Rendered { statements: job.statements, ..rendered }
    }
}

/// One overlay on its way.
struct Job<'a, 's> {
    renderer: &'a Renderer<'s>,
    inputs: BTreeSet<FileId>,
    gaps: Vec<Gap>,
    /// What has no effect.
    statements: Vec<Statement>,
}

impl<'s> Job<'_, 's> {
    /// The outermost map of a file; where it cannot be read, a gap.
    fn root_of(&mut self, file: FileId) -> Option<NodeRef<'s>> {
        let store = self.renderer.store();
        self.inputs.insert(file);
        let parsed = store.tree(file);
        let root = parsed.documents.first().map(|document| document.root());
        if !parsed.is_broken() && !parsed.template {
            return root.filter(|root| root.is_map());
        }
        let path = store.snapshot().path(file);
        let gap = match parsed.problems.first() {
            Some(problem) => (problem.span, format!("{path}: {}", problem.kind)),
            None => (Span::file_start(file), path.to_string()),
        };
        self.gaps.push(Gap { span: gap.0, what: "broken file", detail: gap.1, objects: true });
        None
    }

    fn find(&self, directory: &RepoPath, name: &str) -> Option<FileId> {
        self.renderer.snapshot().find(&directory.join(name).ok()?)
    }
}
