//! What is written down of a release somewhere else than in its values files: which chart gets which
//! files, in which order.

use std::collections::BTreeSet;

use crate::kube::Value;
use crate::layout::{Overlay, filled, is_helmfile};
use crate::render::Gap;
use crate::render::helm::Helm;
use crate::render::helm::chart::values;
use crate::render::helm::{helmfile, inflation};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, Span};

/// Every release that a file of the repository writes down.
pub(super) fn releases(store: &Store<'_>) -> Vec<Release> {
    let mut found = helmfile::releases(store.snapshot());
    found.extend(inflation::releases(store));
    found
}

/// Whether a file writes down releases.
pub(super) fn is_source(snapshot: &Snapshot, path: &RepoPath) -> bool {
    is_helmfile(path) || inflation::is_generator(snapshot, path)
}

/// A chart that is installed with certain values.
#[derive(Debug)]
pub(super) struct Release {
    /// Where its paths begin.
    pub(super) directory: RepoPath,
    /// The file that says so.
    pub(super) file: FileId,
    /// Its name.
    pub(super) name: String,
    /// The chart as it is written.
    pub(super) chart: Option<String>,
    /// Its values, the lowest first.
    pub(super) layers: Vec<Layer>,
}

/// A part of the values of a release.
#[derive(Debug)]
pub(super) enum Layer {
    /// The path of a file as it is written.
    File(String),
    /// Values beside the paths.
    Inline(Value),
}

/// What is told to the chart that gets the file of an overlay.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The chart, if it is in the repository.
    pub(super) chart: Option<RepoPath>,
    /// The values, the lowest first.
    pub(super) layers: Vec<Value>,
    /// The files that were read.
    pub(super) inputs: BTreeSet<FileId>,
    /// What could not be read.
    pub(super) gaps: Vec<Gap>,
}

/// What the one release tells that reads the file of an overlay; `None` where none or several do.
pub(super) fn told(helm: Helm<'_>, overlay: &Overlay) -> Option<Told> {
    let environment = helm.layout.environment(overlay.environment)?;
    let words: BTreeSet<&str> =
        environment.aliases.iter().chain([&environment.name]).map(String::as_str).collect();
    let snapshot = helm.store.snapshot();
    let place = |release: &Release, layer: &Layer, word: &str| match layer {
        Layer::File(path) => release.directory.join(&filled(path, word, &release.name)?).ok(),
        Layer::Inline(_) => None,
    };
    let mut readers = Vec::new();
    for release in helm.charts.releases(helm.store) {
        let reads = |word: &&&str| {
            let mut layers = release.layers.iter();
            layers.any(|layer| place(release, layer, word).as_ref() == Some(&overlay.root))
        };
        readers.extend(words.iter().find(reads).map(|word| (release, *word)));
    }
    let [(release, word)] = &readers[..] else { return None };
    let mut told = Told { inputs: BTreeSet::from([release.file]), ..Told::default() };
    told.chart = release.chart.as_ref().and_then(|chart| {
        let root = release.directory.join(&filled(chart, word, &release.name)?).ok()?;
        helm.charts.has(&root).then_some(root)
    });
    for layer in &release.layers {
        let path = place(release, layer, word);
        let file = path.as_ref().and_then(|path| snapshot.find(path));
        match (layer, path, file) {
            (Layer::Inline(value), _, _) => told.layers.push(value.clone()),
            (Layer::File(_), Some(path), Some(file)) if path.is_yaml() => {
                match values(helm.store, file) {
                    Ok(value) => {
                        told.inputs.insert(file);
                        told.layers.push(value);
                    }
                    Err(gap) => told.gaps.push(gap),
                }
            }
            // A file that is not there for every environment is none.
            (Layer::File(_), Some(path), None) if path.is_yaml() => {}
            (Layer::File(path), _, _) => told.gaps.push(Gap {
                span: Span::file_start(release.file),
                what: "values file",
                detail: path.clone(),
                objects: false,
            }),
        }
    }
    Some(told)
}
