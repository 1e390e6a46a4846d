//! Charts that kustomize inflates: `helmCharts` of a kustomization, its older spelling, and generators of
//! their own.
//!
//! The order of the values is kustomize's: `valuesInline` and `valuesFile` become one file, in which the
//! one wins that `valuesMerge` says, and `additionalValuesFiles` lie over it.

use crate::kube::{Entry, Map, Value, load};
use crate::layout::is_kustomization;
use crate::render::Gap;
use crate::render::helm::chart::{VALUES, values};
use crate::render::helm::charts::Charts;
use crate::render::helm::merge::{cleared, stack};
use crate::render::helm::told::{Layer, Release, Told};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath, Span};

/// The kind of a generator in a file of its own.
const GENERATOR: &str = "HelmChartInflationGenerator";
/// The lists of a kustomization.
const LISTS: [&str; 2] = ["helmCharts", "helmChartInflationGenerator"];
/// Where kustomize looks for charts.
const HOME: &str = "charts";
/// The older names of fields.
const OLD: [(&str, &str); 6] = [
    ("chartName", "name"),
    ("chartRepoUrl", "repo"),
    ("chartVersion", "version"),
    ("releaseNamespace", "namespace"),
    ("values", "valuesFile"),
    ("valuesLocal", "valuesInline"),
];
/// What an entry says of the values.
const TOLD: [&str; 4] = ["additionalValuesFiles", "valuesFile", "valuesInline", "valuesMerge"];
/// What an entry says of how it is worked out, and of itself as an object.
const ASIDE: [&str; 9] = [
    "apiVersion",
    "chartHome",
    "chartRepoName",
    "configHome",
    "debug",
    "helmBin",
    "helmHome",
    "kind",
    "metadata",
];

/// A chart that a kustomization inflates.
#[derive(Debug, Clone)]
pub struct Inflated {
    /// Where its paths begin.
    directory: RepoPath,
    /// Where the charts are, from there on.
    home: String,
    /// The entry, its fields named as `helmCharts` names them.
    entry: Value,
}

/// What wins, as `valuesMerge` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merge {
    /// `override`: what stands in the entry.
    Entry,
    /// `merge`: what stands in the file.
    File,
    /// `replace`: the entry alone.
    EntryAlone,
}

impl Inflated {
    /// An entry of a kustomization in `directory`, or a generator that it lists.
    pub(in crate::render) fn new(directory: &RepoPath, home: Option<&str>, entry: &Value) -> Self {
        let map = entry.as_map().into_iter().flatten();
        let entries = map.map(|field| {
            let new = OLD.iter().find(|(old, _)| *old == &*field.key);
            let key = new.map_or_else(|| field.key.clone(), |(_, new)| (*new).into());
            Entry { key, ..field.clone() }
        });
        let own = entry.get("chartHome").and_then(Value::text);
        Self {
            directory: directory.clone(),
            home: home.or(own).unwrap_or(HOME).to_owned(),
            entry: Value::map(entries.collect(), entry.provenance.clone()),
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.entry.get(key).and_then(Value::text).filter(|text| !text.is_empty())
    }

    /// What the release is called, else the chart.
    pub(super) fn name(&self) -> &str {
        self.text("releaseName").or(self.text("name")).unwrap_or("chart")
    }

    /// The entry's own place.
    pub(super) fn span(&self) -> Span {
        self.entry.span()
    }

    /// Which chart it is and how it is rendered: all that is not said of values. Nothing asks where a
    /// chart comes from that `is_here`.
    pub(super) fn description(&self, is_here: bool) -> Value {
        let mut entry = self.entry.clone();
        let says = |field: &Entry| {
            let key = &*field.key;
            !(TOLD.contains(&key) || ASIDE.contains(&key) || is_here && key == "repo")
        };
        if let Some(map) = entry.as_map_mut() {
            map.retain(says);
        }
        entry
    }

    /// The chart's directory, if it is in the repository: where it was unpacked, or is kept.
    pub(super) fn chart(&self, charts: &Charts) -> Option<RepoPath> {
        let name = self.text("name")?;
        let home = self.directory.join(&self.home).ok()?;
        let unpacked = self.text("repo").and(self.text("version"));
        let unpacked = unpacked.and_then(|version| home.join(&format!("{name}-{version}")).ok());
        let homes = unpacked.into_iter().chain([home]);
        let mut roots = homes.filter_map(|home| home.join(name).ok());
        roots.find(|root| charts.has(root))
    }

    fn merge(&self) -> Option<Merge> {
        match self.text("valuesMerge") {
            None | Some("override") => Some(Merge::Entry),
            Some("merge") => Some(Merge::File),
            Some("replace") => Some(Merge::EntryAlone),
            Some(_) => None,
        }
    }

    fn inline(&self) -> Option<&Value> {
        self.entry.get("valuesInline").filter(|it| it.as_map().is_some_and(|map| !map.is_empty()))
    }

    fn more(&self) -> &[Value] {
        self.entry.get("additionalValuesFiles").and_then(Value::as_list).unwrap_or_default()
    }

    /// What is told to the chart.
    pub(super) fn told(&self, store: &Store<'_>, charts: &Charts) -> Told {
        let mut told = Told { chart: self.chart(charts), ..Told::default() };
        let file = self.text("valuesFile").map(str::to_owned);
        let named = self.entry.get("valuesFile").map_or(self.span(), Value::span);
        // Without a file, kustomize takes that of the chart where it has to merge one.
        let merge = self.merge();
        let own = told.chart.as_ref().filter(|_| merge == Some(Merge::File));
        let own = own.and_then(|root| root.join(VALUES).ok());
        let own = own.filter(|path| store.snapshot().find(path).is_some());
        let below = match (&file, own) {
            (Some(name), _) => read(store, self.directory.join(name).ok(), name, named, &mut told),
            (None, Some(path)) => read(store, Some(path), VALUES, named, &mut told),
            (None, None) => None,
        };
        let first = match (self.inline(), merge) {
            (None, _) => below,
            (Some(inline), Some(Merge::Entry)) => Some(merged(below.as_ref(), inline)),
            (Some(inline), Some(Merge::File)) => match &below {
                Some(above) => Some(merged(Some(inline), above)),
                None => Some(merged(None, inline)),
            },
            (Some(inline), Some(Merge::EntryAlone)) => Some(inline.clone()),
            // Kustomize knows no other word.
            (Some(inline), None) => {
                told.gaps.push(unknown(inline.span(), "values", "valuesMerge"));
                None
            }
        };
        told.layers.extend(first);
        for name in self.more() {
            let text = name.text().unwrap_or("");
            let path = self.directory.join(text).ok();
            let value = read(store, path, text, name.span(), &mut told);
            told.layers.extend(value);
        }
        told
    }

    /// The same for a values file that no kustomization names with it.
    fn release(&self, file: FileId) -> Release {
        let mut layers: Vec<Layer> =
            self.text("valuesFile").map(|path| Layer::File(path.to_owned())).into_iter().collect();
        if let Some(inline) = self.inline() {
            let inline = Layer::Inline(inline.clone());
            match self.merge() {
                Some(Merge::File) => layers.insert(0, inline),
                Some(Merge::EntryAlone) => layers = vec![inline],
                Some(Merge::Entry) | None => layers.push(inline),
            }
        }
        let more = self.more().iter().filter_map(Value::text);
        layers.extend(more.map(|path| Layer::File(path.to_owned())));
        let remote = self.text("repo").is_some();
        let name = self.text("name").unwrap_or("").to_owned();
        let chart = (!remote).then(|| format!("{}/{name}", self.home));
        Release { directory: self.directory.clone(), file, name, chart, layers }
    }
}

/// Two texts of values that kustomize makes one of: maps merge, a null takes away what is below it and
/// nothing else.
fn merged(below: Option<&Value>, above: &Value) -> Value {
    let nothing = Map::default();
    let low = below.and_then(Value::as_map).unwrap_or(&nothing);
    let high = above.as_map().unwrap_or(&nothing);
    Value::map(cleared(&stack(low, high)), above.provenance.clone())
}

/// A values file; one that cannot be read is a gap at the place that names it.
fn read(
    store: &Store<'_>,
    path: Option<RepoPath>,
    name: &str,
    entry: Span,
    told: &mut Told,
) -> Option<Value> {
    let file = path.and_then(|path| store.snapshot().find(&path));
    let Some(file) = file else {
        told.gaps.push(unknown(entry, "values file", name));
        return None;
    };
    told.inputs.insert(file);
    match values(store, file) {
        Ok(value) => Some(value),
        Err(gap) => {
            told.gaps.push(Gap { span: entry, objects: false, ..gap });
            None
        }
    }
}

fn unknown(span: Span, what: &'static str, detail: &str) -> Gap {
    Gap { span, what, detail: detail.to_owned(), objects: false }
}

/// Whether a file inflates charts.
pub(super) fn is_generator(snapshot: &Snapshot, path: &RepoPath) -> bool {
    let file = snapshot.find(path).and_then(|file| snapshot.file(file).ok());
    file.is_some_and(|source| mentions(path, &source.text))
}

fn mentions(path: &RepoPath, text: &str) -> bool {
    let marks = if is_kustomization(path.file_name()) { &LISTS[..] } else { &[GENERATOR] };
    marks.iter().any(|mark| text.contains(mark))
}

/// Every chart that a kustomization or a generator inflates.
pub(super) fn releases(store: &Store<'_>) -> Vec<Release> {
    let snapshot = store.snapshot();
    let mut found = Vec::new();
    for (file, path) in snapshot.files() {
        if !(is_kustomization(path.file_name()) || path.is_yaml()) {
            continue;
        }
        let Ok(source) = snapshot.file(file) else { continue };
        let Some(directory) = path.parent().filter(|_| mentions(path, &source.text)) else {
            continue;
        };
        found.extend(inflated(store, file, &directory).iter().map(|one| one.release(file)));
    }
    found
}

/// What a kustomization or a generator that stands in `file` inflates.
fn inflated(store: &Store<'_>, file: FileId, directory: &RepoPath) -> Vec<Inflated> {
    let mut found = Vec::new();
    for document in &store.yaml(file).documents {
        let Ok(root) = load(document.root(), Dialect::Config) else { continue };
        let home = root.at(&["helmGlobals", "chartHome"]).and_then(Value::text);
        if root.get("kind").and_then(Value::text) == Some(GENERATOR) {
            found.push(Inflated::new(directory, home, &root));
        }
        let lists = LISTS.iter().filter_map(|list| root.get(list)?.as_list());
        found.extend(lists.flatten().map(|entry| Inflated::new(directory, home, entry)));
    }
    found
}
