//! Which chart an overlay installs, with which values: one line of a table for each way to say it.

use std::collections::BTreeSet;

use crate::kube::{Kind, Resource, Value, load};
use crate::layout::{Layout, Overlay, OverlayKind};
use crate::render::flux::values::is_read;
use crate::render::helm::chart::{CHART_FILE, VALUES, values};
use crate::render::{Evaluated, Gap};
use crate::syntax::scalar::Dialect;
use crate::syntax::{NodeRef, Store};
use crate::text::{FileId, RepoPath, Span};

/// A chart of the repository and what an overlay tells it.
#[derive(Debug, Clone)]
pub struct Named {
    /// The chart's directory.
    pub chart: RepoPath,
    /// The values, in the order in which helm lays them over each other.
    pub layers: Vec<Value>,
    /// What else it is told and is not known here.
    pub gaps: Vec<Gap>,
    /// Whether the chart's own `values.yaml` lies beneath them.
    pub defaults: bool,
    /// Whether nothing else can be told to it: no file beside these, as far as anybody can see.
    pub closed: bool,
}

/// A way in which overlays name a chart and its values.
type Way = fn(&Store<'_>, &Layout, &Evaluated<'_>) -> Vec<Named>;

/// Every way that is understood.
const WAYS: [Way; 4] = [beside, kustomize, flux, argo_cd];

/// The charts of the repository that an overlay installs.
pub(super) fn named(store: &Store<'_>, layout: &Layout, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let mut found: Vec<_> = WAYS.iter().flat_map(|way| way(store, layout, evaluated)).collect();
    found.retain(|named| is_chart(store, &named.chart));
    found
}

fn is_chart(store: &Store<'_>, directory: &RepoPath) -> bool {
    directory.join(CHART_FILE).is_ok_and(|file| store.snapshot().find(&file).is_some())
}

impl Named {
    /// Whether nothing but the chart's own defaults is known of it.
    pub(super) fn is_bare(&self) -> bool {
        self.layers.is_empty() && self.gaps.is_empty()
    }

    fn new(chart: RepoPath) -> Self {
        Self { chart, layers: Vec::new(), gaps: Vec::new(), defaults: true, closed: true }
    }

    /// Adds a file; one that is not there or cannot be read is a gap.
    fn file(&mut self, store: &Store<'_>, directory: &RepoPath, name: &str, entry: Span) {
        let file = directory.join(name).ok().and_then(|path| store.snapshot().find(&path));
        match file.map(|file| values(store, file)) {
            Some(Ok(value)) => self.layers.push(value),
            Some(Err(gap)) => self.gaps.push(gap),
            None => self.unknown(entry, "values file", name),
        }
    }

    fn unknown(&mut self, span: Span, what: &'static str, detail: &str) {
        self.gaps.push(Gap { span, what, detail: detail.to_owned(), objects: true });
    }
}

/// A values file in a chart's directory or below it: `values-prod.yaml`, `values/prod.yaml`.
fn beside(store: &Store<'_>, layout: &Layout, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let overlay = evaluated.overlay;
    if overlay.kind != OverlayKind::HelmValues {
        return Vec::new();
    }
    let above = std::iter::successors(overlay.root.parent(), RepoPath::parent);
    let Some(chart) = above.take(BELOW).find(|directory| is_chart(store, directory)) else {
        return Vec::new();
    };
    let Some(directory) = overlay.root.parent() else { return Vec::new() };
    let is_named = directory == chart && is_environment(layout, overlay);
    if !(is_named || holds_values(&overlay.root)) || is_object(store, &overlay.root) {
        return Vec::new();
    }
    let mut named = Named::new(chart);
    let file = overlay.root.file_name();
    if directory == named.chart && file == VALUES {
        // The chart itself lies in the environment's directory; its defaults are known anyway.
        named.closed = false;
        return vec![named];
    }
    named.file(store, &directory, file, Span::file_start(FileId(0)));
    named.closed = is_alone(evaluated, &directory, store);
    vec![named]
}

/// Whether a file is called after its environment and nothing else: `prod.yaml`, `prod-eu.yaml`.
fn is_environment(layout: &Layout, overlay: &Overlay) -> bool {
    let tokens = |text: &str| -> Vec<String> {
        text.split(['-', '_', '.']).map(str::to_ascii_lowercase).collect()
    };
    let Some(environment) = layout.environment(overlay.environment) else { return false };
    let names = environment.aliases.iter().chain([&environment.name]).chain(&overlay.variant);
    let known: BTreeSet<String> = names.flat_map(|name| tokens(name)).collect();
    tokens(overlay.root.stem()).iter().all(|token| known.contains(token))
}

/// Whether a file holds an object and not values.
fn is_object(store: &Store<'_>, path: &RepoPath) -> bool {
    let Some(file) = store.snapshot().find(path) else { return false };
    let documents = &store.yaml(file).documents;
    let has = |key: &str| documents.first().is_some_and(|it| it.root().get(key).is_some());
    has("apiVersion") && has("kind")
}

/// How many directories lie between a chart and its values files at most, one included.
const BELOW: usize = 3;
/// Names of directories inside a chart whose files are values; `config` may hold anything.
const VALUE_DIRECTORIES: [&str; 5] = ["env", "environments", "envs", "overrides", "values"];

/// Whether a path says that the file holds values.
fn holds_values(path: &RepoPath) -> bool {
    let is_values = |token: &str| token.eq_ignore_ascii_case("values");
    path.stem().split(['-', '_', '.']).any(is_values)
        || path.segments().rev().take(BELOW).any(|name| VALUE_DIRECTORIES.contains(&name))
}

/// Whether every file beside it belongs to another environment, so that none is laid under it.
fn is_alone(evaluated: &Evaluated<'_>, directory: &RepoPath, store: &Store<'_>) -> bool {
    let overlays = &evaluated.unit.overlays;
    let own = evaluated.overlay;
    let shared = overlays.iter().filter(|other| other.environment == own.environment);
    let beside = store.snapshot().files_below(directory).map(|(_, path)| path).filter(|path| {
        path.parent().as_ref() == Some(directory)
            && matches!(path.extension().as_str(), "yaml" | "yml" | "gotmpl")
            && holds_values(path)
            && path.stem() != "values"
    });
    shared.count() == 1
        && beside.into_iter().all(|path| {
            !is_shared(path.stem()) && overlays.iter().any(|overlay| overlay.root == *path)
        })
}

/// Whether a file is named after several environments: `values-nonprod.yaml`.
fn is_shared(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    SHARED.iter().any(|word| stem.contains(word))
}

/// Words in the names of files that are laid under those of several environments.
const SHARED: [&str; 9] =
    ["all", "base", "common", "default", "global", "lower", "nonprod", "non-prod", "shared"];

/// An entry of `helmCharts:` that means a chart of the repository.
fn kustomize(store: &Store<'_>, _: &Layout, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let gaps = evaluated.output().into_iter().flat_map(|rendered| &rendered.gaps);
    let entries = gaps.filter(|gap| gap.what == "helm chart");
    entries.filter_map(|gap| inflated(store, gap.span)).collect()
}

/// What the entry of a kustomization says whose chart is named at `name`.
fn inflated(store: &Store<'_>, name: Span) -> Option<Named> {
    let directory = store.snapshot().path(name.file).parent()?;
    let root = store.yaml(name.file).documents.first()?.root();
    let mut entries = root.get("helmCharts")?.items();
    let entry = entries.find(|entry| entry.get("name").is_some_and(|it| it.span() == name))?;
    let text = |key: &str| entry.get(key).and_then(NodeRef::text).filter(|text| !text.is_empty());
    if text("repo").is_some() {
        return None;
    }
    let home = root.get("helmGlobals").and_then(|globals| globals.get("chartHome")?.text());
    let chart = directory.join(home.unwrap_or("charts")).ok()?.join(text("name")?).ok()?;
    let mut named = Named::new(chart);
    let files = entry.get("valuesFile").into_iter();
    let more = entry.get("additionalValuesFiles").into_iter().flat_map(NodeRef::items);
    for file in files.chain(more) {
        named.file(store, &directory, file.text().unwrap_or(""), file.span());
    }
    if let Some(inline) = entry.get("valuesInline").filter(|inline| inline.is_map()) {
        match (load(inline, Dialect::Config), text("valuesMerge")) {
            (Ok(value), None | Some("override")) => named.layers.push(value),
            (Ok(value), Some("merge")) => named.layers.insert(0, value),
            (Ok(value), _) => named.layers = vec![value],
            (Err(error), _) => named.unknown(error.span, "values", "valuesInline"),
        }
    }
    Some(named)
}

/// The objects of a kind that an overlay runs.
fn objects<'e>(
    evaluated: &'e Evaluated<'_>,
    group: &'static str,
    kind: &'static str,
) -> impl Iterator<Item = &'e Resource> {
    let objects = evaluated.output().into_iter().flat_map(|rendered| &rendered.resources);
    objects.filter(move |object| *object.id.gvk.group == *group && *object.id.gvk.kind == *kind)
}

fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    value.at(path).and_then(Value::text).filter(|text| !text.is_empty())
}

fn items<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    value.at(path).and_then(Value::as_list).unwrap_or_default()
}

/// A Flux `HelmRelease` whose chart is a directory of a git repository: this one, if it has it.
fn flux(store: &Store<'_>, _: &Layout, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let objects = objects(evaluated, "helm.toolkit.fluxcd.io", "HelmRelease");
    objects.filter_map(|object| released(store, evaluated, object)).collect()
}

fn released(store: &Store<'_>, evaluated: &Evaluated<'_>, release: &Resource) -> Option<Named> {
    let spec = release.body.get("spec")?;
    let chart = spec.at(&["chart", "spec"])?;
    if text(chart, &["sourceRef", "kind"]) != Some("GitRepository") {
        return None;
    }
    let mut named = Named::new(RepoPath::new(text(chart, &["chart"])?).ok()?);
    // Flux makes these files the defaults of the chart.
    named.defaults = items(chart, &["valuesFiles"]).is_empty();
    for file in items(chart, &["valuesFiles"]) {
        named.file(store, &RepoPath::root(), file.text().unwrap_or(""), file.span());
    }
    let read = |from: &&Value| is_read(evaluated, release, from);
    for from in items(spec, &["valuesFrom"]).iter().filter(|from| !read(from)) {
        named.unknown(from.span(), "values", text(from, &["name"]).unwrap_or("valuesFrom"));
    }
    named.layers.extend(spec.get("values").filter(|values| values.as_map().is_some()).cloned());
    Some(named)
}

/// An Argo CD Application whose source is a directory of this repository.
fn argo_cd(store: &Store<'_>, _: &Layout, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let objects = objects(evaluated, "argoproj.io", "Application");
    objects.flat_map(|object| application(store, &object.body)).collect()
}

fn application(store: &Store<'_>, body: &Value) -> Vec<Named> {
    let Some(spec) = body.get("spec") else { return Vec::new() };
    let several = items(spec, &["sources"]);
    let sources: Vec<&Value> = spec.get("source").into_iter().chain(several).collect();
    sources.into_iter().filter_map(|source| installed(store, source, several)).collect()
}

fn installed(store: &Store<'_>, source: &Value, sources: &[Value]) -> Option<Named> {
    let chart = RepoPath::new(text(source, &["path"])?).ok()?;
    let mut named = Named::new(chart.clone());
    let Some(helm) = source.get("helm") else { return Some(named) };
    for file in items(helm, &["valueFiles"]) {
        let name = file.text().unwrap_or("");
        // `$ref/…` begins at the root of the source that has this name, `/…` at that of this one.
        let (directory, path) = match (name.strip_prefix('$'), name.strip_prefix('/')) {
            (Some(rest), _) => {
                let (reference, path) = rest.split_once('/').unwrap_or((rest, ""));
                let is_meant = |it: &&Value| text(it, &["ref"]) == Some(reference);
                let other = sources.iter().find(is_meant);
                let same = |it: &Value| text(it, &["repoURL"]) == text(source, &["repoURL"]);
                if !other.is_some_and(same) {
                    named.unknown(file.span(), "values file", name);
                    continue;
                }
                (RepoPath::root(), path)
            }
            (None, Some(path)) => (RepoPath::root(), path),
            (None, None) => (chart.clone(), name),
        };
        named.file(store, &directory, path, file.span());
    }
    if let Some(object) = helm.get("valuesObject").filter(|it| matches!(it.kind, Kind::Map(_))) {
        named.layers.push(object.clone());
    } else if let Some(inline) = helm.get("values").filter(|it| it.text().is_some()) {
        named.unknown(inline.span(), "values", "helm.values");
    }
    let set = items(helm, &["parameters"]).iter().chain(items(helm, &["fileParameters"]));
    for parameter in set {
        named.unknown(parameter.span(), "values", text(parameter, &["name"]).unwrap_or(""));
    }
    Some(named)
}
