//! The blocks of a root module that belongs to one environment, each a document of its own.

use crate::kube::{Entry, Form, Map, Provenance, Resource, Value};
use crate::layout::Unit;
use crate::render::terraform::{Job, TERRAGRUNT, overrides, tree};
use crate::syntax::NodeRef;
use crate::text::{RepoPath, Span};

/// The parts of a source that say which revision of it is meant: of git, of a registry.
const REVISIONS: &[&str] = &["ref", "version"];
/// What stands for the revision of a source that names none.
const UNPINNED: &str = "(default branch)";

/// What the files of a root module say.
#[derive(Default)]
struct Blocks {
    /// Resources, data sources and calls of modules.
    named: Vec<Resource>,
    locals: Vec<Entry>,
    settings: Vec<Entry>,
}

impl Blocks {
    /// Adds what a file says.
    fn read(&mut self, top: NodeRef<'_>) {
        for (kind, prefix) in [("resource", ""), ("data", "data.")] {
            let types = tree::of_type(top, kind).flat_map(NodeRef::entries);
            for (label, named) in
                types.flat_map(|(label, blocks)| blocks.entries().map(move |named| (label, named)))
            {
                let kind = format!("{prefix}{}", label.text().unwrap_or(""));
                self.named.extend(block(&kind, named));
            }
        }
        let calls = tree::of_type(top, "module").flat_map(NodeRef::entries);
        self.named.extend(calls.filter_map(|named| block("module", named)));
        let entries = |node| tree::value(tree::body(node)).as_map().cloned().unwrap_or_default();
        let all = |kind| tree::of_type(top, kind).map(entries);
        self.locals.extend(all("locals").flat_map(|map| map.iter().cloned().collect::<Vec<_>>()));
        self.settings
            .extend(all("terraform").flat_map(|map| map.iter().cloned().collect::<Vec<_>>()));
        let providers = top.entries().filter(|(key, _)| key.text() == Some("provider"));
        self.settings.extend(providers.map(|(key, node)| Entry {
            key: "provider".into(),
            key_span: key.span(),
            value: tree::value(node),
        }));
    }
}

impl Job<'_, '_> {
    /// The documents of a directory.
    pub(super) fn module(&mut self, unit: &Unit, root: &RepoPath) -> Vec<Resource> {
        let (plain, overrides) = self.renderer.roots().split(root);
        let [own, above] = [plain, overrides].map(|files| {
            let mut blocks = Blocks::default();
            for &file in files {
                if let Some(top) = self.root_of(file) {
                    blocks.read(top);
                }
            }
            blocks
        });
        let mut documents = own.named;
        for block in above.named {
            overrides::lay_block(&mut documents, block);
        }
        for document in documents.iter_mut().filter(|it| &*it.id.gvk.kind == "module") {
            let call = self.with_defaults(root, document.clone());
            *document = self.with_reference(call);
        }
        for (form, own, above) in [
            (Form::Locals, own.locals, above.locals),
            (Form::Settings, own.settings, above.settings),
        ] {
            let above = collected(form, &unit.name, above);
            match (collected(form, &unit.name, own), above) {
                (Some(mut document), Some(above)) => {
                    overrides::lay_body(&mut document.body, &above.body);
                    documents.push(document);
                }
                (own, above) => documents.extend(own.or(above)),
            }
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
