//! What the variables of a root module are in one environment: defaults, then files in the order in
//! which Terraform reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kube::{Entry, Form, Map, Provenance, Resource, Value};
use crate::layout::{OverlayKind, Unit};
use crate::render::terraform::declared::{self, Declared};
use crate::render::terraform::{Job, TERRAGRUNT, tree, types};
use crate::render::{Effect, Rendered, Statement, StatementKind};
use crate::syntax::NodeRef;
use crate::text::{FileId, RepoPath, Span};

/// Files that Terraform reads by itself, in this order; then come `*.auto.tfvars` by name.
const AUTOMATIC: [&str; 2] = ["terraform.tfvars", "terraform.tfvars.json"];
/// Stems of files that hold what several environments share.
const SHARED: &[&str] = &["all", "base", "common", "default", "defaults", "global", "shared"];
/// What stands for the value of a variable that nobody may see.
const SENSITIVE: &str = "(sensitive)";

/// The variables of a module as they are set, layer by layer.
pub(super) type Layers = BTreeMap<Arc<str>, Entry>;

impl<'s> Job<'_, 's> {
    /// What a file of variables gives to its root module.
    pub(super) fn variables_of(mut self, unit: &Unit, file: FileId, path: &RepoPath) -> Rendered {
        let Some(own) = self.root_of(file).map(tree::value) else {
            return Rendered::of_documents(Vec::new(), self.inputs, self.gaps);
        };
        let Some(map) = own.as_map() else {
            return Rendered::of_documents(Vec::new(), self.inputs, self.gaps);
        };
        let root = self.root_module(unit, path);
        let mut layers = Layers::new();
        let mut statements = Vec::new();
        let declared = match root {
            Some(root) => {
                let declared = self.declared(&root);
                lay(&mut layers, &defaults(&declared), |_| true);
                let known = |entry: &Entry| declared.contains_key(&*entry.key);
                for below in self.automatic(&root).into_iter().chain(self.shared(path)) {
                    if below == file {
                        continue;
                    }
                    let below = self.root_of(below).map(tree::value);
                    if let Some(below) = below.as_ref().and_then(Value::as_map) {
                        lay(&mut layers, below, known);
                    }
                }
                statements = self.idle(map, &declared);
                self.required = required(&declared);
                declared
            }
            None => Declared::new(),
        };
        lay(&mut layers, map, |entry| !is_idle(&statements, entry));
        let body = body(layers, &declared, Span::file_start(file));
        let document =
            Resource::document(Form::Variables, &unit.name, body, Span::file_start(file));
        let rendered = Rendered::of_documents(vec![document], self.inputs, self.gaps);
        Rendered { statements, required: self.required, ..rendered }
    }

    /// The variables of a root module whose directory belongs to one environment.
    pub(super) fn variables_in(
        &mut self,
        unit: &Unit,
        root: &RepoPath,
    ) -> Option<(Resource, Vec<Statement>)> {
        let declared = self.declared(root);
        self.required = required(&declared);
        let files = self.automatic(root);
        let mut layers = Layers::new();
        lay(&mut layers, &defaults(&declared), |_| true);
        let at = files.last().copied();
        let mut statements = Vec::new();
        for file in files {
            let own = self.root_of(file).map(tree::value);
            if let Some(own) = own.as_ref().and_then(Value::as_map) {
                statements.extend(self.idle(own, &declared));
                lay(&mut layers, own, |entry| !is_idle(&statements, entry));
            }
        }
        // Where other environments declare some, that there are none is what is compared.
        let bare = || {
            let (store, roots) = (self.renderer.store(), self.renderer.roots());
            let mut others = unit.overlays.iter().map(|overlay| roots.files(&overlay.root));
            let compared = others.any(|files| !declared::declared(store, files).is_empty());
            let own = self.find(root, TERRAGRUNT).is_none() && compared;
            roots.files(root).first().copied().filter(|_| own)
        };
        let first = declared.values().next().map(|declaration| declaration.name.file);
        let origin = Span::file_start(at.or(first).or_else(bare)?);
        let body = body(layers, &declared, origin);
        Some((Resource::document(Form::Variables, &unit.name, body, origin), statements))
    }

    /// The variables of a module; a file of it that cannot be read is a gap.
    pub(super) fn declared(&mut self, root: &RepoPath) -> Declared<'s> {
        let renderer = self.renderer;
        let files = renderer.roots().files(root);
        for &file in files {
            self.is_broken(file, false);
        }
        declared::declared(renderer.store(), files)
    }

    /// The module that declares most of the variables that the environments of a unit set: at least
    /// half of them, or nobody knows which it is. What cannot be read of those that are looked at in
    /// vain is a gap.
    fn root_module(&mut self, unit: &Unit, path: &RepoPath) -> Option<RepoPath> {
        let (store, roots) = (self.renderer.store(), self.renderer.roots());
        let files = unit.overlays.iter().filter(|overlay| overlay.kind == OverlayKind::Terraform);
        let files = files.filter_map(|overlay| store.snapshot().find(&overlay.root));
        let tops = files.filter_map(|file| Some(store.tree(file).documents.first()?.root()));
        let set: BTreeSet<&str> =
            tops.flat_map(NodeRef::entries).filter_map(|(key, _)| key.text()).collect();
        let mut best = (0, None);
        let candidates = roots.candidates(path, &unit.name);
        for &root in &candidates {
            let declared = declared::declared(store, roots.files(root));
            let known = set.iter().filter(|name| declared.contains_key(**name)).count();
            if known > best.0 {
                best = (known, Some(root));
            }
        }
        let found = best.1.filter(|_| best.0 * 2 >= set.len());
        let nearer = candidates.into_iter().take_while(|root| Some(*root) != found);
        for &file in nearer.flat_map(|root| roots.files(root)) {
            if store.tree(file).is_broken() {
                self.is_broken(file, false);
            }
        }
        found.cloned()
    }

    /// What Terraform reads by itself in a directory.
    fn automatic(&self, root: &RepoPath) -> Vec<FileId> {
        let snapshot = self.renderer.snapshot();
        let mut files: Vec<FileId> =
            AUTOMATIC.iter().filter_map(|name| self.find(root, name)).collect();
        let automatic = |path: &RepoPath| {
            let name = path.file_name();
            name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")
        };
        let beside = snapshot
            .files_below(root)
            .filter(|(_, path)| path.parent().as_ref() == Some(root) && automatic(path));
        files.extend(beside.map(|(file, _)| file));
        files
    }

    /// The files of shared variables beside a file, or above the directory of its environment.
    fn shared(&self, path: &RepoPath) -> Vec<FileId> {
        let directories = [path.parent().and_then(|beside| beside.parent()), path.parent()];
        let names = directories.into_iter().flatten().flat_map(|directory| {
            SHARED.iter().map(move |stem| (directory.clone(), format!("{stem}.tfvars")))
        });
        names.filter_map(|(directory, name)| self.find(&directory, &name)).collect()
    }

    /// The variables that no module of the repository declares: Terraform warns of them and does
    /// nothing.
    fn idle(&self, map: &Map, declared: &Declared<'_>) -> Vec<Statement> {
        let unknown = map.iter().filter(|entry| !declared.contains_key(&*entry.key));
        let unknown = unknown.filter(|entry| !self.renderer.declares(&entry.key));
        let idle = |entry: &Entry| Statement {
            span: entry.key_span,
            kind: StatementKind::Variable,
            effect: Effect::SelectsNothing,
        };
        unknown.map(idle).collect()
    }
}

/// Whether a variable was found to do nothing.
fn is_idle(statements: &[Statement], entry: &Entry) -> bool {
    statements.iter().any(|statement| statement.span == entry.key_span)
}

/// The variables of a module that have no default.
pub(super) fn required(declared: &Declared<'_>) -> BTreeSet<Arc<str>> {
    let asked = declared.iter().filter(|(_, declaration)| declaration.default.is_none());
    asked.map(|(&name, _)| name.into()).collect()
}

/// The defaults of a module.
pub(super) fn defaults(declared: &Declared<'_>) -> Map {
    let defaults = declared.iter().filter_map(|(&name, declaration)| {
        let value = tree::value(declaration.default?);
        Some(Entry { key: name.into(), key_span: declaration.name, value })
    });
    defaults.collect()
}

/// Lays variables over those that are set: each replaces the one before as a whole.
pub(super) fn lay(layers: &mut Layers, above: &Map, wanted: impl Fn(&Entry) -> bool) {
    for entry in above.iter().filter(|entry| wanted(entry)) {
        let mut entry = entry.clone();
        if let Some(below) = layers.get(&entry.key) {
            entry.value.provenance = below.value.provenance.then_all(&entry.value.provenance);
        }
        layers.insert(Arc::clone(&entry.key), entry);
    }
}

/// The variables as one map, with what their types put in and without what nobody may see.
pub(super) fn body(layers: Layers, declared: &Declared<'_>, origin: Span) -> Value {
    let entries = layers.into_values().map(|mut entry| {
        let Some(declaration) = declared.get(&*entry.key) else { return entry };
        if let Some(kind) = declaration.kind {
            entry.value = types::filled(entry.value, kind);
        }
        if declaration.is_sensitive() {
            entry.value = Value::string(SENSITIVE, entry.value.provenance);
        }
        entry
    });
    Value::map(entries.collect(), Provenance::declared(origin))
}
