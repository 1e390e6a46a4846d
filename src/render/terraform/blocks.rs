//! The blocks of a root module that belongs to one environment, each a document of its own.

use crate::kube::{Entry, Form, Map, Provenance, Resource, Value};
use crate::layout::Unit;
use crate::render::terraform::{Job, TERRAGRUNT, tree};
use crate::syntax::NodeRef;
use crate::text::{RepoPath, Span};

/// The parts of a source that say which revision of it is meant: of git, of a registry.
const REVISIONS: &[&str] = &["ref", "version"];
/// What stands for the revision of a source that names none.
const UNPINNED: &str = "(default branch)";

impl Job<'_, '_> {
    /// The documents of a directory.
    pub(super) fn module(&mut self, unit: &Unit, root: &RepoPath) -> Vec<Resource> {
        let mut documents = Vec::new();
        let mut locals: Vec<Entry> = Vec::new();
        let mut settings: Vec<Entry> = Vec::new();
        for &file in self.renderer.roots().files(root) {
            let Some(top) = self.root_of(file) else { continue };
            for (kind, prefix) in [("resource", ""), ("data", "data.")] {
                let types = tree::of_type(top, kind).flat_map(NodeRef::entries);
                for (label, named) in types
                    .flat_map(|(label, blocks)| blocks.entries().map(move |named| (label, named)))
                {
                    let kind = format!("{prefix}{}", label.text().unwrap_or(""));
                    documents.extend(block(&kind, named));
                }
            }
            for named in tree::of_type(top, "module").flat_map(NodeRef::entries) {
                documents.extend(block("module", named).map(|block| {
                    let block = self.with_defaults(root, block);
                    self.with_reference(block)
                }));
            }
            let entries =
                |node| tree::value(tree::body(node)).as_map().cloned().unwrap_or_default();
            let all = |kind| tree::of_type(top, kind).map(entries);
            locals.extend(all("locals").flat_map(|map| map.iter().cloned().collect::<Vec<_>>()));
            settings
                .extend(all("terraform").flat_map(|map| map.iter().cloned().collect::<Vec<_>>()));
            let providers = top.entries().filter(|(key, _)| key.text() == Some("provider"));
            settings.extend(providers.map(|(key, node)| Entry {
                key: "provider".into(),
                key_span: key.span(),
                value: tree::value(node),
            }));
        }
        for (form, entries) in [(Form::Locals, locals), (Form::Settings, settings)] {
            documents.extend(collected(form, &unit.name, entries));
        }
        if let Some((variables, statements)) = self.variables_in(unit, root) {
            documents.push(variables);
            self.statements.extend(statements);
        }
        if let Some(file) = self.find(root, TERRAGRUNT) {
            documents.extend(self.terragrunt(unit, file));
        }
        documents
    }

    /// A call of a module with the revision of its source as a field of its own.
    pub(super) fn with_reference(&self, mut module: Resource) -> Resource {
        let Some(source) = module.body.get("source").cloned() else { return module };
        let Some(text) = source.text() else { return module };
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let asked = query.split('&').filter_map(|part| part.split_once('='));
        let mut asked = asked.filter(|(key, value)| REVISIONS.contains(key) && !value.is_empty());
        let (key, revision) = match asked.next() {
            Some(asked) => asked,
            None if is_repository(address) => ("ref", UNPINNED),
            None => return module,
        };
        let whole = source.span();
        let written = self.renderer.snapshot().slice(whole);
        let exact = written.find(&format!("{key}={revision}")).map(|at| at + key.len() + 1);
        let span = exact.map_or(whole, |at| {
            let start = whole.start as usize + at;
            Span::new(whole.file, start, start + revision.len())
        });
        let address = Value::string(address, source.provenance.clone());
        let revision = Value::string(revision, Provenance::declared(span));
        if let Some(map) = module.body.as_map_mut() {
            let key_span = map.entry("source").map_or(whole, |entry| entry.key_span);
            for (key, value) in [("source", address), (key, revision)] {
                map.insert(Entry { key: key.into(), key_span, value });
            }
        }
        module
    }
}

/// Whether a source is a repository of git, which has revisions.
fn is_repository(source: &str) -> bool {
    source.starts_with("git::")
        || source.starts_with("git@")
        || source.starts_with("github.com/")
        || source.starts_with("bitbucket.org/")
}

/// The document of a block by its last label and its body.
pub(super) fn block(kind: &str, (label, node): (NodeRef<'_>, NodeRef<'_>)) -> Option<Resource> {
    let body = tree::value(tree::body(node));
    body.as_map()?;
    Some(Resource::block(kind, label.text()?, body, label.span()))
}

/// A document of entries from several blocks.
pub(super) fn collected(form: Form, name: &str, entries: Vec<Entry>) -> Option<Resource> {
    let origin = Span::file_start(entries.first()?.key_span.file);
    let map: Map = tree::grouped(entries.into_iter());
    Some(Resource::document(form, name, Value::map(map, Provenance::declared(origin)), origin))
}
