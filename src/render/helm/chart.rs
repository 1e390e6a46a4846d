//! A chart directory: what its `Chart.yaml` says, its defaults and the charts that it depends on.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kube::{Map, Provenance, Value, load};
use crate::render::Gap;
use crate::source::Snapshot;
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::syntax::{NodeRef, Store};
use crate::text::{FileId, RepoPath, Span};

/// The file that makes a directory a chart.
pub(crate) const CHART_FILE: &str = "Chart.yaml";
/// The defaults of a chart.
pub(super) const VALUES: &str = "values.yaml";
/// What the values of a chart must look like.
const SCHEMA: &str = "values.schema.json";
/// Where a chart has its templates.
const TEMPLATES: &str = "templates";
/// Where charts of the first API version list what they depend on.
const REQUIREMENTS: &str = "requirements.yaml";
/// Where packed and unpacked charts that a chart depends on are.
const CHARTS: &str = "charts";
/// Where a dependency is a directory beside the chart and not in a registry.
const LOCAL: &str = "file://";
/// The key that files encrypted by SOPS have beside their values.
const SOPS: &str = "sops";
/// Deepest chain of charts that depend on each other.
const DEPTH: usize = 12;
/// Most charts that one chart may depend on, at once and over others, each counted as often as
/// somebody depends on it.
const CHARTS_BUDGET: usize = 2000;
/// Longest path of `import-values:`.
const IMPORT_DEPTH: usize = 32;

/// A chart of the repository.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its directory.
    pub root: RepoPath,
    /// Its `Chart.yaml`.
    pub file: FileId,
    /// Its name as `Chart.yaml` says it.
    pub name: Arc<str>,
    /// Its defaults.
    pub values: Value,
    /// The schema of its values, where it has one.
    pub schema: Option<FileId>,
    /// The charts that it depends on, in the order of helm.
    pub children: Vec<Child>,
    /// What could not be read of it.
    pub gaps: Vec<Gap>,
    /// How many charts there are, this one and each that is depended on, as often as it is.
    weight: usize,
}

/// A chart that another depends on.
#[derive(Debug, Clone)]
pub struct Child {
    /// The key of its values in those of the other chart: its alias or its name.
    pub name: Arc<str>,
    /// Whether the chart lists it; others lie in its `charts/` all the same.
    pub listed: bool,
    /// Paths of booleans, the first that is there decides whether it is used.
    pub conditions: Vec<String>,
    /// Tags that decide where no condition does.
    pub tags: Vec<String>,
    /// What the other chart takes over from its values.
    pub imports: Vec<Import>,
    /// The chart itself; `None` where it is not in the repository as a directory.
    pub chart: Option<Arc<Chart>>,
    /// The entry that asks for it; for a directory that nobody asked for, its `Chart.yaml`.
    pub span: Span,
}

/// An entry of `import-values:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The path in the values of the child.
    pub child: Vec<String>,
    /// The path in the values of the chart that imports; empty for all of them.
    pub parent: Vec<String>,
}

/// An entry of `dependencies:`.
struct Dependency<'d> {
    name: &'d str,
    alias: Option<&'d str>,
    repository: Option<&'d str>,
    conditions: Vec<String>,
    tags: Vec<String>,
    imports: Vec<Import>,
    span: Span,
}

/// Whether a file says what a chart is: its description, its defaults, their schema, its templates.
pub(super) fn is_part(snapshot: &Snapshot, path: &RepoPath) -> bool {
    let in_chart = |directory: Option<RepoPath>| {
        let file = directory.and_then(|directory| directory.join(CHART_FILE).ok());
        file.is_some_and(|file| snapshot.find(&file).is_some())
    };
    match path.file_name() {
        CHART_FILE | SCHEMA | VALUES => true,
        REQUIREMENTS => in_chart(path.parent()),
        _ => std::iter::successors(path.parent(), RepoPath::parent)
            .any(|directory| directory.file_name() == TEMPLATES && in_chart(directory.parent())),
    }
}

impl Chart {
    /// The chart as if its own defaults were empty.
    pub(super) fn without_defaults(&self) -> Self {
        let values = Value::map(Map::default(), self.values.provenance.clone());
        Self { values, ..self.clone() }
    }

    /// Adds the files with the defaults of this chart and of those that it depends on.
    pub fn defaults(&self, files: &mut BTreeSet<FileId>) {
        files.insert(self.values.span().file);
        for child in self.children.iter().filter_map(|child| child.chart.as_ref()) {
            child.defaults(files);
        }
    }
}

/// The values of a file: its first document, which must be a map; an empty file has none.
///
/// What SOPS writes beside the values is left out: what decrypts the file takes it away.
pub(super) fn values(store: &Store<'_>, file: FileId) -> Result<Value, Gap> {
    let gap = |span, what, detail: String| Gap { span, what, detail, objects: true };
    let start = Span::file_start(file);
    let detail = || store.snapshot().path(file).to_string();
    let parsed = store.yaml(file);
    if let Some(template) = parsed.template {
        return Err(gap(template.span, "template", format!("{}: {template}", detail())));
    }
    if parsed.is_broken() {
        return Err(gap(start, "broken file", detail()));
    }
    let empty = || Value::map(Map::default(), Provenance::declared(start));
    let root = match &parsed.documents[..] {
        [] => return Ok(empty()),
        [document] => document.root(),
        // Versions of helm disagree on what they mean together.
        [_, second, ..] => {
            return Err(gap(second.root().span(), "several documents", detail()));
        }
    };
    if root.is_null() {
        return Ok(empty());
    }
    if !root.is_map() {
        return Err(gap(root.span(), "no values", detail()));
    }
    let mut value = load(root, Dialect::Config)
        .map_err(|error| gap(error.span, "broken file", error.kind.to_string()))?;
    if let Some(map) = value.as_map_mut() {
        let is_sops = |value: &Value| value.get("mac").is_some() || value.get("version").is_some();
        if map.get(SOPS).is_some_and(is_sops) {
            map.remove(SOPS);
        }
    }
    Ok(value)
}

/// The chart in a directory, if there is one.
pub(super) fn chart(store: &Store<'_>, root: &RepoPath) -> Option<Chart> {
    Loader { store, budget: CHARTS_BUDGET }.load(root, true, &mut Vec::new())
}

/// Reads a chart and what it depends on.
struct Loader<'s> {
    store: &'s Store<'s>,
    budget: usize,
}

impl Loader<'_> {
    fn find(&self, root: &RepoPath, name: &str) -> Option<FileId> {
        self.store.snapshot().find(&root.join(name).ok()?)
    }

    /// `obeyed` tells whether the list of dependencies counts: aliases, conditions and the rest.
    fn load(&mut self, root: &RepoPath, obeyed: bool, above: &mut Vec<RepoPath>) -> Option<Chart> {
        let file = self.find(root, CHART_FILE)?;
        self.budget = self.budget.checked_sub(1)?;
        if above.len() >= DEPTH || above.contains(root) {
            return None;
        }
        let mut gaps = Vec::new();
        let start = Span::file_start(file);
        let description = self.store.yaml(file).documents.first().map(|document| document.root());
        let name = description.and_then(|root| root.get("name")?.text());
        let values = self.find(root, VALUES).map(|file| values(self.store, file));
        let values = values.and_then(|read| read.map_err(|gap| gaps.push(gap)).ok());
        let mut chart = Chart {
            root: root.clone(),
            file,
            name: name.unwrap_or_else(|| root.file_name()).into(),
            values: values
                .unwrap_or_else(|| Value::map(Map::default(), Provenance::declared(start))),
            schema: self.find(root, SCHEMA),
            children: Vec::new(),
            gaps,
            weight: 1,
        };
        above.push(root.clone());
        self.children(&mut chart, obeyed, above);
        above.pop();
        Some(chart)
    }

    /// The charts below `charts/` and beside the chart: first those that nobody asked for.
    fn children(&mut self, chart: &mut Chart, obeyed: bool, above: &mut Vec<RepoPath>) {
        let store = self.store;
        let own = store.yaml(chart.file).documents.first().map(|document| document.root());
        let old = self.find(&chart.root, REQUIREMENTS);
        let old = old.and_then(|file| Some(store.yaml(file).documents.first()?.root()));
        let lists = [own, old].into_iter().flatten().filter_map(|root| root.get("dependencies"));
        let wanted: Vec<_> = lists.flat_map(NodeRef::items).filter_map(dependency).collect();
        let inside = self.inside(&chart.root, obeyed && !wanted.is_empty(), above);
        let asked = |name: &str| wanted.iter().any(|dependency| dependency.name == name);
        let imports = |name: &str| -> Vec<Import> {
            let asking = wanted.iter().filter(|dependency| dependency.name == name);
            asking.flat_map(|dependency| dependency.imports.clone()).collect()
        };
        // Below a chart that has no list itself, helm obeys nothing of a list but its imports.
        let unasked = inside.iter().filter(|child| !obeyed || !asked(&child.name));
        chart.children = unasked
            .map(|child| Child {
                name: Arc::clone(&child.name),
                listed: asked(&child.name),
                conditions: Vec::new(),
                tags: Vec::new(),
                imports: imports(&child.name),
                chart: Some(Arc::clone(child)),
                span: Span::file_start(child.file),
            })
            .collect();
        chart.weight += inside.iter().map(|child| child.weight).sum::<usize>();
        for dependency in wanted.into_iter().filter(|_| obeyed) {
            let unpacked = inside.iter().find(|child| &*child.name == dependency.name);
            let found = unpacked.cloned().or_else(|| {
                let beside = dependency.repository?.strip_prefix(LOCAL)?;
                self.load(&chart.root.join(beside).ok()?, true, above).map(Arc::new)
            });
            let found = found.filter(|found| chart.weight + found.weight <= CHARTS_BUDGET);
            chart.weight += found.as_ref().map_or(0, |found| found.weight);
            chart.children.push(Child {
                name: dependency.alias.unwrap_or(dependency.name).into(),
                listed: true,
                conditions: dependency.conditions,
                tags: dependency.tags,
                imports: dependency.imports,
                chart: found,
                span: dependency.span,
            });
        }
    }

    /// The unpacked charts below `charts/`.
    fn inside(
        &mut self,
        root: &RepoPath,
        obeyed: bool,
        above: &mut Vec<RepoPath>,
    ) -> Vec<Arc<Chart>> {
        let Ok(directory) = root.join(CHARTS) else { return Vec::new() };
        let names: BTreeSet<&str> = self
            .store
            .snapshot()
            .files_below(&directory)
            .filter_map(|(_, path)| {
                let mut rest = path.segments().skip(directory.segments().count());
                let name = rest.next()?;
                (rest.next() == Some(CHART_FILE) && !name.starts_with(['_', '.'])).then_some(name)
            })
            .collect();
        let paths = names.into_iter().filter_map(|name| directory.join(name).ok());
        paths.filter_map(|path| self.load(&path, obeyed, above).map(Arc::new)).collect()
    }
}

fn dependency(node: NodeRef<'_>) -> Option<Dependency<'_>> {
    let text = |key: &str| node.get(key).and_then(NodeRef::text).filter(|text| !text.is_empty());
    let name = node.get("name")?;
    let conditions = text("condition").unwrap_or("").trim().split(',');
    let tags = node.get("tags").into_iter().flat_map(NodeRef::items);
    let imports = node.get("import-values").into_iter().flat_map(NodeRef::items);
    Some(Dependency {
        name: name.text()?,
        alias: text("alias"),
        repository: text("repository"),
        conditions: conditions.filter(|path| !path.is_empty()).map(str::to_owned).collect(),
        tags: tags.filter_map(|tag| tag.text().map(str::to_owned)).collect(),
        imports: imports.filter_map(import).collect(),
        span: name.span(),
    })
}

fn import(node: NodeRef<'_>) -> Option<Import> {
    let path = |text: &str| -> Vec<String> {
        let keys = text.split('.').filter(|key| !key.is_empty());
        keys.take(IMPORT_DEPTH).map(str::to_owned).collect()
    };
    if let Some(name) = node.text() {
        let child = std::iter::once("exports".to_owned()).chain(path(name)).collect();
        return Some(Import { child, parent: Vec::new() });
    }
    let text = |key: &str| node.get(key).and_then(NodeRef::text);
    Some(Import { child: path(text("child")?), parent: path(text("parent")?) })
}

/// The boolean that a value is, if it is one.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    let scalar = value.as_scalar().filter(|scalar| scalar.tag == Tag::Bool)?;
    scalar::bool_value(&scalar.text)
}
